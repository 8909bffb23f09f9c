/**
 * `npm run synth`: synthesizes what `cdk deploy` would deploy, with the CDK command line, which checks templates
 * against the schemas of CloudFormation: the example of `cdk.json`, an allowlist of 10,000 entries, and all contexts of
 * `test/infra/contexts` with the AwsSolutions pack of cdk-nag. An unacknowledged finding is an error; a last run with
 * such a finding verifies that.
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
  /** The content of `cdk.json`; undefined: the one of the repository. */
  readonly cdkJson?: { readonly app: string; readonly context: Readonly<Record<string, unknown>> };
  /** The expected error; undefined: the synthesis must succeed. */
  readonly refused?: RegExp;
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { readonly type: string; readonly properties?: { templateFile?: string; directoryName?: string } }>
  >;
}

/** The stacks in a folder of the CDK, by path, with their number of resources. */
function stacksIn(folder: string): string[] {
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  return Object.entries(artifacts).flatMap(([id, { type, properties }]) => {
    if (type === 'cdk:cloud-assembly') return stacksIn(join(folder, properties!.directoryName!));
    if (type !== 'aws:cloudformation:stack') return [];
    const template = JSON.parse(readFileSync(join(folder, properties!.templateFile!), 'utf8')) as { Resources: object };
    return [`${id}: ${Object.keys(template.Resources).length} resources`];
  });
}

/** Whether the run ended as expected. */
function synthesize({ name, cdkJson, refused }: Run, directory: string): boolean {
  mkdirSync(directory);
  if (cdkJson !== undefined) writeFileSync(join(directory, 'cdk.json'), JSON.stringify(cdkJson));
  const output = join(directory, 'cdk.out');
  // All stacks, including those in stages: otherwise the CDK would ignore the findings of cdk-nag for these.
  const args = ['synth', '**', '--output', output, '--quiet', '--no-notices', '--no-version-reporting'];
  const { status, stdout, stderr } = spawnSync(CDK, args, {
    cwd: cdkJson === undefined ? ROOT : directory,
    encoding: 'utf8',
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: '1', HOME: directory },
  });
  const isAsExpected = refused === undefined ? status === 0 : status !== 0 && refused.test(stdout + stderr);
  console.log(`${isAsExpected ? 'ok' : 'FAILED'}: ${name}`);
  if (!isAsExpected) console.log(stdout + stderr);
  else if (status === 0) for (const stack of stacksIn(output)) console.log(`  ${stack}`);
  return isAsExpected;
}

function main(): void {
  const contexts = keptContexts();
  const app = `${TSX} ${join(ROOT, 'bin', 'app.ts')}`;
  const nagApp = `${TSX} ${join(__dirname, 'nag-app.ts')}`;
  const runs: Run[] = [
    { name: 'the example, with the cdk.json of the repository' },
    { name: 'an allowlist of 10,000 entries', cdkJson: { app, context: keptContext('many-entries') } },
    {
      name: `${contexts.length} contexts under cdk-nag's AwsSolutions, no finding that is not acknowledged`,
      cdkJson: { app: nagApp, context: {} },
    },
    {
      name: 'an unacknowledged finding is an error',
      cdkJson: { app: nagApp, context: { withFinding: true } },
      refused: /AwsSolutions-S1\b/,
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
