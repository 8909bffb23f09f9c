/** Stores copies of lines in a few large buffers: a separate buffer per line would add half the size of the line. */
export interface LineArena {
  /** A copy of `bytes[start, end)`. */
  keep(bytes: Uint8Array, start: number, end: number): Uint8Array;
}

/**
 * A buffer is freed once none of its lines is in use. Most log objects are small, so the first buffer is small too, and
 * each further one is twice as large, up to a maximum.
 */
const FIRST_BUFFER_BYTES = 4 * 1024;
const MAX_BUFFER_BYTES = 256 * 1024;

export function createLineArena(): LineArena {
  let buffer = new Uint8Array(0);
  let used = 0;
  let next = FIRST_BUFFER_BYTES;
  return {
    keep(bytes, start, end) {
      const length = end - start;
      if (used + length > buffer.length) {
        buffer = new Uint8Array(Math.max(length, next));
        next = Math.min(next * 2, MAX_BUFFER_BYTES);
        used = 0;
      }
      const line = buffer.subarray(used, used + length);
      line.set(bytes.subarray(start, end));
      used += length;
      return line;
    },
  };
}
