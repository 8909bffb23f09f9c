import { performance } from 'node:perf_hooks';
import { readConfiguration } from '../../lib/config/read-configuration';

const COUNT = 10_000;
/** Milliseconds; some ten times what it takes here, and a tenth of what a comparison of all pairs takes. */
const LIMIT = 3_000;

function addressOf(index: number): string {
  return `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

const ALLOWLISTS: readonly { readonly name: string; readonly allowlist: unknown; readonly warnings: number }[] = [
  { name: 'addresses', allowlist: Array.from({ length: COUNT }, (_, i) => addressOf(i)), warnings: 0 },
  { name: 'comma-separated', allowlist: Array.from({ length: COUNT }, (_, i) => addressOf(i)).join(','), warnings: 0 },
  { name: 'one address', allowlist: Array.from({ length: COUNT }, () => '192.0.2.1'), warnings: COUNT - 1 },
  {
    name: 'one network for as many buckets',
    allowlist: Array.from({ length: COUNT }, (_, i) => ({ cidr: '192.0.2.0/24', buckets: [`b-${i}`] })),
    warnings: 0,
  },
  {
    name: 'networks in networks, by all prefix lengths, for many buckets',
    allowlist: Array.from({ length: COUNT }, (_, i) => ({
      cidr: `2000::${i % 96 === 95 ? '' : '/'}${i % 96 === 95 ? '' : 33 + (i % 95)}`,
      buckets: [`b-${i}`],
    })),
    warnings: 0,
  },
];

describe('10,000 allowlist entries are read quickly', () => {
  test.each(ALLOWLISTS)('$name', ({ allowlist, warnings }) => {
    const start = performance.now();
    const outcome = readConfiguration({
      layers: [{ source: '-c', values: { allowlist } }],
      purpose: 'terminal',
      now: 0,
    });
    expect(performance.now() - start).toBeLessThan(LIMIT);
    expect(outcome.configuration.allowlist).toHaveLength(COUNT);
    expect(outcome.warnings).toHaveLength(warnings);
  });
});

test('2,000 globs of one length are searched for ties quickly', () => {
  const names = Array.from({ length: 2_000 }, (_, i) => `team-${String(i).padStart(50, '0')}-*`);
  const bucketSettings = Object.fromEntries(names.map((name) => [name, { newIp: false }]));
  const start = performance.now();
  readConfiguration({ layers: [{ source: '-c', values: { bucketSettings } }], purpose: 'terminal', now: 0 });
  expect(performance.now() - start).toBeLessThan(LIMIT);
});

test.each([
  { name: 'an open string', text: `"${'a\\"'.repeat(2_000_000)}` },
  { name: 'one long word', text: 'a'.repeat(5_000_000) },
  { name: 'open brackets', text: '[{'.repeat(1_000_000) },
  { name: 'braces and commas', text: '{,'.repeat(1_000_000) },
  { name: 'an address almost', text: `a@${'b.'.repeat(1_000_000)}` },
  { name: 'blanks', text: `x${' '.repeat(2_000_000)}x` },
])('megabytes of $name are refused quickly', ({ text }) => {
  const keys = ['allowlist', 'bucketSettings', 'alertEmails', 'alertTopicKeyArn', 'table', 'learningDays', 'geo'];
  const start = performance.now();
  const values = Object.fromEntries(keys.map((key) => [key, text]));
  expect(() => readConfiguration({ layers: [{ source: '-c', values }], purpose: 'terminal', now: 0 })).toThrow(
    expect.objectContaining({ name: 'ConfigError' }),
  );
  expect(performance.now() - start).toBeLessThan(LIMIT);
});
