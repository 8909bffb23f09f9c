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
import { CONFIGURATION_FILE, ENVIRONMENT, METRICS_NAMESPACE } from '../lib/config/deployed-names';
import type { FunctionConfiguration } from '../lib/config/function-configuration';
import { createDetector } from '../lib/detect/detector';
import { isNetworkRuleChosen } from '../lib/detection/bucket-policy';
import { compileSettings } from '../lib/detection/compile-settings';
import { renderAndPublish } from '../lib/notify/send-alert';
import type { Geography } from '../lib/ports';
import { type BatchResponse, type FunctionDependencies, watch } from './handle-event';
import { createReport } from './report';

let dependencies: FunctionDependencies | null = null;

/** Invoked by the queue, by the schedule, or directly with an event of S3 or EventBridge. */
export async function handler(event: unknown, context: Context): Promise<BatchResponse | undefined> {
  // Not when the module is loaded: an error here is the error of this invocation, and the next one tries again.
  dependencies ??= createDependencies();
  const until = Date.now() + context.getRemainingTimeInMillis();
  return watch(event, { id: `${context.awsRequestId} ${randomUUID()}`, until }, dependencies);
}

function createDependencies(): FunctionDependencies {
  const configuration = readConfigurationFile();
  const { slackChannelId, slackElsewhere } = configuration;
  const compiled = compileSettings(configuration);
  const table = dynamoTable(new DynamoDBClient({}), required(ENVIRONMENT.tableName));
  const state = dynamoState(table);
  const deployment = { accountId: process.env[ENVIRONMENT.accountId] ?? null, region: process.env.AWS_REGION ?? null };
  const topicArn = required(ENVIRONMENT.alertTopicArn);
  const serviceName = required(ENVIRONMENT.serviceName);
  const operationsTopicArn = process.env[ENVIRONMENT.operationsTopicArn];
  return {
    detector: createDetector({
      compiled,
      state,
      clock: systemClock,
      limits: configuration,
      newRunId,
      ...deployment,
    }),
    logObjects: s3LogObjects(new S3Client(S3_CLIENT_OPTIONS)),
    notifier: {
      state,
      sendAlert: renderAndPublish(snsPublisher(topicArn), { slack: slackChannelId !== null || slackElsewhere }),
      clock: systemClock,
      geography: geographyOf(configuration.geo),
      limits: configuration,
      ...deployment,
      isNetworkRuleChosen: (bucket) => isNetworkRuleChosen(compiled.policyOf(bucket)),
    },
    alertSubscriptions: process.env[ENVIRONMENT.countSubscriptions] === 'true' ? snsSubscriptions(topicArn) : null,
    operationsSubscriptions: operationsTopicArn === undefined ? null : snsSubscriptions(operationsTopicArn),
    report: createReport(new Logger({ serviceName }), new Metrics({ namespace: METRICS_NAMESPACE, serviceName })),
    usage: table.usage,
    healthChecksRanAt: 0,
  };
}

/** The databases are in the layers; a file of the operator's keeps its name there. */
function geographyOf(geo: GeoData): Geography {
  if (geo === 'none') return noGeography;
  const folder = required(ENVIRONMENT.geoFolder);
  return fileGeography(geo.endsWith('.mmdb') ? (join(folder, basename(geo)) as GeoData) : geo, () => folder);
}

/** The configuration as the stack validated it, in the same asset as this file. */
function readConfigurationFile(): FunctionConfiguration {
  const path = join(__dirname, CONFIGURATION_FILE);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as FunctionConfiguration;
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`the environment variable ${name} is not set`);
  return value;
}
