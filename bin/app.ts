import { App } from 'aws-cdk-lib';
import { loadDeployment } from '../lib/commands/configuration';
import { UsageError } from '../lib/commands/usage-error';
import { ConfigError } from '../lib/config/config-error';
import { AccessWatchStack } from '../lib/infra/access-watch-stack';
import { deployLocationOf } from '../lib/infra/deploy-location';

/** Creates the stack from the context of the app, or reports what is wrong with the context. */
async function main(): Promise<void> {
  const app = new App();
  // The CDK CLI sets these variables; without them, the template is for any account and Region.
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  const outcome = await loadDeployment(app.node.getAllContext(), deployLocationOf(region), Date.now());
  new AccessWatchStack(app, outcome, {
    env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
  });
}

main().catch((error: unknown) => {
  process.exitCode = 1;
  if (error instanceof ConfigError) {
    console.error(['The configuration cannot be deployed:', ...error.problems].join('\n  '));
  } else if (error instanceof UsageError) console.error(error.message);
  else throw error;
});
