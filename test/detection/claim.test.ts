import {
  CHANGE_IS_NEWS_FOR,
  type ClaimAnswers,
  type ClaimContext,
  type ClaimDecision,
  decideClaim,
  isOverdue,
  needsRefresh,
  OWED_FOR,
  type SeenPair,
} from '../../lib/detection/claim';
import {
  expiryOf,
  forgottenAt,
  LEARNING,
  REFRESH_AFTER,
  SEED,
  type StoredSighting,
} from '../../lib/detection/sighting';
import { at, DAY } from '../support/observe-lines';

const NOW = at('12:00');
const LAST = at('10:00', -1);
const FIRST = at('10:00', -30);
const PAIR = { bucket: 'payroll', kind: 'net', name: '203.0.113.7' };

const oldUser = () => ({ requester: 'old', operation: 'REST.GET.OBJECT' });
const newUser = () => ({ requester: null, operation: 'REST.PUT.OBJECT' });

const CONTEXT: ClaimContext = { logObject: 'mine', run: 'this', now: NOW, learning: false, forgetDays: 90 };

function storedAs(given: Partial<StoredSighting> = {}): StoredSighting {
  return {
    ...PAIR,
    firstSeenAt: FIRST,
    lastSeenAt: LAST,
    claimedBy: 'theirs',
    claimedIn: 'earlier',
    owedUntil: null,
    forgottenSince: null,
    publicOnly: false,
    raised: null,
    foundReadingAt: null,
    firstSeenBy: oldUser,
    expiresAt: expiryOf(LAST, LAST, 90),
    ...given,
  };
}

/** A pair seen within an hour of its last time, unless given otherwise. Conduct that is not public is a change. */
function firstSeenBy(given: Partial<SeenPair> = {}): SeenPair {
  const times = { firstAt: LAST, lastAt: LAST + 3_600_000 };
  const changedAt = given.isPublic ? null : (given.firstAt ?? LAST);
  return { ...PAIR, ...times, isPublic: false, changedAt, firstSeenBy: newUser, ...given };
}

const KNOWN: ClaimDecision = { kind: 'known', owed: false };
const KNOWN_OWED: ClaimDecision = { kind: 'known', owed: true };
const CHECK_MARKER: ClaimDecision = { kind: 'check-marker', run: { logObject: 'theirs', run: 'earlier' } };
const CHECK_OUTBOX: ClaimDecision = { kind: 'check-outbox' };
const NO_MARKER: ClaimAnswers = { isMarked: false, isInOutbox: null };
const MARKED: ClaimAnswers = { isMarked: true, isInOutbox: null };
const NOT_BROUGHT: ClaimAnswers = { isMarked: false, isInOutbox: false };

const claimOf = (next: Partial<StoredSighting>): ClaimDecision => ({
  kind: 'claim',
  next: {
    ...PAIR,
    firstSeenAt: FIRST,
    lastSeenAt: LAST + 3_600_000,
    claimedBy: 'mine',
    claimedIn: 'this',
    owedUntil: NOW + OWED_FOR,
    forgottenSince: null,
    publicOnly: false,
    raised: null,
    foundReadingAt: null,
    firstSeenBy: newUser,
    expiresAt: expiryOf(NOW, NOW, 90),
    ...next,
  },
});

/** An update of the stored sighting, with a new expiry. */
const updateOf = (next: Partial<StoredSighting>): ClaimDecision => ({
  kind: 'update',
  next: { ...storedAs(), expiresAt: expiryOf(NOW, NOW, 90), ...next },
});

interface Case {
  readonly name: string;
  readonly stored: StoredSighting | null;
  readonly seen?: Partial<SeenPair>;
  readonly context?: Partial<ClaimContext>;
  readonly answers?: ClaimAnswers;
  readonly expected: ClaimDecision;
}

const LEARNED = { claimedBy: LEARNING, claimedIn: null, owedUntil: null };
const FORGOTTEN = forgottenAt(LAST, 90);
/** The times of a pair that is seen only at `time`. */
const onlyAt = (time: number) => ({ firstAt: time, lastAt: time });

const CASES: Record<string, readonly Case[]> = {
  'never seen': [
    { name: 'is claimed', stored: null, expected: claimOf({ firstSeenAt: LAST }) },
    {
      name: 'is claimed whatever its age, and expires counted from now',
      stored: null,
      seen: onlyAt(LAST - 4000 * DAY),
      expected: claimOf({ firstSeenAt: LAST - 4000 * DAY, lastSeenAt: LAST - 4000 * DAY }),
    },
    {
      name: 'expires counted from its last event if that is later than now',
      stored: null,
      seen: onlyAt(NOW + DAY),
      expected: claimOf({ firstSeenAt: NOW + DAY, lastSeenAt: NOW + DAY, expiresAt: expiryOf(NOW + DAY, 0, 90) }),
    },
    {
      name: 'is learned, and nothing is owed',
      stored: null,
      context: { learning: true },
      expected: claimOf({ firstSeenAt: LAST, claimedBy: LEARNING, claimedIn: null, owedUntil: null }),
    },
    {
      name: 'with forgetDays 0 never expires',
      stored: null,
      context: { forgetDays: 0 },
      expected: claimOf({ firstSeenAt: LAST, expiresAt: null }),
    },
  ],
  'claimed by this log object': [
    {
      name: 'in another run, and owed: its marker is read',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW - 1 }),
      expected: { kind: 'check-marker', run: { logObject: 'mine', run: 'earlier' } },
    },
    {
      name: 'in a run that put its marker: is known',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW - 1 }),
      answers: MARKED,
      expected: KNOWN,
    },
    {
      name: 'in a run without a marker: is claimed again',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW }),
      answers: NO_MARKER,
      expected: claimOf({}),
    },
    {
      name: 'in a run without a marker, lapsed: is claimed again without reading the outbox',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW - 1 }),
      answers: NO_MARKER,
      expected: claimOf({}),
    },
    {
      name: 'in a run without a marker that found it after learning: stays found',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW }),
      context: { learning: true },
      answers: NO_MARKER,
      expected: claimOf({}),
    },
    {
      name: 'in an earlier portion of this run: is known, because the outbox has it already',
      stored: storedAs({ claimedBy: 'mine', claimedIn: 'this', owedUntil: NOW + 1 }),
      expected: KNOWN,
    },
    { name: 'and no longer owed: is known', stored: storedAs({ claimedBy: 'mine' }), expected: KNOWN },
    {
      name: 'and no longer owed, forgotten in the meantime: is claimed again',
      stored: storedAs({ claimedBy: 'mine' }),
      seen: onlyAt(FORGOTTEN + 1),
      expected: claimOf({
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, 0, 90),
      }),
    },
    {
      name: 'in a run that put its marker, forgotten in the meantime: is claimed again',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW - 1 }),
      seen: onlyAt(FORGOTTEN + 1),
      answers: MARKED,
      expected: claimOf({
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, 0, 90),
      }),
    },
    {
      name: 'in this run, forgotten after the earlier portion: is claimed again',
      stored: storedAs({ claimedBy: 'mine', claimedIn: 'this', owedUntil: NOW + 1 }),
      seen: onlyAt(FORGOTTEN + 1),
      expected: claimOf({
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, 0, 90),
      }),
    },
    {
      name: 'keeps the earliest and the latest of both',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW }),
      seen: { firstAt: FIRST - DAY, lastAt: LAST - DAY },
      answers: NO_MARKER,
      expected: claimOf({ firstSeenAt: FIRST - DAY, lastSeenAt: LAST }),
    },
  ],
  'owed by another, its marker there': [
    {
      name: 'long before it lapses: is known',
      stored: storedAs({ owedUntil: NOW + OWED_FOR }),
      answers: MARKED,
      expected: KNOWN,
    },
    {
      name: 'long after: is known without reading the outbox',
      stored: storedAs({ owedUntil: NOW - 100 * DAY }),
      answers: MARKED,
      expected: KNOWN,
    },
    {
      name: 'and due for a refresh, which clears what is owed',
      stored: storedAs({ owedUntil: NOW - 100 * DAY }),
      seen: { lastAt: LAST + 5 * DAY },
      answers: MARKED,
      expected: updateOf({ lastSeenAt: LAST + 5 * DAY, expiresAt: expiryOf(LAST + 5 * DAY, NOW, 90) }),
    },
    {
      name: 'while the bucket learns: is known',
      stored: storedAs({ owedUntil: NOW }),
      context: { learning: true },
      answers: MARKED,
      expected: KNOWN,
    },
  ],
  'owed by another': [
    {
      name: 'before it lapses: the marker is read',
      stored: storedAs({ owedUntil: NOW + 1 }),
      expected: CHECK_MARKER,
    },
    { name: 'after it lapsed: the marker is read', stored: storedAs({ owedUntil: NOW - 1 }), expected: CHECK_MARKER },
    {
      name: '1 ms before it lapses: is known, but owed',
      stored: storedAs({ owedUntil: NOW + 1 }),
      answers: NO_MARKER,
      expected: KNOWN_OWED,
    },
    {
      name: 'at that moment: is known, but owed',
      stored: storedAs({ owedUntil: NOW }),
      answers: NO_MARKER,
      expected: KNOWN_OWED,
    },
    {
      name: '1 ms after: the outbox is read',
      stored: storedAs({ owedUntil: NOW - 1 }),
      answers: NO_MARKER,
      expected: CHECK_OUTBOX,
    },
    {
      name: 'long after, and due for a refresh: the outbox is read first',
      stored: storedAs({ owedUntil: NOW - 100 * DAY }),
      seen: { lastAt: LAST + 5 * DAY },
      answers: NO_MARKER,
      expected: CHECK_OUTBOX,
    },
    {
      name: 'in the outbox: nothing is owed any more',
      stored: storedAs({ owedUntil: NOW - 1 }),
      answers: { isMarked: false, isInOutbox: true },
      expected: updateOf({ lastSeenAt: LAST + 3_600_000 }),
    },
    {
      name: 'not in the outbox: is taken over',
      stored: storedAs({ owedUntil: NOW - 1 }),
      answers: NOT_BROUGHT,
      expected: claimOf({}),
    },
    {
      name: 'not in the outbox, and the bucket learns: is learned',
      stored: storedAs({ owedUntil: NOW - 1 }),
      answers: NOT_BROUGHT,
      context: { learning: true },
      expected: claimOf({ claimedBy: LEARNING, claimedIn: null, owedUntil: null }),
    },
    {
      name: 'found after it had been forgotten, not in the outbox: keeps since when',
      stored: storedAs({ owedUntil: NOW - 1, forgottenSince: FIRST }),
      answers: NOT_BROUGHT,
      expected: claimOf({ forgottenSince: FIRST }),
    },
    {
      name: 'with the answer before it lapses: is known',
      stored: storedAs({ owedUntil: NOW }),
      answers: NOT_BROUGHT,
      expected: KNOWN_OWED,
    },
    {
      name: 'before it lapses, but due for a refresh: is refreshed, and still owed',
      stored: storedAs({ owedUntil: NOW }),
      seen: { lastAt: LAST + REFRESH_AFTER },
      answers: NO_MARKER,
      expected: updateOf({ owedUntil: NOW, lastSeenAt: LAST + REFRESH_AFTER }),
    },
    {
      name: 'and forgotten: is claimed without reading more',
      stored: storedAs({ owedUntil: NOW - 1 }),
      seen: onlyAt(FORGOTTEN + 1),
      expected: claimOf({
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, 0, 90),
      }),
    },
  ],
  'known, with nothing owed': [
    { name: 'by another', stored: storedAs(), expected: KNOWN },
    { name: 'from learning', stored: storedAs({ claimedBy: LEARNING }), expected: KNOWN },
    { name: 'from a seed', stored: storedAs({ claimedBy: SEED }), expected: KNOWN },
    { name: 'while the bucket learns', stored: storedAs(), context: { learning: true }, expected: KNOWN },
    {
      name: 'also 1 ms before a day after the last time',
      stored: storedAs(),
      seen: { lastAt: LAST + REFRESH_AFTER - 1 },
      expected: KNOWN,
    },
    {
      name: 'is refreshed after exactly one day',
      stored: storedAs(),
      seen: { lastAt: LAST + REFRESH_AFTER },
      expected: updateOf({ lastSeenAt: LAST + REFRESH_AFTER }),
    },
    { name: 'at its first time', stored: storedAs(), seen: onlyAt(FIRST), expected: KNOWN },
    {
      name: 'gets an earlier first time from a late log, which changes nothing else',
      stored: storedAs(),
      seen: onlyAt(FIRST - 1),
      expected: updateOf({ firstSeenAt: FIRST - 1 }),
    },
    {
      name: 'keeps the first requester, when it had been forgotten, and its claim',
      stored: storedAs({ claimedBy: LEARNING, forgottenSince: FIRST }),
      seen: { firstAt: FIRST - 5, lastAt: LAST + 2 * DAY },
      expected: updateOf({
        claimedBy: LEARNING,
        forgottenSince: FIRST,
        firstSeenAt: FIRST - 5,
        lastSeenAt: LAST + 2 * DAY,
        expiresAt: expiryOf(LAST + 2 * DAY, NOW, 90),
      }),
    },
    {
      name: 'is refreshed with forgetDays 0, too',
      stored: storedAs({ expiresAt: null }),
      seen: onlyAt(LAST + 4000 * DAY),
      context: { forgetDays: 0 },
      expected: updateOf({ lastSeenAt: LAST + 4000 * DAY, expiresAt: null }),
    },
  ],
  forgotten: [
    {
      name: 'not yet, exactly at the boundary: is refreshed',
      stored: storedAs(),
      seen: onlyAt(FORGOTTEN),
      expected: updateOf({ lastSeenAt: FORGOTTEN, expiresAt: expiryOf(FORGOTTEN, NOW, 90) }),
    },
    {
      name: '1 ms later: is claimed, with the time when it was forgotten',
      stored: storedAs(),
      seen: onlyAt(FORGOTTEN + 1),
      expected: claimOf({
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, NOW, 90),
      }),
    },
    {
      name: 'not if its first event was in time, however late the last was',
      stored: storedAs(),
      seen: { firstAt: FORGOTTEN, lastAt: FORGOTTEN + 50 * DAY },
      expected: updateOf({ lastSeenAt: FORGOTTEN + 50 * DAY, expiresAt: expiryOf(FORGOTTEN + 50 * DAY, NOW, 90) }),
    },
    {
      name: 'by event time, however late its logs arrive',
      stored: storedAs(),
      context: { now: FORGOTTEN + 500 * DAY },
      expected: KNOWN,
    },
    {
      name: 'again: after the last time',
      stored: storedAs({ forgottenSince: FIRST }),
      seen: onlyAt(FORGOTTEN + 1),
      expected: claimOf({
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, NOW, 90),
      }),
    },
    {
      name: 'while the bucket learns: is learned, and keeps when it was forgotten',
      stored: storedAs(),
      seen: onlyAt(FORGOTTEN + 1),
      context: { learning: true },
      expected: claimOf({
        claimedBy: LEARNING,
        claimedIn: null,
        owedUntil: null,
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, NOW, 90),
      }),
    },
  ],
};

/** A pair known for public conduct only, and what it does next. */
const PUBLIC = { publicOnly: true };
const PUBLIC_CASES: Record<string, readonly Case[]> = {
  'public conduct': [
    {
      name: 'of a new pair: is recorded as public only',
      stored: null,
      seen: { isPublic: true },
      expected: claimOf({ firstSeenAt: LAST, publicOnly: true, foundReadingAt: LAST }),
    },
    {
      name: 'of a new pair is learned as such',
      stored: null,
      seen: { isPublic: true },
      context: { learning: true },
      expected: claimOf({ firstSeenAt: LAST, publicOnly: true, ...LEARNED }),
    },
    { name: 'again: is known', stored: storedAs(PUBLIC), seen: { isPublic: true }, expected: KNOWN },
    { name: 'of a pair known for more: is known', stored: storedAs(), seen: { isPublic: true }, expected: KNOWN },
    {
      name: 'in a refresh changes nothing',
      stored: storedAs(PUBLIC),
      seen: { isPublic: true, lastAt: LAST + REFRESH_AFTER },
      expected: updateOf({ ...PUBLIC, lastSeenAt: LAST + REFRESH_AFTER }),
    },
    {
      name: 'of a pair known for more, in a refresh, keeps that',
      stored: storedAs({ raised: 'changed' }),
      seen: { isPublic: true, lastAt: LAST + REFRESH_AFTER },
      expected: updateOf({ raised: 'changed', lastSeenAt: LAST + REFRESH_AFTER }),
    },
    {
      name: 'of a pair known for more, and forgotten: is recorded as public only',
      stored: storedAs({ raised: 'changed' }),
      seen: { ...onlyAt(FORGOTTEN + 1), isPublic: true },
      expected: claimOf({
        publicOnly: true,
        foundReadingAt: FORGOTTEN + 1,
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, NOW, 90),
      }),
    },
  ],
  'more than public conduct': [
    {
      name: 'of a pair known for nothing else: is claimed, and raises it',
      stored: storedAs(PUBLIC),
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'of a seeded or learned pair known for nothing else: is claimed, too',
      stored: storedAs({ ...PUBLIC, claimedBy: LEARNING, claimedIn: null }),
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'while the bucket learns: is learned',
      stored: storedAs({ ...PUBLIC, claimedBy: LEARNING, claimedIn: null }),
      context: { learning: true },
      expected: claimOf({ raised: 'changed', ...LEARNED }),
    },
    {
      name: 'while the bucket learns, of a pair that another run found: is found',
      stored: storedAs({ ...PUBLIC, owedUntil: NOW }),
      context: { learning: true },
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'of a pair that was found again after it had been forgotten: keeps when',
      stored: storedAs({ ...PUBLIC, forgottenSince: FIRST }),
      expected: claimOf({ raised: 'changed', forgottenSince: FIRST }),
    },
    {
      name: 'of a forgotten pair: is a new claim, not a raise',
      stored: storedAs(PUBLIC),
      seen: onlyAt(FORGOTTEN + 1),
      expected: claimOf({
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, NOW, 90),
      }),
    },
    {
      name: 'of a pair owed by another: raises it without asking',
      stored: storedAs({ ...PUBLIC, owedUntil: NOW - 1 }),
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'in a later portion of this run raises what it claimed before',
      stored: storedAs({ ...PUBLIC, claimedBy: 'mine', claimedIn: 'this', owedUntil: NOW + 1 }),
      expected: claimOf({ raised: 'changed' }),
    },
  ],
  'a raise that was not brought': [
    {
      name: 'and was its own: is claimed again by the conduct that raised it',
      stored: storedAs({ raised: 'changed', claimedBy: 'mine', owedUntil: NOW }),
      answers: NO_MARKER,
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'and was its own: a portion with public conduct leaves it to the portion that raised it',
      stored: storedAs({ raised: 'changed', claimedBy: 'mine', owedUntil: NOW - 1 }),
      seen: { isPublic: true },
      answers: NO_MARKER,
      expected: KNOWN_OWED,
    },
    {
      name: 'is taken over by a log object with more than public conduct',
      stored: storedAs({ raised: 'changed', owedUntil: NOW - 1 }),
      answers: NOT_BROUGHT,
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'is taken over by public conduct as a new pair, to be raised again',
      stored: storedAs({ raised: 'changed', owedUntil: NOW - 1 }),
      seen: { isPublic: true },
      answers: NOT_BROUGHT,
      expected: claimOf({ publicOnly: true, foundReadingAt: LAST }),
    },
  ],
};

/** Reads signed by our own account. */
const READS = { changedAt: null };
const changedAtOnly = (time: number) => ({ ...onlyAt(time), changedAt: time });
/** A pair that was found when it only read, and is known since then. */
const READER = { foundReadingAt: LAST };
const WEEK = LAST + CHANGE_IS_NEWS_FOR;

const READER_CASES: Record<string, readonly Case[]> = {
  'reads that the own account signed': [
    {
      name: 'of a new pair: are found, with the time',
      stored: null,
      seen: READS,
      expected: claimOf({ firstSeenAt: LAST, foundReadingAt: LAST }),
    },
    {
      name: 'of a new pair, while the bucket learns: are learned, without a time of finding',
      stored: null,
      seen: READS,
      context: { learning: true },
      expected: claimOf({ firstSeenAt: LAST, ...LEARNED }),
    },
    {
      name: 'of a pair known for public conduct: raise it, with the time of finding',
      stored: storedAs(PUBLIC),
      seen: READS,
      expected: claimOf({ raised: 'signed', foundReadingAt: LAST }),
    },
    { name: 'of a pair found by reads: are known', stored: storedAs(READER), seen: READS, expected: KNOWN },
    {
      name: 'in a refresh keep when it was found',
      stored: storedAs(READER),
      seen: { ...READS, lastAt: LAST + REFRESH_AFTER },
      expected: updateOf({ ...READER, lastSeenAt: LAST + REFRESH_AFTER }),
    },
  ],
  'a change': [
    { name: 'of a pair just found: raises it', stored: storedAs(READER), expected: claimOf({ raised: 'changed' }) },
    {
      name: 'a week after, to the millisecond: raises it',
      stored: storedAs(READER),
      seen: changedAtOnly(WEEK),
      expected: claimOf({ raised: 'changed', lastSeenAt: WEEK, expiresAt: expiryOf(WEEK, NOW, 90) }),
    },
    {
      name: 'later: is known',
      stored: storedAs({ ...READER, lastSeenAt: WEEK }),
      seen: changedAtOnly(WEEK + 1),
      expected: KNOWN,
    },
    {
      name: 'with later ones in the same portion: the first counts',
      stored: storedAs(READER),
      seen: { firstAt: LAST, lastAt: WEEK + DAY, changedAt: WEEK },
      expected: claimOf({ raised: 'changed', lastSeenAt: WEEK + DAY, expiresAt: expiryOf(WEEK + DAY, NOW, 90) }),
    },
    {
      name: 'before it was found, in a late log: raises it',
      stored: storedAs(READER),
      seen: changedAtOnly(LAST - 60_000),
      expected: claimOf({ raised: 'changed', lastSeenAt: LAST }),
    },
    {
      name: 'of a pair known for public conduct: raises it, however long ago it was found',
      stored: storedAs({ ...PUBLIC, ...READER, lastSeenAt: WEEK }),
      seen: changedAtOnly(WEEK + 1),
      expected: claimOf({ raised: 'changed', lastSeenAt: WEEK + 1, expiresAt: expiryOf(WEEK + 1, NOW, 90) }),
    },
    {
      name: 'of a pair that was raised before, by a signature: raises it once more',
      stored: storedAs({ ...READER, raised: 'signed' }),
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'while the bucket learns, of a pair that was found: is found',
      stored: storedAs(READER),
      context: { learning: true },
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'of a pair owed by another: raises it without asking',
      stored: storedAs({ ...READER, owedUntil: NOW - 1 }),
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'in a later portion of this run raises what it claimed before',
      stored: storedAs({ ...READER, claimedBy: 'mine', claimedIn: 'this', owedUntil: NOW + 1 }),
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'in one of two concurrent runs of a log object raises what the other claimed',
      stored: storedAs({ ...READER, raised: 'signed', claimedBy: 'mine', owedUntil: NOW + 1 }),
      answers: NO_MARKER,
      expected: claimOf({ raised: 'changed' }),
    },
  ],
  'a raise by a change that was not brought': [
    {
      name: 'and was its own: a portion with reads leaves it to the portion that raised it',
      stored: storedAs({ raised: 'changed', claimedBy: 'mine', owedUntil: NOW - 1 }),
      seen: READS,
      answers: NO_MARKER,
      expected: KNOWN_OWED,
    },
    {
      name: 'is taken over by reads as a new pair, to be raised again',
      stored: storedAs({ raised: 'changed', owedUntil: NOW - 1 }),
      seen: READS,
      answers: NOT_BROUGHT,
      expected: claimOf({ foundReadingAt: LAST }),
    },
    {
      name: 'by a signature, and was its own: is claimed again by the conduct that raised it',
      stored: storedAs({ ...READER, raised: 'signed', claimedBy: 'mine', owedUntil: NOW }),
      seen: READS,
      answers: NO_MARKER,
      expected: claimOf({ raised: 'signed', foundReadingAt: LAST }),
    },
  ],
};

describe.each(Object.entries({ ...CASES, ...PUBLIC_CASES, ...READER_CASES }))('%s', (_group, cases) => {
  test.each(cases)('$name', ({ stored, seen, context, answers, expected }) => {
    expect(decideClaim(stored, firstSeenBy(seen), { ...CONTEXT, ...context }, answers)).toEqual(expected);
  });
});

describe('a claim that is repeated', () => {
  const AGAIN: ClaimContext = { ...CONTEXT, run: 'next' };

  function claimed(stored: StoredSighting | null, seen: SeenPair, context: ClaimContext): StoredSighting {
    const decision = decideClaim(stored, seen, context, NO_MARKER);
    if (decision.kind !== 'claim') throw new Error(`is ${decision.kind}`);
    return decision.next;
  }

  test('is the same except for its time and run', () => {
    const seen = firstSeenBy();
    const once = claimed(null, seen, CONTEXT);
    const again = claimed(once, seen, { ...AGAIN, now: NOW + DAY });
    const own = { claimedIn: 'next', owedUntil: NOW + DAY + OWED_FOR, expiresAt: expiryOf(NOW + DAY, NOW, 90) };
    expect(again).toEqual({ ...once, ...own });
  });

  test('keeps when the pair had been forgotten, although it is no longer', () => {
    const seen = firstSeenBy(onlyAt(FORGOTTEN + 1));
    const once = claimed(storedAs(), seen, CONTEXT);
    expect(once.forgottenSince).toBe(FORGOTTEN);
    expect(claimed(once, seen, AGAIN)).toEqual({ ...once, claimedIn: 'next' });
    // Also if the second run reaches a later portion first, or if another log object takes over.
    expect(claimed(once, firstSeenBy(onlyAt(FORGOTTEN + DAY)), AGAIN).forgottenSince).toBe(FORGOTTEN);
    const others = { ...CONTEXT, logObject: 'others', now: NOW + OWED_FOR + 1 };
    expect(decideClaim(once, seen, others, NO_MARKER)).toEqual(CHECK_OUTBOX);
    expect(decideClaim(once, seen, others, NOT_BROUGHT)).toMatchObject({
      kind: 'claim',
      next: { claimedBy: 'others', forgottenSince: FORGOTTEN },
    });
  });

  test('is not covered by the marker of an earlier run', () => {
    const again = claimed(claimed(null, firstSeenBy(), CONTEXT), firstSeenBy(), AGAIN);
    const others = { ...CONTEXT, logObject: 'others' };
    expect(decideClaim(again, firstSeenBy(), others)).toEqual({
      kind: 'check-marker',
      run: { logObject: 'mine', run: 'next' },
    });
  });
});

test('a claim lapses 1 ms after its time; one that owes nothing never lapses', () => {
  expect(OWED_FOR).toBe(3_600_000);
  expect([NOW - 1, NOW, NOW + 1].map((now) => isOverdue({ owedUntil: NOW }, now))).toEqual([false, false, true]);
  expect(isOverdue({ owedUntil: null }, Number.MAX_SAFE_INTEGER)).toBe(false);
});

test('a refresh is due once a day, and for an earlier first time', () => {
  const stored = { firstSeenAt: FIRST, lastSeenAt: LAST };
  expect(REFRESH_AFTER).toBe(DAY);
  expect(needsRefresh(stored, { firstAt: FIRST, lastAt: LAST + DAY - 1 })).toBe(false);
  expect(needsRefresh(stored, { firstAt: FIRST, lastAt: LAST + DAY })).toBe(true);
  expect(needsRefresh(stored, { firstAt: FIRST - 1, lastAt: FIRST })).toBe(true);
});
