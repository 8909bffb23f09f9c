import { METRICS } from '../../lib/config/deployed-names';

/**
 * The cost of a deployment per month, in US dollars, at list prices of us-east-1 in November 2026, without free tier.
 * Excludes the storage of the logs, and everything that S3 charges independent of this project.
 */
const PRICES = {
  /** https://aws.amazon.com/lambda/pricing/, arm64. */
  lambdaGigabyteSecond: 0.0000133334,
  lambdaRequest: 0.2e-6,
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  /** https://aws.amazon.com/sqs/pricing/ */
  queueRequest: 0.4e-6,
  /** https://aws.amazon.com/eventbridge/pricing/, opt-in events, such as those of S3. */
  s3Event: 1e-6,
  /** https://aws.amazon.com/s3/pricing/ */
  getObject: 0.4e-6,
  /** https://aws.amazon.com/cloudwatch/pricing/ */
  metric: 0.3,
  alarmMetric: 0.1,
  dashboard: 3,
  logGigabyte: 0.5,
  /** https://aws.amazon.com/kms/pricing/ */
  key: 1,
} as const;

/** Assumptions: log objects of 20 KB (about 30 records), all of known addresses, and few alerts. */
const ASSUMED = {
  hours: 730,
  /** Seconds of the function per log object, and per invocation in addition. */
  perObject: 0.04,
  perCall: 0.06,
  gigabytes: 1,
  /** Maximum messages per batch, and the batching window in seconds. */
  batch: 10,
  batchingWindow: 5,
  /** Lambda has five pollers, each with its own window; an idle poller asks every 20 seconds. */
  pollers: 5,
  pollsAMinute: 3,
  /** An occasional consistent read of pairs; per invocation, one read and two writes of the lease, and the index. */
  readUnitsPerObject: 2,
  readUnitsPerCall: 2,
  writeUnitsPerCall: 2,
  /** Log lines and embedded metrics; bytes. */
  logPerObject: 400,
  logPerCall: 2_500,
} as const;

export interface CostLine {
  readonly resource: string;
  /** Dollars per month, for each number of log objects per hour. */
  readonly cost: readonly number[];
}

/** `alarmMetrics`: the total number of metrics that alarms use. */
function monthlyCost(objectsPerHour: readonly number[], alarmMetrics: number): CostLine[] {
  const at = (cost: (objects: number, calls: number) => number): number[] =>
    objectsPerHour.map((perHour) => cost(perHour * ASSUMED.hours, callsFor(perHour)));
  const fixed = (cost: number): number[] => objectsPerHour.map(() => cost);
  const { perObject, perCall, gigabytes, hours, pollers, pollsAMinute } = ASSUMED;
  return [
    {
      resource: 'Lambda: the function',
      cost: at(
        (objects, calls) =>
          (objects * perObject + calls * perCall) * gigabytes * PRICES.lambdaGigabyteSecond +
          calls * PRICES.lambdaRequest,
      ),
    },
    {
      resource: 'EventBridge: an event for each log object',
      cost: at((objects) => objects * PRICES.s3Event),
    },
    {
      resource: 'SQS: sent, received, deleted',
      cost: at((objects, calls) => (objects + 2 * calls + pollers * pollsAMinute * 60 * hours) * PRICES.queueRequest),
    },
    { resource: 'S3: reading the log objects', cost: at((objects) => objects * PRICES.getObject) },
    {
      resource: 'DynamoDB: the state table',
      cost: at(
        (objects, calls) =>
          (objects * ASSUMED.readUnitsPerObject + calls * ASSUMED.readUnitsPerCall) * PRICES.readUnit +
          calls * ASSUMED.writeUnitsPerCall * PRICES.writeUnit,
      ),
    },
    {
      resource: 'CloudWatch: logs',
      cost: at(
        (objects, calls) => ((objects * ASSUMED.logPerObject + calls * ASSUMED.logPerCall) / 1e9) * PRICES.logGigabyte,
      ),
    },
    { resource: `CloudWatch: ${METRICS.length} metrics`, cost: fixed(METRICS.length * PRICES.metric) },
    { resource: 'CloudWatch: alarms and dashboard', cost: fixed(alarmMetrics * PRICES.alarmMetric + PRICES.dashboard) },
    { resource: 'KMS: the key of the operations topic', cost: fixed(PRICES.key) },
  ];
}

/** Invocations per month: one per minute, and one per batch. */
function callsFor(objectsPerHour: number): number {
  const { hours, batch, batchingWindow, pollers } = ASSUMED;
  const perWindow = ((objectsPerHour / 3600) * batchingWindow) / pollers;
  const perBatch = Math.min(batch, Math.max(1, perWindow));
  return 60 * hours + (objectsPerHour * hours) / perBatch;
}

/** The table of `docs/deploy.md`, in Markdown. */
export function costTable(objectsPerHour: readonly number[], alarmMetrics: number): string {
  const lines = monthlyCost(objectsPerHour, alarmMetrics);
  const total = objectsPerHour.map((_, index) => lines.reduce((sum, { cost }) => sum + cost[index]!, 0));
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const dollars = (amounts: readonly number[]): string[] => amounts.map((amount) => amount.toFixed(2));
  return [
    row(['US dollars a month', ...objectsPerHour.map((count) => `${count.toLocaleString('en')} an hour`)]),
    row(['---', ...objectsPerHour.map(() => '---:')]),
    ...lines.map(({ resource, cost }) => row([resource, ...dollars(cost)])),
    row(['**Total**', ...dollars(total).map((amount) => `**${amount}**`)]),
  ].join('\n');
}
