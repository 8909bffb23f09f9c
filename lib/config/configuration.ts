import type { DetectionSettings } from '../detection/settings';

/**
 * Everything an operator decides, validated and with defaults filled in: what `readConfiguration` returns, what the
 * stack is made of, and what travels, as JSON, beside the deployed function. Null: not given.
 */
export interface Configuration extends DetectionSettings {
  /** Name of an existing bucket that receives the access logs; null: the stack makes one. */
  readonly logBucket: string | null;
  /** Keys that begin with it are logs; default `""`, every key. */
  readonly logPrefix: string;
  /** ARN of the KMS key that an existing log bucket is encrypted with; default null. */
  readonly logBucketKeyArn: string | null;
  /** Days after which a log bucket made by the stack deletes its logs; default null, never. */
  readonly logExpiryDays: number | null;
  /** Minutes after a message in which a network already named is not named again; default 60. */
  readonly alertWindowMinutes: number;
  /** Messages of one stream while its window is open; default 5. */
  readonly alertsPerWindow: number;
  /** Messages of any kind in a clock minute, of the whole deployment; default 30. */
  readonly alertsPerMinute: number;
  /** The window of findings all of whose requests were denied, in minutes; default 1440. */
  readonly deniedWindowMinutes: number;
  /** Addresses that receive the alerts; default none. */
  readonly alertEmails: readonly string[];
  /** Addresses that hear of trouble with the watch itself; null, the default: those of `alertEmails`. */
  readonly operationsEmails: readonly string[] | null;
  /** `T…`; given together with `slackChannelId` or not at all. */
  readonly slackWorkspaceId: string | null;
  /** `C…` or `G…`; given together with `slackWorkspaceId` or not at all. */
  readonly slackChannelId: string | null;
  /** Whether a Slack channel that is configured elsewhere listens to the alerts; default false. */
  readonly slackElsewhere: boolean;
  /** ARN of an existing standard SNS topic to publish alerts to; null, the default: the stack makes one. */
  readonly alertTopicArn: string | null;
  /** ARN of the KMS key that an existing alert topic is encrypted with; default null. */
  readonly alertTopicKeyArn: string | null;
  /** Whether it is meant that nobody receives the alerts; default false. */
  readonly noDestination: boolean;
  /** Address of a page that shows `docs/runbook.md`, which alarms link to; null, the default: the dashboard. */
  readonly runbookUrl: string | null;
  /** Hours without any log object after which an alarm rings; default 24; 0: no such alarm. */
  readonly noLogsAlarmHours: number;
  /** Name of an existing state table to take over; null, the default: the stack makes one. */
  readonly table: string | null;
  /** Whether the state table refuses to be deleted; default false. */
  readonly deletionProtection: boolean;
  /** Which geographic data is shipped; default `city`. */
  readonly geo: GeoData;
  /** Suffix of the stack's name; default null. */
  readonly stage: string | null;
}

/** A database of its own, none, or the path of a MaxMind file as the operator wrote it. */
export type GeoData = 'city' | 'country' | 'none' | `${string}.mmdb`;
