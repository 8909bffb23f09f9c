import { METRICS } from '../../lib/config/deployed-names';

/**
 * What a deployment costs a month, in US dollars, by list prices of us-east-1 in November 2026 without any free tier.
 * Storage of the logs is not in it, nor what S3 takes for anything that it does without us.
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
  /** https://aws.amazon.com/eventbridge/pricing/, opt-in events, which those of S3 are. */
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

/** What is assumed of the stream: log objects of 20 KB (some 30 records), all of known addresses, and few alerts. */
const ASSUMED = {
  hours: 730,
  /** Seconds of the function for a log object, and for a call beside that. */
  perObject: 0.04,
  perCall: 0.06,
  gigabytes: 1,
  /** Messages of a batch at the most, and how long one is waited for, seconds. */
  batch: 10,
  batchingWindow: 5,
  /** Lambda takes messages with five pollers, each with its own window; when nothing comes, each asks every 20 seconds. */
  pollers: 5,
  pollsAMinute: 3,
  /** A consistent read of its pairs now and then; the lease's read and two writes, and the index, of each call. */
  readUnitsPerObject: 2,
  readUnitsPerCall: 2,
  writeUnitsPerCall: 2,
  /** Lines of log, and embedded metrics; bytes. */
  logPerObject: 400,
  logPerCall: 2_500,
} as const;

export interface CostLine {
  readonly resource: string;
  /** For each number of log objects an hour, dollars a month. */
  readonly cost: readonly number[];
}

/** `alarmMetrics`: the metrics that alarms look at, of all of them together. */
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
      resource: 'SQS: put, taken, deleted',
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

/** Calls a month: each minute's, and one for each batch that the window makes. */
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
    row(['**Together**', ...dollars(total).map((amount) => `**${amount}**`)]),
  ].join('\n');
}
