import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root';
import { temporaryFolder } from '../support/run-cli';

const folder = temporaryFolder();
let projects = 0;

interface Result {
  readonly status: number | null;
  readonly output: string;
  /** What the function would be deployed with; null where nothing is deployed. */
  readonly configuration: Record<string, unknown> | null;
}

/** Runs `cdk synth` as a user does, in a folder with these files. */
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
      // In a test the CDK does not check the template against the schemas; `npm run synth` lets it.
      env: { PATH: process.env.PATH, HOME: home, CDK_DISABLE_CLI_TELEMETRY: '1', NODE_ENV: 'test' },
    },
  );
  const output = stdout + stderr;
  return { status, output, configuration: status === 0 ? deployed(directory) : null };
}

const APP = `${join(ROOT, 'node_modules', '.bin', 'tsx')} ${join(ROOT, 'bin', 'app.ts')}`;

function deployed(directory: string): Record<string, unknown> {
  const assets = readFileSync(join(directory, 'cdk.out', 'S3AccessWatch.assets.json'), 'utf8');
  const asset = /"path": "(asset\.[0-9a-f]+)"/.exec(assets)![1]!;
  const text = readFileSync(join(directory, 'cdk.out', asset, 'configuration.json'), 'utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

test('the context decides: -c, then cdk.json; a file is relative to the file that names it', () => {
  const { status, configuration, output } = synth(
    {
      'cdk.json': {
        context: { alertEmails: 'a@example.com', allowlistFile: 'allowed.txt', learningDays: 5, forgetDays: 30 },
      },
      'allowed.txt': '203.0.113.0/24 # office\n',
    },
    ['-c', 'learningDays=7', '-c', 'alertEmails=b@example.org,c@example.org'],
  );
  expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
  expect(configuration).toMatchObject({
    learningDays: 7,
    forgetDays: 30,
    alertEmails: ['b@example.org', 'c@example.org'],
    allowlist: [{ cidr: '203.0.113.0/24', reason: 'office' }],
  });
});

test('wrong: every problem, no stack trace, nothing to deploy', () => {
  const { status, output } = synth(
    { 'cdk.json': { context: { allowlist: ['10.1.2.3/8'], alowlist: [], slackChannelId: 'C0123ABCDEF' } } },
    ['-c', 'learningDays=many'],
  );
  expect(status).not.toBe(0);
  const [, told] = /(The configuration cannot be deployed:\n(?: {2}.*\n)+)/.exec(output)!;
  expect(told).toMatchInlineSnapshot(`
"The configuration cannot be deployed:
  alowlist: no such key; did you mean "allowlist"?
  allowlist[0]: "10.1.2.3/8" has host bits set; write "10.0.0.0/8"
  learningDays: "many" is not a whole number; write a whole number from 0 to 90 (0: no learning)
  slackChannelId: "C0123ABCDEF" needs slackWorkspaceId; write both or neither
"
`);
  expect(output).not.toMatch(/^\s+at /m);
});

test('a file that is not there is one clear line', () => {
  const { status, output } = synth({
    'cdk.json': { context: { alertEmails: 'a@example.com', allowlistFile: 'nope.txt' } },
  });
  expect(status).not.toBe(0);
  expect(output).toMatch(/^ {2}allowlistFile: "nope.txt" cannot be read: there is no .*nope\.txt$/m);
  expect(output).not.toMatch(/^\s+at /m);
});
