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

/** Where S3 delivers access logs: made here, or there already. It announces each new object on EventBridge. */
export class LogBucket extends Construct {
  readonly bucket: IBucket;
  /** Keys that begin with it are logs; "": every key. */
  readonly prefix: string;
  /** ARN of the KMS key that its objects are encrypted with; null: S3's own. */
  readonly keyArn: string | null;

  constructor(scope: Construct, id: string, { logBucket, logPrefix, logBucketKeyArn, logExpiryDays }: LogBucketProps) {
    super(scope, id);
    this.prefix = logPrefix;
    this.keyArn = logBucketKeyArn;
    this.bucket = logBucket === null ? this.make(logExpiryDays) : this.takeOver(logBucket);
  }

  /** ARN of the objects that are logs. */
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
    // The construct's own flag would deploy a function to set this.
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
    // Without it S3 could deliver no more logs into the bucket, which stays.
    bucket.policy!.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'It receives access logs: logging its own access would create a log of every log.',
    );
    return bucket as IBucket; // whose optional properties the CDK's own types make undefined
  }

  /** Its policy, encryption and other notifications stay as they are; it has to let log delivery write already. */
  private takeOver(name: string): IBucket {
    const stack = Stack.of(this);
    const handlerLogs = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      // CloudFormation cuts the stack's name where the function's would become too long.
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
    // Its notifications are written anew as they are: S3 is not to try where each of them goes, and refuse all if one fails.
    const written = bucket.node.findChild('Notifications').node.findChild('Resource') as CfnResource;
    written.addPropertyOverride('SkipDestinationValidation', true);
    return bucket;
  }
}

/**
 * Of the function with which the CDK writes notifications, once for all buckets of a stack: each bucket adds its right
 * to it. Only the managed policy is left out, which would let it write any log.
 */
class NotificationsRole extends Role {
  override addManagedPolicy(): void {}
}
