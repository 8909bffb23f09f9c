import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { RuleMetric } from '../rules/rule';
import { SWITCHED_RULES } from '../rules/rule-of';

/** What the function says of itself, besides what its rules find. */
const FIXED = [
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

/** One of them, or what a rule's findings are counted as: its record names that. */
export type OwnMetricName = (typeof FIXED)[number] | RuleMetric['name'];

/** All that `lambda/report.ts` writes. */
export const OWN_METRICS: readonly OwnMetricName[] = [
  ...FIXED,
  ...SWITCHED_RULES.flatMap(({ metric }) => (metric === null ? [] : [metric.name])),
];

export const NAMESPACE = 'S3AccessWatch';

/** One of the function's own metrics. */
export type OwnMetric = (name: OwnMetricName, statistic: string, period: Duration) => Metric;

/** The metrics of one deployment, whose `service` dimension is this. */
export function ownMetrics(serviceName: string): OwnMetric {
  return (metricName, statistic, period) =>
    new Metric({ namespace: NAMESPACE, metricName, statistic, period, dimensionsMap: { service: serviceName } });
}
