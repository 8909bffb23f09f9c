import type { Configuration } from '../config/configuration';
import type { RuleSwitches } from '../rules/rules';

/**
 * What somebody may decide who puts the watch into an own CDK app: the keys of the CDK context, typed. Every one has a
 * default, but that alerts must go somewhere: `alertEmails`, Slack, `alertTopicArn`, or `noDestination`.
 */
export interface S3AccessWatchProps extends RuleSwitches {
  /** Name of an existing bucket that receives the access logs. @default - one is made */
  readonly logBucket?: string;
  /** Keys that begin with it are logs. @default "" - every key */
  readonly logPrefix?: string;
  /** ARN of the KMS key that an existing log bucket is encrypted with. @default - none */
  readonly logBucketKeyArn?: string;
  /** Days after which a log bucket made here deletes its logs. @default - never */
  readonly logExpiryDays?: number;
  /** Networks or addresses that may reach a bucket. @default - none, and rules about it are inactive */
  readonly allowlist?: readonly (string | AllowlistEntryProps)[];
  /** Path of a file with a network a line, `# reason` behind it; relative to where the app runs. @default - none */
  readonly allowlistFile?: string;
  /** Names or `*` globs of the buckets to watch. @default - all */
  readonly buckets?: readonly string[];
  /** Names or `*` globs of buckets not to watch; wins over `buckets`. @default - none */
  readonly excludeBuckets?: readonly string[];
  /** By bucket name or `*` glob; an exact name wins, then the glob with the most literal characters. @default {} */
  readonly bucketSettings?: Readonly<Record<string, BucketSettingsProps>>;
  /** Records that are never looked at. @default - none */
  readonly trusted?: readonly TrustedProps[];
  /** HTTP statuses (`200`) and classes (`2xx`) that count as a success. @default ["2xx", "304"] */
  readonly successStatuses?: readonly (string | number)[];
  /** Days in which a bucket's networks are learned without findings; 0: none. @default 3 */
  readonly learningDays?: number;
  /** Days after its last use when a network is forgotten; 0: never. @default 90 */
  readonly forgetDays?: number;
  /** How much of an IPv4 address is remembered. @default 32 */
  readonly ipv4PrefixLength?: number;
  /** How much of an IPv6 address is remembered. @default 64 */
  readonly ipv6PrefixLength?: number;
  /** Minutes after a message in which a network in it is not reported again, unless it gets further. @default 60 */
  readonly alertWindowMinutes?: number;
  /** Messages about denied and failed requests of one bucket and rule in that time. @default 5 */
  readonly alertsPerWindow?: number;
  /** Messages of any kind in a minute; a third is kept for High. @default 30 */
  readonly alertsPerMinute?: number;
  /** As `alertWindowMinutes`, for findings all of whose requests were denied. @default 1440 */
  readonly deniedWindowMinutes?: number;
  /** Addresses that receive the alerts; each must confirm by mail. @default - none */
  readonly alertEmails?: readonly string[];
  /** Addresses that receive the alarms about the watch itself. @default - those of `alertEmails` */
  readonly operationsEmails?: readonly string[];
  /** `T…`, of a workspace that Amazon Q is authorised for; with `slackChannelId`. @default - no Slack */
  readonly slackWorkspaceId?: string;
  /** `C…` or `G…`; with `slackWorkspaceId`. @default - no Slack */
  readonly slackChannelId?: string;
  /** Whether a Slack channel of Amazon Q that is configured elsewhere listens to the topics. @default false */
  readonly slackElsewhere?: boolean;
  /** ARN of an existing standard topic, of any account or Region, to publish to. @default - one is made */
  readonly alertTopicArn?: string;
  /** ARN of the KMS key that an existing topic is encrypted with. @default - none */
  readonly alertTopicKeyArn?: string;
  /** Whether it is meant that nobody receives the alerts. @default false */
  readonly noDestination?: boolean;
  /** Address of a page that shows `docs/runbook.md`, which alarms link to. @default - the dashboard, which shows it too */
  readonly runbookUrl?: string;
  /** Hours without any log object after which an alarm rings; 0: no such alarm. @default 24 */
  readonly noLogsAlarmHours?: number;
  /** Name of an existing state table to take over. @default - one is made */
  readonly table?: string;
  /** Whether a state table made here refuses to be deleted. @default false */
  readonly deletionProtection?: boolean;
  /** `city`, `country`, `none`, or the path of a MaxMind file. @default "city" */
  readonly geo?: string;
}

export interface AllowlistEntryProps {
  /** A network in CIDR form or an address. */
  readonly cidr: string;
  readonly reason?: string;
  /** Names or `*` globs of the buckets it holds for. @default - all */
  readonly buckets?: readonly string[];
  /** `2027-01-01` or a time with its zone: from then on it no longer approves. @default - for ever */
  readonly until?: string;
}

export interface BucketSettingsProps extends RuleSwitches {
  readonly learningDays?: number;
}

/** All that is given must hold; at least one of requester, operation and cidr is given. */
export interface TrustedProps {
  readonly requester?: string;
  readonly operation?: string;
  readonly cidr?: string;
  readonly bucket?: string;
  readonly reason: string;
  readonly until?: string;
}

/** A configuration that was read, and checked, elsewhere: as the app does, which knows where each value comes from. */
export interface CheckedConfiguration {
  readonly configuration: Configuration;
  readonly warnings: readonly string[];
}
