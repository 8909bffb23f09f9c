import fc from 'fast-check';
import { type HashKey, keyedHash } from '../../lib/detection/keyed-hash';
import { runs, SEED } from '../support/runs';

const KEY: HashKey = { low: 0x03020100, high: 0x07060504 };

/** The hash of a message of at least four bytes; the first four are the salt. */
function hashOf(key: HashKey, message: Uint8Array, before = 0): number {
  const chunk = new Uint8Array(before + message.length + 5).fill(0x99);
  chunk.set(message, before);
  const view = new DataView(chunk.buffer);
  return keyedHash(key, view, before + 4, before + message.length, view.getInt32(before, true)) >>> 0;
}

const counted = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);

// Hashes of the bytes 0, 1, 2, … with the key 0, 1, 2, … 7, published with siphash of the Linux kernel
// (lib/test_siphash.c, hsiphash with 32-bit words), which has them from the program of the authors.
test.each([
  [4, 0x7e059ea6],
  [5, 0x88e3d89b],
  [6, 0xa0080b65],
  [7, 0x9d38d9d6],
  [8, 0x577999b1],
  [11, 0x959246ee],
  [12, 0x6b28096c],
  [13, 0x66dd9cd6],
  [15, 0xd0257b04],
  [16, 0x8b31d501],
  [31, 0x08d8791a],
  [32, 0xbc6dda8d],
  [63, 0x87178304],
])('known answer: %d bytes', (length, expected) => {
  for (const before of [0, 1, 2, 3]) expect(hashOf(KEY, counted(length), before)).toBe(expected);
});

const MASK = 0xffffffffn;
const rotated = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (32n - by))) & MASK;

/** The reference with bigints, in the order of the paper: the message in words, then the rounds. */
function slowHash({ low, high }: HashKey, message: Uint8Array): number {
  const [k0, k1] = [BigInt(low >>> 0), BigInt(high >>> 0)];
  let [a, b, c, d] = [k0, k1, 0x6c796765n ^ k0, 0x74656462n ^ k1];
  const round = (): void => {
    [a, c] = [(a + b) & MASK, (c + d) & MASK];
    [b, d] = [rotated(b, 5n) ^ a, rotated(d, 8n) ^ c];
    a = rotated(a, 16n);
    [a, c] = [(a + d) & MASK, (c + b) & MASK];
    [d, b] = [rotated(d, 7n) ^ a, rotated(b, 13n) ^ c];
    c = rotated(c, 16n);
  };
  const padded = [...message];
  while (padded.length % 4 !== 3) padded.push(0);
  padded.push(message.length % 256);
  for (let at = 0; at < padded.length; at += 4) {
    const word = BigInt(Buffer.from(padded).readUInt32LE(at));
    d ^= word;
    round();
    a ^= word;
  }
  c ^= 0xffn;
  for (let rounds = 0; rounds < 3; rounds++) round();
  return Number(b ^ d);
}

test(`equals the function of the paper for any key and message (seed ${SEED})`, () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const message = fc.uint8Array({ minLength: 4, maxLength: 300 });
  fc.assert(
    fc.property(fc.record({ low: word, high: word }), message, (key, bytes) => {
      expect(hashOf(key, bytes)).toBe(slowHash(key, bytes));
    }),
    runs(300),
  );
});

test('every bit of key, salt and bytes changes about half of the bits of the hash', () => {
  const message = Uint8Array.from(Buffer.from('\x01\0\0\x002001:db8:8140::a47:a85a'));
  const flips: number[] = [];
  const bitsBetween = (a: number, b: number): number => (a ^ b).toString(2).replace(/[^1]/g, '').length;
  const see = (key: HashKey, bytes: Uint8Array) => flips.push(bitsBetween(hashOf(key, bytes), hashOf(KEY, message)));
  for (let bit = 0; bit < 32; bit++) {
    see({ ...KEY, low: KEY.low ^ (1 << bit) }, message);
    see({ ...KEY, high: KEY.high ^ (1 << bit) }, message);
  }
  for (let bit = 0; bit < 8 * message.length; bit++) {
    see(KEY, message.with(bit >> 3, message[bit >> 3]! ^ (1 << (bit & 7))));
  }
  expect(Math.min(...flips)).toBeGreaterThan(2);
  const mean = flips.reduce((sum, each) => sum + each) / flips.length;
  expect(mean).toBeGreaterThan(14);
  expect(mean).toBeLessThan(18);
});
