import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { createByteTable, PROCESS_KEY } from '../../lib/detection/byte-table';
import type { HashKey } from '../../lib/detection/keyed-hash';
import { expectSame } from '../support/expect-same';
import { runs, SEED } from '../support/runs';

interface Key {
  readonly bytes: Uint8Array;
  readonly salt: number;
}

/** Interns every key, each at another position of a larger view, as in a chunk of a log. */
function numbersOf(keys: readonly Key[], hashKey?: HashKey): { numbers: number[]; size: number } {
  const table = createByteTable(hashKey);
  const numbers = keys.map(({ bytes, salt }, index) => {
    const before = index % 7;
    const chunk = new Uint8Array(before + bytes.length + 5).fill(0x20);
    chunk.set(bytes, before);
    const view = new DataView(chunk.buffer, 0);
    const number = table.intern(view, before, before + bytes.length, salt);
    chunk.fill(0xff); // the table stores copies
    return number;
  });
  return { numbers, size: table.size };
}

/** The reference, with strings and a Map. */
function expectedNumbersOf(keys: readonly Key[]): { numbers: number[]; size: number } {
  const known = new Map<string, number>();
  const numbers = keys.map(({ bytes, salt }) => {
    const text = `${salt} ${Buffer.from(bytes).toString('hex')}`;
    if (!known.has(text)) known.set(text, known.size);
    return known.get(text)!;
  });
  return { numbers, size: known.size };
}

function expectSameNumbers(keys: readonly Key[], hashKey?: HashKey): void {
  expectSame(numbersOf(keys, hashKey), expectedNumbersOf(keys));
}

const salt = fc.oneof(fc.nat(3), fc.nat());
/** Few distinct bytes, so that keys share prefixes and suffixes or are equal. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.array(fc.constantFrom(0, 0x2e, 0x31, 0xff), { maxLength: 40 }).map((array) => Uint8Array.from(array)),
);

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const hashKey = fc.record<HashKey>({ low: word, high: word });

test(`numbers keys like a Map of strings, with any hash key (seed ${SEED})`, () => {
  const keys = fc.array(fc.record({ bytes, salt }), { maxLength: 60 });
  const again = fc.record({ keys, picks: fc.array(fc.nat()), hashKey });
  fc.assert(
    fc.property(again, ({ keys, picks, hashKey }) => {
      expectSameNumbers([...keys, ...picks.flatMap((pick) => keys.at(pick % (keys.length || 1)) ?? [])], hashKey);
    }),
    runs(300),
  );
});

test('continues numbering when slots, keys and bytes outgrow their buffers', () => {
  const keys = Array.from({ length: 5_000 }, (_, index): Key => {
    const address = `198.51.${index >> 8}.${index & 255}`.repeat(1 + (index % 3));
    return { bytes: Buffer.from(address), salt: index % 5 };
  });
  expectSameNumbers([...keys, ...keys.toReversed()]);
});

test('accepts a key longer than its buffer', () => {
  const long = new Uint8Array(20_000).fill(0x61);
  const longer = new Uint8Array(200_000).fill(0x61);
  expectSameNumbers([long, longer, long, longer.with(199_999, 0x62), longer].map((bytes) => ({ bytes, salt: 0 })));
});

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('distinguishes keys of %d bytes that differ in one byte', (length) => {
  const base = new Uint8Array(length).fill(0x41);
  const others = Array.from(base, (_, place) => base.with(place, 0x42));
  expectSameNumbers([base, ...others, base].map((bytes) => ({ bytes, salt: 0 })));
});

test('distinguishes equal bytes with different salts', () => {
  const bytes = Buffer.from('203.0.113.7');
  const salts = [0, 1, 2 ** 31 - 1, 0x811c9dc5 | 0, 1, 0];
  expectSameNumbers(salts.map((salt) => ({ bytes, salt })));
  expectSameNumbers(salts.map((salt) => ({ bytes: new Uint8Array(0), salt })));
});

/** Slots found with other keys while all keys are added and looked up again. */
function collisionsOf(keys: readonly Key[]): number {
  const table = createByteTable();
  const views = keys.map(({ bytes }) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  for (let time = 0; time < 2; time++) {
    for (const [index, { salt }] of keys.entries()) table.intern(views[index]!, 0, views[index]!.byteLength, salt);
  }
  expect(table.size).toBe(keys.length);
  return table.collisions;
}

describe('keys that collide in an unkeyed hash cost no more than others', () => {
  // FNV-1a over words of four bytes, which the table used before: anybody can invert its steps.
  const PRIME = 0x01000193;
  const step = (hash: number, word: number): number => Math.imul(hash ^ word, PRIME);
  const start = (salt: number): number => Math.imul(0x811c9dc5 ^ salt, PRIME);
  const fnv = (words: readonly number[], salt: number): number => words.reduce(step, start(salt));
  const keyOf = (words: readonly number[], salt = 0): Key => ({
    bytes: new Uint8Array(Int32Array.from(words).buffer),
    salt,
  });
  const FAMILIES: readonly { readonly name: string; readonly wordsOf: (index: number) => readonly number[] }[] = [
    { name: 'of one length', wordsOf: (index) => [index, 0x1234567 ^ step(start(0), index)] },
    {
      name: 'of many lengths',
      wordsOf: (index) => {
        const before = Array.from({ length: 1 + (index % 9) }, (_, place) => index + place);
        return [...before, 0x1234567 ^ fnv(before, 0)];
      },
    },
    {
      // The highest bits of two successive words cancel each other, whatever the hash was before: a seed does not help.
      name: 'under every seed',
      wordsOf: (index) => Array.from({ length: 28 }, (_, place) => 0x31303031 | (((index >> (place >> 1)) & 1) << 31)),
    },
  ];

  test.each(FAMILIES)('$name', ({ wordsOf }) => {
    const families = [1000, 2000, 4000].map((count) => Array.from({ length: count }, (_, index) => wordsOf(index)));
    expect(new Set(families[2]!.map((words) => fnv(words, 0))).size).toBe(1);
    for (const words of families) {
      // One or two per key are expected; a hash in which they collide has as many as there are keys.
      expect(collisionsOf(words.map((each) => keyOf(each)))).toBeLessThan(6 * words.length);
    }
  });

  test('of different salts', () => {
    const keys = Array.from({ length: 4000 }, (_, salt) => keyOf([0x1234567 ^ start(salt)], salt));
    expect(collisionsOf(keys)).toBeLessThan(6 * keys.length);
  });

  test('consecutive addresses, which differ only at the end', () => {
    const texts = Array.from({ length: 8000 }, (_, index) => `2001:db8:${(index * 7).toString(16)}::${index}`);
    const keys = texts.map((text): Key => ({ bytes: Uint8Array.from(Buffer.from(text)), salt: 0 }));
    expect(collisionsOf(keys)).toBeLessThan(6 * keys.length);
  });

  test('and get the same numbers as in a Map', () => {
    for (const { wordsOf } of FAMILIES) {
      const keys = Array.from({ length: 500 }, (_, index) => keyOf(wordsOf(index), index % 2));
      expectSameNumbers([...keys, ...keys.toReversed()]);
    }
  });
});

test('every process has another hash key', () => {
  const root = join(__dirname, '../..');
  const script = "process.stdout.write(JSON.stringify(require('./lib/detection/byte-table').PROCESS_KEY))";
  const keys = [0, 1].map((): HashKey => {
    const output = execFileSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], { cwd: root });
    return JSON.parse(output.toString()) as HashKey;
  });
  const words = [PROCESS_KEY, ...keys].flatMap(({ low, high }) => [low, high]);
  expect(new Set(words).size).toBe(6);
});
