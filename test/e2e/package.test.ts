import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';
import { packInto, type Tarball } from '../support/pack';
import { ROOT, temporaryFolder } from '../support/run-cli';

const folder = temporaryFolder();
const installed = join(folder, 'somewhere');

/** Without the configuration of the checkout or the user, and with an empty package cache. */
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  npm_config_cache: join(folder, 'cache'),
  npm_config_userconfig: join(folder, 'npmrc'),
  npm_config_update_notifier: 'false',
};

let tarball: Tarball;

beforeAll(() => {
  tarball = packInto(folder, env);
  mkdirSync(installed);
  writeFileSync(join(installed, 'package.json'), '{ "private": true }');
  const archive = join(folder, tarball.filename);
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', archive], { cwd: installed, env });
  cpSync(join(ROOT, 'samples'), join(installed, 'samples'), { recursive: true });
  cpSync(join(ROOT, 'docs', 'samples.json'), join(installed, 'docs', 'samples.json'));
});

/** Runs the installed command as a shell finds it. */
function run(args: readonly string[], command = ['node_modules/.bin/s3-access-watch']) {
  const [program, ...first] = command;
  const options = { cwd: installed, env, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(program!, [...first, ...args], options);
  return { status, stdout, stderr };
}

test('the tarball contains the programs, the documents, and nothing else', () => {
  const paths = tarball.files.map(({ path }) => path);
  const others = paths.filter((path) => !path.startsWith('dist/'));
  expect(others.filter((path) => !path.startsWith('docs/')).sort()).toEqual([
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'package.json',
  ]);
  expect(paths).toEqual(
    expect.arrayContaining([
      'dist/bin/cli.js',
      'dist/lambda/handler.js',
      'dist/lib/infra/s3-access-watch.js',
      'dist/lib/infra/s3-access-watch.d.ts',
      'dist/THIRD-PARTY-LICENCES.txt',
      'docs/runbook.md',
    ]),
  );
  expect(paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
  expect(tarball.size).toBeLessThan(2_000_000);
});

test('the installed command prints its version', () => {
  expect(run(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test('the package installs no dependencies', () => {
  const names = readdirSync(join(installed, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(names).toEqual(['s3-access-watch']);
  expect(existsSync(join(installed, 'node_modules', 's3-access-watch', 'node_modules'))).toBe(false);
});

test('the package includes the license of every bundled package', () => {
  const texts = readFileSync(join(ROOT, 'dist', 'THIRD-PARTY-LICENCES.txt'), 'utf8').split(/\n-{80}\n\n/);
  const named = new Set(texts.map((text) => /^(\S+) \d/.exec(text)?.[1]));
  const used = [
    'commander',
    'csv-parse',
    'csv-stringify',
    'cli-progress',
    'ipaddr.js',
    'picocolors',
    'string-width',
    '@noble/hashes',
  ];
  expect([...named]).toEqual(expect.arrayContaining(used));
  for (const text of texts) expect(text.length).toBeGreaterThan(300);
});

test('scan prints the same for the samples as in the checkout', () => {
  const golden = readFileSync(join(ROOT, 'test', 'commands', 'golden', 'scan-samples.txt'), 'utf8');
  const done = run(['scan', 'samples', '--config', 'docs/samples.json'], ['npx', '--no-install', 's3-access-watch']);
  expect(done).toEqual({ status: 0, stdout: golden, stderr: '' });
});

test('scan keeps its state', () => {
  const findings = (args: readonly string[]): number => {
    const { stdout } = run(['scan', 'samples', '--format', 'json', ...args]);
    return (JSON.parse(stdout) as { findings: unknown[] }).findings.length;
  };
  expect(findings(['--state', 'state.csv'])).toBe(24);
  expect(findings(['--state', 'state.csv'])).toBe(0);
});

test('parse prints every line', () => {
  const { status, stdout, stderr } = run(['parse', 'samples']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(403);
  expect(lines.filter((line) => 'parseFailure' in (JSON.parse(line) as object))).toHaveLength(2);
});

test('a usage error is one clear line, here too', () => {
  expect(run(['scan', 'nope'])).toEqual({
    status: 2,
    stdout: '',
    stderr: 's3-access-watch: nope: no such file or directory\n',
  });
});
