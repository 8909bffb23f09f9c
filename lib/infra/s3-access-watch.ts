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
import { addSelfMonitoring } from './self-monitoring';
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
 * Watches S3 server access logs. Notifies by e-mail or Slack when a bucket is accessed from an address that is not
 * approved, or from one that never accessed it before. One construct is enough for all buckets of an account and
 * Region; the buckets have to log to its log bucket.
 *
 * Invalid props throw one error that lists every problem; questionable ones become warnings of the stack.
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
  /** The URL of the dashboard. */
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
    this.watcher.readLogsFrom(this.logBucket);
    this.watcher.receiveFrom(this.feed);
    this.watcher.keepStateIn(this.table);
    this.watcher.publishTo(this.alerts);
    this.watcher.addGeoLayers(geographyLayers(this.watcher, configuration.geo));

    slackChannel(this, configuration, this.alerts, this.operations);
    const { alarms, dashboard, dashboardUrl } = addSelfMonitoring(this, configuration, this);
    this.alarms = alarms;
    this.dashboard = dashboard;
    this.dashboardUrl = dashboardUrl;

    const notes = Annotations.of(this);
    for (const warning of warnings) notes.addWarningV2(warningId(warning), warning);
    if (configuration.logBucket !== null) notes.addInfo(`logBucket: ${EXISTING_LOG_BUCKET}`);
  }
}

/** The id of a warning, derived from its path: `s3-access-watch:allowlist-3`. The CDK allows no brackets in an id. */
function warningId(warning: string): string {
  const [path] = warning.split(': ', 1);
  return `s3-access-watch:${path!.replace(/\W+/g, '-').replace(/^-|-$/g, '')}`;
}

/** What the stack cannot ensure for an existing log bucket. */
const EXISTING_LOG_BUCKET =
  'an existing log bucket is used as it is. It must be in this account and Region, and its policy must allow ' +
  'logging.s3.amazonaws.com to put objects. It must have no default retention, no Requester Pays, and no default KMS ' +
  'encryption if S3 itself delivers into it (docs/deploy.md). EventBridge is turned on for it and stays on when the ' +
  'stack is destroyed.';
