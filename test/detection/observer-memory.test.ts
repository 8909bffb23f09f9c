import fc from 'fast-check';
import { createLayout } from '../../lib/access-log/layout';
import { compileSettings } from '../../lib/detection/compile-settings';
import type { Portion } from '../../lib/detection/observation';
import { createObserver, type ObserverOptions } from '../../lib/detection/observe';
import { MAX_INVALID_SAMPLES } from '../../lib/detection/pairs';
import type { Tally } from '../../lib/detection/tally';
import { expectSame } from '../support/expect-same';
import { at, DEFAULTS, entry, type Logged, show, trust } from '../support/observe-lines';
import { runs, SEED } from '../support/runs';

const COMPILED = compileSettings({
  ...DEFAULTS,
  allowlist: [entry('192.0.2.0/24'), entry('198.51.100.0/24', { until: at('00:00', 5) })],
  excludeBuckets: ['website'],
  trusted: [trust({ operation: 'REST.HEAD.OBJECT' })],
});

const OF_PAYROLL = { latestTime: at('00:00', 8), bucket: 'payroll', isMisplaced: true, accountId: null };

/** The values of a tally, without the methods of the sample. */
function plainTally({ sample, operations, ...counts }: Tally) {
  const text = sample === null ? null : Buffer.from(sample.line).toString();
  return { ...counts, operations: [...operations], sample: sample && [text, sample.time, sample.rank] };
}

function plain({ buckets, flagged, subjects }: Portion) {
  return {
    buckets: buckets.map(({ bucket }) => bucket),
    flagged: flagged.map(({ tally, addresses, ...rest }) => [rest, [...addresses], plainTally(tally)]),
    subjects: subjects.map(({ tally, addresses, ...rest }) => [rest, [...addresses], plainTally(tally)]),
  };
}

function observe(portions: readonly (readonly Logged[])[], expectsBucket: boolean, options: ObserverOptions) {
  const observer = createObserver(COMPILED, options);
  if (expectsBucket) observer.startLogObject(OF_PAYROLL);
  const layout = createLayout();
  const observed = portions.map((lines) => {
    show(observer, layout, lines);
    return plain(observer.endPortion());
  });
  const named = new Set<string>();
  const distinct = observed.map(({ buckets, ...rest }) => {
    const first = buckets.filter((bucket) => !named.has(bucket));
    for (const bucket of first) named.add(bucket);
    return { ...rest, buckets: first };
  });
  return { portions: distinct, counts: observer.counts };
}

const someLine: fc.Arbitrary<Logged> = fc.record({
  bucket: fc.constantFrom('payroll', 'website', 'archive', 's3-access-watch-test'),
  remoteIp: fc.constantFrom(
    '203.0.113.7',
    '::ffff:203.0.113.7',
    '198.51.100.9',
    '192.0.2.1',
    '2001:db8::1',
    '2001:0DB8::0001',
    '2001:db8::2',
    '2001:db8::/64',
    'unknown',
    null,
  ),
  time: fc.nat(9).map((day) => at('09:00', day)),
  operation: fc.constantFrom('REST.GET.OBJECT', 'REST.PUT.OBJECT', 'REST.HEAD.OBJECT', 'REST.GET.BUCKET'),
  httpStatus: fc.constantFrom(200, 304, 403, 404, null),
  requestId: fc.nat(999).map(String),
});

test(`dropping pairs between portions changes no observation (seed ${SEED})`, () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(someLine, { maxLength: 8 }), { maxLength: 6 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 5 }),
      (portions, expectsBucket, maxKept) => {
        const expected = observe(portions, expectsBucket, { maxKept: Number.POSITIVE_INFINITY });
        expectSame(observe(portions, expectsBucket, { maxKept }), expected);
      },
    ),
    runs(150),
  );
});

test(`at most ${MAX_INVALID_SAMPLES} remote IPs that are not addresses are reported per log object, whatever is dropped`, () => {
  const lines = Array.from({ length: 150 }, (_, host) => ({ remoteIp: `host-${host}` }));
  for (const maxKept of [0, 1000]) {
    const { portions, counts } = observe([lines.slice(0, 70), lines, lines.toReversed()], false, { maxKept });
    expect(portions.map(({ flagged }) => flagged.length)).toEqual([70, 100, 100]);
    expect(counts.invalidRemoteIps).toBe(370);
  }
});

test('buckets that occur again are not new, unless there are more than it keeps', () => {
  const observer = createObserver(COMPILED, { maxKept: 2 });
  const portion = (...buckets: string[]) => {
    show(
      observer,
      createLayout(),
      buckets.map((bucket, host) => ({ bucket, remoteIp: `203.0.113.${host}` })),
    );
    return observer.endPortion().buckets.map(({ bucket }) => bucket);
  };
  // Three pairs: the pairs are dropped, but the names of the two buckets are kept.
  expect(portion('a', 'b', 'a')).toEqual(['a', 'b']);
  expect(portion('a', 'b', 'a')).toEqual([]);
  expect(portion('c')).toEqual(['c']);
  expect(portion('a')).toEqual(['a']);
});

describe('memory', () => {
  const BOUND = 40;

  /** The maximum kept after portions of 20 lines, in which every line from `lineOf` is different. */
  function maxKept(portions: number, lineOf: (n: number) => Logged, options: ObserverOptions): number {
    const observer = createObserver(COMPILED, options);
    const layout = createLayout();
    let most = 0;
    for (let portion = 0; portion < portions; portion++) {
      show(
        observer,
        layout,
        Array.from({ length: 20 }, (_, n) => lineOf(portion * 20 + n)),
      );
      observer.endPortion();
      most = Math.max(most, observer.kept);
    }
    return most;
  }

  const address = (n: number) => `2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::1`;
  test.each<{ name: string; lineOf: (n: number) => Logged }>([
    { name: 'addresses', lineOf: (n) => ({ remoteIp: address(n) }) },
    { name: 'approved addresses', lineOf: (n) => ({ remoteIp: `192.0.2.${n & 15}`, bucket: `b-${n >> 4}` }) },
    { name: 'texts that are not addresses', lineOf: (n) => ({ remoteIp: `host-${n}` }) },
    { name: 'addresses of the test bucket', lineOf: (n) => ({ remoteIp: address(n), bucket: 's3-access-watch-test' }) },
    { name: 'buckets', lineOf: (n) => ({ bucket: `bucket-${n}` }) },
    { name: 'buckets that are not watched', lineOf: (n) => ({ bucket: 'website', remoteIp: address(n) }) },
    { name: 'operations', lineOf: (n) => ({ operation: `REST.GET.X${n}` }) },
  ])('does not grow with the $name of a log object', ({ lineOf }) => {
    // Pairs, buckets, operations and bucket names, each up to the bound.
    for (const portions of [10, 160]) {
      expect(maxKept(portions, lineOf, { maxKept: BOUND })).toBeLessThanOrEqual(4 * BOUND);
    }
    // The measurement detects growth.
    expect(maxKept(160, lineOf, { keepsAll: true })).toBeGreaterThan(3_100);
  });

  test('is bounded in bytes too, for long names', () => {
    const lineOf = (n: number) => ({ operation: `${n}${'X'.repeat(20_000)}` });
    expect(maxKept(40, lineOf, {})).toBeLessThan(500);
  });
});
