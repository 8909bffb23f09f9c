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
 * What the function says of itself: logs with event names that stay, and metrics. No metric has a dimension from the
 * content of logs: strangers would write it, and each value costs money. Logs hold no whole records, but of what could
 * not be read, one line.
 */
export interface Report {
  detected(logObject: NotifiedObject, detected: Detected, writtenAt: number | null): void;
  gone(logObject: NotifiedObject): void;
  failed(what: string, error: unknown): void;
  notified(notified: Notified): void;
  /** A run that should have sent what is due could not even begin. */
  notifyingFailed(error: unknown): void;
  silent(buckets: readonly string[]): void;
  subscriptions(confirmed: SubscriptionCounts): void;
  used(usage: Usage): void;
  /** Writes the metrics of this invocation. */
  end(): void;
}

/** How many receive what is published to the topic of the alerts, and of the alarms; null: nobody asked. */
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

/** How many buckets a line of log names. */
const MAX_NAMED = 100;

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
      const { recordsWithOddTime, recordsOfOtherBuckets } = counts;
      const { isMisplaced, failure } = detected;
      const found = SWITCHED_RULES.map((rule) => ({ rule, count: findings.get(rule.id) ?? 0 }));
      const newPairs = found.reduce((sum, { rule, count }) => sum + (isRemembering(rule) ? count : 0), learned);
      count('LogObjects', 1);
      count('Records', records);
      count('ParseFailures', parseFailures);
      count('RecordsWithoutIp', counts.recordsWithoutIp);
      count('InvalidRemoteIps', counts.invalidRemoteIps);
      count('TrustedRecords', counts.trustedRecords);
      // S3 writes no such log object: a metric without data costs nothing.
      if (recordsWithOddTime > 0) count('RecordsWithOddTime', recordsWithOddTime);
      if (recordsOfOtherBuckets > 0) count('RecordsOfOtherBuckets', recordsOfOtherBuckets);
      if (isMisplaced) count('LogObjectsMisplaced', 1);
      const notBelieved = recordsWithOddTime + recordsOfOtherBuckets + (isMisplaced ? 1 : 0);
      if (notBelieved > 0) count('LogsNotBelieved', notBelieved);
      count('NewPairs', newPairs);
      for (const { rule, count: findings } of found) if (rule.metric !== null) count(rule.metric.name, findings);
      if (longestOverdue > 0) duration('PairsOwedFor', longestOverdue);
      if (writtenAt !== null && Number.isFinite(latest)) {
        duration('DeliveryLag', Math.max(0, writtenAt - latest));
      }
      const logObject = { bucket, key };
      const byRule = Object.fromEntries(found.map(({ rule, count }) => [rule.metric?.logField ?? rule.id, count]));
      logger.info('log-object.detected', { logObject, records, parseFailures, ...byRule, learned });
      if (notBelieved > 0) {
        logger.warn('log-object.doubtful', { logObject, recordsWithOddTime, recordsOfOtherBuckets, isMisplaced });
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
    gone({ bucket, key }) {
      count('LogObjectsGone', 1);
      logger.warn('log-object.gone', { logObject: { bucket, key } });
    },
    failed(what, error) {
      count('Failures', 1);
      logger.error(what, error as Error);
    },
    notified({ end, sent, failures, setAside, oldestDueFor }) {
      const hasLooked = oldestDueFor !== null;
      // Another run had the lease, and says all this.
      if (end === 'busy' && !hasLooked) return;
      count('AlertsSent', sent.length);
      count('PublishFailures', failures.length);
      if (setAside > 0) count('AlertsSetAside', setAside);
      // An alarm rings where nobody looks: a run that could not look must not pass for one that did.
      if (hasLooked) duration('OldestDueFor', oldestDueFor);
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
      // Says that none came, where else nothing would be said: the alarm then counts from the first day on.
      count('LogObjects', 0);
      count('SilentBuckets', buckets.length);
      if (buckets.length > 0) logger.warn('buckets.silent', { buckets: buckets.slice(0, MAX_NAMED) });
    },
    subscriptions({ alerts, operations }) {
      if (operations !== null) count('OperationsSubscriptions', operations);
      // An alarm says a thing once: not before somebody hears it.
      if (alerts !== null && operations !== 0) count('AlertSubscriptions', alerts);
    },
    used({ reads, writes }) {
      count('ReadUnits', reads);
      count('WriteUnits', writes);
    },
    end: () => metrics.publishStoredMetrics(),
  };
}
