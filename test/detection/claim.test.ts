import {
  CHANGE_IS_NEWS_FOR,
  type ClaimAnswers,
  type ClaimContext,
  type ClaimDecision,
  decideClaim,
  hasLapsed,
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

/** Seen within an hour of the last time, where nothing else is given; what is not public is a change. */
function firstSeenBy(given: Partial<SeenPair> = {}): SeenPair {
  const times = { firstAt: LAST, lastAt: LAST + 3_600_000 };
  const changedAt = given.isPublic ? null : (given.firstAt ?? LAST);
  return { ...PAIR, ...times, isPublic: false, changedAt, firstSeenBy: newUser, ...given };
}

const KNOWN: ClaimDecision = { kind: 'known', owed: false };
const KNOWN_OWED: ClaimDecision = { kind: 'known', owed: true };
const ASK_MARKER: ClaimDecision = { kind: 'ask-marker', run: { logObject: 'theirs', run: 'earlier' } };
const ASK_OUTBOX: ClaimDecision = { kind: 'ask-outbox' };
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

/** What is stored, but for the times, and when it expires by them. */
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
/** A pair that is seen next at that moment. */
const onlyAt = (time: number) => ({ firstAt: time, lastAt: time });

const CASES: Record<string, readonly Case[]> = {
  'never seen': [
    { name: 'is claimed', stored: null, expected: claimOf({ firstSeenAt: LAST }) },
    {
      name: 'is claimed whatever its age, and kept from now on',
      stored: null,
      seen: onlyAt(LAST - 4000 * DAY),
      expected: claimOf({ firstSeenAt: LAST - 4000 * DAY, lastSeenAt: LAST - 4000 * DAY }),
    },
    {
      name: 'is kept from its last event on if that is later than now',
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
      name: 'with forgetDays 0 is kept for ever',
      stored: null,
      context: { forgetDays: 0 },
      expected: claimOf({ firstSeenAt: LAST, expiresAt: null }),
    },
  ],
  'claimed by this log object': [
    {
      name: 'in another run, and owed: its marker is asked for',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW - 1 }),
      expected: { kind: 'ask-marker', run: { logObject: 'mine', run: 'earlier' } },
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
      name: 'in a run without a marker, its time over: is claimed again without asking the outbox',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW - 1 }),
      answers: NO_MARKER,
      expected: claimOf({}),
    },
    {
      name: 'in a run without a marker that found it when learning was over: stays found',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW }),
      context: { learning: true },
      answers: NO_MARKER,
      expected: claimOf({}),
    },
    {
      name: 'in an earlier portion of this run: is known, since the outbox has it by now',
      stored: storedAs({ claimedBy: 'mine', claimedIn: 'this', owedUntil: NOW + 1 }),
      expected: KNOWN,
    },
    { name: 'and no longer owed: is known', stored: storedAs({ claimedBy: 'mine' }), expected: KNOWN },
    {
      name: 'and no longer owed, forgotten since: is claimed again',
      stored: storedAs({ claimedBy: 'mine' }),
      seen: onlyAt(FORGOTTEN + 1),
      expected: claimOf({
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, 0, 90),
      }),
    },
    {
      name: 'in a run that put its marker, forgotten since: is claimed again',
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
      name: 'in this run, forgotten since the earlier portion: is claimed again',
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
      name: 'long before its time is over: is known',
      stored: storedAs({ owedUntil: NOW + OWED_FOR }),
      answers: MARKED,
      expected: KNOWN,
    },
    {
      name: 'long after: is known without asking the outbox',
      stored: storedAs({ owedUntil: NOW - 100 * DAY }),
      answers: MARKED,
      expected: KNOWN,
    },
    {
      name: 'and in need of a refresh, which says that nothing is owed',
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
      name: 'within its time: the marker is asked for',
      stored: storedAs({ owedUntil: NOW + 1 }),
      expected: ASK_MARKER,
    },
    { name: 'after its time: the marker is asked for', stored: storedAs({ owedUntil: NOW - 1 }), expected: ASK_MARKER },
    {
      name: '1 ms before its time is over: is known, not relied on',
      stored: storedAs({ owedUntil: NOW + 1 }),
      answers: NO_MARKER,
      expected: KNOWN_OWED,
    },
    {
      name: 'at that moment: is known, not relied on',
      stored: storedAs({ owedUntil: NOW }),
      answers: NO_MARKER,
      expected: KNOWN_OWED,
    },
    {
      name: '1 ms after: the outbox is asked',
      stored: storedAs({ owedUntil: NOW - 1 }),
      answers: NO_MARKER,
      expected: ASK_OUTBOX,
    },
    {
      name: 'long after, and in need of a refresh: the outbox is asked first',
      stored: storedAs({ owedUntil: NOW - 100 * DAY }),
      seen: { lastAt: LAST + 5 * DAY },
      answers: NO_MARKER,
      expected: ASK_OUTBOX,
    },
    {
      name: 'which the outbox holds: nothing is owed any more',
      stored: storedAs({ owedUntil: NOW - 1 }),
      answers: { isMarked: false, isInOutbox: true },
      expected: updateOf({ lastSeenAt: LAST + 3_600_000 }),
    },
    {
      name: 'which the outbox does not hold: is claimed in its place',
      stored: storedAs({ owedUntil: NOW - 1 }),
      answers: NOT_BROUGHT,
      expected: claimOf({}),
    },
    {
      name: 'which the outbox does not hold, and the bucket learns: is learned',
      stored: storedAs({ owedUntil: NOW - 1 }),
      answers: NOT_BROUGHT,
      context: { learning: true },
      expected: claimOf({ claimedBy: LEARNING, claimedIn: null, owedUntil: null }),
    },
    {
      name: 'and found after it had been forgotten, which the outbox does not hold: keeps since when',
      stored: storedAs({ owedUntil: NOW - 1, forgottenSince: FIRST }),
      answers: NOT_BROUGHT,
      expected: claimOf({ forgottenSince: FIRST }),
    },
    {
      name: 'whose answer comes when its time is not over: is known',
      stored: storedAs({ owedUntil: NOW }),
      answers: NOT_BROUGHT,
      expected: KNOWN_OWED,
    },
    {
      name: 'within its time, but in need of a refresh: is refreshed, and still owed by it',
      stored: storedAs({ owedUntil: NOW }),
      seen: { lastAt: LAST + REFRESH_AFTER },
      answers: NO_MARKER,
      expected: updateOf({ owedUntil: NOW, lastSeenAt: LAST + REFRESH_AFTER }),
    },
    {
      name: 'and forgotten: is claimed without asking',
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
      name: 'also 1 ms before it is a day since the last time',
      stored: storedAs(),
      seen: { lastAt: LAST + REFRESH_AFTER - 1 },
      expected: KNOWN,
    },
    {
      name: 'is refreshed from exactly one day on',
      stored: storedAs(),
      seen: { lastAt: LAST + REFRESH_AFTER },
      expected: updateOf({ lastSeenAt: LAST + REFRESH_AFTER }),
    },
    { name: 'at its very beginning', stored: storedAs(), seen: onlyAt(FIRST), expected: KNOWN },
    {
      name: 'is given an earlier beginning by a late log, which takes back nothing',
      stored: storedAs(),
      seen: onlyAt(FIRST - 1),
      expected: updateOf({ firstSeenAt: FIRST - 1 }),
    },
    {
      name: 'keeps who was seen first, since when it had been forgotten, and whose it is',
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
      name: '1 ms later: is claimed, with since when',
      stored: storedAs(),
      seen: onlyAt(FORGOTTEN + 1),
      expected: claimOf({
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, NOW, 90),
      }),
    },
    {
      name: 'not if its first event was in time, however late the last',
      stored: storedAs(),
      seen: { firstAt: FORGOTTEN, lastAt: FORGOTTEN + 50 * DAY },
      expected: updateOf({ lastSeenAt: FORGOTTEN + 50 * DAY, expiresAt: expiryOf(FORGOTTEN + 50 * DAY, NOW, 90) }),
    },
    {
      name: 'by event time, however late its logs come',
      stored: storedAs(),
      context: { now: FORGOTTEN + 500 * DAY },
      expected: KNOWN,
    },
    {
      name: 'again: since the last time',
      stored: storedAs({ forgottenSince: FIRST }),
      seen: onlyAt(FORGOTTEN + 1),
      expected: claimOf({
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, NOW, 90),
      }),
    },
    {
      name: 'while the bucket learns: is learned, and was forgotten all the same',
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

/** Known for public conduct, and what is met of it then. */
const PUBLIC = { publicOnly: true };
const PUBLIC_CASES: Record<string, readonly Case[]> = {
  'public conduct': [
    {
      name: 'of a new pair: is all that it is known for',
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
      name: 'of a pair known for more, in a refresh, does not take that back',
      stored: storedAs({ raised: 'changed' }),
      seen: { isPublic: true, lastAt: LAST + REFRESH_AFTER },
      expected: updateOf({ raised: 'changed', lastSeenAt: LAST + REFRESH_AFTER }),
    },
    {
      name: 'of a pair known for more, and forgotten: is all that it is known for from then on',
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
      name: 'while the bucket learns, of a pair that another found: is found',
      stored: storedAs({ ...PUBLIC, owedUntil: NOW }),
      context: { learning: true },
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'of a pair that had been forgotten before it was known again: keeps since when',
      stored: storedAs({ ...PUBLIC, forgottenSince: FIRST }),
      expected: claimOf({ raised: 'changed', forgottenSince: FIRST }),
    },
    {
      name: 'of a pair that is forgotten: is a return, and raises nothing',
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
      name: 'and was its own: is claimed again by what raised it',
      stored: storedAs({ raised: 'changed', claimedBy: 'mine', owedUntil: NOW }),
      answers: NO_MARKER,
      expected: claimOf({ raised: 'changed' }),
    },
    {
      name: 'and was its own: waits, in a portion of public conduct, for the one that raised it',
      stored: storedAs({ raised: 'changed', claimedBy: 'mine', owedUntil: NOW - 1 }),
      seen: { isPublic: true },
      answers: NO_MARKER,
      expected: KNOWN_OWED,
    },
    {
      name: 'is taken over by whoever does more than what is public',
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

/** Reads that the own account signed. */
const READS = { changedAt: null };
const changedAtOnly = (time: number) => ({ ...onlyAt(time), changedAt: time });
/** Found, when it had changed nothing, and known since. */
const READER = { foundReadingAt: LAST };
const WEEK = LAST + CHANGE_IS_NEWS_FOR;

const READER_CASES: Record<string, readonly Case[]> = {
  'reads that the own account signed': [
    {
      name: 'of a new pair: are found, and when',
      stored: null,
      seen: READS,
      expected: claimOf({ firstSeenAt: LAST, foundReadingAt: LAST }),
    },
    {
      name: 'of a new pair, while the bucket learns: are learned, and nobody found them',
      stored: null,
      seen: READS,
      context: { learning: true },
      expected: claimOf({ firstSeenAt: LAST, ...LEARNED }),
    },
    {
      name: 'of a pair known for public conduct: raise it, and are when it was found',
      stored: storedAs(PUBLIC),
      seen: READS,
      expected: claimOf({ raised: 'signed', foundReadingAt: LAST }),
    },
    { name: 'of a pair found by such: are known', stored: storedAs(READER), seen: READS, expected: KNOWN },
    {
      name: 'in a refresh do not change when it was found',
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
      name: 'in whose portion there are later ones: counts by the first',
      stored: storedAs(READER),
      seen: { firstAt: LAST, lastAt: WEEK + DAY, changedAt: WEEK },
      expected: claimOf({ raised: 'changed', lastSeenAt: WEEK + DAY, expiresAt: expiryOf(WEEK + DAY, NOW, 90) }),
    },
    {
      name: 'before it was found, in a log that comes late: raises it',
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
      name: 'in a run beside another of its log object raises what that one claimed before it',
      stored: storedAs({ ...READER, raised: 'signed', claimedBy: 'mine', owedUntil: NOW + 1 }),
      answers: NO_MARKER,
      expected: claimOf({ raised: 'changed' }),
    },
  ],
  'a raise by a change that was not brought': [
    {
      name: 'and was its own: waits, in a portion of reads, for the one that raised it',
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
      name: 'by a signature, and was its own: is claimed again by what raised it',
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

describe('a claim that is run again', () => {
  const AGAIN: ClaimContext = { ...CONTEXT, run: 'next' };

  function claimed(stored: StoredSighting | null, seen: SeenPair, context: ClaimContext): StoredSighting {
    const decision = decideClaim(stored, seen, context, NO_MARKER);
    if (decision.kind !== 'claim') throw new Error(`is ${decision.kind}`);
    return decision.next;
  }

  test('says the same, but for its new time and run', () => {
    const seen = firstSeenBy();
    const once = claimed(null, seen, CONTEXT);
    const again = claimed(once, seen, { ...AGAIN, now: NOW + DAY });
    const own = { claimedIn: 'next', owedUntil: NOW + DAY + OWED_FOR, expiresAt: expiryOf(NOW + DAY, NOW, 90) };
    expect(again).toEqual({ ...once, ...own });
  });

  test('does not lose since when the pair had been forgotten, which by then it is no longer', () => {
    const seen = firstSeenBy(onlyAt(FORGOTTEN + 1));
    const once = claimed(storedAs(), seen, CONTEXT);
    expect(once.forgottenSince).toBe(FORGOTTEN);
    expect(claimed(once, seen, AGAIN)).toEqual({ ...once, claimedIn: 'next' });
    // And so where the second run meets a later portion first, and where another log object brings it instead.
    expect(claimed(once, firstSeenBy(onlyAt(FORGOTTEN + DAY)), AGAIN).forgottenSince).toBe(FORGOTTEN);
    const others = { ...CONTEXT, logObject: 'others', now: NOW + OWED_FOR + 1 };
    expect(decideClaim(once, seen, others, NO_MARKER)).toEqual(ASK_OUTBOX);
    expect(decideClaim(once, seen, others, NOT_BROUGHT)).toMatchObject({
      kind: 'claim',
      next: { claimedBy: 'others', forgottenSince: FORGOTTEN },
    });
  });

  test('is not covered by the marker of an earlier run', () => {
    const again = claimed(claimed(null, firstSeenBy(), CONTEXT), firstSeenBy(), AGAIN);
    const others = { ...CONTEXT, logObject: 'others' };
    expect(decideClaim(again, firstSeenBy(), others)).toEqual({
      kind: 'ask-marker',
      run: { logObject: 'mine', run: 'next' },
    });
  });
});

test('a claim lapses 1 ms after its time, and what owes nothing never does', () => {
  expect(OWED_FOR).toBe(3_600_000);
  expect([NOW - 1, NOW, NOW + 1].map((now) => hasLapsed({ owedUntil: NOW }, now))).toEqual([false, false, true]);
  expect(hasLapsed({ owedUntil: null }, Number.MAX_SAFE_INTEGER)).toBe(false);
});

test('a refresh is needed once a day, and for an earlier beginning', () => {
  const stored = { firstSeenAt: FIRST, lastSeenAt: LAST };
  expect(REFRESH_AFTER).toBe(DAY);
  expect(needsRefresh(stored, { firstAt: FIRST, lastAt: LAST + DAY - 1 })).toBe(false);
  expect(needsRefresh(stored, { firstAt: FIRST, lastAt: LAST + DAY })).toBe(true);
  expect(needsRefresh(stored, { firstAt: FIRST - 1, lastAt: FIRST })).toBe(true);
});
