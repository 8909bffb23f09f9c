import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type CheckedConfiguration, S3AccessWatch } from './s3-access-watch';

/** `S3AccessWatch`, or `S3AccessWatch-dev` with a stage, so that several stacks can coexist. */
export function stackName(stage: string | null): string {
  return `S3AccessWatch${stage === null ? '' : `-${stage}`}`;
}

/** A stack that contains only the watch. Its outputs say what to do after the deployment. */
export class AccessWatchStack extends Stack {
  readonly watch: S3AccessWatch;

  constructor(scope: Construct, outcome: CheckedConfiguration, props: StackProps = {}) {
    super(scope, stackName(outcome.configuration.stage), {
      description: 'Tells when an S3 bucket is reached from an unapproved or new address',
      ...props,
    });
    this.watch = new S3AccessWatch(this, 'Watch', outcome);
    const { logBucket, table, alerts, dashboardUrl } = this.watch;
    const { bucketName } = logBucket.bucket;
    this.output('LogBucket', bucketName, 'Where your buckets have to send their access logs');
    this.output(
      'StateTable',
      table.tableName,
      'What is remembered; "table" in cdk.json takes it over in another deployment',
    );
    this.output('AlertTopic', alerts.topic.topicArn, 'Where alerts are published');
    this.output('Dashboard', dashboardUrl, 'Does it work, how far behind is it, what did it find');
    this.output(
      'TurnLoggingOn',
      `aws s3api put-bucket-logging --bucket BUCKET --bucket-logging-status '${loggingStatus(bucketName, logBucket.prefix)}'`,
      'For each bucket to watch, in this account and Region; it replaces a logging target that the bucket has already',
    );
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}

/**
 * Logging status with the partitioned key format, by delivery time: the key then contains the delivery time, account,
 * Region and bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html#server-access-logging-overview
 */
function loggingStatus(targetBucket: string, targetPrefix: string): string {
  return JSON.stringify({
    LoggingEnabled: {
      TargetBucket: targetBucket,
      TargetPrefix: targetPrefix,
      TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource: 'DeliveryTime' } },
    },
  });
}
