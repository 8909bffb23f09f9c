import { Annotations } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Alarms } from './alarms';
import { AlertTopic } from './alert-topic';
import { Feed } from './feed';
import { geographyLayers } from './geography-layers';
import { LogBucket } from './log-bucket';
import { OperationsTopic } from './operations-topic';
import type { CheckedConfiguration, S3AccessWatchProps } from './props';
import { readProps } from './read-props';
import { monitorItself } from './self-monitoring';
import { slackChannel } from './slack';
import { stateTable } from './state-table';
import { Watcher } from './watch-function';

export type {
  AllowlistEntryProps,
  BucketSettingsProps,
  CheckedConfiguration,
  S3AccessWatchProps,
  TrustedProps,
} from './props';

/**
 * Watches S3 server access logs: notifies by e-mail or Slack when a bucket is reached from an address that should not
 * reach it, or from one that never reached it before. One is enough for all buckets of an account and Region, which
 * have to log to its log bucket.
 *
 * Wrong props throw one error with every problem; what is only odd becomes a warning of the stack.
 */
export class S3AccessWatch extends Construct {
  readonly logBucket: LogBucket;
  readonly feed: Feed;
  readonly table: ITable;
  readonly alerts: AlertTopic;
  readonly operations: OperationsTopic;
  readonly watcher: Watcher;
  readonly alarms: Alarms;
  readonly dashboard: Dashboard;
  /** Where people look at it. */
  readonly dashboardUrl: string;

  constructor(scope: Construct, id: string, props: S3AccessWatchProps | CheckedConfiguration) {
    super(scope, id);
    const { configuration, warnings } = 'configuration' in props ? props : readProps(this, props);
    const { alertEmails, operationsEmails } = configuration;

    this.logBucket = new LogBucket(this, 'Logs', configuration);
    this.feed = new Feed(this, 'Feed', { logBucket: this.logBucket, functionTimeout: Watcher.TIMEOUT });
    this.table = stateTable(this, 'State', configuration);
    this.alerts = new AlertTopic(this, 'Alerts', configuration);
    this.operations = new OperationsTopic(this, 'Operations', operationsEmails ?? alertEmails);

    this.watcher = new Watcher(this, 'Watcher', configuration);
    this.watcher.readsLogsOf(this.logBucket);
    this.watcher.takesFrom(this.feed);
    this.watcher.remembersIn(this.table);
    this.watcher.publishesTo(this.alerts);
    this.watcher.knowsPlaces(geographyLayers(this.watcher, configuration.geo));

    slackChannel(this, configuration, this.alerts, this.operations);
    const { alarms, dashboard, dashboardUrl } = monitorItself(this, configuration, this);
    this.alarms = alarms;
    this.dashboard = dashboard;
    this.dashboardUrl = dashboardUrl;

    const notes = Annotations.of(this);
    for (const warning of warnings) notes.addWarningV2(warningId(warning), warning);
    if (configuration.logBucket !== null) notes.addInfo(`logBucket: ${EXISTING_LOG_BUCKET}`);
  }
}

/** What it is about: `s3-access-watch:allowlist-3`; the CDK takes no brackets in it. */
function warningId(warning: string): string {
  const [place] = warning.split(': ', 1);
  return `s3-access-watch:${place!.replace(/\W+/g, '-').replace(/^-|-$/g, '')}`;
}

/** What the stack cannot see to where it does not make the log bucket. */
const EXISTING_LOG_BUCKET =
  'an existing log bucket is used as it is. It must be in this account and Region, and its policy must allow ' +
  'logging.s3.amazonaws.com to put objects. It must have no default retention, no Requester Pays, and no default KMS ' +
  'encryption if S3 itself delivers into it (docs/deploy.md). EventBridge is turned on for it and stays on when the ' +
  'stack is destroyed.';
