import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { AlertTopic } from './alert-topic';
import type { Feed } from './feed';
import type { OwnMetric } from './own-metrics';
import { headingOf } from './runbook';
import type { Watcher } from './watch-function';

export interface AlarmsProps {
  readonly feed: Feed;
  readonly watcher: Watcher;
  readonly alerts: AlertTopic;
  readonly own: OwnMetric;
  /** Whether the function counts the subscriptions to alerts and to alarms. */
  readonly subscriptions: { readonly alerts: boolean; readonly alarms: boolean };
  readonly noLogsAlarmHours: number;
  readonly action: IAlarmAction;
  /** URL of a page with a heading for each alarm; null: the dashboard. */
  readonly runbookUrl: string | null;
  /** URL of the dashboard, which shows the runbook as well. */
  readonly dashboardUrl: string;
}

/** The alarm for one way to miss an alert. */
interface Way {
  /** The id of the alarm, and its heading in `docs/runbook.md`. */
  readonly name: string;
  /** What happened, in one sentence. */
  readonly says: string;
  readonly metric: IMetric;
  /** The alarm fires if the metric is at least this; if `below` is set, if it is lower. */
  readonly from: number;
  readonly below?: true;
  /** The number of consecutive periods; default 1. */
  readonly periods?: number;
  /** Whether missing data counts as breaching. */
  readonly missingIsBad?: true;
}

const FIVE_MINUTES = Duration.minutes(5);
const HOUR = Duration.hours(1);
const MINUTE_MS = 60_000;

/** An alarm for each way to miss an alert. All notify the operations topic, when they fire and when they recover. */
export class Alarms extends Construct {
  /** Keyed by name, which is the heading in the runbook. */
  readonly all: ReadonlyMap<string, Alarm>;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.all = new Map(waysToMissAnAlert(props).map((way) => [way.name, this.alarm(way, props)]));
  }

  private alarm(way: Way, { action, runbookUrl, dashboardUrl }: AlarmsProps): Alarm {
    const { name, says, metric, from, below, periods = 1, missingIsBad } = way;
    const whatToDo =
      runbookUrl === null
        ? `: section ${name} of the dashboard, ${dashboardUrl} (docs/runbook.md#${headingOf(name)})`
        : `: ${runbookUrl}#${headingOf(name)}`;
    const alarm = new Alarm(this, name, {
      alarmDescription: `${says} What to do${whatToDo}`,
      metric,
      threshold: from,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: missingIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}

function waysToMissAnAlert(props: AlarmsProps): Way[] {
  const { feed, watcher, alerts, own, subscriptions, noLogsAlarmHours } = props;
  const { function: fn } = watcher;
  const { topic } = alerts;
  return [
    {
      name: 'QueueStuck',
      says: 'New log objects have waited in the queue for more than an hour, so they have not been checked.',
      metric: feed.queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      from: 3600,
      periods: 3,
    },
    {
      name: 'DeadLetters',
      says: 'Log objects failed five times and are in the dead-letter queue, so they have not been checked.',
      metric: feed.deadLetters.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      from: 1,
    },
    {
      name: 'EventsUndelivered',
      says: 'EventBridge could not deliver events about new log objects to the queue.',
      metric: feed.undelivered.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      from: 1,
    },
    {
      name: 'EventsLost',
      says: 'EventBridge could not deliver events about new log objects to the queue or to its dead-letter queue.',
      metric: eventsLost(feed.rule),
      from: 1,
    },
    {
      name: 'FunctionErrors',
      says: 'The function has been failing for 15 minutes.',
      metric: fn.metricErrors({ period: FIVE_MINUTES }),
      from: 1,
      periods: 3,
    },
    {
      name: 'FunctionThrottled',
      says: 'The function has been throttled for 15 minutes: the account allows too few concurrent executions.',
      metric: fn.metricThrottles({ period: FIVE_MINUTES }),
      from: 1,
      periods: 3,
    },
    {
      name: 'ParseFailures',
      says: 'Lines of a log object could not be read, so the requests in them were not checked.',
      metric: own('ParseFailures', 'Sum', HOUR),
      from: 1,
    },
    {
      name: 'LogObjectsUnreadable',
      says: 'A log object could not be read, or only in part, so its other requests were not checked.',
      metric: own('LogObjectsUnreadable', 'Sum', HOUR),
      from: 1,
    },
    {
      name: 'LogsNotBelieved',
      says: 'Log objects contain data that S3 cannot have written, so part of it was not trusted.',
      metric: own('LogsNotBelieved', 'Sum', HOUR),
      from: 1,
    },
    {
      name: 'PairsOwed',
      says: 'A new network was recorded more than two hours ago, but its finding was never stored.',
      // A claim may be owed for one hour; the metric is the time since then.
      metric: own('PairsOwedFor', 'Maximum', FIVE_MINUTES),
      from: 60 * MINUTE_MS,
    },
    {
      name: 'NotSent',
      says: 'An alert has been due for more than 15 minutes and has not been sent.',
      metric: own('OldestDueFor', 'Maximum', FIVE_MINUTES),
      from: 15 * MINUTE_MS,
      periods: 3,
    },
    {
      name: 'NobodySends',
      says: 'For 30 minutes, no run of the function was able to check for alerts that are due.',
      metric: own('OldestDueFor', 'SampleCount', FIVE_MINUTES),
      from: 1,
      below: true,
      periods: 6,
      missingIsBad: true,
    },
    {
      name: 'PublishFailures',
      says: 'Sending alerts has failed for 15 minutes: the topic refuses them, or the table does not respond.',
      metric: own('PublishFailures', 'Sum', FIVE_MINUTES),
      from: 1,
      periods: 3,
    },
    {
      name: 'AlertsSetAside',
      says: 'An alert could not be sent in five attempts and was set aside in the state table.',
      metric: own('AlertsSetAside', 'Sum', FIVE_MINUTES),
      from: 1,
    },
    ...(alerts.isOurs
      ? [
          {
            name: 'AlertsUndelivered',
            says: 'The topic could not deliver an alert to a subscriber.',
            metric: topic.metricNumberOfNotificationsFailed({ period: FIVE_MINUTES }),
            from: 1,
          },
        ]
      : []),
    ...(subscriptions.alerts
      ? [
          {
            name: 'NobodySubscribed',
            says: 'No subscription to the alerts is confirmed, so nobody receives them.',
            metric: own('AlertSubscriptions', 'Maximum', HOUR),
            from: 1,
            below: true as const,
          },
        ]
      : []),
    ...(subscriptions.alarms
      ? [
          {
            name: 'NobodyHearsAlarms',
            says: 'No subscription to the alarms is confirmed, so they appear only on the dashboard.',
            metric: own('OperationsSubscriptions', 'Maximum', HOUR),
            from: 1,
            below: true as const,
          },
        ]
      : []),
    {
      name: 'LogObjectsGone',
      says: 'A log object was deleted before it was read, so its requests were not checked.',
      metric: own('LogObjectsGone', 'Sum', HOUR),
      from: 1,
    },
    ...(noLogsAlarmHours > 0
      ? [
          {
            name: 'NoLogObjects',
            says: `No log object has arrived for ${noLogsAlarmHours === 1 ? 'an hour' : `${noLogsAlarmHours} hours`}.`,
            metric: own('LogObjects', 'Sum', HOUR),
            from: 1,
            below: true as const,
            periods: noLogsAlarmHours,
          },
        ]
      : []),
    {
      name: 'BucketSilent',
      says: 'A bucket has not logged for longer than ever before.',
      metric: own('SilentBuckets', 'Maximum', HOUR),
      from: 1,
    },
  ];
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
function eventsLost({ ruleName }: Rule): Metric {
  return new Metric({
    namespace: 'AWS/Events',
    metricName: 'InvocationsFailedToBeSentToDlq',
    statistic: 'Sum',
    period: FIVE_MINUTES,
    dimensionsMap: { RuleName: ruleName },
  });
}
