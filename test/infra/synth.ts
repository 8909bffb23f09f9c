/**
 * `npm run synth`: what `cdk deploy` would deploy. Through the CDK's own command line, which checks templates against
 * the schemas of CloudFormation: the example of `cdk.json`, the same with 10,000 entries in its allowlist, and all
 * contexts of `test/infra/contexts` under cdk-nag's AwsSolutions pack. A finding that nobody acknowledged is an error.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/root';
import { keptContext, keptContexts } from './contexts';

const CDK = join(ROOT, 'node_modules', '.bin', 'cdk');
const TSX = join(ROOT, 'node_modules', '.bin', 'tsx');

interface Run {
  readonly name: string;
  readonly app: string;
  readonly context: Readonly<Record<string, unknown>>;
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { readonly type: string; readonly properties?: { templateFile?: string; directoryName?: string } }>
  >;
}

/** The stacks in a folder that the CDK made, by their paths, and how many resources each has. */
function stacksIn(folder: string): string[] {
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  return Object.entries(artifacts).flatMap(([id, { type, properties }]) => {
    if (type === 'cdk:cloud-assembly') return stacksIn(join(folder, properties!.directoryName!));
    if (type !== 'aws:cloudformation:stack') return [];
    const template = JSON.parse(readFileSync(join(folder, properties!.templateFile!), 'utf8')) as { Resources: object };
    return [`${id}: ${Object.keys(template.Resources).length} resources`];
  });
}

function synthesize({ name, app, context }: Run, directory: string): boolean {
  mkdirSync(directory);
  writeFileSync(join(directory, 'cdk.json'), JSON.stringify({ app, context }));
  const args = ['synth', '--all', '--quiet', '--no-notices', '--no-version-reporting'];
  const { status, stdout, stderr } = spawnSync(CDK, args, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: '1', HOME: directory },
  });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`);
  if (status === 0) for (const stack of stacksIn(join(directory, 'cdk.out'))) console.log(`  ${stack}`);
  else console.log(stdout + stderr);
  return status === 0;
}

function main(): void {
  const contexts = keptContexts();
  const app = `${TSX} ${join(ROOT, 'bin', 'app.ts')}`;
  const runs: Run[] = [
    { name: 'the example', app, context: keptContext('example') },
    { name: 'an allowlist of 10,000 entries', app, context: keptContext('many-entries') },
    {
      name: `${contexts.length} contexts under cdk-nag's AwsSolutions, no finding that is not acknowledged`,
      app: `${TSX} ${join(__dirname, 'nag-app.ts')}`,
      context: {},
    },
  ];
  const folder = mkdtempSync(join(tmpdir(), 's3-access-watch-synth-'));
  try {
    const failed = runs.filter((run, index) => !synthesize(run, join(folder, String(index))));
    if (failed.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
