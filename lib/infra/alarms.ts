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
interface AlarmDefinition {
  /** The id of the alarm, and its heading in `docs/runbook.md`. */
  readonly name: string;
  /** What happened, in one sentence. */
  readonly summary: string;
  readonly metric: IMetric;
  /** The alarm fires if the metric is at least this; if `below` is set, if it is lower. */
  readonly threshold: number;
  readonly below?: true;
  /** The number of consecutive periods; default 1. */
  readonly periods?: number;
  /** Whether missing data counts as breaching. */
  readonly missingIsBreaching?: true;
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
    this.all = new Map(alarmDefinitions(props).map((one) => [one.name, this.createAlarm(one, props)]));
  }

  private createAlarm(definition: AlarmDefinition, { action, runbookUrl, dashboardUrl }: AlarmsProps): Alarm {
    const { name, summary, metric, threshold, below, periods = 1, missingIsBreaching } = definition;
    const whatToDo =
      runbookUrl === null
        ? `: section ${name} of the dashboard, ${dashboardUrl} (docs/runbook.md#${headingOf(name)})`
        : `: ${runbookUrl}#${headingOf(name)}`;
    const alarm = new Alarm(this, name, {
      alarmDescription: `${summary} What to do${whatToDo}`,
      metric,
      threshold,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: missingIsBreaching ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}

function alarmDefinitions(props: AlarmsProps): AlarmDefinition[] {
  const { feed, watcher, alerts, own, subscriptions, noLogsAlarmHours } = props;
  const { function: fn } = watcher;
  const { topic } = alerts;
  return [
    {
      name: 'QueueStuck',
      summary: 'New log objects have waited in the queue for more than an hour, so they have not been checked.',
      metric: feed.queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      threshold: 3600,
      periods: 3,
    },
    {
      name: 'DeadLetters',
      summary: 'Log objects failed five times and are in the dead-letter queue, so they have not been checked.',
      metric: feed.deadLetters.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      threshold: 1,
    },
    {
      name: 'EventsUndelivered',
      summary: 'EventBridge could not deliver events about new log objects to the queue.',
      metric: feed.undelivered.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      threshold: 1,
    },
    {
      name: 'EventsLost',
      summary: 'EventBridge could not deliver events about new log objects to the queue or to its dead-letter queue.',
      metric: eventsLost(feed.rule),
      threshold: 1,
    },
    {
      name: 'FunctionErrors',
      summary: 'The function has been failing for 15 minutes.',
      metric: fn.metricErrors({ period: FIVE_MINUTES }),
      threshold: 1,
      periods: 3,
    },
    {
      name: 'FunctionThrottled',
      summary: 'The function has been throttled for 15 minutes: the account allows too few concurrent executions.',
      metric: fn.metricThrottles({ period: FIVE_MINUTES }),
      threshold: 1,
      periods: 3,
    },
    {
      name: 'ParseFailures',
      summary: 'Lines of a log object could not be read, so the requests in them were not checked.',
      metric: own('ParseFailures', 'Sum', HOUR),
      threshold: 1,
    },
    {
      name: 'LogObjectsUnreadable',
      summary: 'A log object could not be read, or only in part, so its other requests were not checked.',
      metric: own('LogObjectsUnreadable', 'Sum', HOUR),
      threshold: 1,
    },
    {
      name: 'ImplausibleLogs',
      summary: 'Log objects contain data that S3 cannot have written, so part of it was not trusted.',
      metric: own('ImplausibleLogs', 'Sum', HOUR),
      threshold: 1,
    },
    {
      name: 'FindingsNotStored',
      summary: 'A new network was recorded more than two hours ago, but its finding was never stored.',
      // A claim may be owed for one hour; the metric is the time since then.
      metric: own('UnstoredFindingAge', 'Maximum', FIVE_MINUTES),
      threshold: 60 * MINUTE_MS,
    },
    {
      name: 'AlertsDelayed',
      summary: 'An alert has been due for more than 15 minutes and has not been sent.',
      metric: own('OldestDueAge', 'Maximum', FIVE_MINUTES),
      threshold: 15 * MINUTE_MS,
      periods: 3,
    },
    {
      name: 'NotifierStopped',
      summary: 'For 30 minutes, no run of the function was able to check for alerts that are due.',
      metric: own('OldestDueAge', 'SampleCount', FIVE_MINUTES),
      threshold: 1,
      below: true,
      periods: 6,
      missingIsBreaching: true,
    },
    {
      name: 'PublishFailures',
      summary: 'Sending alerts has failed for 15 minutes: the topic refuses them, or the table does not respond.',
      metric: own('PublishFailures', 'Sum', FIVE_MINUTES),
      threshold: 1,
      periods: 3,
    },
    {
      name: 'AlertsSetAside',
      summary: 'An alert could not be sent in five attempts and was set aside in the state table.',
      metric: own('AlertsSetAside', 'Sum', FIVE_MINUTES),
      threshold: 1,
    },
    ...(alerts.isOurs
      ? [
          {
            name: 'AlertsUndelivered',
            summary: 'The topic could not deliver an alert to a subscriber.',
            metric: topic.metricNumberOfNotificationsFailed({ period: FIVE_MINUTES }),
            threshold: 1,
          },
        ]
      : []),
    ...(subscriptions.alerts
      ? [
          {
            name: 'NoAlertSubscribers',
            summary: 'No subscription to the alerts is confirmed, so nobody receives them.',
            metric: own('AlertSubscriptions', 'Maximum', HOUR),
            threshold: 1,
            below: true as const,
          },
        ]
      : []),
    ...(subscriptions.alarms
      ? [
          {
            name: 'NoAlarmSubscribers',
            summary: 'No subscription to the alarms is confirmed, so they appear only on the dashboard.',
            metric: own('OperationsSubscriptions', 'Maximum', HOUR),
            threshold: 1,
            below: true as const,
          },
        ]
      : []),
    {
      name: 'LogObjectsDeleted',
      summary: 'A log object was deleted before it was read, so its requests were not checked.',
      metric: own('LogObjectsDeleted', 'Sum', HOUR),
      threshold: 1,
    },
    ...(noLogsAlarmHours > 0
      ? [
          {
            name: 'NoLogObjects',
            summary: `No log object has arrived for ${noLogsAlarmHours === 1 ? 'an hour' : `${noLogsAlarmHours} hours`}.`,
            metric: own('LogObjects', 'Sum', HOUR),
            threshold: 1,
            below: true as const,
            periods: noLogsAlarmHours,
          },
        ]
      : []),
    {
      name: 'BucketSilent',
      summary: 'A bucket has not logged for longer than ever before.',
      metric: own('SilentBuckets', 'Maximum', HOUR),
      threshold: 1,
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
