import type { DetectionSettings } from '../detection/settings';

/**
 * All settings of an operator, validated and with defaults. `readConfiguration` returns it, the stack is created from
 * it, and a part of it is deployed as JSON beside the function. Null: not set.
 */
export interface Configuration extends DetectionSettings {
  /** Name of an existing bucket that receives the access logs; null: the stack creates one. */
  readonly logBucket: string | null;
  /** Objects whose keys begin with this prefix are logs; default `""`, every object. */
  readonly logPrefix: string;
  /** ARN of the KMS key that an existing log bucket is encrypted with; default null. */
  readonly logBucketKeyArn: string | null;
  /** Days after which a log bucket of the stack deletes its logs; default null, never. */
  readonly logExpiryDays: number | null;
  /** Minutes after a message in which a network that it named is not named again; default 60. */
  readonly alertWindowMinutes: number;
  /** Maximum number of messages of one stream while its window is open; default 5. */
  readonly alertsPerWindow: number;
  /** Maximum number of messages of the whole deployment in a clock minute; default 30. */
  readonly alertsPerMinute: number;
  /** The window for findings whose requests were all denied, in minutes; default 1440. */
  readonly deniedWindowMinutes: number;
  /** E-mail addresses that receive the alerts; default none. */
  readonly alertEmails: readonly string[];
  /** E-mail addresses that receive the alarms; null, the default: those of `alertEmails`. */
  readonly operationsEmails: readonly string[] | null;
  /** `T…`; set together with `slackChannelId` or not at all. */
  readonly slackWorkspaceId: string | null;
  /** `C…` or `G…`; set together with `slackWorkspaceId` or not at all. */
  readonly slackChannelId: string | null;
  /** Whether a Slack channel that is configured elsewhere receives the alerts; default false. */
  readonly slackElsewhere: boolean;
  /** ARN of an existing standard SNS topic for the alerts; null, the default: the stack creates one. */
  readonly alertTopicArn: string | null;
  /** ARN of the KMS key that an existing alert topic is encrypted with; default null. */
  readonly alertTopicKeyArn: string | null;
  /** Whether alerts intentionally have no destination; default false. */
  readonly noDestination: boolean;
  /** URL of a page with the content of `docs/runbook.md`, to which alarms link; null, the default: the dashboard. */
  readonly runbookUrl: string | null;
  /** Hours without any log object after which an alarm fires; default 24; 0: no such alarm. */
  readonly noLogsAlarmHours: number;
  /** Name of an existing state table to reuse; null, the default: the stack creates one. */
  readonly table: string | null;
  /** Whether the state table has deletion protection; default false. */
  readonly deletionProtection: boolean;
  /** Which geographic data is deployed; default `city`. */
  readonly geo: GeoData;
  /** Suffix of the stack's name; default null. */
  readonly stage: string | null;
}

/** One of the included databases, none, or the path of a MaxMind file as the operator wrote it. */
export type GeoData = 'city' | 'country' | 'none' | `${string}.mmdb`;
