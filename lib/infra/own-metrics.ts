import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS_NAMESPACE, type MetricName } from '../config/deployed-names';

/** One of the function's own metrics. */
export type OwnMetric = (name: MetricName, statistic: string, period: Duration) => Metric;

/** The metrics of the deployment with this `service` dimension. */
export function ownMetrics(serviceName: string): OwnMetric {
  return (metricName, statistic, period) =>
    new Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      statistic,
      period,
      dimensionsMap: { service: serviceName },
    });
}
