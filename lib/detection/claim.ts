import {
  expiryOf,
  forgottenAt,
  LEARNING,
  mergedTimes,
  REFRESH_AFTER,
  type SeenAs,
  type StoredSighting,
} from './sighting';

/** How long a log object is trusted to bring the finding of its claim into the outbox; longer than any run. */
export const OWED_FOR = 3_600_000;

/** A pair that succeeded in some portion. Event times in epoch milliseconds. */
export interface SeenPair {
  readonly bucket: string;
  readonly network: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly seenAs: () => SeenAs | null;
}

export interface ClaimContext {
  /** Who claims. */
  readonly logObject: string;
  /** Processing time, epoch milliseconds. */
  readonly now: number;
  /** Whether the bucket still learns: decided once a portion. */
  readonly learning: boolean;
  readonly forgetDays: number;
}

/** What is to be done about a pair, by what is stored of it. */
export type ClaimDecision =
  /** Nothing is to be written. `owed`: its finding is not in the outbox yet, so nobody may rely on this. */
  | { readonly kind: 'known'; readonly owed: boolean }
  /** Write it: seen later, or earlier, than is stored; or its owner has kept its word and only died before saying so. */
  | { readonly kind: 'update'; readonly next: StoredSighting }
  /** Write it: the pair is learned or, in `next.forgottenSince` with its history, found by who writes it. */
  | { readonly kind: 'claim'; readonly next: StoredSighting }
  /** The owner's time is over: does the outbox hold its finding? */
  | { readonly kind: 'ask-outbox'; readonly owner: string };

/**
 * The rule of remembering. `stored` is what a read showed, null for nothing; what is decided is then written on
 * condition that this is still so, and decided anew where it is not. So of any number that meet a new pair at once,
 * one finds it; and what that one owes, it brings when it is run again, or another does in its place.
 *
 * `ownerBroughtIt` is the answer to `ask-outbox`, where that was asked.
 */
export function decideClaim(
  stored: StoredSighting | null,
  seen: SeenPair,
  context: ClaimContext,
  ownerBroughtIt: boolean | null = null,
): ClaimDecision {
  if (stored === null) return claim(null, seen, context);
  // A retry: this log object died between its claim and the outbox, or after it and before it could say so. What is owed
  // was found, and may be told already: it stays found, though this run may have begun while the bucket learned.
  if (isOwedBy(stored, context.logObject)) return claim(stored, seen, { ...context, learning: false });
  if (isForgotten(stored, seen, context)) return claim(stored, seen, context);
  if (hasLapsed(stored, context.now)) {
    if (ownerBroughtIt === null) return { kind: 'ask-outbox', owner: stored.claimedBy };
    if (!ownerBroughtIt) return claim(stored, seen, context);
    return { kind: 'update', next: { ...refreshed(stored, seen, context), owedUntil: null } };
  }
  if (needsRefresh(stored, seen)) return { kind: 'update', next: refreshed(stored, seen, context) };
  return { kind: 'known', owed: stored.owedUntil !== null };
}

/** Its finding is not in the outbox as far as is known, and this log object is the one to bring it there. */
function isOwedBy({ claimedBy, owedUntil }: StoredSighting, logObject: string): boolean {
  return claimedBy === logObject && owedUntil !== null;
}

/** Event time against event time: old logs that arrive late neither forget nor are forgotten. */
function isForgotten({ lastSeenAt }: StoredSighting, { firstAt }: SeenPair, { forgetDays }: ClaimContext): boolean {
  return firstAt > forgottenAt(lastSeenAt, forgetDays);
}

/** Its owner had longer than any run takes, so it died, for good perhaps. */
export function hasLapsed({ owedUntil }: Pick<StoredSighting, 'owedUntil'>, now: number): boolean {
  return owedUntil !== null && owedUntil < now;
}

/** At most one write a pair and day, but for logs that show an earlier beginning. */
export function needsRefresh(
  stored: Pick<StoredSighting, 'firstSeenAt' | 'lastSeenAt'>,
  { firstAt, lastAt }: Pick<SeenPair, 'firstAt' | 'lastAt'>,
): boolean {
  return lastAt - stored.lastSeenAt >= REFRESH_AFTER || firstAt < stored.firstSeenAt;
}

function refreshed(stored: StoredSighting, seen: SeenPair, { now, forgetDays }: ClaimContext): StoredSighting {
  const times = mergedTimes(stored, asSighting(seen));
  return { ...stored, ...times, expiresAt: expiryOf(times.lastSeenAt, now, forgetDays) };
}

function claim(stored: StoredSighting | null, seen: SeenPair, context: ClaimContext): ClaimDecision {
  const { logObject, now, learning, forgetDays } = context;
  const sighting = asSighting(seen);
  const times = stored === null ? mergedTimes(sighting, sighting) : mergedTimes(stored, sighting);
  const forgotten = stored !== null && isForgotten(stored, seen, context);
  return {
    kind: 'claim',
    next: {
      bucket: seen.bucket,
      network: seen.network,
      ...times,
      claimedBy: learning ? LEARNING : logObject,
      owedUntil: learning ? null : now + OWED_FOR,
      // Another run of the same claim finds the pair no longer forgotten, and must not lose that it had been.
      forgottenSince: forgotten ? forgottenAt(stored.lastSeenAt, forgetDays) : (stored?.forgottenSince ?? null),
      seenAs: seen.seenAs,
      expiresAt: expiryOf(times.lastSeenAt, now, forgetDays),
    },
  };
}

function asSighting({ bucket, network, firstAt, lastAt }: SeenPair) {
  return { bucket, network, firstSeenAt: firstAt, lastSeenAt: lastAt };
}
