import fc from 'fast-check';
import { createSightings, forgottenAt, type Newness, type Sighting } from '../../lib/detection/sightings';
import { at, DAY } from '../support/observe-lines';
import { runs, SEED } from '../support/runs';

const SECOND = 1_000;
const NEW: Newness = { kind: 'new', forgottenSince: null };
const KNOWN: Newness = { kind: 'known' };

const first: Sighting = {
  bucket: 'payroll',
  network: '203.0.113.7',
  firstSeenAt: at('09:00'),
  lastSeenAt: at('17:00'),
};

describe('see', () => {
  test('is new once', () => {
    const sightings = createSightings(90);
    expect(sightings.see('payroll', '203.0.113.7', at('09:00'), at('10:00'))).toEqual(NEW);
    expect(sightings.see('payroll', '203.0.113.7', at('09:00'), at('10:00'))).toEqual(KNOWN);
    expect(sightings.see('payroll', '203.0.113.7', at('11:00'), at('11:00'))).toEqual(KNOWN);
  });

  test('keeps pairs apart by bucket and by network', () => {
    const sightings = createSightings(90);
    sightings.learn(first);
    expect(sightings.see('website', '203.0.113.7', at('09:00'), at('09:00'))).toEqual(NEW);
    expect(sightings.see('payroll', '203.0.113.8', at('09:00'), at('09:00'))).toEqual(NEW);
    expect(sightings.see('payroll', '203.0.113.7', at('09:00'), at('09:00'))).toEqual(KNOWN);
  });

  test.each(['constructor', '__proto__', 'toString'])('%s is a bucket and a network like any other', (name) => {
    const sightings = createSightings(90);
    expect(sightings.has(name)).toBe(false);
    expect(sightings.see(name, name, 0, 0)).toEqual(NEW);
    expect(sightings.see(name, name, 0, 0)).toEqual(KNOWN);
    expect(sightings.has(name)).toBe(true);
    expect([...sightings.entries()]).toEqual([{ bucket: name, network: name, firstSeenAt: 0, lastSeenAt: 0 }]);
  });
});

describe('forgetting', () => {
  const FORGOTTEN = first.lastSeenAt + 91 * DAY;
  const cases: { name: string; forgetDays?: number; seenAt: number; expected: Newness }[] = [
    { name: 'a day later', seenAt: first.lastSeenAt + DAY, expected: KNOWN },
    { name: 'exactly forgetDays + 1 days after it was last seen', seenAt: FORGOTTEN, expected: KNOWN },
    {
      name: 'a second more',
      seenAt: FORGOTTEN + SECOND,
      expected: { kind: 'new', forgottenSince: FORGOTTEN },
    },
    {
      name: 'forgetDays 1: two days and a second',
      forgetDays: 1,
      seenAt: first.lastSeenAt + 2 * DAY + SECOND,
      expected: { kind: 'new', forgottenSince: first.lastSeenAt + 2 * DAY },
    },
    { name: 'forgetDays 0: ten years later', forgetDays: 0, seenAt: first.lastSeenAt + 3650 * DAY, expected: KNOWN },
    { name: 'a log from years before', seenAt: first.firstSeenAt - 3650 * DAY, expected: KNOWN },
  ];
  test.each(cases)('$name: $expected.kind', ({ forgetDays = 90, seenAt, expected }) => {
    const sightings = createSightings(forgetDays);
    sightings.learn(first);
    expect(sightings.see(first.bucket, first.network, seenAt, seenAt)).toEqual(expected);
    expect(sightings.see(first.bucket, first.network, seenAt, seenAt)).toEqual(KNOWN);
  });

  test('it is the first event that decides, not the last', () => {
    const sightings = createSightings(90);
    sightings.learn(first);
    expect(sightings.see(first.bucket, first.network, FORGOTTEN, FORGOTTEN + 50 * DAY)).toEqual(KNOWN);
  });

  test('use puts it off, also use that only late logs tell of', () => {
    const sightings = createSightings(90);
    sightings.learn(first);
    sightings.see(first.bucket, first.network, first.lastSeenAt + 60 * DAY, first.lastSeenAt + 60 * DAY);
    // A log that comes late does not take back what is known of later.
    sightings.see(first.bucket, first.network, first.lastSeenAt + 10 * DAY, first.lastSeenAt + 10 * DAY);
    const next = first.lastSeenAt + (60 + 91) * DAY;
    expect(sightings.see(first.bucket, first.network, next, next)).toEqual(KNOWN);
  });

  test('a pair found again keeps when it was first seen', () => {
    const sightings = createSightings(90);
    sightings.learn(first);
    sightings.see(first.bucket, first.network, FORGOTTEN + SECOND, FORGOTTEN + SECOND);
    expect([...sightings.entries()]).toEqual([{ ...first, lastSeenAt: FORGOTTEN + SECOND }]);
  });

  test('forgottenAt', () => {
    expect(forgottenAt(Date.parse('2026-01-01T00:00:00Z'), 90)).toBe(Date.parse('2026-04-02T00:00:00Z'));
    expect(forgottenAt(0, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('learn', () => {
  test('does not overwrite what is known', () => {
    const sightings = createSightings(90);
    sightings.learn(first);
    sightings.learn({ ...first, firstSeenAt: at('12:00'), lastSeenAt: at('13:00') });
    expect([...sightings.entries()]).toEqual([first]);
  });

  test(`any order, any number of times: the earliest and the latest (seed ${SEED})`, () => {
    const time = fc.nat(1_000);
    const known = fc.record({
      bucket: fc.constantFrom('payroll', 'website'),
      network: fc.constantFrom('203.0.113.7', '2001:db8::/64'),
      times: fc.tuple(time, time).map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a])),
      how: fc.constantFrom('learn', 'see'),
    });
    fc.assert(
      fc.property(fc.array(known, { maxLength: 12 }), (all) => {
        const sightings = createSightings(90);
        const expected = new Map<string, Sighting>();
        for (const { bucket, network, times, how } of [...all, ...all.toReversed()]) {
          const [firstSeenAt, lastSeenAt] = times;
          if (how === 'see') sightings.see(bucket, network, firstSeenAt, lastSeenAt);
          else sightings.learn({ bucket, network, firstSeenAt, lastSeenAt });
        }
        for (const { bucket, network } of all) {
          const times = all.filter((one) => one.bucket === bucket && one.network === network).map((one) => one.times);
          const firstSeenAt = Math.min(...times.map(([from]) => from));
          const lastSeenAt = Math.max(...times.map(([, to]) => to));
          expected.set(`${bucket} ${network}`, { bucket, network, firstSeenAt, lastSeenAt });
        }
        expect(new Map([...sightings.entries()].map((one) => [`${one.bucket} ${one.network}`, one]))).toEqual(expected);
      }),
      runs(300),
    );
  });
});
