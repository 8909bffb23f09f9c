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

/** How long a run may take to put the finding of its claim into the outbox; longer than any run. Milliseconds. */
export const OWED_FOR = 3_600_000;

/**
 * For how long after a pair was found its first change is reported too; milliseconds of event time. Readers of the first
 * message assessed a network that had only read. A pair that is known for longer is known for all conduct.
 */
export const CHANGE_IS_NEWS_FOR = 7 * 86_400_000;

/** A pair with successful requests in a portion. Event times in epoch milliseconds. */
export interface SeenPair extends PairName {
  readonly firstAt: number;
  readonly lastAt: number;
  /** Whether all its successful requests are public conduct. */
  readonly isPublic: boolean;
  /** The time of the first successful change; null: none. */
  readonly changedAt: number | null;
  readonly firstSeenBy: () => FirstSeenBy | null;
}

export interface ClaimContext extends RunName {
  /** Processing time, epoch milliseconds. */
  readonly now: number;
  /** Whether the bucket still learns; decided once for each portion. */
  readonly learning: boolean;
  readonly forgetDays: number;
}

/** What to do about a pair, given its stored sighting. */
export type ClaimDecision =
  /** Write nothing. `owed`: its finding may not be in the outbox yet, so the pair must not be cached as known. */
  | { readonly kind: 'known'; readonly owed: boolean }
  /** Write `next`: the first or last time changed, or the finding is in the outbox although its run died. */
  | { readonly kind: 'update'; readonly next: StoredSighting }
  /** Write `next`: the pair is learned, or the run that writes it makes its finding. */
  | { readonly kind: 'claim'; readonly next: StoredSighting }
  /** The pair is owed. Check whether the run that claimed it has put its marker, and decide again. */
  | { readonly kind: 'check-marker'; readonly run: RunName }
  /** There is no marker, and the finding is overdue. Check whether the outbox contains it, and decide again. */
  | { readonly kind: 'check-outbox' };

/** The results of `check-marker` and `check-outbox`; null: not checked. */
export interface ClaimAnswers {
  readonly isMarked: boolean | null;
  readonly isInOutbox: boolean | null;
}

export const NO_ANSWERS: ClaimAnswers = { isMarked: null, isInOutbox: null };

/**
 * Decides what to do about a pair. `stored` is the sighting as read, null if there is none. The decision is written on
 * condition that the sighting is unchanged; otherwise the caller reads and decides again. So if several runs process a
 * new pair at the same time, exactly one makes its finding. If that run dies, its retry or another log object stores the
 * finding instead.
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
    // A retry: an earlier run died between its claim and its marker. The owed finding may already be in the outbox and
    // sent, so this run does not learn the pair instead, even if it began while the bucket was learning. The conduct
    // that raised a pair may be in another portion than its first success.
    // guard: a retry claims again what its earlier run owes
    if (!isMarked && reaches(stored.raised, seen)) return claim(stored, seen, { ...context, learning: false });
    // guard: a retry claims nothing for less than what it owes
    if (!isMarked) return known(stored, seen, context);
  }
  if (isForgotten(stored, seen, context)) return claim(stored, seen, context);
  // As above: a pair that was found is not learned instead.
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

/** Whether an earlier portion of this run claimed the pair: then its finding is in the outbox, and the marker follows. */
function isOwnRun({ claimedBy, claimedIn }: StoredSighting, { logObject, run }: ClaimContext): boolean {
  return claimedBy === logObject && claimedIn === run;
}

function known(stored: StoredSighting, seen: SeenPair, context: ClaimContext): ClaimDecision {
  if (needsRefresh(stored, seen)) return { kind: 'update', next: refreshed(stored, seen, context) };
  return { kind: 'known', owed: stored.owedUntil !== null };
}

/** Why a known pair is reported again; null: it did nothing more than it is known for. */
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

/** Whether the conduct in this portion justifies a claim that was raised like this. */
function reaches(raised: Raised, { isPublic, changedAt }: Pick<SeenPair, 'isPublic' | 'changedAt'>): boolean {
  return raised === null || (raised === 'changed' ? changedAt !== null : !isPublic);
}

/** Compares event time with event time, so that old logs that arrive late change nothing. */
function isForgotten({ lastSeenAt }: StoredSighting, { firstAt }: SeenPair, { forgetDays }: ClaimContext): boolean {
  // guard: a pair is forgotten by event time
  return firstAt > forgottenAt(lastSeenAt, forgetDays);
}

/** Whether the run had more time than any run takes. Then it died, and may never be retried. */
export function isOverdue({ owedUntil }: Pick<StoredSighting, 'owedUntil'>, now: number): boolean {
  return owedUntil !== null && owedUntil < now;
}

/** Limits writes to one per pair and day, except for logs with an earlier first time. */
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
      // A retry of this claim reads a pair that is no longer forgotten, so it keeps the stored time.
      forgottenSince: forgotten ? forgottenAt(stored.lastSeenAt, forgetDays) : (stored?.forgottenSince ?? null),
      publicOnly: seen.isPublic,
      raised: stored === null || forgotten ? null : raisedBy(stored, seen),
      foundReadingAt: isReading && !learning ? seen.firstAt : null,
      firstSeenBy: seen.firstSeenBy,
      expiresAt: expiryOf(times.lastSeenAt, now, forgetDays),
    },
  };
}

/**
 * Why the pair is raised. Taking over a raise that its run never reported: raised for the same reason if the conduct
 * justifies that, otherwise reported as new.
 */
function raisedBy(stored: StoredSighting, seen: SeenPair): Raised {
  return raiseOf(stored, seen) ?? (reaches(stored.raised, seen) ? stored.raised : null);
}

function asSighting({ bucket, kind, name, firstAt, lastAt }: SeenPair): Sighting {
  return { bucket, kind, name, firstSeenAt: firstAt, lastSeenAt: lastAt };
}
