/** The secret key of the hash: two random 32-bit words that never leave the process. */
export interface HashKey {
  readonly low: number;
  readonly high: number;
}

/** The number of rounds after the last word. */
const FINAL_ROUNDS = 3;

/**
 * HalfSipHash-1-3 of the four bytes of `salt`, least significant first, and `view[start, end)`. Without the key, nobody
 * can construct inputs that collide. (A random seed for FNV or a multiplicative hash is not enough: a difference in the
 * highest bit of a word stays there for every seed, and the same difference in the next word cancels it.)
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (https://cr.yp.to/siphash/siphash-20120918.pdf),
 * with 32-bit words as in https://github.com/veorq/SipHash. One round per word and three final rounds are the variant
 * for hash tables.
 */
export function keyedHash({ low, high }: HashKey, view: DataView, start: number, end: number, salt: number): number {
  let v0 = low;
  let v1 = high;
  let v2 = low ^ 0x6c796765;
  let v3 = high ^ 0x74656462;
  let word = salt;
  let at = start;
  for (let rounds = FINAL_ROUNDS; ; ) {
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
    if (at + 4 <= end) {
      word = view.getInt32(at, true);
      at += 4;
    } else if (at <= end) {
      word = (end - start + 4) << 24;
      for (let shift = 0; at < end; at++, shift += 8) word |= view.getUint8(at) << shift;
      at = end + 1;
    } else {
      if (rounds === FINAL_ROUNDS) v2 ^= 0xff;
      if (rounds-- === 0) return v1 ^ v3;
      word = 0;
    }
  }
}
