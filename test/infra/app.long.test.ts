import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root';
import { temporaryFolder } from '../support/run-cli';
import { keptContext } from './contexts';

const folder = temporaryFolder();
let projects = 0;

interface Result {
  readonly status: number | null;
  readonly output: string;
  readonly directory: string;
  /** The configuration of the deployed function; null if nothing is deployed. */
  readonly configuration: Record<string, unknown> | null;
}

/** Runs `cdk synth` like a user, in a folder with these files. */
function synth(files: Readonly<Record<string, unknown>>, args: readonly string[] = []): Result {
  const directory = join(folder, String(projects++));
  const home = join(directory, 'home');
  mkdirSync(home, { recursive: true });
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
  const { status, stdout, stderr } = spawnSync(
    join(ROOT, 'node_modules', '.bin', 'cdk'),
    ['synth', '--quiet', '--no-notices', '--no-version-reporting', '--app', APP, ...args],
    {
      cwd: directory,
      encoding: 'utf8',
      // In a test, the CDK does not check the template against the schemas; `npm run synth` does.
      env: { PATH: process.env.PATH, HOME: home, CDK_DISABLE_CLI_TELEMETRY: '1', NODE_ENV: 'test' },
    },
  );
  const output = stdout + stderr;
  return { status, output, directory, configuration: status === 0 ? deployed(directory) : null };
}

const APP = `${join(ROOT, 'node_modules', '.bin', 'tsx')} ${join(ROOT, 'bin', 'app.ts')}`;

function deployed(directory: string): Record<string, unknown> {
  const [file] = readdirSync(join(directory, 'cdk.out')).filter((name) => /^S3AccessWatch.*\.assets\.json$/.test(name));
  const assets = readFileSync(join(directory, 'cdk.out', file!), 'utf8');
  const asset = /"path": "(asset\.[0-9a-f]+)"/.exec(assets)![1]!;
  const text = readFileSync(join(directory, 'cdk.out', asset, 'configuration.json'), 'utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

test('the context has the priority -c, then cdk.json; a path is relative to the file that names it', () => {
  const { status, configuration, output } = synth(
    {
      'cdk.json': {
        context: { alertEmails: 'a@example.com', allowlistFile: 'allowed.txt', learningDays: 5, forgetDays: 30 },
      },
      'allowed.txt': '203.0.113.0/24 # office\n',
    },
    ['-c', 'learningDays=7', '-c', 'buckets=payroll-*,website'],
  );
  expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
  expect(configuration).toMatchObject({
    learningDays: 7,
    forgetDays: 30,
    buckets: ['payroll-*', 'website'],
    allowlist: [{ cidr: '203.0.113.0/24', reason: 'office' }],
  });
});

test('every key can be given with -c, and gives the same stack', () => {
  const values = keptContext('everything');
  const typed = Object.entries(values).flatMap(([key, value]) => [
    '-c',
    `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
  const [fromFile, fromLine] = [synth({ 'cdk.json': { context: values } }), synth({ 'cdk.json': {} }, typed)];
  expect([fromFile.status, fromLine.status]).toEqual([0, 0]);
  const template = ({ directory }: Result): unknown =>
    JSON.parse(readFileSync(join(directory, 'cdk.out', 'S3AccessWatch-prod.template.json'), 'utf8'));
  expect(template(fromLine)).toEqual(template(fromFile));
});

test('an invalid context prints every problem, no stack trace, and deploys nothing', () => {
  const { status, output } = synth(
    { 'cdk.json': { context: { allowlist: ['10.1.2.3/8'], alowlist: [], slackChannelId: 'C0123ABCDEF' } } },
    ['-c', 'learningDays=many', '-c', 'alertTopicArn=arn:aws-cn:sns:cn-north-1:111122223333:alerts'],
  );
  expect(status).not.toBe(0);
  const [, problems] = /(The configuration cannot be deployed:\n(?: {2}.*\n)+)/.exec(output)!;
  expect(problems).toMatchInlineSnapshot(`
"The configuration cannot be deployed:
  alowlist: no such key; did you mean "allowlist"?
  allowlist[0]: "10.1.2.3/8" has host bits set; write "10.0.0.0/8"
  learningDays: "many" is not a whole number; write a whole number from 0 to 90 (0: no learning)
  slackChannelId: "C0123ABCDEF" needs slackWorkspaceId; write both or neither
  alertTopicArn: "arn:aws-cn:sns:cn-north-1:111122223333:alerts" cannot be reached from us-east-1; write a topic in the partition aws
"
`);
  expect(output).not.toMatch(/^\s+at /m);
});

test('a missing file is one clear line', () => {
  const { status, output } = synth({
    'cdk.json': { context: { alertEmails: 'a@example.com', allowlistFile: 'nope.txt' } },
  });
  expect(status).not.toBe(0);
  expect(output).toMatch(/^ {2}allowlistFile: "nope.txt" cannot be read: no such file: .*nope\.txt$/m);
  expect(output).not.toMatch(/^\s+at /m);
});
