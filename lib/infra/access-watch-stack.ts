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
      description: 'Reports access to S3 buckets from unapproved and new IP addresses',
      ...props,
    });
    this.watch = new S3AccessWatch(this, 'Watch', outcome);
    const { logBucket, table, alerts, dashboardUrl } = this.watch;
    const { bucketName } = logBucket.bucket;
    this.output('LogBucket', bucketName, 'Target bucket for the access logs of your buckets');
    this.output(
      'StateTable',
      table.tableName,
      'State table; set "table" in cdk.json to reuse it in another deployment',
    );
    this.output('AlertTopic', alerts.topic.topicArn, 'SNS topic to which alerts are published');
    this.output('Dashboard', dashboardUrl, 'Health, delay, findings and the runbook');
    this.output(
      'TurnLoggingOn',
      `aws s3api put-bucket-logging --bucket BUCKET --bucket-logging-status '${loggingStatus(bucketName, logBucket.prefix)}'`,
      'Run this for each bucket to watch, in this account and Region; it replaces the logging target of the bucket, if any',
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
