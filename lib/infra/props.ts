import type { Configuration } from '../config/configuration';
import type { RuleSwitches } from '../rules/rules';

/**
 * The props of the construct for use in another CDK app: the keys of the CDK context, typed. All are optional, except
 * that alerts need a destination: `alertEmails`, Slack, `alertTopicArn`, or `noDestination`.
 */
export interface S3AccessWatchProps extends RuleSwitches {
  /** Name of an existing bucket that receives the access logs. @default - a new bucket */
  readonly logBucket?: string;
  /** Prefix of the keys of log objects. @default "" - all keys */
  readonly logPrefix?: string;
  /** ARN of the KMS key that encrypts an existing log bucket. @default - none */
  readonly logBucketKeyArn?: string;
  /** Days after which a log bucket created by this construct deletes its logs. @default - never */
  readonly logExpiryDays?: number;
  /** Networks or addresses that may access a bucket. @default - none, and rules about the allowlist are inactive */
  readonly allowlist?: readonly (string | AllowlistEntryProps)[];
  /** Path of a file with one network per line, then `# reason`; relative to the working directory. @default - none */
  readonly allowlistFile?: string;
  /** Names or `*` globs of the buckets to watch. @default - all */
  readonly buckets?: readonly string[];
  /** Names or `*` globs of buckets not to watch; wins over `buckets`. @default - none */
  readonly excludeBuckets?: readonly string[];
  /** Keyed by bucket name or `*` glob; an exact name wins, then the glob with most literal characters. @default {} */
  readonly bucketSettings?: Readonly<Record<string, BucketSettingsProps>>;
  /** Records that match one of these are never evaluated. @default - none */
  readonly trusted?: readonly TrustedProps[];
  /** HTTP statuses (`200`) and classes (`2xx`) that count as a success. @default ["2xx", "304"] */
  readonly successStatuses?: readonly (string | number)[];
  /** Days during which the networks of a bucket are learned without findings; 0: no learning. @default 3 */
  readonly learningDays?: number;
  /** Days after which an unused network is forgotten; 0: never. @default 90 */
  readonly forgetDays?: number;
  /** How many bits of an IPv4 address are remembered. @default 32 */
  readonly ipv4PrefixLength?: number;
  /** How many bits of an IPv6 address are remembered. @default 64 */
  readonly ipv6PrefixLength?: number;
  /** Minutes after a message during which its networks are not reported again, unless they do worse. @default 60 */
  readonly alertWindowMinutes?: number;
  /** Maximum number of messages about denied and failed requests of one bucket and rule in that time. @default 5 */
  readonly alertsPerWindow?: number;
  /** Maximum number of messages per minute; a third is reserved for High. @default 30 */
  readonly alertsPerMinute?: number;
  /** Like `alertWindowMinutes`, for findings of which every request was denied. @default 1440 */
  readonly deniedWindowMinutes?: number;
  /** E-mail addresses that receive the alerts; each has to confirm its subscription. @default - none */
  readonly alertEmails?: readonly string[];
  /** E-mail addresses that receive the alarms about the watch itself. @default - those of `alertEmails` */
  readonly operationsEmails?: readonly string[];
  /** `T…`: a workspace in which Amazon Q is authorized; with `slackChannelId`. @default - no Slack */
  readonly slackWorkspaceId?: string;
  /** `C…` or `G…`; with `slackWorkspaceId`. @default - no Slack */
  readonly slackChannelId?: string;
  /** Whether a Slack channel of Amazon Q that is configured elsewhere is subscribed to the topics. @default false */
  readonly slackElsewhere?: boolean;
  /** ARN of an existing standard topic, of any account or Region, to publish to. @default - a new topic */
  readonly alertTopicArn?: string;
  /** ARN of the KMS key that encrypts an existing topic. @default - none */
  readonly alertTopicKeyArn?: string;
  /** Confirms that nobody should receive the alerts. @default false */
  readonly noDestination?: boolean;
  /** URL of a page with `docs/runbook.md`, to which alarms link. @default - the dashboard, which shows it too */
  readonly runbookUrl?: string;
  /** Hours without any log object after which an alarm fires; 0: no such alarm. @default 24 */
  readonly noLogsAlarmHours?: number;
  /** Name of an existing state table to use. @default - a new table */
  readonly table?: string;
  /** Whether a state table created by this construct has deletion protection. @default false */
  readonly deletionProtection?: boolean;
  /** `city`, `country`, `none`, or the path of a MaxMind file. @default "city" */
  readonly geo?: string;
}

export interface AllowlistEntryProps {
  /** An address, or a network in CIDR notation. */
  readonly cidr: string;
  readonly reason?: string;
  /** Names or `*` globs of the buckets that the entry applies to. @default - all */
  readonly buckets?: readonly string[];
  /** `2027-01-01`, or a time with its zone, at which the entry expires. @default - never */
  readonly until?: string;
}

export interface BucketSettingsProps extends RuleSwitches {
  readonly learningDays?: number;
}

/** A record matches if all given conditions hold. At least one of requester, operation and cidr is required. */
export interface TrustedProps {
  readonly requester?: string;
  readonly operation?: string;
  readonly cidr?: string;
  readonly bucket?: string;
  readonly reason: string;
  readonly until?: string;
}

/** A configuration that the caller has read and checked, as the app does: it knows where each value comes from. */
export interface CheckedConfiguration {
  readonly configuration: Configuration;
  readonly warnings: readonly string[];
}
