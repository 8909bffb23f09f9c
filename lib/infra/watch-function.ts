import { Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  EventSourceMapping,
  Function as LambdaFn,
  type LayerVersion,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { STATE_TABLE } from '../adapters/aws/state-table-schema';
import type { Configuration } from '../config/configuration';
import { ENVIRONMENT } from '../config/deployed-names';
import { acknowledgeWildcard } from './acknowledge';
import type { AlertTopic } from './alert-topic';
import type { Feed } from './feed';
import { HANDLER, withFunctionAsset } from './function-asset';
import { LAYER_FOLDER } from './geography-layers';
import type { LogBucket } from './log-bucket';
import type { OperationsTopic } from './operations-topic';

/** Maximum number of log objects per invocation, and how long to wait for them: logs are hours late anyway. */
const BATCH_SIZE = 10;
const BATCHING_WINDOW = Duration.seconds(5);

/** Concurrent invocations, of the ten that a new account has. Also limits concurrent connections and writes. */
const MAX_CONCURRENCY = 5;

/** CPU power is proportional to memory. Fetching a log object takes a hundred times as long as parsing it. */
const MEMORY_MIB = 1024;

/**
 * The function: runs detection on new log objects and sends due alerts. Each method grants a permission together with
 * the environment variable that the function needs to use it, so that neither can be forgotten.
 */
export class Watcher extends Construct {
  static readonly TIMEOUT = Duration.minutes(5);

  readonly function: LambdaFn;
  readonly logGroup: LogGroup;
  readonly schedule: Rule;
  /** The `service` dimension of its metrics, which differs between deployments in one account and Region. */
  readonly serviceName: string;
  private readonly role: Role;

  constructor(scope: Construct, id: string, configuration: Configuration) {
    super(scope, id);
    this.serviceName = Names.uniqueResourceName(this, { maxLength: 100, separator: '-' });
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      description: 'Reads access logs, stores sightings, publishes alerts',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]);
    this.function = withFunctionAsset(
      this,
      configuration,
      (code) =>
        new LambdaFn(this, 'Function', {
          description: 'Detects access from unapproved and new addresses in S3 access logs, and sends alerts',
          runtime: Runtime.NODEJS_24_X,
          architecture: Architecture.ARM_64,
          code,
          handler: HANDLER,
          timeout: Watcher.TIMEOUT,
          memorySize: MEMORY_MIB,
          role: this.role.withoutPolicyUpdates(),
          logGroup: this.logGroup,
          // The schedule invokes the function every minute. Retries would only add concurrent invocations.
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
          environment: {
            [ENVIRONMENT.accountId]: Stack.of(this).account,
            [ENVIRONMENT.serviceName]: this.serviceName,
          },
        }),
    );
    this.schedule = new Rule(this, 'EveryMinute', {
      description: 'Runs the function every minute to send alerts that are due',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(this.function, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }

  /** Lets the function read objects under the log prefix, and find out that an object was deleted. */
  readLogsFrom({ bucket, prefix, keyArn, logsArn }: LogBucket): void {
    this.allow(['s3:GetObject', 's3:GetObjectVersion'], [logsArn]);
    // Without this permission, S3 returns 403 instead of 404 for a deleted object.
    this.allow(
      ['s3:ListBucket'],
      [bucket.bucketArn],
      // S3 checks this permission for GetObject too, and such a request has no prefix to compare.
      prefix === '' ? {} : { StringLikeIfExists: { 's3:prefix': `${prefix}*` } },
    );
    if (keyArn !== null) this.allow(['kms:Decrypt'], [keyArn]);
    acknowledgeWildcard(this.role, logsArn, 'It may read any log object under the prefix, and nothing else.');
  }

  receiveFrom({ queue }: Feed): void {
    this.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [queue.queueArn]);
    new EventSourceMapping(this, 'Feed', {
      target: this.function,
      eventSourceArn: queue.queueArn,
      batchSize: BATCH_SIZE,
      maxBatchingWindow: BATCHING_WINDOW,
      maxConcurrency: MAX_CONCURRENCY,
      reportBatchItemFailures: true,
    }).node.addDependency(this.role);
  }

  keepStateIn(table: ITable): void {
    this.allow(
      ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      [table.tableArn],
    );
    this.allow(['dynamodb:Query'], [`${table.tableArn}/index/${STATE_TABLE.pendingIndex.name}`]);
    this.function.addEnvironment(ENVIRONMENT.tableName, table.tableName);
  }

  publishTo(alerts: AlertTopic): void {
    const { topic, keyArn } = alerts;
    alerts.allowOnlyPublisher(this.role);
    this.allow(['sns:Publish'], [topic.topicArn]);
    if (keyArn !== null) this.allow(['kms:Decrypt', 'kms:GenerateDataKey'], [keyArn]);
    this.function.addEnvironment(ENVIRONMENT.alertTopicArn, topic.topicArn);
  }

  /** Makes the function count the subscriptions to alerts. */
  countAlertSubscriptions({ topic }: AlertTopic): void {
    this.allow(['sns:GetTopicAttributes'], [topic.topicArn]);
    this.function.addEnvironment(ENVIRONMENT.countSubscriptions, 'true');
  }

  /** Makes the function count the subscriptions to alarms. */
  countAlarmSubscriptions({ topic }: OperationsTopic): void {
    this.allow(['sns:GetTopicAttributes'], [topic.topicArn]);
    this.function.addEnvironment(ENVIRONMENT.operationsTopicArn, topic.topicArn);
  }

  /** Adds the databases for the location and network of addresses. */
  addGeoLayers(layers: readonly LayerVersion[]): void {
    this.function.addLayers(...layers);
    this.function.addEnvironment(ENVIRONMENT.geoFolder, LAYER_FOLDER);
  }

  private allow(actions: string[], resources: string[], conditions: Record<string, unknown> = {}): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources, conditions }));
  }
}
