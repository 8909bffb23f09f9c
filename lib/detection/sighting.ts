import type { Raised } from '../rules/rule';
import { NETWORK, type Subject, subjectText } from '../rules/subject';
import { cutToBytes } from '../text/cut';

const DAY = 86_400_000;

/** What a pair is made of: a bucket, and a subject that used it. */
export interface PairName extends Subject {
  readonly bucket: string;
}

/** One text for one pair: no name of a bucket has a blank. */
export function pairText(pair: PairName): string {
  return `${pair.bucket} ${subjectText(pair)}`;
}

/** The pair of a network, by its canonical text; an address where the prefix is full. */
export function networkPair(bucket: string, network: string): PairName {
  return { bucket, kind: NETWORK.id, name: network };
}

/** The fact that a (bucket, subject) has been seen. Times are event times in epoch milliseconds. */
export interface Sighting extends PairName {
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** Who was seen first: what notices and explanations say of a pair. Null: anonymous. */
export interface FirstSeenBy {
  readonly requester: string | null;
  readonly operation: string;
}

/** In bytes of UTF-8. Longer ones are not what S3 and IAM write, and would make a sighting more than one unit to write. */
const MAX_REQUESTER = 256;
const MAX_OPERATION = 60;

/** Who made this record, and what was asked for, as far as a sighting keeps it. */
export function firstSeenByOf({ requester, operation }: FirstSeenBy): FirstSeenBy {
  return {
    requester: requester === null ? null : cutToBytes(requester, MAX_REQUESTER),
    operation: cutToBytes(operation, MAX_OPERATION),
  };
}

/** One run over a log object: a log object may be delivered twice, and run again after a failure. */
export interface RunName {
  readonly logObject: string;
  /** Differs from that of every other run of this log object. */
  readonly run: string;
}

/** A sighting as the state keeps it. */
export interface StoredSighting extends Sighting {
  /** The log object that met the pair first, `LEARNING` or `SEED`. */
  readonly claimedBy: string;
  /** The run of that log object; null where it is no log object. */
  readonly claimedIn: string | null;
  /**
   * Until when that run is trusted to bring the finding of this claim into the outbox; epoch milliseconds. Its marker
   * says that it has. Null: nothing is owed, whatever the marker says.
   */
  readonly owedUntil: number | null;
  /** When it had been forgotten before its last claim; epoch milliseconds. */
  readonly forgottenSince: number | null;
  /** Whether all that it is known for is public conduct: of whatever else it does, nobody knows yet. */
  readonly publicOnly: boolean;
  /** Why its last claim was made, where that was more than the pair was known for. */
  readonly raised: Raised;
  /**
   * Of a pair that was found, or raised, by what changed nothing: the first success of that claim. Null: it was learned
   * or seeded, or has changed something. Event time, epoch milliseconds.
   */
  readonly foundReadingAt: number | null;
  /** Made when somebody asks: most are never asked about. */
  readonly firstSeenBy: () => FirstSeenBy | null;
  /** When the table may clean it up; epoch milliseconds. Null: never. */
  readonly expiresAt: number | null;
}

/**
 * What a claim finds, among all that one log object finds in its bucket: a pair is found once, once more where it was
 * forgotten in between, and once more for each way in which it is raised. The outbox knows a finding of a rule that
 * remembers by this.
 */
export function claimIdentity({ kind, name, forgottenSince, raised }: ClaimName): string {
  // guard: a pair that does more is a finding of its own
  const suffix = raised === null ? '' : ` ${raised}`;
  return `${subjectText({ kind, name })} ${forgottenSince}${suffix}`;
}

export type ClaimName = Pick<StoredSighting, 'kind' | 'name' | 'forgottenSince' | 'raised'>;

/** Claims while a bucket learns are nobody's finding. */
export const LEARNING = 'learning';
/** What an operator brought along. */
export const SEED = 'seed';

/** A stored sighting is refreshed at most once in this time; milliseconds. */
export const REFRESH_AFTER = DAY;

/** How long the table keeps a forgotten sighting, so that its next alert can say since when; milliseconds. */
const KEPT_FORGOTTEN = 30 * DAY;

/**
 * When a pair last seen at `lastSeenAt` is forgotten; `forgetDays` 0 is never. One day more than configured, because
 * a stored sighting is refreshed at most once a day. Both seeds are answered here: Splunk's never forgets, Panther's
 * memory runs out though the pair is in daily use.
 */
export function forgottenAt(lastSeenAt: number, forgetDays: number): number {
  // guard: a pair is refreshed before it is forgotten
  return forgetDays === 0 ? Number.POSITIVE_INFINITY : lastSeenAt + forgetDays * DAY + REFRESH_AFTER;
}

/** When the table may clean up a sighting: late logs are old already when they come, so it counts from then at least. */
export function expiryOf(lastSeenAt: number, now: number, forgetDays: number): number | null {
  // guard: a sighting expires by the later of event time and processing time
  return forgetDays === 0 ? null : forgottenAt(Math.max(lastSeenAt, now), forgetDays) + KEPT_FORGOTTEN;
}

/** How much longer than any claim of its run a marker is kept: others may refresh what it claimed. Milliseconds. */
// guard: a marker is kept longer than the claims of its run
const MARKER_OUTLIVES = 7 * DAY;

/** When the table may clean up the marker of a run whose claims expire then at the latest; null: never. */
export function markerExpiryOf(claimsExpireAt: number | null): number | null {
  return claimsExpireAt === null ? null : claimsExpireAt + MARKER_OUTLIVES;
}

/** What is known of a pair from two sides: the earliest and the latest. */
export function mergedTimes(a: Sighting, b: Sighting): { firstSeenAt: number; lastSeenAt: number } {
  return {
    firstSeenAt: Math.min(a.firstSeenAt, b.firstSeenAt),
    lastSeenAt: Math.max(a.lastSeenAt, b.lastSeenAt),
  };
}
