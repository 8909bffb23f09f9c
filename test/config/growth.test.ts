import { lintAllowlist } from '../../lib/config/lint';
import { readConfiguration } from '../../lib/config/read-configuration';

/*
 * Sizes at which quadratic time, by comparing all pairs or by backtracking, would exceed the timeout of a test. No test
 * here measures time.
 */

function addressOf(index: number): string {
  return `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

const ALLOWLISTS: readonly {
  readonly name: string;
  readonly entry: (index: number) => { readonly cidr: string; readonly buckets: readonly string[] | null };
  /** The number of redundant entries among `count` entries. */
  readonly redundant: (count: number) => number;
}[] = [
  { name: 'addresses', entry: (i) => ({ cidr: addressOf(i), buckets: null }), redundant: () => 0 },
  { name: 'one address', entry: () => ({ cidr: '192.0.2.1', buckets: null }), redundant: (count) => count - 1 },
  {
    name: 'one network for as many buckets',
    entry: (i) => ({ cidr: '192.0.2.0/24', buckets: [`b-${i}`] }),
    redundant: () => 0,
  },
  {
    name: 'nested networks of all lengths for as many buckets',
    entry: (i) => ({ cidr: `2001::/${32 + (i % 96)}`, buckets: [`b-${i}`] }),
    redundant: () => 0,
  },
];

test.each(ALLOWLISTS)('10,000 entries are read: $name', ({ entry, redundant }) => {
  const entries = Array.from({ length: 10_000 }, (_, index) => entry(index));
  const allowlist = entries.map(({ cidr, buckets }) => (buckets === null ? cidr : { cidr, buckets }));
  const outcome = readConfiguration({ layers: [{ source: '-c', values: { allowlist } }], purpose: 'terminal', now: 0 });
  expect(outcome.configuration.allowlist).toEqual(entries.map((one) => ({ ...one, reason: null, until: null })));
  expect(outcome.warnings).toHaveLength(redundant(10_000));
});

test.each(ALLOWLISTS)('50,000 entries are searched for redundant ones: $name', ({ entry, redundant }) => {
  const entries = Array.from({ length: 50_000 }, (_, index) => ({
    label: `${index}`,
    entry: { ...entry(index), reason: null, until: null },
  }));
  const warnings = lintAllowlist(entries, 0);
  expect(warnings).toHaveLength(redundant(50_000));
});

test('2,000 globs of one length are searched for ties', () => {
  const globs = Array.from({ length: 2_000 }, (_, index) => `team-${String(index).padStart(50, '0')}-*`);
  const bucketSettings = Object.fromEntries(globs.map((glob) => [glob, { newIp: false }]));
  readConfiguration({ layers: [{ source: '-c', values: { bucketSettings } }], purpose: 'terminal', now: 0 });
});

test.each([
  { name: 'an open string', text: `"${'a\\"'.repeat(2_000_000)}` },
  { name: 'one long word', text: 'a'.repeat(5_000_000) },
  { name: 'open brackets', text: '[{'.repeat(1_000_000) },
  { name: 'braces and commas', text: '{,'.repeat(1_000_000) },
  { name: 'almost an address', text: `a@${'b.'.repeat(1_000_000)}` },
  { name: 'spaces', text: `x${' '.repeat(2_000_000)}x` },
])('megabytes of $name are rejected', ({ text }) => {
  const keys = ['allowlist', 'bucketSettings', 'alertEmails', 'alertTopicKeyArn', 'table', 'learningDays', 'geo'];
  const values = Object.fromEntries(keys.map((key) => [key, text]));
  expect(() => readConfiguration({ layers: [{ source: '-c', values }], purpose: 'terminal', now: 0 })).toThrow(
    expect.objectContaining({ name: 'ConfigError' }),
  );
});
