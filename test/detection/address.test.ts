import { isIP } from 'node:net';
import fc from 'fast-check';
import {
  type Address,
  contains,
  formatAddress,
  formatNetwork,
  type Network,
  networkOf,
  parseAddress,
  parseCidr,
} from '../../lib/detection/address';

const seed = Number(process.env.FC_SEED ?? Date.now());

const group = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff));
const ipv4Text = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((octets) => octets.join('.'));
const ipv6Text = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.map(hex).join(':'));
/** Addresses in all notations, and similar texts. */
const nearlyAddress = fc
  .tuple(fc.oneof(ipv4Text, ipv6Text, fc.ipV6()), fc.array(fc.tuple(fc.nat(50), edit()), { maxLength: 3 }))
  .map(([text, edits]) => edits.reduce((now, [at, [cut, put]]) => now.slice(0, at) + put + now.slice(at + cut), text));

function edit() {
  const put = fc.constantFrom('', '0', '1', '25', 'f', ':', '::', '.', '%', '/', ' ', '0x', 'g', '\n', '٣');
  return fc.tuple(fc.nat(2), put);
}

function hex(value: number): string {
  return value.toString(16);
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`test address ${text}`);
  return parsed;
}

function network(text: string): Network {
  const parsed = parseCidr(text);
  if ('problem' in parsed) throw new Error(`test network ${text} ${parsed.problem}`);
  return parsed;
}

describe('parseAddress', () => {
  const read: { name: string; text: string; expected: string }[] = [
    { name: 'IPv4', text: '192.0.2.1', expected: '192.0.2.1' },
    { name: 'the lowest IPv4', text: '0.0.0.0', expected: '0.0.0.0' },
    { name: 'the highest IPv4', text: '255.255.255.255', expected: '255.255.255.255' },
    { name: 'IPv6 as S3 prints it', text: '2600:1ffe:8140::a47:a85a', expected: '2600:1ffe:8140::a47:a85a' },
    { name: 'IPv6 in capitals', text: '2001:DB8::A', expected: '2001:db8::a' },
    { name: 'IPv6 in full', text: '2001:0db8:0000:0000:0000:0000:0000:0001', expected: '2001:db8::1' },
    { name: 'the lowest IPv6', text: '::', expected: '::' },
    {
      name: 'the highest IPv6',
      text: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      expected: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    },
    { name: 'IPv6 that ends in dotted decimals', text: '64:ff9b::192.0.2.33', expected: '64:ff9b::c000:221' },
    { name: 'IPv6 with :: for a single group', text: '2001:db8::1:1:1:1:1', expected: '2001:db8:0:1:1:1:1:1' },
    {
      name: 'unlike Panther, an IPv4-mapped IPv6 address is treated as IPv4',
      text: '::ffff:10.0.0.1',
      expected: '10.0.0.1',
    },
    { name: 'IPv4-mapped in hexadecimal', text: '::ffff:0a00:1', expected: '10.0.0.1' },
    { name: 'IPv4-mapped in full', text: '0000:0000:0000:0000:0000:FFFF:255.255.255.255', expected: '255.255.255.255' },
    { name: 'unlike ipaddr.js, ::10.0.0.1 is not IPv4-mapped', text: '::10.0.0.1', expected: '::a00:1' },
    { name: 'the address before the IPv4-mapped ones', text: '::fffe:255.255.255.255', expected: '::fffe:ffff:ffff' },
    { name: 'the address after the IPv4-mapped ones', text: '::1:0:0:0', expected: '::1:0:0:0' },
    { name: 'a NAT64 address is not unwrapped', text: '64:ff9b::10.0.0.1', expected: '64:ff9b::a00:1' },
  ];
  test.each(read)('reads $name', ({ text, expected }) => {
    expect(formatAddress(address(text))).toBe(expected);
  });

  const refused: { name: string; text: string }[] = [
    { name: 'nothing', text: '' },
    { name: 'the placeholder of the log', text: '-' },
    { name: 'a leading space', text: ' 10.0.0.1' },
    { name: 'a trailing newline', text: '10.0.0.1\n' },
    { name: "unlike Panther's published default, 167772161 is not an address", text: '167772161' },
    { name: "unlike Panther's published default, 10.0.0.0/8 is not an address", text: '10.0.0.0/8' },
    { name: 'unlike ipaddr.js, 010.0.0.1 is not 8.0.0.1', text: '010.0.0.1' },
    { name: 'unlike ipaddr.js, 10.1 is not 10.0.0.1', text: '10.1' },
    { name: 'a hexadecimal number', text: '0x0a000001' },
    { name: 'a hexadecimal octet', text: '0x0a.0.0.1' },
    { name: 'an octet over 255', text: '10.0.0.256' },
    { name: 'five octets', text: '10.0.0.1.1' },
    { name: 'a network', text: '10.0.0.1/32' },
    { name: 'a zone id', text: 'fe80::1%eth0' },
    { name: 'brackets', text: '[2001:db8::1]' },
    { name: 'two ::', text: '2001::db8::1' },
    { name: ':::', text: ':::' },
    { name: 'seven groups', text: '1:2:3:4:5:6:7' },
    { name: 'nine groups', text: '1:2:3:4:5:6:7:8:9' },
    { name: 'eight groups and ::', text: '1:2:3:4::5:6:7:8' },
    { name: 'a group of five digits', text: '2001:db8::00001' },
    { name: 'IPv4-mapped with leading zeros', text: '::ffff:010.0.0.1' },
    { name: 'IPv4-mapped with a hexadecimal octet', text: '::ffff:0x0a.0.0.1' },
    { name: 'dotted decimals in the middle', text: '::10.0.0.1:ffff' },
    { name: 'digits that are not ASCII', text: '١٠.0.0.1' },
  ];
  test.each(refused)('refuses $name', ({ text }) => {
    expect(parseAddress(text)).toBeNull();
  });

  test('refuses texts of any length', () => {
    for (const part of ['1', '1.', ':', '1:', '::ffff:', '%']) expect(parseAddress(part.repeat(5_000_000))).toBeNull();
  });

  test(`accepts the same addresses without a zone as Node.js (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: nearlyAddress }, fc.string({ unit: 'binary' })), (text) => {
        expect(parseAddress(text) !== null).toBe(isIP(text) !== 0 && !text.includes('%'));
      }),
      { seed, numRuns: 5_000 },
    );
  });
});

describe('formatAddress', () => {
  const formatted: { name: string; text: string; expected: string }[] = [
    { name: 'the longest run of zeros', text: '2001:0:0:1:0:0:0:1', expected: '2001:0:0:1::1' },
    { name: 'the first of two equal runs', text: '2001:0:0:1:0:0:1:1', expected: '2001::1:0:0:1:1' },
    { name: 'not a single zero group', text: '2001:0:1:1:1:1:1:1', expected: '2001:0:1:1:1:1:1:1' },
    { name: 'a run at the end', text: '1:2:3:4:5:6:0:0', expected: '1:2:3:4:5:6::' },
  ];
  test.each(formatted)('shortens $name (RFC 5952)', ({ text, expected }) => {
    expect(formatAddress(address(text))).toBe(expected);
  });

  test(`gives the same text as a URL parser, which parses back (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.oneof(ipv4Text, ipv6Text), (text) => {
        const parsed = address(text);
        const formatted = formatAddress(parsed);
        expect(parseAddress(formatted)).toEqual(parsed);
        const host = formatted.includes(':') ? `[${text}]` : text;
        if (!text.startsWith('0:0:0:0:0:ffff:')) {
          expect(new URL(`http://${host}/`).hostname.replace(/[[\]]/g, '')).toBe(formatted);
        }
      }),
      { seed, numRuns: 2_000 },
    );
  });
});

describe('parseCidr', () => {
  const read: { name: string; text: string; expected: string }[] = [
    { name: 'an IPv4 network', text: '10.0.0.0/8', expected: '10.0.0.0/8' },
    { name: 'all of IPv4', text: '0.0.0.0/0', expected: '0.0.0.0/0' },
    { name: 'an IPv4 address', text: '203.0.113.7', expected: '203.0.113.7' },
    { name: 'an IPv4 address with its prefix', text: '203.0.113.7/32', expected: '203.0.113.7' },
    { name: 'an IPv6 network', text: '2001:DB8:0::/48', expected: '2001:db8::/48' },
    { name: 'all of IPv6', text: '::/0', expected: '::/0' },
    { name: 'an IPv6 address with its prefix', text: '2001:db8::1/128', expected: '2001:db8::1' },
    { name: 'an IPv4-mapped network', text: '::ffff:10.0.0.0/104', expected: '10.0.0.0/8' },
    { name: 'an IPv4-mapped address', text: '::ffff:10.0.0.1', expected: '10.0.0.1' },
    { name: 'all IPv4-mapped addresses', text: '::ffff:0:0/96', expected: '0.0.0.0/0' },
    { name: 'a network around all IPv4-mapped addresses, as IPv6', text: '::/80', expected: '::/80' },
    { name: 'a network beside the IPv4-mapped ones, as IPv6', text: '::fffe:0:0/96', expected: '::fffe:0:0/96' },
  ];
  test.each(read)('reads $name', ({ text, expected }) => {
    expect(formatNetwork(network(text))).toBe(expected);
  });

  const notANetwork = 'is not an address or a CIDR network';
  const refused: { name: string; text: string; problem: string; instead: string | null }[] = [
    { name: 'host bits', text: '10.1.2.3/8', problem: 'has host bits set', instead: '10.0.0.0/8' },
    { name: 'IPv6 host bits', text: '2001:db8::1/64', problem: 'has host bits set', instead: '2001:db8::/64' },
    { name: 'IPv4-mapped host bits', text: '::ffff:10.1.2.3/104', problem: 'has host bits set', instead: '10.0.0.0/8' },
    {
      name: 'host bits of a prefix shorter than the mapped ones',
      text: '::ffff:10.0.0.0/95',
      problem: 'has host bits set',
      instead: '::fffe:0:0/95',
    },
    { name: 'a /0 of one address', text: '10.0.0.1/0', problem: 'has host bits set', instead: '0.0.0.0/0' },
    { name: 'leading zeros', text: '010.0.0.1', problem: 'has leading zeros', instead: null },
    { name: 'leading zeros of a network', text: '010.0.0.0/8', problem: 'has leading zeros', instead: null },
    { name: 'leading zeros of the last octet', text: '192.0.2.001', problem: 'has leading zeros', instead: null },
    { name: 'IPv4-mapped leading zeros', text: '::ffff:010.0.0.1', problem: 'has leading zeros', instead: null },
    { name: 'leading zeros of a prefix', text: '10.0.0.0/08', problem: 'has leading zeros', instead: '10.0.0.0/8' },
    { name: 'leading zeros everywhere', text: '010.0.0.0/08', problem: 'has leading zeros', instead: null },
    { name: 'a zone id', text: 'fe80::1%eth0', problem: 'contains a zone ID', instead: 'fe80::1' },
    { name: 'a zone id before a prefix', text: 'fe80::%eth0/64', problem: 'contains a zone ID', instead: 'fe80::/64' },
    { name: 'a zone id and host bits', text: 'fe80::1%eth0/64', problem: 'contains a zone ID', instead: 'fe80::/64' },
    { name: 'brackets', text: '[2001:db8::]/32', problem: 'contains brackets', instead: '2001:db8::/32' },
    { name: 'an IPv4 prefix over 32', text: '10.0.0.0/33', problem: 'has a prefix length over 32', instead: null },
    { name: 'an IPv6 prefix over 128', text: '::/129', problem: 'has a prefix length over 128', instead: null },
    { name: 'a very long prefix', text: '::/99999999', problem: 'has a prefix length over 128', instead: null },
    { name: 'whitespace around', text: ' 10.0.0.0/8\n', problem: 'contains whitespace', instead: '10.0.0.0/8' },
    { name: 'spaces at the slash', text: '10.0.0.0 / 8', problem: 'contains whitespace', instead: '10.0.0.0/8' },
    { name: 'spaces and a worse problem', text: ' 010.0.0.1 ', problem: 'has leading zeros', instead: null },
    { name: 'a space within', text: '10.0.0.0/1 6', problem: notANetwork, instead: null },
    { name: 'a short network', text: '10/8', problem: 'has fewer than four parts', instead: '10.0.0.0/8' },
    {
      name: 'a short network of two parts',
      text: '10.1/16',
      problem: 'has fewer than four parts',
      instead: '10.1.0.0/16',
    },
    { name: 'a network too short to know', text: '10.1/24', problem: 'has fewer than four parts', instead: null },
    { name: 'a short address', text: '10.1', problem: 'has fewer than four parts', instead: null },
    { name: 'an integer', text: '167772161', problem: notANetwork, instead: null },
    { name: 'a hexadecimal integer', text: '0x0a000001', problem: notANetwork, instead: null },
    { name: 'an octet over 255', text: '10.0.0.256/32', problem: notANetwork, instead: null },
    { name: 'no prefix after the slash', text: '10.0.0.0/', problem: notANetwork, instead: null },
    { name: 'a negative prefix', text: '10.0.0.0/-8', problem: notANetwork, instead: null },
    { name: 'two prefixes', text: '10.0.0.0/8/8', problem: notANetwork, instead: null },
    { name: 'a netmask', text: '10.0.0.0/255.0.0.0', problem: notANetwork, instead: null },
    { name: 'a range', text: '10.0.0.0-10.0.0.9', problem: notANetwork, instead: null },
    { name: 'a host name', text: 'example.com', problem: notANetwork, instead: null },
    { name: 'nothing', text: '', problem: notANetwork, instead: null },
  ];
  test.each(refused)('refuses $name', ({ text, problem, instead }) => {
    expect(parseCidr(text)).toEqual({ problem, instead });
  });

  test('rejects texts with many problems, or of any length, quickly', () => {
    const oddities = `${'['.repeat(20)}${']'.repeat(20)}${'%a/'.repeat(20)}`;
    for (const text of [oddities, ' /0'.repeat(33), '10.'.repeat(1_000_000)]) {
      expect(parseCidr(text)).toEqual({ problem: notANetwork, instead: null });
    }
  });

  test(`every suggested text is valid (seed ${seed})`, () => {
    const nearlyCidr = fc.tuple(
      nearlyAddress,
      fc.constantFrom('', '/', '/0', '/8', '/08', '/64', ' /96', '/104', '%1/33'),
    );
    fc.assert(
      fc.property(nearlyCidr, ([text, prefix]) => {
        const result = parseCidr(text + prefix);
        const better = 'problem' in result ? result.instead : formatNetwork(result);
        if (better !== null) expect(formatNetwork(network(better))).toBe(better);
      }),
      { seed, numRuns: 3_000 },
    );
  });
});

describe('networkOf', () => {
  const cut: { name: string; text: string; expected: string }[] = [
    { name: 'IPv4 to the prefix length', text: '198.51.100.77', expected: '198.51.100.0/24' },
    { name: 'IPv6 to the prefix length', text: '2001:db8:1:2:3:4:5:6', expected: '2001:db8:1:2::/64' },
    { name: 'IPv4-mapped IPv6 as IPv4', text: '::ffff:198.51.100.77', expected: '198.51.100.0/24' },
  ];
  test.each(cut)('cuts $name', ({ text, expected }) => {
    expect(formatNetwork(networkOf(address(text), 24, 64))).toBe(expected);
  });

  test('keeps a whole address, formatted without a prefix', () => {
    expect(formatNetwork(networkOf(address('198.51.100.77'), 32, 64))).toBe('198.51.100.77');
    expect(formatNetwork(networkOf(address('2001:db8::1'), 32, 128))).toBe('2001:db8::1');
  });

  test(`makes a network that contains the address and begins with zeros (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.oneof(ipv4Text, ipv6Text), fc.nat(32), fc.nat(128), (text, ipv4PrefixLength, ipv6PrefixLength) => {
        const cut = networkOf(address(text), ipv4PrefixLength, ipv6PrefixLength);
        expect(contains(cut, address(text))).toBe(true);
        const size = 1n << BigInt((cut.family === 4 ? 32 : 128) - cut.prefixLength);
        expect(cut.last - cut.first + 1n).toBe(size);
        expect(cut.first % size).toBe(0n);
      }),
      { seed },
    );
  });
});

describe('contains', () => {
  const cases: { name: string; cidr: string; text: string; expected: boolean }[] = [
    { name: "Panther's approved address", cidr: '10.0.0.0/8', text: '10.0.0.1', expected: true },
    { name: "Panther's unapproved address", cidr: '10.0.0.0/8', text: '11.0.0.1', expected: false },
    { name: 'the first address', cidr: '192.0.2.64/26', text: '192.0.2.64', expected: true },
    { name: 'the last address', cidr: '192.0.2.64/26', text: '192.0.2.127', expected: true },
    { name: 'the one before', cidr: '192.0.2.64/26', text: '192.0.2.63', expected: false },
    { name: 'the one after', cidr: '192.0.2.64/26', text: '192.0.2.128', expected: false },
    { name: 'IPv6 in IPv6', cidr: '2001:db8::/32', text: '2001:db8:ffff::1', expected: true },
    { name: 'IPv6 in all of IPv4', cidr: '0.0.0.0/0', text: '::1', expected: false },
    { name: 'IPv4 in all of IPv6', cidr: '::/0', text: '0.0.0.1', expected: false },
    { name: 'IPv4-mapped IPv6 in all of IPv6', cidr: '::/0', text: '::ffff:10.0.0.1', expected: false },
  ];
  test.each(cases)('$name: $text in $cidr is $expected', ({ cidr, text, expected }) => {
    expect(contains(network(cidr), address(text))).toBe(expected);
  });
});
