import { rememberPairs } from '../../lib/detect/remembered-pairs';
import type { SeenPair } from '../../lib/detection/claim';
import type { StoredSighting } from '../../lib/detection/sighting';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const DAY = 86_400_000;
const QUARTER = 15 * 60_000;

const KNOWN: StoredSighting = {
  bucket: 'payroll',
  kind: 'net',
  name: '203.0.113.7',
  firstSeenAt: NOW - DAY,
  lastSeenAt: NOW,
  claimedBy: 'logs/a@1',
  claimedIn: 'r1',
  owedUntil: null,
  forgottenSince: null,
  publicOnly: false,
  raised: null,
  foundReadingAt: null,
  firstSeenBy: () => null,
  expiresAt: null,
};

const CASES: {
  name: string;
  known?: Partial<StoredSighting>;
  seen?: Partial<SeenPair>;
  after?: number;
  has: boolean;
}[] = [
  { name: 'is remembered', has: true },
  { name: 'for a quarter of an hour', after: QUARTER, has: true },
  { name: 'but not longer than that', after: QUARTER + 1, has: false },
  { name: 'not while its finding is owed', known: { owedUntil: NOW + 1 }, has: false },
  { name: 'not if a refresh is due', seen: { lastAt: NOW + DAY }, has: false },
  { name: 'but until then', seen: { lastAt: NOW + DAY - 1 }, has: true },
  { name: 'not if it was seen before its first known time', seen: { firstAt: NOW - DAY - 1 }, has: false },
  { name: 'for more than anonymous reads, if it is known only for those', known: { publicOnly: true }, has: false },
  {
    name: 'for anonymous reads, if it is known for those',
    known: { publicOnly: true },
    seen: { isPublic: true },
    has: true,
  },
  { name: 'for anonymous reads, if it is known for signed requests', seen: { isPublic: true }, has: true },
  {
    name: 'for a change, if it only read when it was found',
    known: { foundReadingAt: NOW },
    seen: { changedAt: NOW },
    has: false,
  },
  { name: 'for reads, if it only read when it was found', known: { foundReadingAt: NOW }, has: true },
  { name: 'for a change, if it is known for everything', seen: { changedAt: NOW }, has: true },
  { name: 'in another bucket', seen: { bucket: 'website' }, has: false },
  { name: 'for another network', seen: { kind: 'net', name: '203.0.113.8' }, has: false },
];

test.each(CASES)('a pair $name: $has', ({ known = {}, seen = {}, after = 0, has }) => {
  const remembered = rememberPairs();
  remembered.remember({ ...KNOWN, ...known }, NOW);
  const pair = { ...KNOWN, firstAt: NOW, lastAt: NOW, isPublic: false, changedAt: null, ...seen };
  expect(remembered.has(pair, NOW + after)).toBe(has);
});

test('remembers the latest 200,000 pairs', () => {
  const remembered = rememberPairs();
  for (let n = 0; n <= 200_000; n++) remembered.remember({ ...KNOWN, kind: 'net', name: String(n) }, NOW);
  const has = (network: string) =>
    remembered.has(
      { ...KNOWN, kind: 'net', name: network, firstAt: NOW, lastAt: NOW, isPublic: false, changedAt: null },
      NOW,
    );
  expect(['0', '1', '200000'].map(has)).toEqual([false, true, true]);
});

test('remembers the 10,000 markers that were used last', () => {
  const remembered = rememberPairs();
  const run = (n: number) => ({ logObject: 'logs/a@1', run: String(n) });
  for (let n = 0; n < 10_000; n++) remembered.rememberMarker(run(n));
  expect(remembered.hasMarker(run(0))).toBe(true);
  expect(remembered.hasMarker({ ...run(0), logObject: 'logs/b@1' })).toBe(false);
  remembered.rememberMarker(run(10_000));
  expect([0, 1, 2, 10_000].map((n) => remembered.hasMarker(run(n)))).toEqual([true, false, true, true]);
});
