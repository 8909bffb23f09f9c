import {
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
const PAIR = { bucket: 'payroll', network: '203.0.113.7' };

const oldUser = () => ({ requester: 'old', operation: 'REST.GET.OBJECT' });
const newUser = () => ({ requester: null, operation: 'REST.PUT.OBJECT' });

const CONTEXT: ClaimContext = { logObject: 'mine', now: NOW, learning: false, forgetDays: 90 };

function storedAs(given: Partial<StoredSighting> = {}): StoredSighting {
  return {
    ...PAIR,
    firstSeenAt: FIRST,
    lastSeenAt: LAST,
    claimedBy: 'theirs',
    owedUntil: null,
    forgottenSince: null,
    seenAs: oldUser,
    expiresAt: expiryOf(LAST, LAST, 90),
    ...given,
  };
}

/** Seen within an hour of the last time, where nothing else is given. */
function seenAs(given: Partial<SeenPair> = {}): SeenPair {
  return { ...PAIR, firstAt: LAST, lastAt: LAST + 3_600_000, seenAs: newUser, ...given };
}

const KNOWN: ClaimDecision = { kind: 'known', owed: false };
const KNOWN_OWED: ClaimDecision = { kind: 'known', owed: true };
const ASK: ClaimDecision = { kind: 'ask-outbox', owner: 'theirs' };

const claimOf = (next: Partial<StoredSighting>): ClaimDecision => ({
  kind: 'claim',
  next: {
    ...PAIR,
    firstSeenAt: FIRST,
    lastSeenAt: LAST + 3_600_000,
    claimedBy: 'mine',
    owedUntil: NOW + OWED_FOR,
    forgottenSince: null,
    seenAs: newUser,
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
  readonly brought?: boolean;
  readonly expected: ClaimDecision;
}

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
      expected: claimOf({ firstSeenAt: LAST, claimedBy: LEARNING, owedUntil: null }),
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
      name: 'and owed: is claimed again',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW }),
      expected: claimOf({}),
    },
    {
      name: 'and owed, its time over: is claimed again without asking',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW - 1 }),
      expected: claimOf({}),
    },
    {
      name: 'and owed, which another run of it found when learning was over: stays found',
      stored: storedAs({ claimedBy: 'mine', owedUntil: NOW }),
      context: { learning: true },
      expected: claimOf({}),
    },
    { name: 'and settled: is known', stored: storedAs({ claimedBy: 'mine' }), expected: KNOWN },
    {
      name: 'and settled, forgotten since: is claimed again',
      stored: storedAs({ claimedBy: 'mine' }),
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
      expected: claimOf({ firstSeenAt: FIRST - DAY, lastSeenAt: LAST }),
    },
  ],
  'owed by another': [
    {
      name: '1 ms before its time is over: is known, not relied on',
      stored: storedAs({ owedUntil: NOW + 1 }),
      expected: KNOWN_OWED,
    },
    { name: 'at that moment: is known, not relied on', stored: storedAs({ owedUntil: NOW }), expected: KNOWN_OWED },
    { name: '1 ms after: the outbox is asked', stored: storedAs({ owedUntil: NOW - 1 }), expected: ASK },
    {
      name: 'long after, and in need of a refresh: the outbox is asked first',
      stored: storedAs({ owedUntil: NOW - 100 * DAY }),
      seen: { lastAt: LAST + 5 * DAY },
      expected: ASK,
    },
    {
      name: 'which the outbox holds: the pair is settled in its place',
      stored: storedAs({ owedUntil: NOW - 1 }),
      brought: true,
      expected: updateOf({ lastSeenAt: LAST + 3_600_000 }),
    },
    {
      name: 'which the outbox does not hold: is claimed in its place',
      stored: storedAs({ owedUntil: NOW - 1 }),
      brought: false,
      expected: claimOf({}),
    },
    {
      name: 'which the outbox does not hold, and the bucket learns: is learned',
      stored: storedAs({ owedUntil: NOW - 1 }),
      brought: false,
      context: { learning: true },
      expected: claimOf({ claimedBy: LEARNING, owedUntil: null }),
    },
    {
      name: 'and found after it had been forgotten, which the outbox does not hold: keeps since when',
      stored: storedAs({ owedUntil: NOW - 1, forgottenSince: FIRST }),
      brought: false,
      expected: claimOf({ forgottenSince: FIRST }),
    },
    {
      name: 'whose answer comes when its time is not over: is known',
      stored: storedAs({ owedUntil: NOW }),
      brought: false,
      expected: KNOWN_OWED,
    },
    {
      name: 'within its time, but in need of a refresh: is refreshed, and still owed by it',
      stored: storedAs({ owedUntil: NOW }),
      seen: { lastAt: LAST + REFRESH_AFTER },
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
        owedUntil: null,
        lastSeenAt: FORGOTTEN + 1,
        forgottenSince: FORGOTTEN,
        expiresAt: expiryOf(FORGOTTEN + 1, NOW, 90),
      }),
    },
  ],
};

describe.each(Object.entries(CASES))('%s', (_group, cases) => {
  test.each(cases)('$name', ({ stored, seen, context, brought = null, expected }) => {
    expect(decideClaim(stored, seenAs(seen), { ...CONTEXT, ...context }, brought)).toEqual(expected);
  });
});

describe('a claim that is run again', () => {
  function claimed(stored: StoredSighting | null, seen: SeenPair, context: ClaimContext): StoredSighting {
    const decision = decideClaim(stored, seen, context);
    if (decision.kind !== 'claim') throw new Error(`is ${decision.kind}`);
    return decision.next;
  }

  test('says the same, but for its new time', () => {
    const seen = seenAs();
    const once = claimed(null, seen, CONTEXT);
    const again = claimed(once, seen, { ...CONTEXT, now: NOW + DAY });
    expect(again).toEqual({ ...once, owedUntil: NOW + DAY + OWED_FOR, expiresAt: expiryOf(NOW + DAY, NOW, 90) });
  });

  test('does not lose since when the pair had been forgotten, which by then it is no longer', () => {
    const seen = seenAs(onlyAt(FORGOTTEN + 1));
    const once = claimed(storedAs(), seen, CONTEXT);
    expect(once.forgottenSince).toBe(FORGOTTEN);
    expect(claimed(once, seen, CONTEXT)).toEqual(once);
    // And so where the second run meets a later portion first, and where another log object brings it instead.
    expect(claimed(once, seenAs(onlyAt(FORGOTTEN + DAY)), CONTEXT).forgottenSince).toBe(FORGOTTEN);
    const others = { ...CONTEXT, logObject: 'others', now: NOW + OWED_FOR + 1 };
    expect(decideClaim(once, seen, others)).toEqual({ kind: 'ask-outbox', owner: 'mine' });
    expect(decideClaim(once, seen, others, false)).toMatchObject({
      kind: 'claim',
      next: { claimedBy: 'others', forgottenSince: FORGOTTEN },
    });
  });

  test('is over once it is settled', () => {
    const once = claimed(null, seenAs(), CONTEXT);
    expect(decideClaim({ ...once, owedUntil: null }, seenAs(), CONTEXT)).toEqual(KNOWN);
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
