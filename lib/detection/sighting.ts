import type { Raised } from '../rules/rule';
import { type Subject, subjectText } from '../rules/subject';
import { cutToBytes } from '../text/cut';

const DAY = 86_400_000;

/** A pair: a bucket, and a subject that used it. */
export interface PairName extends Subject {
  readonly bucket: string;
}

/** A unique text of the pair: the name of a bucket contains no space. */
export function pairText(pair: PairName): string {
  return `${pair.bucket} ${subjectText(pair)}`;
}

/** When a (bucket, subject) has been seen. Event times in epoch milliseconds. */
export interface Sighting extends PairName {
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** The requester and operation of the first request of a pair, for notices. */
export interface FirstSeenBy {
  /** Null: anonymous. */
  readonly requester: string | null;
  readonly operation: string;
}

/** In bytes of UTF-8. S3 and IAM write no longer ones, and with those a sighting would need more than one write unit. */
const MAX_REQUESTER = 256;
const MAX_OPERATION = 60;

/** The requester and operation of a record, cut to the length that a sighting stores. */
export function firstSeenByOf({ requester, operation }: FirstSeenBy): FirstSeenBy {
  return {
    requester: requester === null ? null : cutToBytes(requester, MAX_REQUESTER),
    operation: cutToBytes(operation, MAX_OPERATION),
  };
}

/** Identifies one run over a log object: a log object may be delivered twice, or processed again after a failure. */
export interface RunName {
  readonly logObject: string;
  /** Different for every run of this log object. */
  readonly run: string;
}

/** A sighting as stored in the state. */
export interface StoredSighting extends Sighting {
  /** The log object that claimed the pair last, `LEARNING` or `SEED`. */
  readonly claimedBy: string;
  /** The run of that log object; null: no log object claimed the pair. */
  readonly claimedIn: string | null;
  /**
   * The time by which that run should have put the finding of this claim into the outbox; epoch milliseconds. Its marker
   * says that it did. Null: nothing is owed, whether or not there is a marker.
   */
  readonly owedUntil: number | null;
  /** Since when the pair was forgotten before its last claim; epoch milliseconds. */
  readonly forgottenSince: number | null;
  /** Whether the pair is known for public conduct only, and not yet for anything else. */
  readonly publicOnly: boolean;
  /** Why a pair that was known already was claimed again. */
  readonly raised: Raised;
  /**
   * The first success of the last claim, if that claim made a finding and the pair has changed nothing. Null: the pair
   * was learned or seeded, or it has changed something. Event time, epoch milliseconds.
   */
  readonly foundReadingAt: number | null;
  /** Computed when called, because most sightings never need it. */
  readonly firstSeenBy: () => FirstSeenBy | null;
  /** When the table may delete it; epoch milliseconds. Null: never. */
  readonly expiresAt: number | null;
}

/**
 * Identifies the claim of a finding among all findings of one log object and bucket: a pair is found once, once more if
 * it was forgotten in between, and once more for each reason to raise it. The outbox identifies findings of rules that
 * remember by this.
 */
export function claimIdentity({ kind, name, forgottenSince, raised }: ClaimName): string {
  // guard: a pair that does more is a finding of its own
  const suffix = raised === null ? '' : ` ${raised}`;
  return `${subjectText({ kind, name })} ${forgottenSince}${suffix}`;
}

type ClaimName = Pick<StoredSighting, 'kind' | 'name' | 'forgottenSince' | 'raised'>;

/** `claimedBy` of pairs learned while the bucket learns: these make no finding. */
export const LEARNING = 'learning';
/** `claimedBy` of pairs that the operator provided. */
export const SEED = 'seed';

/** A stored sighting is refreshed at most once in this time; milliseconds. */
export const REFRESH_AFTER = DAY;

/** How long the table keeps a forgotten sighting, so that the next alert can say since when; milliseconds. */
const KEPT_FORGOTTEN = 30 * DAY;

/**
 * When a pair last seen at `lastSeenAt` is forgotten; `forgetDays` 0: never. One day later than configured, because a
 * stored sighting is refreshed at most once a day. The two published rules differ here: Splunk's never forgets a pair,
 * and Panther's forgets even a pair that is used daily.
 */
export function forgottenAt(lastSeenAt: number, forgetDays: number): number {
  // guard: a pair is refreshed before it is forgotten
  return forgetDays === 0 ? Number.POSITIVE_INFINITY : lastSeenAt + forgetDays * DAY + REFRESH_AFTER;
}

/** When the table may delete a sighting. Counts from the arrival of late logs, whose event times are already old. */
export function expiryOf(lastSeenAt: number, now: number, forgetDays: number): number | null {
  // guard: a sighting expires by the later of event time and processing time
  return forgetDays === 0 ? null : forgottenAt(Math.max(lastSeenAt, now), forgetDays) + KEPT_FORGOTTEN;
}

/** How much longer than the claims of its run a marker is kept, because other runs refresh them; milliseconds. */
// guard: a marker is kept longer than the claims of its run
const MARKER_OUTLIVES = 7 * DAY;

/** When the table may delete the marker of a run whose last claim expires at `claimsExpireAt`; null: never. */
export function markerExpiryOf(claimsExpireAt: number | null): number | null {
  return claimsExpireAt === null ? null : claimsExpireAt + MARKER_OUTLIVES;
}

/** The earlier first time and the later last time of two sightings of a pair. */
export function mergedTimes(a: Sighting, b: Sighting): { firstSeenAt: number; lastSeenAt: number } {
  return {
    firstSeenAt: Math.min(a.firstSeenAt, b.firstSeenAt),
    lastSeenAt: Math.max(a.lastSeenAt, b.lastSeenAt),
  };
}
