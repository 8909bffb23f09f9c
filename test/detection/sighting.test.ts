import fc from 'fast-check';
import { createMemoryState } from '../../lib/adapters/memory-state';
import { seedSightings } from '../../lib/detect/seed-sightings';
import {
  expiryOf,
  forgottenAt,
  LEARNING,
  mergedTimes,
  REFRESH_AFTER,
  SEED as SEEDED,
  type Sighting,
  type StoredSighting,
} from '../../lib/detection/sighting';
import { asSighting, at, DAY, DEFAULTS, type Logged, watch } from '../support/observe-lines';
import { runs, SEED } from '../support/runs';

const SECOND = 1_000;

const first: Sighting = {
  bucket: 'payroll',
  kind: 'net',
  name: '203.0.113.7',
  firstSeenAt: at('09:00'),
  lastSeenAt: at('17:00'),
};

/** When the pairs that these log objects find as new had been forgotten; empty if all are known. */
async function found(
  portions: readonly (readonly Logged[])[],
  known: readonly Sighting[] = [],
  forgetDays = 90,
): Promise<(number | null)[]> {
  const { findings } = await watch({ forgetDays }, portions, known);
  return findings.map(({ forgottenSince }) => forgottenSince);
}

describe('a pair that succeeds', () => {
  test('is new once', async () => {
    expect(await found([[{ time: at('09:00') }]])).toEqual([null]);
    const { findings, sightings } = await watch({}, [
      [{ time: at('09:00') }, { time: at('10:00') }],
      [{ time: at('09:00') }, { time: at('10:00') }],
      [{ time: at('11:00') }],
    ]);
    expect(findings).toHaveLength(1);
    expect(sightings).toHaveLength(1);
    expect(await found([[{ time: at('09:00') }]], sightings)).toEqual([]);
  });

  test('is separate per bucket and network', async () => {
    expect(await found([[{ bucket: 'website' }]], [first])).toEqual([null]);
    expect(await found([[{ remoteIp: '203.0.113.8' }]], [first])).toEqual([null]);
    expect(await found([[{}]], [first])).toEqual([]);
  });

  test.each(['constructor', '__proto__', 'toString'])('%s is a bucket and a network like any other', async (name) => {
    const state = createMemoryState();
    const pair = { bucket: name, kind: 'net', name };
    expect(await state.sighting(pair)).toBeNull();
    expect(await state.sightings([pair])).toEqual([null]);
    expect(await state.bucket(name)).toBeNull();
    await seedSightings(state, [{ ...pair, firstSeenAt: 0, lastSeenAt: 0 }], DEFAULTS);
    expect([...state.allSightings()].map(asSighting)).toEqual([{ ...pair, firstSeenAt: 0, lastSeenAt: 0 }]);
    expect((await state.sighting(pair))?.value).toMatchObject(pair);
    expect((await state.bucket(name))?.value).toMatchObject({ bucket: name });

    const { findings, sightings } = await watch({}, [[{ bucket: name }], [{ bucket: name }]]);
    expect(findings).toMatchObject([{ bucket: name, tally: { requests: 2 } }]);
    expect(sightings).toMatchObject([{ bucket: name }]);
  });
});

describe('forgetting', () => {
  const FORGOTTEN = first.lastSeenAt + 91 * DAY;
  const cases: { name: string; forgetDays?: number; seenAt: number; expected: number[] }[] = [
    { name: 'a day later', seenAt: first.lastSeenAt + DAY, expected: [] },
    { name: 'exactly forgetDays + 1 days after it was last seen', seenAt: FORGOTTEN, expected: [] },
    { name: 'a second more', seenAt: FORGOTTEN + SECOND, expected: [FORGOTTEN] },
    {
      name: 'forgetDays 1: two days and a second',
      forgetDays: 1,
      seenAt: first.lastSeenAt + 2 * DAY + SECOND,
      expected: [first.lastSeenAt + 2 * DAY],
    },
    { name: 'forgetDays 0: ten years later', forgetDays: 0, seenAt: first.lastSeenAt + 3650 * DAY, expected: [] },
    { name: 'a log from years before', seenAt: first.firstSeenAt - 3650 * DAY, expected: [] },
  ];
  test.each(cases)('$name: $expected', async ({ forgetDays = 90, seenAt, expected }) => {
    const line = { time: seenAt };
    expect(await found([[line]], [first], forgetDays)).toEqual(expected);
    // Afterwards it is known, in this memory and in one seeded from it.
    const { findings, sightings } = await watch({ forgetDays }, [[line], [line]], [first]);
    expect(findings).toHaveLength(expected.length);
    expect(await found([[line]], sightings, forgetDays)).toEqual([]);
  });

  test('the first event decides, not the last', async () => {
    expect(await found([[{ time: FORGOTTEN }, { time: FORGOTTEN + 50 * DAY }]], [first])).toEqual([]);
  });

  test('use delays it, even if only late logs contain it', async () => {
    const portions = [
      [{ time: first.lastSeenAt + 60 * DAY }],
      // A late log does not overwrite later times.
      [{ time: first.lastSeenAt + 10 * DAY }],
      [{ time: first.lastSeenAt + (60 + 91) * DAY }],
    ];
    expect(await found(portions, [first])).toEqual([]);
    expect(await found(portions.slice(1), [first])).toEqual([first.lastSeenAt + (10 + 91) * DAY]);
  });

  test('a pair found again keeps when it was first seen', async () => {
    const { sightings } = await watch({}, [[{ time: FORGOTTEN + SECOND }]], [first]);
    expect(sightings).toEqual([{ ...first, lastSeenAt: FORGOTTEN + SECOND }]);
  });

  test('forgottenAt', () => {
    expect(forgottenAt(Date.parse('2026-01-01T00:00:00Z'), 90)).toBe(Date.parse('2026-04-02T00:00:00Z'));
    expect(forgottenAt(0, 1)).toBe(2 * DAY);
    expect(forgottenAt(0, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  test('the table keeps a pair 30 days longer, counted from now if its logs are old', () => {
    expect(expiryOf(0, 0, 90)).toBe(forgottenAt(0, 90) + 30 * DAY);
    expect(expiryOf(5, 4, 90)).toBe(forgottenAt(5, 90) + 30 * DAY);
    expect(expiryOf(5, 400 * DAY, 90)).toBe(forgottenAt(400 * DAY, 90) + 30 * DAY);
    expect(expiryOf(0, 0, 0)).toBeNull();
  });
});

describe('a seed', () => {
  async function seeded(known: readonly Sighting[], settings = {}): Promise<StoredSighting[]> {
    const state = createMemoryState();
    await seedSightings(state, known, { ...DEFAULTS, ...settings });
    return [...state.allSightings()];
  }

  test('does not overwrite what is stored', async () => {
    const within = { ...first, firstSeenAt: at('12:00'), lastSeenAt: at('13:00') };
    expect((await seeded([first, within])).map(asSighting)).toEqual([first]);
    expect((await seeded([within, first])).map(asSighting)).toEqual([first]);
  });

  test('owes nothing, has no claim, and expires like everything else', async () => {
    const [sighting, ...others] = await seeded([first]);
    expect(others).toEqual([]);
    expect(sighting).toMatchObject({ claimedBy: SEEDED, owedUntil: null, forgottenSince: null });
    expect(sighting!.claimedBy).not.toBe(LEARNING);
    expect(sighting!.firstSeenBy()).toBeNull();
    expect(sighting!.expiresAt).toBe(expiryOf(first.lastSeenAt, first.lastSeenAt, 90));
    expect(await seeded([first], { forgetDays: 0 })).toMatchObject([{ expiresAt: null }]);
  });

  test.each([
    { network: '203.0.113.7', settings: {}, expected: '203.0.113.7' },
    { network: '203.0.113.7', settings: { ipv4PrefixLength: 24 }, expected: '203.0.113.0/24' },
    { network: '203.0.0.0/16', settings: { ipv4PrefixLength: 24 }, expected: '203.0.0.0/16' },
    { network: '2001:db8::1', settings: {}, expected: '2001:db8::/64' },
    { network: '2001:db8:1::/48', settings: {}, expected: '2001:db8:1::/48' },
    { network: 'unknown', settings: {}, expected: 'unknown' },
  ])('$network, where $settings, is remembered as $expected', async ({ network, settings, expected }) => {
    expect(await seeded([{ ...first, kind: 'net', name: network }], settings)).toMatchObject([{ name: expected }]);
  });

  test('makes its bucket skip learning', async () => {
    const { learning } = await watch({ learningDays: 3 }, [[{ remoteIp: '203.0.113.9' }]], [first]);
    expect(learning).toEqual([]);
  });
});

describe('the times of a pair from several sources', () => {
  const time = fc.nat(1_000);
  const known = fc.record({
    bucket: fc.constantFrom('payroll', 'website'),
    name: fc.constantFrom('203.0.113.7', '2001:db8::/64'),
    times: fc.tuple(time, time).map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a])),
  });
  type Known = typeof known extends fc.Arbitrary<infer K> ? K : never;

  /** Only plausible times are used, so all are counted from that day on. */
  const FROM = at('00:00');

  /** The reference: the earliest and the latest time of each pair. */
  function expectedOf(all: readonly Known[], unit: number): Map<string, Sighting> {
    const expected = new Map<string, Sighting>();
    for (const { bucket, name } of all) {
      const times = all.filter((one) => one.bucket === bucket && one.name === name).map((one) => one.times);
      const firstSeenAt = FROM + Math.min(...times.map(([from]) => from)) * unit;
      const lastSeenAt = FROM + Math.max(...times.map(([, to]) => to)) * unit;
      expected.set(`${bucket} ${name}`, { bucket, kind: 'net', name, firstSeenAt, lastSeenAt });
    }
    return expected;
  }
  const byPair = (sightings: readonly Sighting[]) =>
    new Map(sightings.map((one) => [`${one.bucket} ${one.name}`, asSighting(one)]));
  const lines = ({ bucket, name, times }: Known, unit: number): Logged[] =>
    times.map((value) => ({ bucket, remoteIp: name.replace('::/64', '::1'), time: FROM + value * unit }));

  test(`seeded in any order, any number of times: the earliest and the latest (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(known, { maxLength: 12 }), async (all) => {
        const state = createMemoryState();
        const sightings = all.map(({ times: [from, to], ...pair }) => ({
          ...pair,
          kind: 'net',
          firstSeenAt: FROM + from,
          lastSeenAt: FROM + to,
        }));
        await seedSightings(state, [...sightings, ...sightings.toReversed()], DEFAULTS);
        expect(byPair([...state.allSightings()])).toEqual(expectedOf(all, 1));
        for (const a of sightings) {
          for (const b of sightings) expect(mergedTimes(a, b)).toEqual(mergedTimes(b, a));
        }
      }),
      runs(300),
    );
  });

  test(`seeded or seen, days apart: the earliest and the latest (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(known, { maxLength: 8 }), fc.array(known, { maxLength: 4 }), async (seen, learned) => {
        const brought = learned.map(({ times: [from, to], ...pair }) => ({
          ...pair,
          kind: 'net',
          firstSeenAt: FROM + from * DAY,
          lastSeenAt: FROM + to * DAY,
        }));
        const portions = [...seen, ...seen.toReversed()].map((one) => lines(one, DAY));
        const { sightings } = await watch({ forgetDays: 3 }, portions, brought);
        expect(byPair(sightings)).toEqual(expectedOf([...seen, ...learned], DAY));
      }),
      runs(150),
    );
  });

  test(`seen hours apart: the earliest, and the latest except for less than a day (seed ${SEED})`, async () => {
    const HOUR = 3_600_000;
    await fc.assert(
      fc.asyncProperty(fc.array(known, { maxLength: 8 }), async (seen) => {
        const { sightings } = await watch(
          {},
          seen.map((one) => lines(one, HOUR)),
        );
        const expected = expectedOf(seen, HOUR);
        expect([...byPair(sightings).keys()].toSorted()).toEqual([...expected.keys()].toSorted());
        for (const [pair, { firstSeenAt, lastSeenAt }] of byPair(sightings)) {
          expect(firstSeenAt).toBe(expected.get(pair)!.firstSeenAt);
          expect(lastSeenAt).toBeLessThanOrEqual(expected.get(pair)!.lastSeenAt);
          expect(lastSeenAt).toBeGreaterThan(expected.get(pair)!.lastSeenAt - REFRESH_AFTER);
        }
      }),
      runs(150),
    );
  });
});
