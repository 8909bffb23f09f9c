/**
 * Bytes of one field (an owner, a date, an operation) that the next line most likely repeats. Comparing them, four at a
 * time, costs a tenth of parsing them.
 */
export interface RememberedBytes {
  /** 0 if nothing is remembered. */
  length: number;
  readonly words: Int32Array;
  /** The last four bytes; they overlap the last word of `words` if the length is not a multiple of four. */
  lastWord: number;
}

/** Creates a store, still empty, for one byte string of 4 to `maxBytes` bytes. */
export function rememberNothing(maxBytes: number): RememberedBytes {
  return { length: 0, words: new Int32Array(maxBytes >> 2), lastWord: 0 };
}

/** Remembers `view[start, end)`; clears the store if that is too short or too long. */
export function remember(remembered: RememberedBytes, view: DataView, start: number, end: number): void {
  const length = end - start;
  remembered.length = length >= 4 && length >> 2 <= remembered.words.length ? length : 0;
  if (remembered.length === 0) return;
  for (let at = 0; at + 4 <= length; at += 4) remembered.words[at >> 2] = view.getInt32(start + at, true);
  remembered.lastWord = view.getInt32(end - 4, true);
}

/** Whether `view[start, end)` begins with the remembered bytes; false if nothing is remembered. */
export function beginsAsRemembered(remembered: RememberedBytes, view: DataView, start: number, end: number): boolean {
  const { length, words, lastWord } = remembered;
  if (length === 0 || start + length > end || view.getInt32(start + length - 4, true) !== lastWord) return false;
  for (let at = 0; at + 4 <= length; at += 4) if (view.getInt32(start + at, true) !== words[at >> 2]) return false;
  return true;
}
