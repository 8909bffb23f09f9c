import fc from 'fast-check';
import { counted, isFree, type Lease, minuteOf, NO_LEASE, roomLeft } from '../../lib/alerting/lease';
import { at } from '../support/alerting-parts';
import { runs, SEED } from '../support/runs';

const MINUTE = 60_000;
const NOW = at('09:00:10');
const HELD: Lease = { ...NO_LEASE, holder: 'another', until: NOW };

test.each([
  { name: 'no run has had it', lease: null, free: true },
  { name: 'another run has it', lease: HELD, free: false },
  { name: "another's is over", lease: { ...HELD, until: NOW - 1 }, free: true },
  { name: 'this run has it', lease: { ...HELD, holder: 'me' }, free: true },
])('$name', ({ lease, free }) => {
  expect(isFree(lease, 'me', NOW)).toBe(free);
});

/** The lease after this number of messages in the minute. */
function sent(count: number, now = NOW, lease: Lease = NO_LEASE): Lease {
  return count === 0 ? lease : sent(count - 1, now, counted(lease, now));
}

describe('the number of messages left in a minute', () => {
  test.each([
    { messages: 0, high: 30, other: 20 },
    { messages: 19, high: 11, other: 1 },
    { messages: 20, high: 10, other: 0 },
    { messages: 29, high: 1, other: 0 },
    { messages: 30, high: 0, other: 0 },
  ])('after $messages messages: a third is reserved for High', ({ messages, high, other }) => {
    const lease = sent(messages);
    expect(roomLeft(lease, NOW, 30, true)).toBe(high);
    expect(roomLeft(lease, NOW, 30, false)).toBe(other);
  });

  test('one of two is reserved for High; with a limit of one nothing is reserved, so that others are sent at all', () => {
    expect(roomLeft(NO_LEASE, NOW, 2, false)).toBe(1);
    expect(roomLeft(NO_LEASE, NOW, 1, false)).toBe(1);
  });

  test('starts again with the next minute, and not before', () => {
    const lease = sent(30);
    expect(roomLeft(lease, at('09:00:59.999'), 30, true)).toBe(0);
    expect(roomLeft(lease, at('09:01'), 30, true)).toBe(30);
    expect(counted(lease, at('09:01'))).toMatchObject({ minute: minuteOf(at('09:01')), sent: 1 });
  });

  test('does not start again if the clock goes back a little', () => {
    const lease = sent(30);
    for (const back of [1, 5, 10]) {
      expect(roomLeft(lease, NOW - back * MINUTE, 30, true)).toBe(0);
      expect(counted(lease, NOW - back * MINUTE)).toMatchObject({ minute: minuteOf(NOW), sent: 31 });
    }
  });

  test('is not affected if an earlier clock was far ahead', () => {
    const lease = sent(30);
    expect(roomLeft(lease, NOW - 11 * MINUTE, 30, true)).toBe(30);
    expect(counted(lease, NOW - 11 * MINUTE)).toMatchObject({ minute: minuteOf(NOW) - 11, sent: 1 });
  });
});

test(`no minute exceeds its limit, however the clock moves by a few minutes (seed ${SEED})`, () => {
  const steps = fc.array(fc.record({ move: fc.integer({ min: -90_000, max: 60_000 }), isHigh: fc.boolean() }), {
    maxLength: 300,
    size: 'max',
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 8 }), (given, perMinute) => {
      let lease: Lease = NO_LEASE;
      let now = NOW;
      let latest = NOW;
      const byMinute = new Map<number, { all: number; others: number }>();
      for (const { move, isHigh } of given) {
        now = Math.max(now + move, latest - 10 * MINUTE);
        latest = Math.max(latest, now);
        if (roomLeft(lease, now, perMinute, isHigh) === 0) continue;
        lease = counted(lease, now);
        const of = byMinute.get(lease.minute) ?? { all: 0, others: 0 };
        byMinute.set(lease.minute, { all: of.all + 1, others: of.others + (isHigh ? 0 : 1) });
      }
      for (const { all, others } of byMinute.values()) {
        expect(all).toBeLessThanOrEqual(perMinute);
        expect(others).toBeLessThanOrEqual(perMinute - Math.floor(perMinute / 3));
      }
    }),
    runs(200),
  );
});
