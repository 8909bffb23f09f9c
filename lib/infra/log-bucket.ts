import { ArnFormat, type CfnResource, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Configuration } from '../config/configuration';
import { acknowledge, acknowledgeWildcard } from './acknowledge';

export type LogBucketProps = Pick<Configuration, 'logBucket' | 'logPrefix' | 'logBucketKeyArn' | 'logExpiryDays'>;

/**
 * The bucket to which S3 delivers access logs, new or existing. It sends an event for each new object to EventBridge.
 */
export class LogBucket extends Construct {
  readonly bucket: IBucket;
  /** Log objects have keys with this prefix; "": all keys. */
  readonly prefix: string;
  /** ARN of the KMS key that encrypts its objects; null: encrypted with keys of S3. */
  readonly keyArn: string | null;

  constructor(scope: Construct, id: string, { logBucket, logPrefix, logBucketKeyArn, logExpiryDays }: LogBucketProps) {
    super(scope, id);
    this.prefix = logPrefix;
    this.keyArn = logBucketKeyArn;
    this.bucket = logBucket === null ? this.make(logExpiryDays) : this.useExisting(logBucket);
  }

  /** ARN pattern of the log objects. */
  get logsArn(): string {
    return this.bucket.arnForObjects(`${this.prefix}*`);
  }

  private make(expiryDays: number | null): IBucket {
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: expiryDays === null ? [] : [{ expiration: Duration.days(expiryDays) }],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // The flag of the L2 construct would deploy a function that sets this.
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'S3LogDelivery',
        principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`${this.prefix}*`)],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    // The bucket outlives the stack, and S3 could not deliver logs to it without this policy.
    bucket.policy!.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'It receives access logs: logging its own access would create a log of every log.',
    );
    return bucket as IBucket; // its optional properties may be undefined in the CDK's own types
  }

  /**
   * Uses an existing bucket. Its policy, encryption and other notifications do not change; its policy must already
   * allow log delivery.
   */
  private useExisting(name: string): IBucket {
    const stack = Stack.of(this);
    const handlerLogs = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      // CloudFormation shortens the stack name if the function name would become too long.
      resourceName: `/aws/lambda/${Token.isUnresolved(stack.stackName) ? '' : stack.stackName.slice(0, 20)}*`,
    });
    const role = new NotificationsRole(this, 'NotificationsRole', {
      description: 'Turns on EventBridge for the log bucket and keeps its other notifications',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [handlerLogs],
      }),
    );
    acknowledgeWildcard(
      role,
      handlerLogs,
      'The function is created by the CDK, and the name of its log group is not known in advance.',
    );
    const bucket = Bucket.fromBucketAttributes(this, 'Bucket', {
      bucketName: name,
      notificationsHandlerRole: role,
    });
    bucket.enableEventBridgeNotification();
    // The CDK rewrites all notifications of the bucket. Without this, S3 would test each destination again and reject
    // the update if one of them fails.
    const notifications = bucket.node.findChild('Notifications').node.findChild('Resource') as CfnResource;
    notifications.addPropertyOverride('SkipDestinationValidation', true);
    return bucket;
  }
}

/**
 * The role of the function with which the CDK writes the notifications of all buckets of a stack; each bucket adds its
 * permission. Leaves out the managed policy, which would allow the function to write to any log group.
 */
class NotificationsRole extends Role {
  override addManagedPolicy(): void {}
}
