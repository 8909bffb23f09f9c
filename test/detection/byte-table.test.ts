import fc from 'fast-check';
import { createByteTable } from '../../lib/detection/byte-table';
import { expectSame } from '../support/expect-same';
import { runs, SEED } from '../support/runs';

interface Key {
  readonly bytes: Uint8Array;
  readonly salt: number;
}

/** Asks for every key, each somewhere else in a larger view as it would stand in a chunk of a log. */
function numbersOf(keys: readonly Key[]): { numbers: number[]; size: number } {
  const table = createByteTable();
  const numbers = keys.map(({ bytes, salt }, index) => {
    const before = index % 7;
    const chunk = new Uint8Array(before + bytes.length + 5).fill(0x20);
    chunk.set(bytes, before);
    const view = new DataView(chunk.buffer, 0);
    const number = table.intern(view, before, before + bytes.length, salt);
    chunk.fill(0xff); // what is remembered is a copy
    return number;
  });
  return { numbers, size: table.size };
}

/** The same with strings and a Map. */
function expectedNumbersOf(keys: readonly Key[]): { numbers: number[]; size: number } {
  const known = new Map<string, number>();
  const numbers = keys.map(({ bytes, salt }) => {
    const text = `${salt} ${Buffer.from(bytes).toString('hex')}`;
    if (!known.has(text)) known.set(text, known.size);
    return known.get(text)!;
  });
  return { numbers, size: known.size };
}

function expectSameNumbers(keys: readonly Key[]): void {
  expectSame(numbersOf(keys), expectedNumbersOf(keys));
}

const salt = fc.oneof(fc.nat(3), fc.nat());
/** Few distinct bytes make keys that begin, end or are alike. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.array(fc.constantFrom(0, 0x2e, 0x31, 0xff), { maxLength: 40 }).map((array) => Uint8Array.from(array)),
);

test(`numbers keys as a Map over strings does (seed ${SEED})`, () => {
  const again = fc.record({ keys: fc.array(fc.record({ bytes, salt }), { maxLength: 60 }), picks: fc.array(fc.nat()) });
  fc.assert(
    fc.property(again, ({ keys, picks }) => {
      expectSameNumbers([...keys, ...picks.flatMap((pick) => keys.at(pick % (keys.length || 1)) ?? [])]);
    }),
    runs(300),
  );
});

test('goes on numbering when its slots, its keys and its bytes outgrow their places', () => {
  const keys = Array.from({ length: 5_000 }, (_, index): Key => {
    const address = `198.51.${index >> 8}.${index & 255}`.repeat(1 + (index % 3));
    return { bytes: Buffer.from(address), salt: index % 5 };
  });
  expectSameNumbers([...keys, ...keys.toReversed()]);
});

test('takes a key longer than all the room it has', () => {
  const long = new Uint8Array(20_000).fill(0x61);
  const longer = new Uint8Array(200_000).fill(0x61);
  expectSameNumbers([long, longer, long, longer.with(199_999, 0x62), longer].map((bytes) => ({ bytes, salt: 0 })));
});

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('tells apart %d bytes that differ in one place only', (length) => {
  const base = new Uint8Array(length).fill(0x41);
  const others = Array.from(base, (_, place) => base.with(place, 0x42));
  expectSameNumbers([base, ...others, base].map((bytes) => ({ bytes, salt: 0 })));
});

test('tells apart equal bytes of different salts', () => {
  const bytes = Buffer.from('203.0.113.7');
  const salts = [0, 1, 2 ** 31 - 1, 0x811c9dc5 | 0, 1, 0];
  expectSameNumbers(salts.map((salt) => ({ bytes, salt })));
  expectSameNumbers(salts.map((salt) => ({ bytes: new Uint8Array(0), salt })));
});

describe('with keys made to have one and the same hash', () => {
  /** FNV-1a over words, as in the table; with another hash there these are keys like any others. */
  const step = (hash: number, word: number): number => Math.imul(hash ^ word, 0x01000193);
  const start = (salt: number): number => Math.imul(0x811c9dc5 ^ salt, 0x01000193);
  const keyOf = (words: readonly number[], salt: number): Key => ({
    bytes: new Uint8Array(Int32Array.from(words).buffer),
    salt,
  });

  test('of one length and salt', () => {
    const keys = Array.from({ length: 500 }, (_, word) => keyOf([word, 0x1234567 ^ step(start(0), word)], 0));
    expectSameNumbers([...keys, ...keys.toReversed()]);
  });

  test('of different salts', () => {
    const keys = Array.from({ length: 500 }, (_, salt) => keyOf([0x1234567 ^ start(salt)], salt));
    expectSameNumbers([...keys, ...keys.toReversed()]);
  });

  test('of which one begins with the other', () => {
    const word = 0x31303031;
    const short = keyOf([word], 0);
    const long = keyOf([word, step(start(0), word) ^ start(0) ^ word], 0);
    expectSameNumbers([long, short, long]);
    expectSameNumbers([short, long, short]);
  });
});
