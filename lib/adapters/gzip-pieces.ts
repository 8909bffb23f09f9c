import { truncated } from './unreadable-content';

/**
 * Bytes given to the decompressor at a time. Its output, at most a thousand times as much, is kept in memory. The
 * pieces begin at multiples of this number, whatever the chunks of the input: an error drops output of its piece, and a
 * log object that is read again must give the same bytes.
 */
const PIECE_BYTES = 16 * 1024;

/** The packed bytes in pieces of `PIECE_BYTES`. */
export interface Pieces {
  /** What is left of the current piece, or the next piece; empty at the end. */
  rest(): Promise<Uint8Array>;
  skip(bytes: number): void;
  /** @throws UnreadableContent at the end */
  byte(): Promise<number>;
  close(): Promise<void>;
}

export function piecesOf(packed: AsyncIterable<Uint8Array>): Pieces {
  const pieces = cutIntoPieces(packed);
  let piece: Uint8Array = new Uint8Array(0);
  let at = 0;
  async function rest(): Promise<Uint8Array> {
    if (at === piece.length) {
      piece = (await pieces.next()).value ?? new Uint8Array(0);
      at = 0;
    }
    return piece.subarray(at);
  }
  return {
    rest,
    skip(bytes) {
      at += bytes;
    },
    async byte() {
      if (at === piece.length && (await rest()).length === 0) throw truncated();
      return piece[at++]!;
    },
    async close() {
      await pieces.return();
    },
  };
}

async function* cutIntoPieces(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  // One buffer for all pieces: each is unpacked before the next one is requested.
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let length = 0;
  for await (const chunk of packed) {
    for (let start = 0; start < chunk.length; ) {
      const taken = chunk.subarray(start, start + PIECE_BYTES - length);
      piece.set(taken, length);
      start += taken.length;
      length += taken.length;
      if (length < PIECE_BYTES) continue;
      yield piece;
      length = 0;
    }
  }
  if (length > 0) yield piece.subarray(0, length);
}
