import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { Configuration } from '../config/configuration';
import { hasAlarmSubscriptions } from '../config/destinations';
import { accountWideName } from './account-wide-name';
import { Alarms } from './alarms';
import type { AlertTopic } from './alert-topic';
import { dashboardUrl } from './console';
import { dashboard } from './dashboard';
import type { Feed } from './feed';
import type { LogBucket } from './log-bucket';
import type { OperationsTopic } from './operations-topic';
import { ownMetrics } from './own-metrics';
import type { RunbookNames } from './runbook';
import type { Watcher } from './watch-function';

/** The monitored resources, and the topic for alarms. */
export interface MonitoredParts {
  readonly logBucket: LogBucket;
  readonly feed: Feed;
  readonly table: ITable;
  readonly watcher: Watcher;
  readonly alerts: AlertTopic;
  readonly operations: OperationsTopic;
}

export interface SelfMonitoring {
  readonly alarms: Alarms;
  readonly dashboard: Dashboard;
  /** The URL of the dashboard. */
  readonly dashboardUrl: string;
}

/** Creates an alarm for each way to miss an alert, and a dashboard with the runbook, to which the alarms link. */
export function addSelfMonitoring(
  scope: Construct,
  configuration: Configuration,
  parts: MonitoredParts,
): SelfMonitoring {
  const { feed, watcher, alerts, operations } = parts;
  const { noDestination, noLogsAlarmHours, runbookUrl } = configuration;
  const subscriptions = { alerts: alerts.isOurs && !noDestination, alarms: hasAlarmSubscriptions(configuration) };
  if (subscriptions.alerts) watcher.countAlertSubscriptions(alerts);
  if (subscriptions.alarms) watcher.countAlarmSubscriptions(operations);
  const own = ownMetrics(watcher.serviceName);
  // Not a generated name: the dashboard refers to the alarms, and the alarms link to the dashboard.
  const name = accountWideName(scope);
  const url = dashboardUrl(scope, name);
  const alarms = new Alarms(scope, 'Alarms', {
    feed,
    watcher,
    alerts,
    own,
    subscriptions,
    noLogsAlarmHours,
    action: operations.action,
    runbookUrl,
    dashboardUrl: url,
  });
  const names = namesOf(parts);
  return {
    alarms,
    dashboard: dashboard(scope, 'Dashboard', { name, alarms: alarms.all, feed, watcher, own, names }),
    dashboardUrl: url,
  };
}

function namesOf({ logBucket, feed, table, watcher, alerts, operations }: MonitoredParts): RunbookNames {
  return {
    LOGS: watcher.logGroup.logGroupName,
    RULE: feed.rule.ruleName,
    QUEUE: feed.queue.queueUrl,
    DEAD: feed.deadLetters.queueUrl,
    UNDELIVERED: feed.undelivered.queueUrl,
    SCHEDULE: watcher.schedule.ruleName,
    BUCKET: logBucket.bucket.bucketName,
    TABLE: table.tableName,
    TOPIC: alerts.topic.topicArn,
    OPERATIONS: operations.topic.topicArn,
  };
}
