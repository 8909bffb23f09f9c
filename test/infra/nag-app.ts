import { App, Stack, Stage, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AccessWatchStack } from '../../lib/infra/access-watch-stack';
import { deploymentOutcome } from '../support/deployment-outcome';
import { keptContexts } from './contexts';

/**
 * Every stored context as a stack, checked by the AwsSolutions pack of cdk-nag; or, with the context `withFinding`,
 * a stack that has a finding.
 */
const app = new App();
if (app.node.tryGetContext('withFinding') === true) {
  new Bucket(new Stack(new Stage(app, 'finding'), 'Stack'), 'WithoutAccessLogs');
} else {
  for (const { name, values, region } of keptContexts()) {
    const stage = new Stage(app, name, region === undefined ? {} : { env: { account: '111122223333', region } });
    new AccessWatchStack(stage, deploymentOutcome(values, region));
  }
}
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
