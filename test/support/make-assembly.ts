import { App } from 'aws-cdk-lib';
import { AccessWatchStack } from '../../lib/infra/access-watch-stack';
import { deploymentOutcome } from './deployment-outcome';

export { S3AccessWatch } from '../../lib/infra/s3-access-watch';

/** The cloud assembly of a context: a folder with a template and assets. */
export interface Assembly {
  readonly directory: string;
  readonly stackId: string;
  readonly template: unknown;
  readonly notes: readonly { readonly level: string; readonly text: string }[];
}

/** Assemblies by context. No test changes one, so all test files of a process share them. */
const made = new Map<string, Assembly>();

export function makeAssembly(values: Readonly<Record<string, unknown>>, region?: string): Assembly {
  const key = JSON.stringify([values, region]);
  const known = made.get(key) ?? make(values, region);
  made.set(key, known);
  return known;
}

function make(values: Readonly<Record<string, unknown>>, region: string | undefined): Assembly {
  const app = new App({ analyticsReporting: false });
  const env = region === undefined ? {} : { env: { account: '111122223333', region } };
  const stack = new AccessWatchStack(app, deploymentOutcome(values, region), env);
  const { template, assembly, messages } = app.synth().getStackArtifact(stack.artifactId);
  return {
    directory: assembly.directory,
    stackId: stack.artifactId,
    template,
    notes: messages.map(({ level, entry }) => ({ level, text: String(entry.data) })),
  };
}
