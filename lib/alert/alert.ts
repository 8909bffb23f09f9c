import type { AccessLogRecord } from '../access-log/record';
import type { NamedOperation } from '../alerting/outbox';
import type { Effects } from '../detection/effect';
import type { Level } from '../detection/level';
import type { Severity } from '../detection/severity';
import type { AlertKind, Raised, RuleId } from '../rules/rule';
import type { Subject } from '../rules/subject';
import type { GeoLocation } from './geo-location';

/** The canonical alert, from which all messages are rendered. Times are ISO 8601 in UTC. */
export interface Alert {
  readonly schemaVersion: '1.0';
  /** Stays the same if the message is sent again. */
  readonly alertId: string;
  /** The same for all messages of one window. */
  readonly windowId: string;
  readonly kind: AlertKind;
  /** When this message was created; changes if it is created again. */
  readonly createdAt: string;
  readonly rule: AlertRule;
  /** Null if the alert is about several buckets. */
  readonly bucket: string | null;
  readonly accountId: string | null;
  readonly region: string | null;
  readonly window: { readonly openedAt: string; readonly closesAt: string } | null;
  /** Over all requests, also of networks that are not listed; null: the alert is not about requests. */
  readonly firstEventAt: string | null;
  readonly lastEventAt: string | null;
  /** The worst network first. */
  readonly networks: readonly AlertNetwork[];
  /** Number of networks that are not listed; an upper bound, because a network may have been counted repeatedly. */
  readonly more: number;
  /** The networks that are not listed, by surrounding network, the worst first; empty in a combined alert. */
  readonly groups: readonly AlertGroup[];
  readonly totals: AlertTotals;
  /** The log objects with the evidence; incomplete if there are very many. */
  readonly logObjects: readonly string[];
  /** Source and date of the databases of locations, or why they cannot be used; null: no location is known. */
  readonly geoSource: string | null;
  readonly notice: AlertNotice | null;
}

/** The kind of a notice about buckets, in the place of the id of a rule. */
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
  /** The subject of the finding, if it is not the network; its name may be untrusted text. */
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
  /** What it did beyond its earlier access; null: there was no earlier access. */
  readonly raised: Raised;
  readonly severity: Severity;
  /** The highest level of access of its requests. */
  readonly level: Level;
  readonly effects: Effects;
  /** Successful changes first, then the most frequent; incomplete if there are very many. Combined alerts: only of High. */
  readonly operations: readonly NamedOperation[];
  readonly sample: SampleRecord | null;
}

/** Networks that are counted but not listed. */
export interface AlertGroup extends GeoLocation {
  /** The surrounding network, in CIDR notation. */
  readonly network: string;
  readonly networks: number;
  readonly requests: number;
  readonly bytesSent: number;
  readonly severity: Severity;
  readonly level: Level;
}

/** A record with its time in ISO 8601. Its texts are untrusted text, and are cut. */
export type SampleRecord = Omit<AccessLogRecord, 'time' | 'extra' | 'flags'> & { readonly time: string };

export interface AlertTotals {
  readonly networks: number;
  readonly requests: number;
  readonly successes: number;
  readonly denied: number;
  readonly bytesSent: number;
  readonly effects: Effects;
}

/** The content of a notice about buckets. */
export interface AlertNotice {
  readonly buckets: readonly NoticeBucket[];
  /** Number of buckets that are not listed. */
  readonly more: number;
}

export interface NoticeBucket {
  readonly bucket: string;
  readonly learningUntil: string | null;
  /** Null while the bucket is learning. */
  readonly learned: LearnedNetworks | null;
  /** Whether `new-ip` is inactive in this bucket for anonymous reads. */
  readonly looksPublic: boolean;
  /** Whether it learned the maximum number of networks, so that others were neither recorded nor reported. */
  readonly isFull: boolean;
}

export interface LearnedNetworks {
  readonly count: number;
  /** The number of these that only sent reads which no principal of this account signed. */
  readonly publicOnly: number;
  /** Incomplete if there are very many; without the `publicOnly` networks if the bucket looks public. */
  readonly networks: readonly LearnedNetwork[];
}

export interface LearnedNetwork extends GeoLocation {
  readonly network: string;
  /** Null: anonymous or unknown. */
  readonly requester: string | null;
  readonly operation: string | null;
  /** Whether it only sent reads which no principal of this account signed. */
  readonly publicOnly: boolean;
}

/** The values that all alerts of one deployment have in common at one time. */
export interface AlertOrigin {
  /** Account and Region of the deployment, used if no log object names others. */
  readonly accountId: string | null;
  readonly region: string | null;
  /** Epoch milliseconds. */
  readonly now: number;
}
