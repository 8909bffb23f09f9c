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

/** The function's own metrics. `lambda/report.ts` emits them; alarms and the dashboard show them. */
export const METRICS = [
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
  'UnapprovedIpFindings',
  'NewIpFindings',
  'PairsOwedFor',
  'DeliveryLag',
  'LogObjectsGone',
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

export type MetricName = (typeof METRICS)[number];
