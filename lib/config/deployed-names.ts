import type { RuleMetric } from '../rules/rule';
import { SWITCHED_RULES } from '../rules/rule-of';

/*
 * Names that the stack gives to the function, and that the function reads or writes. Both sides import them from here,
 * so that the compiler finds a name that only one side knows.
 */

/** Environment variables of the function. Everything else stands in the configuration file beside the bundle. */
export const ENVIRONMENT = {
  accountId: 'ACCOUNT_ID',
  tableName: 'TABLE_NAME',
  alertTopicArn: 'ALERT_TOPIC_ARN',
  /** `true`: the function may count the subscriptions to the alerts, and does. */
  countSubscriptions: 'COUNT_SUBSCRIPTIONS',
  /** Set where the function counts the subscriptions to the alarms. */
  operationsTopicArn: 'OPERATIONS_TOPIC_ARN',
  /** Where the databases of locations are; set unless `geo` is `none`. */
  geoFolder: 'GEO_FOLDER',
  /** The `service` dimension of the metrics, under the name that Powertools reads, too. */
  serviceName: 'POWERTOOLS_SERVICE_NAME',
} as const;

/** The file beside the function's bundle; its content is a `FunctionConfiguration`. */
export const CONFIGURATION_FILE = 'configuration.json';

export const METRICS_NAMESPACE = 'S3AccessWatch';

const FIXED_METRICS = [
  'LogObjects',
  'Records',
  'ParseFailures',
  'RecordsWithoutIp',
  'InvalidRemoteIps',
  'TrustedRecords',
  'RecordsWithOddTime',
  'RecordsOfOtherBuckets',
  'LogObjectsMisplaced',
  'LogsNotBelieved',
  'NewPairs',
  'PairsOwedFor',
  'DeliveryLag',
  'LogObjectsGone',
  'LogObjectsUnreadable',
  'LogObjectsDamaged',
  'LogObjectsTooLarge',
  'LogObjectsPacked',
  'LogObjectsOfOtherFormat',
  'Failures',
  'AlertsSent',
  'PublishFailures',
  'AlertsSetAside',
  'OldestDueFor',
  'AlertSubscriptions',
  'OperationsSubscriptions',
  'SilentBuckets',
  'ReadUnits',
  'WriteUnits',
] as const;

/** The name of one of the function's own metrics; the record of a rule names the metric of its findings. */
export type MetricName = (typeof FIXED_METRICS)[number] | RuleMetric['name'];

/** The function's own metrics. `lambda/report.ts` emits them; alarms and the dashboard show them. */
export const METRICS: readonly MetricName[] = [
  ...FIXED_METRICS,
  ...SWITCHED_RULES.flatMap(({ metric }) => (metric === null ? [] : [metric.name])),
];
