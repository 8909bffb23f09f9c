import type { RuleSwitches } from '../rules/rules';

/**
 * The validated settings of detection. `lib/config` produces them, and the deployed function reads them as JSON. Times
 * are epoch milliseconds.
 */
export interface DetectionSettings extends Readonly<Required<RuleSwitches>> {
  /** Which addresses may access which bucket. Empty: no bucket has an allowlist, and rules about it are inactive. */
  readonly allowlist: readonly AllowlistEntry[];
  /** Bucket names or `*` globs to watch; empty: all. */
  readonly buckets: readonly string[];
  /** Bucket names or `*` globs not to watch; wins over `buckets`. */
  readonly excludeBuckets: readonly string[];
  /** Keyed by bucket name or `*` glob; an exact name wins, then the glob with the most literal characters. */
  readonly bucketSettings: Readonly<Record<string, BucketSettings>>;
  /** Records that match one of these are never evaluated. */
  readonly trusted: readonly TrustedRule[];
  /** The HTTP statuses that count as a success: `200`, `2xx`, … */
  readonly successStatuses: readonly string[];
  /** For how many days the new pairs of a bucket are recorded without findings; 0: no learning. */
  readonly learningDays: number;
  /** How many days after its last use a pair is forgotten; 0: never. */
  readonly forgetDays: number;
  /** How many bits of an IPv4 address a sighting stores: 32 is the whole address. */
  readonly ipv4PrefixLength: number;
  /** How many bits of an IPv6 address a sighting stores: 64 is the network within which a host changes its address. */
  readonly ipv6PrefixLength: number;
}

export interface AllowlistEntry {
  /** An address or a network in CIDR notation, without host bits. */
  readonly cidr: string;
  readonly reason: string | null;
  /** The bucket names or `*` globs that the entry applies to; null: all. */
  readonly buckets: readonly string[] | null;
  /** The entry approves records before this time, by the record's own time; null: without an end. */
  readonly until: number | null;
}

export interface BucketSettings extends OwnSwitches {
  readonly learningDays?: number | undefined;
}

/** The rules that a bucket turns on or off for itself. */
type OwnSwitches = { readonly [Key in keyof RuleSwitches]?: boolean | undefined };

/** A record matches if all given conditions hold. At least one of requester, operation and cidr is given. */
export interface TrustedRule {
  readonly requester: string | null;
  readonly operation: string | null;
  readonly cidr: string | null;
  readonly bucket: string | null;
  readonly reason: string;
  readonly until: number | null;
}
