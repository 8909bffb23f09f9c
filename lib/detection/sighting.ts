const DAY = 86_400_000;

/** What a pair is made of. */
export interface PairName {
  readonly bucket: string;
  /** Canonical text; an address where the prefix is full. */
  readonly network: string;
}

/** The fact that a (bucket, network) has been seen. Times are event times in epoch milliseconds. */
export interface Sighting extends PairName {
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** Who was seen first: what notices and explanations say of a pair. Null: anonymous. */
export interface SeenAs {
  readonly requester: string | null;
  readonly operation: string;
}

/** A sighting as the state keeps it. */
export interface StoredSighting extends Sighting {
  /** The log object that met the pair first, `LEARNING` or `SEED`. */
  readonly claimedBy: string;
  /**
   * While the finding of this claim is not yet in the outbox: until when its log object is trusted to bring it there;
   * epoch milliseconds. Null: nothing is owed.
   */
  readonly owedUntil: number | null;
  /** When it had been forgotten before its last claim; epoch milliseconds. */
  readonly forgottenSince: number | null;
  /** Made when somebody asks: most are never asked about. */
  readonly seenAs: () => SeenAs | null;
  /** When the table may clean it up; epoch milliseconds. Null: never. */
  readonly expiresAt: number | null;
}

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
  return forgetDays === 0 ? Number.POSITIVE_INFINITY : lastSeenAt + forgetDays * DAY + REFRESH_AFTER;
}

/** When the table may clean up a sighting: late logs are old already when they come, so it counts from then at least. */
export function expiryOf(lastSeenAt: number, now: number, forgetDays: number): number | null {
  return forgetDays === 0 ? null : forgottenAt(Math.max(lastSeenAt, now), forgetDays) + KEPT_FORGOTTEN;
}

/** What is known of a pair from two sides: the earliest and the latest. */
export function mergedTimes(a: Sighting, b: Sighting): { firstSeenAt: number; lastSeenAt: number } {
  return {
    firstSeenAt: Math.min(a.firstSeenAt, b.firstSeenAt),
    lastSeenAt: Math.max(a.lastSeenAt, b.lastSeenAt),
  };
}
