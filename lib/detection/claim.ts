import type { Raised } from '../rules/rule';
import {
  expiryOf,
  type FirstSeenBy,
  forgottenAt,
  LEARNING,
  mergedTimes,
  type PairName,
  REFRESH_AFTER,
  type RunName,
  type Sighting,
  type StoredSighting,
} from './sighting';

/** How long a run is trusted to bring the finding of its claim into the outbox; longer than any run. */
export const OWED_FOR = 3_600_000;

/**
 * How long after a pair was found its first change is found, too; milliseconds of event time. People just got a
 * message about a network that only read, and judge it by that. A pair known for longer is known for all conduct.
 */
export const CHANGE_IS_NEWS_FOR = 7 * 86_400_000;

/** A pair that succeeded in some portion. Event times in epoch milliseconds. */
export interface SeenPair extends PairName {
  readonly firstAt: number;
  readonly lastAt: number;
  /** Whether all that succeeded is public conduct. */
  readonly isPublic: boolean;
  /** The first change that succeeded; null if none did. */
  readonly changedAt: number | null;
  readonly firstSeenBy: () => FirstSeenBy | null;
}

export interface ClaimContext extends RunName {
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
  /** Write it: seen later, or earlier, than is stored; or its run has kept its word and only died before saying so. */
  | { readonly kind: 'update'; readonly next: StoredSighting }
  /** Write it: the pair is learned or, with its history in `next`, found by who writes it. */
  | { readonly kind: 'claim'; readonly next: StoredSighting }
  /** It is owed: has the run that claimed it put its marker? */
  | { readonly kind: 'check-marker'; readonly run: RunName }
  /** There is no marker, and the time of its owner is over: does the outbox hold its finding? */
  | { readonly kind: 'check-outbox' };

/** The answers to `check-marker` and `check-outbox`; null where that was not asked. */
export interface ClaimAnswers {
  readonly isMarked: boolean | null;
  readonly isInOutbox: boolean | null;
}

export const NO_ANSWERS: ClaimAnswers = { isMarked: null, isInOutbox: null };

/**
 * The rule of remembering. `stored` is what a read showed, null for nothing; what is decided is then written on
 * condition that this is still so, and decided anew where it is not. So of any number that meet a new pair at once,
 * one finds it; and what that one owes, it brings when it is run again, or another does in its place.
 */
export function decideClaim(
  stored: StoredSighting | null,
  seen: SeenPair,
  context: ClaimContext,
  { isMarked, isInOutbox }: ClaimAnswers = NO_ANSWERS,
): ClaimDecision {
  if (stored === null) return claim(null, seen, context);
  const claimer: RunName = { logObject: stored.claimedBy, run: stored.claimedIn ?? '' };
  const isOwed = stored.owedUntil !== null && !isOwnRun(stored, context);
  if (isOwed && claimer.logObject === context.logObject) {
    if (isMarked === null) return { kind: 'check-marker', run: claimer };
    // A retry: an earlier run died between its claim and the outbox, or after it and before its marker. What is owed was
    // found, and may be sent already: it stays found, though this run may have begun while the bucket learned. What
    // raised it comes in a portion of its own.
    // guard: a retry claims again what its earlier run owes
    if (!isMarked && reaches(stored.raised, seen)) return claim(stored, seen, { ...context, learning: false });
    // guard: a retry claims nothing for less than what it owes
    if (!isMarked) return known(stored, seen, context);
  }
  if (isForgotten(stored, seen, context)) return claim(stored, seen, context);
  // As above: what was found is not taken back to be learned.
  if (raiseOf(stored, seen) !== null) {
    const wasFound = isOwed || stored.foundReadingAt !== null;
    return claim(stored, seen, { ...context, learning: context.learning && !wasFound });
  }
  if (isOwed && isMarked === null) return { kind: 'check-marker', run: claimer };
  if (!isOwed || isMarked === true) return known({ ...stored, owedUntil: null }, seen, context);
  // guard: an owed finding is left to its run until its time is over
  if (!isOverdue(stored, context.now)) return known(stored, seen, context);
  if (isInOutbox === null) return { kind: 'check-outbox' };
  if (!isInOutbox) return claim(stored, seen, context);
  return { kind: 'update', next: { ...refreshed(stored, seen, context), owedUntil: null } };
}

/** Claimed in an earlier portion of this run, so its finding is in the outbox, and the marker comes in the end. */
function isOwnRun({ claimedBy, claimedIn }: StoredSighting, { logObject, run }: ClaimContext): boolean {
  return claimedBy === logObject && claimedIn === run;
}

function known(stored: StoredSighting, seen: SeenPair, context: ClaimContext): ClaimDecision {
  if (needsRefresh(stored, seen)) return { kind: 'update', next: refreshed(stored, seen, context) };
  return { kind: 'known', owed: stored.owedUntil !== null };
}

/** How it does more than it is known for; null: it does not. */
export function raiseOf(
  { publicOnly, foundReadingAt }: Pick<StoredSighting, 'publicOnly' | 'foundReadingAt'>,
  { isPublic, changedAt }: Pick<SeenPair, 'isPublic' | 'changedAt'>,
): Raised {
  const isFresh = foundReadingAt !== null && changedAt !== null && changedAt - foundReadingAt <= CHANGE_IS_NEWS_FOR;
  // guard: the first change of a known pair is found
  if (isFresh || (publicOnly && changedAt !== null)) return 'changed';
  // guard: the first signed request of a known anonymous pair is found
  return publicOnly && !isPublic ? 'signed' : null;
}

/** Whether this is what a claim of that kind was made for, or more. */
function reaches(raised: Raised, { isPublic, changedAt }: Pick<SeenPair, 'isPublic' | 'changedAt'>): boolean {
  return raised === null || (raised === 'changed' ? changedAt !== null : !isPublic);
}

/** Event time against event time: old logs that arrive late neither forget nor are forgotten. */
function isForgotten({ lastSeenAt }: StoredSighting, { firstAt }: SeenPair, { forgetDays }: ClaimContext): boolean {
  // guard: a pair is forgotten by event time
  return firstAt > forgottenAt(lastSeenAt, forgetDays);
}

/** Its run had longer than any run takes, so it died, for good perhaps. */
export function isOverdue({ owedUntil }: Pick<StoredSighting, 'owedUntil'>, now: number): boolean {
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
  const { logObject, run, now, learning, forgetDays } = context;
  const sighting = asSighting(seen);
  const times = stored === null ? mergedTimes(sighting, sighting) : mergedTimes(stored, sighting);
  const forgotten = stored !== null && isForgotten(stored, seen, context);
  const isReading = seen.changedAt === null;
  return {
    kind: 'claim',
    next: {
      bucket: seen.bucket,
      kind: seen.kind,
      name: seen.name,
      ...times,
      // guard: a learned pair is claimed by no log object
      claimedBy: learning ? LEARNING : logObject,
      // guard: a learned pair is claimed by no run
      claimedIn: learning ? null : run,
      // guard: a claim owes its finding
      owedUntil: learning ? null : now + OWED_FOR,
      // Another run of the same claim finds the pair no longer forgotten, and must not lose that it had been.
      forgottenSince: forgotten ? forgottenAt(stored.lastSeenAt, forgetDays) : (stored?.forgottenSince ?? null),
      publicOnly: seen.isPublic,
      raised: stored === null || forgotten ? null : raisedBy(stored, seen),
      foundReadingAt: isReading && !learning ? seen.firstAt : null,
      firstSeenBy: seen.firstSeenBy,
      expiresAt: expiryOf(times.lastSeenAt, now, forgetDays),
    },
  };
}

/** A raise that was not brought is brought by whoever does as much; by others, the pair is found as new. */
function raisedBy(stored: StoredSighting, seen: SeenPair): Raised {
  return raiseOf(stored, seen) ?? (reaches(stored.raised, seen) ? stored.raised : null);
}

function asSighting({ bucket, kind, name, firstAt, lastAt }: SeenPair): Sighting {
  return { bucket, kind, name, firstSeenAt: firstAt, lastSeenAt: lastAt };
}
