import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { dynamoState } from '../lib/adapters/aws/dynamo-state';
import { dynamoTable } from '../lib/adapters/aws/dynamo-table';
import { S3_CLIENT_OPTIONS, s3LogObjects } from '../lib/adapters/aws/s3-log-objects';
import { snsPublisher } from '../lib/adapters/aws/sns-publisher';
import { snsSubscriptions } from '../lib/adapters/aws/sns-subscriptions';
import { fileGeography, noGeography } from '../lib/adapters/geo/geography';
import { newRunId } from '../lib/adapters/run-ids';
import { systemClock } from '../lib/adapters/system-clock';
import type { GeoData } from '../lib/config/configuration';
import type { FunctionConfiguration } from '../lib/config/function-configuration';
import { rememberPairs } from '../lib/detect/remembered-pairs';
import { viewStreams } from '../lib/detect/stream-views';
import { watchBuckets } from '../lib/detect/watch-buckets';
import { isNetworkRuleChosen } from '../lib/detection/bucket-policy';
import { compileSettings } from '../lib/detection/compile-settings';
import type { Geography } from '../lib/ports';
import { type BatchAnswer, type FunctionDependencies, watch } from './handle-event';
import { createReport } from './report';

/** What the stack gives to the function; everything else stands in the configuration beside the bundle. */
const {
  TABLE_NAME,
  ALERT_TOPIC_ARN,
  ACCOUNT_ID,
  AWS_REGION,
  COUNT_SUBSCRIPTIONS,
  OPERATIONS_TOPIC_ARN,
  GEO_FOLDER,
  POWERTOOLS_SERVICE_NAME,
} = process.env;

let watcher: FunctionDependencies | null = null;

/** Called by the queue, by the schedule, or directly with an event of S3 or EventBridge. */
export async function handler(event: unknown, context: Context): Promise<BatchAnswer | undefined> {
  // Not when the module is loaded: an error here names what is wrong with this call, and the next one tries again.
  watcher ??= createDependencies();
  const until = Date.now() + context.getRemainingTimeInMillis();
  return watch(event, { id: `${context.awsRequestId} ${randomUUID()}`, until }, watcher);
}

function createDependencies(): FunctionDependencies {
  const configuration = readConfigurationFile();
  const { slackChannelId, slackElsewhere } = configuration;
  const compiled = compileSettings(configuration);
  const table = dynamoTable(new DynamoDBClient({}), required('TABLE_NAME', TABLE_NAME));
  const state = dynamoState(table);
  const deployment = { accountId: ACCOUNT_ID ?? null, region: AWS_REGION ?? null };
  const topicArn = required('ALERT_TOPIC_ARN', ALERT_TOPIC_ARN);
  const serviceName = required('POWERTOOLS_SERVICE_NAME', POWERTOOLS_SERVICE_NAME);
  return {
    detector: {
      compiled,
      state,
      clock: systemClock,
      remembered: rememberPairs(),
      buckets: watchBuckets(state),
      views: viewStreams(state),
      limits: configuration,
      newRunId,
      ...deployment,
    },
    logObjects: s3LogObjects(new S3Client(S3_CLIENT_OPTIONS)),
    notifier: {
      state,
      publisher: snsPublisher(topicArn, { slack: slackChannelId !== null || slackElsewhere }),
      clock: systemClock,
      geography: geographyOf(configuration.geo),
      limits: configuration,
      ...deployment,
      isNetworkRuleChosen: (bucket) => isNetworkRuleChosen(compiled.policyOf(bucket)),
    },
    alertSubscriptions: COUNT_SUBSCRIPTIONS === 'true' ? snsSubscriptions(topicArn) : null,
    operationsSubscriptions: OPERATIONS_TOPIC_ARN === undefined ? null : snsSubscriptions(OPERATIONS_TOPIC_ARN),
    report: createReport(new Logger({ serviceName }), new Metrics({ namespace: 'S3AccessWatch', serviceName })),
    usage: table.usage,
    lookedAroundAt: 0,
  };
}

/** Its files are in the layers; one of the operator's under its own name. */
function geographyOf(geo: GeoData): Geography {
  if (geo === 'none') return noGeography;
  const folder = required('GEO_FOLDER', GEO_FOLDER);
  return fileGeography(geo.endsWith('.mmdb') ? (join(folder, basename(geo)) as GeoData) : geo, () => folder);
}

/** The configuration as the stack validated it, in the same asset as this file. */
function readConfigurationFile(): FunctionConfiguration {
  const path = join(__dirname, 'configuration.json');
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as FunctionConfiguration;
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function required(name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new Error(`the environment variable ${name} is not set`);
  return value;
}
