import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** The metrics that the function publishes about itself; `lambda/report.ts` writes them. */
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

/** Returns one of the function's own metrics. */
export type OwnMetric = (name: OwnMetricName, statistic: string, period: Duration) => Metric;

/** The metrics of the deployment with this `service` dimension. */
export function ownMetrics(serviceName: string): OwnMetric {
  return (metricName, statistic, period) =>
    new Metric({ namespace: NAMESPACE, metricName, statistic, period, dimensionsMap: { service: serviceName } });
}
