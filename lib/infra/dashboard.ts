import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { SWITCHED_RULES } from '../rules/rule-of';
import type { Feed } from './feed';
import type { OwnMetric, OwnMetricName } from './own-metrics';
import { type RunbookNames, readRunbook } from './runbook';
import type { Watcher } from './watch-function';

export interface DashboardProps {
  readonly name: string;
  /** By the headings of the runbook. */
  readonly alarms: ReadonlyMap<string, Alarm>;
  readonly feed: Feed;
  readonly watcher: Watcher;
  readonly own: OwnMetric;
  /** What the commands of the runbook are about. */
  readonly names: RunbookNames;
}

const PERIOD = Duration.minutes(15);
const DAY = Duration.days(1);
const FULL = 24;

/** The metric of each rule's findings. */
function ofRules(metricOf: (name: OwnMetricName, rule: string) => IMetric): IMetric[] {
  return SWITCHED_RULES.flatMap(({ id, metric }) => (metric === null ? [] : [metricOf(metric.name, id)]));
}

/**
 * Three questions, from the top: does it work, how far is it behind, what did it find; then what it costs; and below,
 * what to do about each alarm.
 */
export function dashboard(scope: Construct, id: string, props: DashboardProps): Dashboard {
  const { name: dashboardName, alarms, feed, watcher, own, names } = props;
  const { function: fn } = watcher;
  const sum = (name: OwnMetricName, label: string, period = PERIOD): IMetric =>
    own(name, 'Sum', period).with({ label });
  const graph = (title: string, left: IMetric[], width: number): IWidget =>
    new GraphWidget({ title, left, width, height: 6, leftYAxis: { min: 0 } });
  const heading = (markdown: string): IWidget => new TextWidget({ markdown, width: FULL, height: 1 });

  const board = new Dashboard(scope, id, { dashboardName, defaultInterval: Duration.days(3) });
  board.addWidgets(heading('## Does it work?'));
  board.addWidgets(
    new AlarmStatusWidget({ title: 'Every way to miss an alert', alarms: [...alarms.values()], width: FULL }),
  );
  board.addWidgets(
    new SingleValueWidget({
      title: 'The last day',
      width: FULL,
      height: 4,
      metrics: [
        sum('LogObjects', 'log objects', DAY),
        sum('Records', 'records', DAY),
        ...ofRules((name, rule) => sum(name, `${rule} findings`, DAY)),
        sum('AlertsSent', 'alerts sent', DAY),
        sum('ParseFailures', 'lines not read', DAY),
      ],
    }),
  );
  board.addWidgets(heading('## How far behind?'));
  board.addWidgets(
    graph(
      'Log delivery: from the last request in a log object to the object (ms)',
      [own('DeliveryLag', 'p50', PERIOD), own('DeliveryLag', 'Maximum', PERIOD)],
      8,
    ),
    graph(
      'Oldest log object in the queue (s)',
      [feed.queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, statistic: 'Maximum' })],
      8,
    ),
    graph('Oldest alert that is due and not sent (ms)', [own('OldestDueFor', 'Maximum', PERIOD)], 8),
  );
  board.addWidgets(heading('## What was found?'));
  board.addWidgets(
    graph('Findings', ofRules(sum), 8),
    graph('New pairs and alerts', [sum('NewPairs', 'new pairs'), sum('AlertsSent', 'alerts sent')], 8),
    graph(
      'Not judged',
      [
        sum('RecordsWithoutIp', 'without a remote IP'),
        sum('TrustedRecords', 'trusted'),
        sum('InvalidRemoteIps', 'invalid remote IP'),
        sum('RecordsOfOtherBuckets', 'not of the bucket that the log object names'),
        sum('RecordsWithOddTime', 'with a time that cannot be'),
        sum('LogObjectsMisplaced', 'log objects of another account or Region'),
        sum('ParseFailures', 'lines not read'),
      ],
      8,
    ),
  );
  board.addWidgets(heading('## What fails, and what it costs'));
  board.addWidgets(
    graph(
      'Failures',
      [
        fn.metricErrors({ period: PERIOD }),
        fn.metricThrottles({ period: PERIOD }),
        sum('Failures', 'messages that failed'),
        sum('PublishFailures', 'alerts not sent'),
        sum('AlertsSetAside', 'alerts set aside'),
        feed.deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD, label: 'dead letters' }),
      ],
      8,
    ),
    graph('Capacity of the table', [sum('ReadUnits', 'read units'), sum('WriteUnits', 'write units')], 8),
    graph(
      'The function',
      [fn.metricInvocations({ period: PERIOD }), fn.metricDuration({ period: PERIOD, statistic: 'p95' })],
      8,
    ),
  );
  const runbook = readRunbook();
  board.addWidgets(heading('## What to do about an alarm'));
  board.addWidgets(new TextWidget({ markdown: runbook.preparation(names), width: FULL, height: 9 }));
  const sections = [...alarms.keys()].map((alarm) => runbook.section(alarm));
  board.addWidgets(...sections.map((markdown) => new TextWidget({ markdown, width: FULL / 2, height: 8 })));
  return board;
}
