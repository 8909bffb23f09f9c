import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, temporaryFolder } from '../support/run-cli';

const folder = temporaryFolder();
const installed = join(folder, 'somewhere');

/** Without what the checkout or the person has configured, and without any package that was ever downloaded. */
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  npm_config_cache: join(folder, 'cache'),
  npm_config_userconfig: join(folder, 'npmrc'),
  npm_config_update_notifier: 'false',
};

let tarball: { filename: string; files: { path: string; mode: number }[]; size: number };

beforeAll(() => {
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT, env });
  [tarball] = JSON.parse(packed.toString()) as [typeof tarball];
  mkdirSync(installed);
  writeFileSync(join(installed, 'package.json'), '{ "private": true }');
  const archive = join(folder, tarball.filename);
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', archive], { cwd: installed, env });
  cpSync(join(ROOT, 'samples'), join(installed, 'samples'), { recursive: true });
  cpSync(join(ROOT, 'docs', 'samples.json'), join(installed, 'docs', 'samples.json'));
});

/** Runs the installed command, as a shell finds it. */
function run(args: readonly string[], command = ['node_modules/.bin/s3-access-watch']) {
  const [program, ...first] = command;
  const options = { cwd: installed, env, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(program!, [...first, ...args], options);
  return { status, stdout, stderr };
}

test('the tarball holds the programs, what one must read, and nothing else', () => {
  const paths = tarball.files.map(({ path }) => path);
  const others = paths.filter((path) => !path.startsWith('dist/'));
  expect(others.filter((path) => !path.startsWith('docs/')).sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
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

test('nothing is installed beside the package', () => {
  const names = readdirSync(join(installed, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(names).toEqual(['s3-access-watch']);
  expect(existsSync(join(installed, 'node_modules', 's3-access-watch', 'node_modules'))).toBe(false);
});

test('the licence of every package in the bundle comes with it', () => {
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
    'zod',
    '@noble/hashes',
  ];
  expect([...named]).toEqual(expect.arrayContaining(used));
  for (const text of texts) expect(text.length).toBeGreaterThan(300);
});

test('scan tells of the samples what it tells in the checkout', () => {
  const golden = readFileSync(join(ROOT, 'test', 'commands', 'golden', 'scan-samples.txt'), 'utf8');
  const done = run(['scan', 'samples', '--config', 'docs/samples.json'], ['npx', '--no-install', 's3-access-watch']);
  expect(done).toEqual({ status: 0, stdout: golden, stderr: '' });
});

test('scan remembers', () => {
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
  expect(lines).toHaveLength(401);
  expect(lines.filter((line) => 'parseFailure' in (JSON.parse(line) as object))).toHaveLength(2);
});

test('a mistake is one clear line, here too', () => {
  expect(run(['scan', 'nope'])).toEqual({
    status: 2,
    stdout: '',
    stderr: 's3-access-watch: nope: no such file or directory\n',
  });
});

describe('in a CDK app of somebody else', () => {
  const app = join(folder, 'app');
  const packages = join(app, 'node_modules');

  beforeAll(() => {
    mkdirSync(packages, { recursive: true });
    cpSync(join(installed, 'node_modules', 's3-access-watch'), join(packages, 's3-access-watch'), { recursive: true });
    // As if they had been installed there: there is no registry here.
    for (const name of ['aws-cdk-lib', 'constructs'])
      symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
    writeFileSync(
      join(app, 'app.ts'),
      `import { App, Stack } from 'aws-cdk-lib';
import { S3AccessWatch, type S3AccessWatchProps } from 's3-access-watch';

const props: S3AccessWatchProps = {
  alertEmails: ['security@example.com'],
  allowlist: ['10.20.0.0/16', { cidr: '203.0.113.0/24', reason: 'office', buckets: ['payroll-*'] }],
};
const stack = new Stack(new App(), 'Security');
const watch = new S3AccessWatch(stack, 'Watch', props);
console.log(watch.alerts.topic.node.path, watch.watcher.function.timeout?.toSeconds());
`,
    );
  });

  /** Nothing but Node.js is on the path: neither esbuild nor Docker. */
  function node(args: readonly string[]) {
    return spawnSync(process.execPath, args, {
      cwd: app,
      env: { PATH: '/nowhere', HOME: folder, CDK_OUTDIR: join(app, 'cdk.out'), NODE_ENV: 'test' },
      encoding: 'utf8',
    });
  }

  test('the construct has types', () => {
    const wrong = readFileSync(join(app, 'app.ts'), 'utf8').replace('alertEmails', 'alertEmail');
    writeFileSync(join(app, 'wrong.ts'), wrong);
    const options = {
      compilerOptions: { module: 'node20', target: 'es2023', lib: ['es2023'], strict: true, types: [], noEmit: true },
      files: ['app.ts', 'wrong.ts'],
    };
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify(options));
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    const { stdout } = spawnSync(tsc, ['--skipLibCheck', 'false'], { cwd: app, encoding: 'utf8' });
    const errors = stdout.split('\n').filter((line) => /^(app|wrong|node_modules.s3-access-watch)/.test(line));
    expect(errors.filter((line) => !line.includes("Cannot find name 'console'"))).toEqual([
      expect.stringMatching(/^wrong.*'alertEmail' does not exist in type 'S3AccessWatchProps'/),
    ]);
  });

  test('the construct is synthesized, with the function that the package brings', () => {
    const source = readFileSync(join(app, 'app.ts'), 'utf8');
    const plain = source.replace(', type S3AccessWatchProps', '').replace(': S3AccessWatchProps', '');
    writeFileSync(join(app, 'app.mjs'), plain);
    const { status, stderr, stdout } = node(['app.mjs']);
    expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: '', stdout: 'Security/Watch/Alerts/Topic 300\n' });
    const template = JSON.parse(readFileSync(join(app, 'cdk.out', 'Security.template.json'), 'utf8')) as {
      Resources: Record<string, { Type: string }>;
    };
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    expect(types).toEqual(expect.arrayContaining(['AWS::Lambda::Function', 'AWS::DynamoDB::Table', 'AWS::SNS::Topic']));
    const [asset] = readdirSync(join(app, 'cdk.out')).filter((name) => name.startsWith('asset.'));
    expect(readdirSync(join(app, 'cdk.out', asset!)).sort()).toEqual(['configuration.json', 'handler.js']);
  });

  test('wrong props are one error with every problem', () => {
    writeFileSync(
      join(app, 'wrong.mjs'),
      `import { App, Stack } from 'aws-cdk-lib';
import { S3AccessWatch } from 's3-access-watch';
try {
  new S3AccessWatch(new Stack(new App(), 'Security'), 'Watch', { allowlist: ['10.1.2.3/8'], alowlist: [] });
} catch (error) {
  console.log(error.name, error.problems);
}
`,
    );
    expect(node(['wrong.mjs']).stdout).toMatchInlineSnapshot(`
"ConfigError [
  'alowlist: no such key; did you mean "allowlist"? (from props)',
  'allowlist[0]: "10.1.2.3/8" has host bits set; write "10.0.0.0/8" (from props)',
  'alertEmails: nobody would receive the alerts; write alertEmails, slackWorkspaceId with slackChannelId, or alertTopicArn; or noDestination: true if that is meant'
]
"
`);
  });
});
