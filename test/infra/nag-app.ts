import { App, Stage, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AccessWatchStack } from '../../lib/infra/access-watch-stack';
import { deploymentOutcome } from '../support/deployment-outcome';
import { keptContexts } from './contexts';

/** Every kept context as a stack of its own, under the AwsSolutions pack of cdk-nag. */
const app = new App();
for (const { name, values, region } of keptContexts()) {
  const stage = new Stage(app, name, region === undefined ? {} : { env: { account: '111122223333', region } });
  new AccessWatchStack(stage, deploymentOutcome(values, region));
}
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
