import type { RuleMetric } from '../rules/rule';
import { SWITCHED_RULES } from '../rules/rule-of';

/*
 * Names that the stack and the function share. Both import them from here, so that the compiler finds a name that only
 * one of them uses.
 */

/** Environment variables of the function. All other settings are in the configuration file beside the bundle. */
export const ENVIRONMENT = {
  accountId: 'ACCOUNT_ID',
  tableName: 'TABLE_NAME',
  alertTopicArn: 'ALERT_TOPIC_ARN',
  /** `true`: the function counts the subscriptions to the alerts, and has the permission to do so. */
  countSubscriptions: 'COUNT_SUBSCRIPTIONS',
  /** Set if the function counts the subscriptions to the alarms. */
  operationsTopicArn: 'OPERATIONS_TOPIC_ARN',
  /** Directory of the geographic databases; set unless `geo` is `none`. */
  geoFolder: 'GEO_FOLDER',
  /** The `service` dimension of the metrics. Powertools reads this variable, too. */
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
  'RecordsWithImplausibleTime',
  'RecordsOfOtherBuckets',
  'LogObjectsMisplaced',
  'ImplausibleLogs',
  'NewPairs',
  'UnstoredFindingAge',
  'DeliveryLag',
  'LogObjectsDeleted',
  'LogObjectsUnreadable',
  'LogObjectsDamaged',
  'LogObjectsTooLarge',
  'LogObjectsPacked',
  'LogObjectsOfOtherFormat',
  'Failures',
  'AlertsSent',
  'PublishFailures',
  'AlertsSetAside',
  'OldestDueAge',
  'AlertSubscriptions',
  'OperationsSubscriptions',
  'SilentBuckets',
  'ReadUnits',
  'WriteUnits',
] as const;

/** The name of one of the function's own metrics. The record of each rule contains the metric of its findings. */
export type MetricName = (typeof FIXED_METRICS)[number] | RuleMetric['name'];

/** The function's own metrics. `lambda/report.ts` emits them; alarms and the dashboard show them. */
export const METRICS: readonly MetricName[] = [
  ...FIXED_METRICS,
  ...SWITCHED_RULES.flatMap(({ metric }) => (metric === null ? [] : [metric.name])),
];
