import type { RuleSwitches } from '../rules/rules';

/**
 * What the detections need to know, already validated: `lib/config` makes it, and its JSON form is what travels
 * beside the deployed function. Times are epoch milliseconds.
 */
export interface DetectionSettings extends Readonly<Required<RuleSwitches>> {
  /** Who may reach which bucket. Empty: no bucket has an allowlist, and rules that are about it are inactive. */
  readonly allowlist: readonly AllowlistEntry[];
  /** Bucket names or `*` globs to watch; empty: all. */
  readonly buckets: readonly string[];
  /** Bucket names or `*` globs not to watch; wins over `buckets`. */
  readonly excludeBuckets: readonly string[];
  /** By bucket name or `*` glob; an exact name wins, then the glob with the most literal characters. */
  readonly bucketSettings: Readonly<Record<string, BucketSettings>>;
  /** Records that are never looked at. */
  readonly trusted: readonly TrustedRule[];
  /** `200`, `2xx`, …: the HTTP statuses that count as a success. */
  readonly successStatuses: readonly string[];
  /** Days that a bucket's new pairs are recorded without findings; 0: none. */
  readonly learningDays: number;
  /** Days after its last use when a pair is forgotten; 0: never. */
  readonly forgetDays: number;
  /** How much of an address is remembered: 32 is the whole address. */
  readonly ipv4PrefixLength: number;
  /** How much of an address is remembered: 64 is the network one host rotates through. */
  readonly ipv6PrefixLength: number;
}

export interface AllowlistEntry {
  /** An address or a network in CIDR form, without host bits. */
  readonly cidr: string;
  readonly reason: string | null;
  /** Bucket names or `*` globs it holds for; null: all. */
  readonly buckets: readonly string[] | null;
  /** From this moment on (of the record's own time) it no longer approves; null: for ever. */
  readonly until: number | null;
}

export interface BucketSettings extends OwnSwitches {
  readonly learningDays?: number | undefined;
}

/** What holds for a bucket in place of what holds for all. */
type OwnSwitches = { readonly [Key in keyof RuleSwitches]?: boolean | undefined };

/** All given conditions must hold; at least one of requester, operation and cidr is given. */
export interface TrustedRule {
  readonly requester: string | null;
  readonly operation: string | null;
  readonly cidr: string | null;
  readonly bucket: string | null;
  readonly reason: string;
  readonly until: number | null;
}
