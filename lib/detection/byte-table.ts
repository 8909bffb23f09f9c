import { type HashKey, keyedHash } from './keyed-hash';

/**
 * Interns byte strings: each distinct key (a range of bytes and a salt) gets the next number, from 0. It creates no
 * strings, because detection looks up an address for every line but needs its text only once. Clients choose the keys,
 * so the hash is keyed with a secret; every hit is verified, so a collision only costs time.
 */
export interface ByteTable {
  /**
   * The number of the key `view[start, end)` with `salt`. The salt, an integer, keeps equal bytes of different kinds
   * (the same address in different buckets) apart.
   */
  intern(view: DataView, start: number, end: number, salt: number): number;
  /** How many distinct keys there are. */
  readonly size: number;
  /** How often a lookup found another key in a slot: fewer than twice per lookup on average, for any set of keys. */
  readonly collisions: number;
}

/** The hash key for all tables of the process. No output depends on it, so a client cannot find keys that collide. */
export const PROCESS_KEY = randomKey();

export function createByteTable(hashKey: HashKey = PROCESS_KEY): ByteTable {
  let slots = new Int32Array(64).fill(-1);
  /** For key n: its hash, its salt, and its position in the arena, `[offsets[n], offsets[n + 1])`. */
  let hashes = new Int32Array(32);
  let salts = new Int32Array(32);
  let offsets = new Int32Array(33);
  let arena = new DataView(new ArrayBuffer(1024));
  let size = 0;
  let collisions = 0;

  function add(view: DataView, start: number, end: number, salt: number, hash: number): number {
    const at = offsets[size]!;
    const to = at + end - start;
    if (to > arena.byteLength) {
      const copy = new Uint8Array(Math.max(to, arena.byteLength * 2));
      copy.set(new Uint8Array(arena.buffer));
      arena = new DataView(copy.buffer);
    }
    if (size === hashes.length) {
      hashes = larger(hashes, size * 2);
      salts = larger(salts, size * 2);
      offsets = larger(offsets, size * 2 + 1);
    }
    for (let i = 0; i < end - start; i++) arena.setUint8(at + i, view.getUint8(start + i));
    hashes[size] = hash;
    salts[size] = salt;
    offsets[size + 1] = to;
    return size++;
  }

  function rehash(): void {
    slots = new Int32Array(slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let key = 0; key < size; key++) {
      let slot = hashes[key]! & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = key;
    }
  }

  return {
    intern(view, start, end, salt) {
      const hash = keyedHash(hashKey, view, start, end, salt);
      const mask = slots.length - 1;
      let slot = hash & mask;
      for (let key = slots[slot]!; key !== -1; key = slots[slot]!) {
        if (hashes[key] === hash && salts[key] === salt) {
          const at = offsets[key]!;
          if (offsets[key + 1]! - at === end - start && sameBytes(arena, at, view, start, end)) return key;
        }
        slot = (slot + 1) & mask;
        collisions++;
      }
      const key = add(view, start, end, salt, hash);
      slots[slot] = key;
      if (size * 2 > slots.length) rehash();
      return key;
    },
    get size() {
      return size;
    },
    get collisions() {
      return collisions;
    },
  };
}

function randomKey(): HashKey {
  const words = crypto.getRandomValues(new Int32Array(2));
  return { low: words[0]!, high: words[1]! };
}

function sameBytes(arena: DataView, offset: number, view: DataView, start: number, end: number): boolean {
  let at = start;
  let to = offset;
  for (; at + 4 <= end; at += 4, to += 4) if (arena.getInt32(to, true) !== view.getInt32(at, true)) return false;
  for (; at < end; at++, to++) if (arena.getUint8(to) !== view.getUint8(at)) return false;
  return true;
}

function larger(from: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
