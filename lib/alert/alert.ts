import type { AccessLogRecord } from '../access-log/record';
import type { NamedOperation } from '../alerting/outbox';
import type { Effects } from '../detection/effect';
import type { Level } from '../detection/level';
import type { Severity } from '../detection/severity';
import type { AlertKind, Raised, RuleId } from '../rules/rule';
import type { Subject } from '../rules/subject';
import type { GeoLocation } from './geo-location';

/** The canonical alert: everything that people or machines receive is made of it. Times are ISO 8601 in UTC. */
export interface Alert {
  readonly schemaVersion: '1.0';
  /** The same when a message is repeated. */
  readonly alertId: string;
  /** The same for all messages about what goes on in one stream. */
  readonly windowId: string;
  readonly kind: AlertKind;
  /** When it was made; a message that is repeated was made again. */
  readonly createdAt: string;
  readonly rule: AlertRule;
  /** Null where it is about several. */
  readonly bucket: string | null;
  readonly accountId: string | null;
  readonly region: string | null;
  readonly window: { readonly openedAt: string; readonly closesAt: string } | null;
  /** Of all that it is about, listed or not; null: it is about no requests. */
  readonly firstEventAt: string | null;
  readonly lastEventAt: string | null;
  /** The worst first. */
  readonly networks: readonly AlertNetwork[];
  /** How many networks are not listed: at most, where the same networks were met again and again. */
  readonly more: number;
  /** These by the network around them, the worst first; none in a combined alert. */
  readonly groups: readonly AlertGroup[];
  readonly totals: AlertTotals;
  /** Where the evidence is: not all of very many. */
  readonly logObjects: readonly string[];
  /** Whose databases say where the addresses are, and of when, or why none does; null: nothing is known of any. */
  readonly geoSource: string | null;
  readonly notice: AlertNotice | null;
}

/** Names what a notice about buckets says, where an alert about findings has a rule. */
export type NoticeId = 'learning-started' | 'learning-finished';

export interface AlertRule {
  readonly id: RuleId | NoticeId;
  readonly origin: string;
  readonly title: string;
  readonly severity: Severity | 'Informational';
  readonly severityReason: string | null;
  readonly mitre: { readonly tactic: string; readonly technique: string } | null;
  readonly runbook: string;
  readonly reference: string | null;
}

export interface AlertNetwork extends GeoLocation {
  readonly bucket: string;
  /** What the finding is about, where that is not the network; its name may be untrusted text. */
  readonly subject?: Subject;
  /** The network of `remoteIp`. */
  readonly network: string;
  readonly remoteIp: string;
  readonly addresses: readonly string[];
  readonly requests: number;
  readonly successes: number;
  readonly denied: number;
  readonly bytesSent: number;
  readonly firstEventAt: string;
  readonly lastEventAt: string;
  readonly forgottenSince: string | null;
  /** What it did beyond what it was known for until then; null: it was not known. */
  readonly raised: Raised;
  readonly severity: Severity;
  /** How far its requests got. */
  readonly level: Level;
  readonly effects: Effects;
  /** Changes that succeeded first, then the most frequent; not all of very many. In a combined alert only of High ones. */
  readonly operations: readonly NamedOperation[];
  readonly sample: SampleRecord | null;
}

/** Networks that are counted and not listed. */
export interface AlertGroup extends GeoLocation {
  /** CIDR text of the network around them. */
  readonly network: string;
  readonly networks: number;
  readonly requests: number;
  readonly bytesSent: number;
  readonly severity: Severity;
  readonly level: Level;
}

/** A record as it is printed, with its time in ISO 8601; its texts are as strangers wrote them, but cut. */
export type SampleRecord = Omit<AccessLogRecord, 'time' | 'extra' | 'flags'> & { readonly time: string };

export interface AlertTotals {
  readonly networks: number;
  readonly requests: number;
  readonly successes: number;
  readonly denied: number;
  readonly bytesSent: number;
  readonly effects: Effects;
}

/** What a notice says of buckets. */
export interface AlertNotice {
  readonly buckets: readonly NoticeBucket[];
  /** How many buckets are not listed. */
  readonly more: number;
}

export interface NoticeBucket {
  readonly bucket: string;
  readonly learningUntil: string | null;
  /** Null while it still learns. */
  readonly learned: LearnedNetworks | null;
  /** Whether `new-ip` is inactive there for anonymous conduct. */
  readonly looksPublic: boolean;
  /** Whether it learned as many networks as it may, and others were neither recorded nor found. */
  readonly isFull: boolean;
}

export interface LearnedNetworks {
  readonly count: number;
  /** Of these, known only for reads that nobody of this account signed. */
  readonly publicOnly: number;
  /** Not all of very many, and none of these readers where the bucket looks public. */
  readonly networks: readonly LearnedNetwork[];
}

export interface LearnedNetwork extends GeoLocation {
  readonly network: string;
  /** Null: anonymous, or not known. */
  readonly requester: string | null;
  readonly operation: string | null;
  /** Whether it is known only for reads that nobody of this account signed. */
  readonly publicOnly: boolean;
}

/** What is the same of all that one deployment says at one moment. */
export interface AlertOrigin {
  /** Where the deployment is, for what no log object says. */
  readonly accountId: string | null;
  readonly region: string | null;
  /** Epoch milliseconds. */
  readonly now: number;
}
