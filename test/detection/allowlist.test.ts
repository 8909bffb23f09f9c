import fc from 'fast-check';
import { type Address, contains, formatNetwork, networkOf, parseAddress, parseCidr } from '../../lib/detection/address';
import { compileAllowlist } from '../../lib/detection/allowlist';
import type { AllowlistEntry } from '../../lib/detection/settings';

const seed = Number(process.env.FC_SEED ?? Date.now());
const NEVER = Number.NEGATIVE_INFINITY;
const ALWAYS = Number.POSITIVE_INFINITY;

function entry(cidr: string, given: Partial<AllowlistEntry> = {}): AllowlistEntry {
  return { cidr, reason: null, buckets: null, until: null, ...given };
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`test address ${text}`);
  return parsed;
}

describe('approvedUntil', () => {
  const cases: { name: string; entries: AllowlistEntry[]; bucket?: string; remoteIp: string; expected: number }[] = [
    { name: 'Panther case 1, approved', entries: [entry('10.0.0.0/8')], remoteIp: '10.0.0.1', expected: ALWAYS },
    { name: 'Panther case 2, unapproved', entries: [entry('10.0.0.0/8')], remoteIp: '11.0.0.1', expected: NEVER },
    {
      name: 'Panther case 3, IPv6 against an IPv4 network is unapproved (a TypeError in Panther until 2025)',
      entries: [entry('10.0.0.0/8')],
      remoteIp: '2600:1ffe:8140::a47:a85a',
      expected: NEVER,
    },
    {
      name: 'IPv4 against an IPv6 network is unapproved',
      entries: [entry('::/0')],
      remoteIp: '10.0.0.1',
      expected: NEVER,
    },
    {
      name: 'unlike Panther, an IPv4-mapped IPv6 address is treated as IPv4',
      entries: [entry('10.0.0.0/8')],
      remoteIp: '::ffff:10.0.0.1',
      expected: ALWAYS,
    },
    {
      name: 'an IPv4-mapped network is an IPv4 network',
      entries: [entry('::ffff:10.0.0.0/104')],
      remoteIp: '10.0.0.1',
      expected: ALWAYS,
    },
    { name: 'no entries', entries: [], remoteIp: '10.0.0.1', expected: NEVER },
    {
      name: 'a single address',
      entries: [entry('203.0.113.7')],
      remoteIp: '203.0.113.7',
      expected: ALWAYS,
    },
    { name: 'beside a single address', entries: [entry('203.0.113.7')], remoteIp: '203.0.113.8', expected: NEVER },
    {
      name: 'the highest address',
      entries: [entry('::/0')],
      remoteIp: `ffff${':ffff'.repeat(7)}`,
      expected: ALWAYS,
    },
    {
      name: 'another bucket',
      entries: [entry('203.0.113.0/24', { buckets: ['payroll'] })],
      bucket: 'website',
      remoteIp: '203.0.113.7',
      expected: NEVER,
    },
    {
      name: 'a bucket by glob',
      entries: [entry('203.0.113.0/24', { buckets: ['website', 'payroll-*'] })],
      bucket: 'payroll-eu',
      remoteIp: '203.0.113.7',
      expected: ALWAYS,
    },
    {
      name: 'an entry for no bucket',
      entries: [entry('203.0.113.0/24', { buckets: [] })],
      remoteIp: '203.0.113.7',
      expected: NEVER,
    },
    {
      name: 'a bucket named like a property of objects',
      entries: [entry('203.0.113.0/24', { buckets: ['payroll'] })],
      bucket: 'constructor',
      remoteIp: '203.0.113.7',
      expected: NEVER,
    },
    {
      name: 'the end of the only entry',
      entries: [entry('203.0.113.0/24', { until: 1_800_000_000_000 })],
      remoteIp: '203.0.113.7',
      expected: 1_800_000_000_000,
    },
    {
      name: 'the latest of two ends',
      entries: [entry('203.0.113.0/24', { until: 2_000 }), entry('203.0.113.0/24', { until: 1_000 })],
      remoteIp: '203.0.113.7',
      expected: 2_000,
    },
    {
      name: 'the latest of two ends for one bucket',
      entries: [2_000, 1_000].map((until) => entry('203.0.113.0/24', { until, buckets: ['my-test-bucket'] })),
      remoteIp: '203.0.113.7',
      expected: 2_000,
    },
    {
      name: 'the later end of a wider network',
      entries: [entry('203.0.113.0/24', { until: 1_000 }), entry('203.0.0.0/16', { until: 2_000 })],
      remoteIp: '203.0.113.7',
      expected: 2_000,
    },
    {
      name: 'no end beats any end',
      entries: [entry('203.0.113.0/24'), entry('203.0.113.7', { until: 1_000 })],
      remoteIp: '203.0.113.7',
      expected: ALWAYS,
    },
    {
      name: 'after a nested network, the wider one',
      entries: [entry('203.0.113.0/24', { until: 2_000 }), entry('203.0.113.64/26', { buckets: ['website'] })],
      remoteIp: '203.0.113.128',
      expected: 2_000,
    },
  ];
  test.each(cases)('$name', ({ entries, bucket = 'my-test-bucket', remoteIp, expected }) => {
    expect(compileAllowlist(entries).approvedUntil(bucket, address(remoteIp))).toBe(expected);
  });

  test('a record at the end itself is no longer approved', () => {
    const until = Date.UTC(2027, 0, 1);
    const approvedUntil = compileAllowlist([entry('10.0.0.0/8', { until })]).approvedUntil('b', address('10.0.0.1'));
    expect([until - 1, until, until + 1].map((time) => time < approvedUntil)).toEqual([true, false, false]);
  });

  test.each([
    { family: 'IPv4', bits: 32, text: '192.0.2.1' },
    { family: 'IPv6', bits: 128, text: '2001:db8::1' },
  ])('climbs through networks of every prefix length ($family)', ({ bits, text }) => {
    const entries = Array.from({ length: bits + 1 }, (_, prefixLength) =>
      entry(formatNetwork(networkOf(address(text), prefixLength, prefixLength)), { buckets: [`b${prefixLength}`] }),
    );
    const { approvedUntil } = compileAllowlist(entries);
    for (let prefixLength = 0; prefixLength <= bits; prefixLength++) {
      expect(approvedUntil(`b${prefixLength}`, address(text))).toBe(ALWAYS);
    }
  });

  test('10,000 disjoint networks: correct at each boundary, without reading the entries again', () => {
    let reads = 0;
    const counted = (plain: AllowlistEntry) =>
      new Proxy(plain, {
        get: (target, key, receiver) => {
          reads++;
          return Reflect.get(target, key, receiver);
        },
      });
    const middles = Array.from({ length: 10_000 }, (_, index) => `10.${index >> 7}.${(index & 127) * 2}`);
    const entries = middles.map((middle, index) => counted(entry(`${middle}.64/26`, { until: index })));
    const { approvedUntil, appliesTo } = compileAllowlist(entries.toReversed());
    reads = 0;
    const wrong = middles.filter((middle, index) => {
      const around = [63, 64, 127, 128].map((last) => approvedUntil('b', address(`${middle}.${last}`)));
      return around.join() !== [NEVER, index, index, NEVER].join();
    });
    expect(wrong).toEqual([]);
    expect(appliesTo('b')).toBe(true);
    expect(reads).toBe(0);
  });

  describe('compared with a scan of the list', () => {
    /** Few values, so that networks are nested, adjacent and repeated. */
    const low = fc.constantFrom(0, 1, 2, 64, 127, 128, 255);
    const someAddress: fc.Arbitrary<Address> = fc.oneof(
      fc.tuple(fc.constantFrom(0n, 10n, 255n), low).map(([high, low]) => ipv4((high << 24n) | BigInt(low))),
      fc.tuple(fc.constantFrom(0n, 0x20n, 0xffn), low).map(([high, low]) => ipv6((high << 120n) | BigInt(low))),
    );
    const cidr = fc.tuple(someAddress, fc.nat(8), fc.constantFrom(0, 8, 31, 120)).map(([around, narrow, wide]) => {
      const prefixLength = narrow > 0 ? (around.family === 4 ? 24 : 120) + narrow : wide;
      return formatNetwork(networkOf(around, Math.min(prefixLength, 32), prefixLength));
    });
    const someEntry: fc.Arbitrary<AllowlistEntry> = fc.record({
      cidr,
      reason: fc.constant(null),
      buckets: fc.option(
        fc.array(fc.constantFrom('pay', 'payroll', 'web', 'pay*', '*roll', '*', 'p*l'), { maxLength: 3 }),
      ),
      until: fc.option(fc.nat(5)),
    });

    test(`gives the same result (seed ${seed})`, () => {
      const bucket = fc.constantFrom('pay', 'payroll', 'web', 'website', 'constructor');
      const question = fc.tuple(bucket, someAddress);
      fc.assert(
        fc.property(
          fc.array(someEntry, { maxLength: 30 }),
          fc.array(question, { maxLength: 20 }),
          (entries, questions) => {
            const { approvedUntil, appliesTo } = compileAllowlist(entries);
            for (const [name, asked] of questions) {
              expect(approvedUntil(name, asked)).toBe(walkedUntil(entries, name, asked));
              expect(appliesTo(name)).toBe(entries.some((one) => holdsFor(one, name)));
            }
          },
        ),
        { seed, numRuns: 2_000 },
      );
    });
  });
});

function ipv4(value: bigint): Address {
  return { family: 4, value };
}

function ipv6(value: bigint): Address {
  return { family: 6, value };
}

/** The slow reference: checks every entry. */
function walkedUntil(entries: readonly AllowlistEntry[], bucket: string, asked: Address): number {
  let until = NEVER;
  for (const one of entries) {
    const network = parseCidr(one.cidr);
    if ('problem' in network) throw new Error(`${one.cidr} ${network.problem}`);
    if (contains(network, asked) && holdsFor(one, bucket)) until = Math.max(until, one.until ?? ALWAYS);
  }
  return until;
}

function holdsFor({ buckets }: AllowlistEntry, bucket: string): boolean {
  return buckets === null || buckets.some((glob) => new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(bucket));
}

describe('appliesTo', () => {
  const cases: { name: string; entries: AllowlistEntry[]; bucket: string; expected: boolean }[] = [
    { name: 'no entries', entries: [], bucket: 'payroll', expected: false },
    { name: 'an entry for all', entries: [entry('10.0.0.0/8')], bucket: 'payroll', expected: true },
    {
      name: 'an entry for others',
      entries: [entry('10.0.0.0/8', { buckets: ['website', 'web-*'] })],
      bucket: 'payroll',
      expected: false,
    },
    {
      name: 'an entry by glob',
      entries: [entry('10.0.0.0/8', { buckets: ['pay*'] })],
      bucket: 'payroll',
      expected: true,
    },
    { name: 'an expired entry', entries: [entry('10.0.0.0/8', { until: 0 })], bucket: 'payroll', expected: true },
  ];
  test.each(cases)('$name: $expected', ({ entries, bucket, expected }) => {
    expect(compileAllowlist(entries).appliesTo(bucket)).toBe(expected);
  });
});

test('the error names an entry that is not a network', () => {
  expect(() => compileAllowlist([entry('10.0.0.0/8'), entry('10.1.2.3/8')])).toThrow(
    'allowlist entry "10.1.2.3/8" has host bits set',
  );
});
