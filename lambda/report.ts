import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Usage } from '../lib/adapters/aws/dynamo-table';
import type { MetricName } from '../lib/config/deployed-names';
import type { Detected } from '../lib/detect/detect-log-object';
import type { Notified } from '../lib/notify/notify';
import type { UnreadableKind } from '../lib/ports';
import { isRemembering, SWITCHED_RULES } from '../lib/rules/rule-of';
import type { NotifiedObject } from './read-event';

/**
 * The function's own logs, with stable event names, and its metrics. No metric has a dimension whose value comes from
 * an access log: that is untrusted text, and each value costs money. The logs contain no complete records, except one
 * line of each log object that has lines that could not be parsed.
 */
export interface Report {
  detected(logObject: NotifiedObject, detected: Detected, writtenAt: number | null): void;
  /** The log object was deleted before it was read. */
  deleted(logObject: NotifiedObject): void;
  /** `event` is the name of the log event. */
  failed(event: string, error: unknown): void;
  notified(notified: Notified): void;
  /** A run that should have sent alerts failed before it could begin. */
  notifyingFailed(error: unknown): void;
  silent(buckets: readonly string[]): void;
  subscriptions(confirmed: SubscriptionCounts): void;
  used(usage: Usage): void;
  /** Writes the metrics of this invocation. */
  end(): void;
}

/** Confirmed subscriptions to the alert topic and to the operations topic; null: not counted. */
export interface SubscriptionCounts {
  readonly alerts: number | null;
  readonly operations: number | null;
}

/** The metric of each kind of log object that could not be read to its end; all count as `LogObjectsUnreadable`, too. */
const READ_FAILURE_METRICS: Readonly<Record<UnreadableKind, MetricName>> = {
  damaged: 'LogObjectsDamaged',
  'too-large': 'LogObjectsTooLarge',
  packed: 'LogObjectsPacked',
  'other-format': 'LogObjectsOfOtherFormat',
};

/** Maximum number of buckets that one log entry names. */
const MAX_LOGGED_BUCKETS = 100;

export function createReport(logger: Logger, metrics: Metrics): Report {
  function count(name: MetricName, value: number): void {
    metrics.addMetric(name, MetricUnit.Count, value);
  }

  function duration(name: MetricName, milliseconds: number): void {
    metrics.addMetric(name, MetricUnit.Milliseconds, milliseconds);
  }

  return {
    detected({ bucket, key }, detected, writtenAt) {
      const { records, parseFailures, firstFailure, counts, findings, learned, longestOverdue, latest } = detected;
      const { recordsWithImplausibleTime, recordsOfOtherBuckets } = counts;
      const { isMisplaced, failure } = detected;
      const implausible = recordsWithImplausibleTime + recordsOfOtherBuckets + (isMisplaced ? 1 : 0);
      const found = SWITCHED_RULES.map((rule) => ({ rule, count: findings.get(rule.id) ?? 0 }));
      const newPairs = found.reduce((sum, { rule, count }) => sum + (isRemembering(rule) ? count : 0), learned);
      count('LogObjects', 1);
      count('Records', records);
      count('ParseFailures', parseFailures);
      count('RecordsWithoutIp', counts.recordsWithoutIp);
      count('InvalidRemoteIps', counts.invalidRemoteIps);
      count('TrustedRecords', counts.trustedRecords);
      // Only if there are any, since S3 does not write such logs: a metric without data costs nothing.
      if (recordsWithImplausibleTime > 0) count('RecordsWithImplausibleTime', recordsWithImplausibleTime);
      if (recordsOfOtherBuckets > 0) count('RecordsOfOtherBuckets', recordsOfOtherBuckets);
      if (isMisplaced) count('LogObjectsMisplaced', 1);
      if (implausible > 0) count('ImplausibleLogs', implausible);
      count('NewPairs', newPairs);
      for (const { rule, count: findings } of found) if (rule.metric !== null) count(rule.metric.name, findings);
      if (longestOverdue > 0) duration('UnstoredFindingAge', longestOverdue);
      if (writtenAt !== null && Number.isFinite(latest)) {
        duration('DeliveryLag', Math.max(0, writtenAt - latest));
      }
      const logObject = { bucket, key };
      const byRule = Object.fromEntries(found.map(({ rule, count }) => [rule.metric?.logField ?? rule.id, count]));
      logger.info('log-object.detected', { logObject, records, parseFailures, ...byRule, learned });
      if (implausible > 0) {
        logger.warn('log-object.implausible', {
          logObject,
          recordsWithImplausibleTime: recordsWithImplausibleTime,
          recordsOfOtherBuckets,
          isMisplaced,
        });
      }
      if (failure !== null) {
        const { kind, message } = failure;
        count('LogObjectsUnreadable', 1);
        if (kind !== null) count(READ_FAILURE_METRICS[kind], 1);
        logger.warn('log-object.incomplete', { logObject, kind, reason: message, records });
      }
      if (firstFailure === null) return;
      const { line, reason, text } = firstFailure;
      const event = records === 0 ? 'log-object.unreadable' : 'log-object.parse-failures';
      logger.warn(event, { logObject, parseFailures, firstFailure: { line, reason, text } });
    },
    deleted({ bucket, key }) {
      count('LogObjectsDeleted', 1);
      logger.warn('log-object.deleted', { logObject: { bucket, key } });
    },
    failed(event, error) {
      count('Failures', 1);
      logger.error(event, error as Error);
    },
    notified({ end, sent, failures, setAside, oldestDueFor }) {
      const hasChecked = oldestDueFor !== null;
      // Another run holds the lease, and reports these metrics.
      if (end === 'busy' && !hasChecked) return;
      count('AlertsSent', sent.length);
      count('PublishFailures', failures.length);
      if (setAside > 0) count('AlertsSetAside', setAside);
      // NotifierStopped counts these values, so a run that could not check for due alerts must not emit one.
      if (hasChecked) duration('OldestDueAge', oldestDueFor);
      for (const { alert } of sent) {
        const { alertId, kind, rule, bucket, totals } = alert;
        logger.info('alert.sent', { alertId, kind, rule: rule.id, severity: rule.severity, bucket, totals });
      }
      for (const error of failures) logger.error('alert.not-published', error as Error);
    },
    notifyingFailed(error) {
      count('PublishFailures', 1);
      logger.error('notifying.failed', error as Error);
    },
    silent(buckets) {
      // Zero where otherwise there would be no data, so that NoLogObjects is evaluated from the first day on.
      count('LogObjects', 0);
      count('SilentBuckets', buckets.length);
      if (buckets.length > 0) logger.warn('buckets.silent', { buckets: buckets.slice(0, MAX_LOGGED_BUCKETS) });
    },
    subscriptions({ alerts, operations }) {
      if (operations !== null) count('OperationsSubscriptions', operations);
      // CloudWatch notifies a change of state only once, so not before somebody is subscribed to alarms.
      if (alerts !== null && operations !== 0) count('AlertSubscriptions', alerts);
    },
    used({ reads, writes }) {
      count('ReadUnits', reads);
      count('WriteUnits', writes);
    },
    end: () => metrics.publishStoredMetrics(),
  };
}
