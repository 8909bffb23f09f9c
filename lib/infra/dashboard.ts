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
import type { MetricName } from '../config/deployed-names';
import { SWITCHED_RULES } from '../rules/rule-of';
import type { Feed } from './feed';
import type { OwnMetric } from './own-metrics';
import { type RunbookNames, readRunbook } from './runbook';
import type { Watcher } from './watch-function';

export interface DashboardProps {
  readonly name: string;
  /** Keyed by the headings of the runbook. */
  readonly alarms: ReadonlyMap<string, Alarm>;
  readonly feed: Feed;
  readonly watcher: Watcher;
  readonly own: OwnMetric;
  /** The resources that the commands of the runbook use. */
  readonly names: RunbookNames;
}

const PERIOD = Duration.minutes(15);
const DAY = Duration.days(1);
const FULL = 24;

/** The metric of each rule's findings. */
function findingMetrics(metricOf: (name: MetricName, rule: string) => IMetric): IMetric[] {
  return SWITCHED_RULES.flatMap(({ id, metric }) => (metric === null ? [] : [metricOf(metric.name, id)]));
}

/**
 * The dashboard answers, from top to bottom: does it work, how far is it behind, what did it find, what does it cost.
 * Below that, it shows the section of the runbook for each alarm.
 */
export function dashboard(scope: Construct, id: string, props: DashboardProps): Dashboard {
  const { name: dashboardName, alarms, feed, watcher, own, names } = props;
  const { function: fn } = watcher;
  const sum = (name: MetricName, label: string, period = PERIOD): IMetric => own(name, 'Sum', period).with({ label });
  const graph = (title: string, left: IMetric[], width: number): IWidget =>
    new GraphWidget({ title, left, width, height: 6, leftYAxis: { min: 0 } });
  const heading = (markdown: string): IWidget => new TextWidget({ markdown, width: FULL, height: 1 });

  const board = new Dashboard(scope, id, { dashboardName, defaultInterval: Duration.days(3) });
  board.addWidgets(heading('## Health'));
  board.addWidgets(
    new AlarmStatusWidget({ title: 'Alarms: every way to miss an alert', alarms: [...alarms.values()], width: FULL }),
  );
  board.addWidgets(
    new SingleValueWidget({
      title: 'Last 24 hours',
      width: FULL,
      height: 4,
      metrics: [
        sum('LogObjects', 'log objects', DAY),
        sum('Records', 'records', DAY),
        ...findingMetrics((name, rule) => sum(name, `${rule} findings`, DAY)),
        sum('AlertsSent', 'alerts sent', DAY),
        sum('ParseFailures', 'unreadable lines', DAY),
      ],
    }),
  );
  board.addWidgets(heading('## Delay'));
  board.addWidgets(
    graph(
      'Log delivery: from the last request in a log object to its delivery (ms)',
      [own('DeliveryLag', 'p50', PERIOD), own('DeliveryLag', 'Maximum', PERIOD)],
      8,
    ),
    graph(
      'Oldest log object in the queue (s)',
      [feed.queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, statistic: 'Maximum' })],
      8,
    ),
    graph('Oldest alert that is due but not sent (ms)', [own('OldestDueAge', 'Maximum', PERIOD)], 8),
  );
  board.addWidgets(heading('## Findings'));
  board.addWidgets(
    graph('Findings', findingMetrics(sum), 8),
    graph('New pairs and alerts', [sum('NewPairs', 'new pairs'), sum('AlertsSent', 'alerts sent')], 8),
    graph(
      'Skipped or unusual records',
      [
        sum('RecordsWithoutIp', 'without a remote IP'),
        sum('TrustedRecords', 'trusted'),
        sum('InvalidRemoteIps', 'invalid remote IP'),
        sum('RecordsOfOtherBuckets', 'of another bucket than the log object'),
        sum('RecordsWithImplausibleTime', 'with an impossible time'),
        sum('LogObjectsMisplaced', 'log objects of another account or Region'),
        sum('ParseFailures', 'unreadable lines'),
      ],
      8,
    ),
  );
  board.addWidgets(
    graph(
      'Log objects not read to their end, by kind',
      [
        sum('LogObjectsUnreadable', 'together'),
        sum('LogObjectsDamaged', 'damaged gzip'),
        sum('LogObjectsTooLarge', 'gzip of too much'),
        sum('LogObjectsPacked', 'archives and other compression'),
        sum('LogObjectsOfOtherFormat', 'other formats'),
      ],
      8,
    ),
  );
  board.addWidgets(heading('## Failures and usage'));
  board.addWidgets(
    graph(
      'Failures',
      [
        fn.metricErrors({ period: PERIOD }),
        fn.metricThrottles({ period: PERIOD }),
        sum('Failures', 'failed queue messages'),
        sum('PublishFailures', 'alerts not sent'),
        sum('AlertsSetAside', 'alerts set aside'),
        feed.deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD, label: 'dead letters' }),
      ],
      8,
    ),
    graph('Table capacity', [sum('ReadUnits', 'read units'), sum('WriteUnits', 'write units')], 8),
    graph(
      'Function',
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
