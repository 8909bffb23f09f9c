/**
 * Numbers for byte strings: each distinct pair of ranges gets the next number, from 0. It makes no strings, because a
 * detection looks at a bucket and an address in every line and needs their text once.
 */
export interface ByteTable {
  /** The number of the key made of two ranges of `bytes`; the same key gets the same number. */
  intern(bytes: Uint8Array, start: number, end: number, start2: number, end2: number): number;
  /** How many distinct keys there are. */
  readonly size: number;
}

/** FNV-1a, 32 bits. Every hit is verified against the key's bytes, so collisions cost time and nothing else. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

export function createByteTable(): ByteTable {
  let slots = new Int32Array(1024).fill(-1);
  let hashes = new Int32Array(512);
  /** Key n is `arena[offsets[n], offsets[n + 1])`, its first range `lengths[n]` bytes long. */
  let offsets = new Int32Array(513);
  let lengths = new Int32Array(512);
  let arena = new Uint8Array(16_384);
  let size = 0;

  function matches(key: number, bytes: Uint8Array, start: number, end: number, start2: number, end2: number): boolean {
    let at = offsets[key]!;
    if (offsets[key + 1]! - at !== end - start + end2 - start2 || lengths[key] !== end - start) return false;
    for (let i = start; i < end; i++) if (arena[at++] !== bytes[i]) return false;
    for (let i = start2; i < end2; i++) if (arena[at++] !== bytes[i]) return false;
    return true;
  }

  function add(bytes: Uint8Array, start: number, end: number, start2: number, end2: number, hash: number): number {
    const at = offsets[size]!;
    const to = at + end - start + end2 - start2;
    if (to > arena.length) arena = grown(arena, new Uint8Array(Math.max(to, arena.length * 2)));
    if (size === hashes.length) {
      hashes = grown(hashes, new Int32Array(size * 2));
      lengths = grown(lengths, new Int32Array(size * 2));
      offsets = grown(offsets, new Int32Array(size * 2 + 1));
    }
    arena.set(bytes.subarray(start, end), at);
    arena.set(bytes.subarray(start2, end2), at + end - start);
    hashes[size] = hash;
    lengths[size] = end - start;
    offsets[size + 1] = to;
    return size++;
  }

  function rehash(): void {
    slots = new Int32Array(slots.length * 2).fill(-1);
    for (let key = 0; key < size; key++) slots[freeSlot(hashes[key]!)] = key;
  }

  function freeSlot(hash: number): number {
    let slot = hash & (slots.length - 1);
    while (slots[slot] !== -1) slot = (slot + 1) & (slots.length - 1);
    return slot;
  }

  return {
    intern(bytes, start, end, start2, end2) {
      let hash = FNV_OFFSET;
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
      for (let i = start2; i < end2; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
      hash ^= hash >>> 15; // the low bits choose the slot
      let slot = hash & (slots.length - 1);
      for (let key = slots[slot]!; key !== -1; key = slots[slot]!) {
        if (hashes[key] === hash && matches(key, bytes, start, end, start2, end2)) return key;
        slot = (slot + 1) & (slots.length - 1);
      }
      const key = add(bytes, start, end, start2, end2, hash);
      slots[slot] = key;
      if (size * 2 > slots.length) rehash();
      return key;
    },
    get size() {
      return size;
    },
  };
}

function grown<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
