import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** What the function says of itself; `lambda/report.ts` writes it. */
export const OWN_METRICS = [
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

export type OwnMetricName = (typeof OWN_METRICS)[number];

export const NAMESPACE = 'S3AccessWatch';

/** One of the function's own metrics. */
export type OwnMetric = (name: OwnMetricName, statistic: string, period: Duration) => Metric;

/** The metrics of one deployment, whose `service` dimension is this. */
export function ownMetrics(serviceName: string): OwnMetric {
  return (metricName, statistic, period) =>
    new Metric({ namespace: NAMESPACE, metricName, statistic, period, dimensionsMap: { service: serviceName } });
}
