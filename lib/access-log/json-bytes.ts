import { DASH, DOT, isDigit, isLetter, QUOTE } from './bytes';

/*
 * The syntax of JSON, as far as a line needs it. Every function reads each byte a bounded number of times, and none calls
 * itself. They read through a `DataView`, so that chunks and scratch, arrays of different types, share compiled code.
 */

const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const COLON = 0x3a;
export const COMMA = 0x2c;

/** In place of an index: the line ends before the value does. */
export const CUT_OFF = -1;
/** In place of an index: this is not JSON. */
export const NOT_JSON = -2;

/** The index of the first byte at or after `from` that is not whitespace, or `end`. */
export function skipWhitespace(view: DataView, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = view.getUint8(at);
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) return at;
    at++;
  }
  return end;
}

/**
 * The first quote or backslash at or after `from`, or `end`. Tests eight bytes at a time; `bytes.ts` explains the test
 * (`endOfLongToken`).
 */
export function endOfPlainText(view: DataView, from: number, end: number): number {
  let at = from;
  for (const last = end - 8; at <= last; at += 8) {
    const word = view.getInt32(at, true);
    const quote = word ^ 0x22222222;
    const slash = word ^ 0x5c5c5c5c;
    if ((((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash)) & 0x80808080) break;
    const next = view.getInt32(at + 4, true);
    const nextQuote = next ^ 0x22222222;
    const nextSlash = next ^ 0x5c5c5c5c;
    if ((((nextQuote - 0x01010101) & ~nextQuote) | ((nextSlash - 0x01010101) & ~nextSlash)) & 0x80808080) {
      at += 4;
      break;
    }
  }
  while (at < end) {
    const byte = view.getUint8(at);
    if (byte === QUOTE || byte === BACKSLASH) return at;
    at++;
  }
  return end;
}

/**
 * The index of the quote that ends the string whose text begins at `from`, or `CUT_OFF`, or `NOT_JSON` for an escape that
 * does not exist. Control characters, which JSON forbids in strings, are accepted: they do no harm.
 */
export function endOfString(view: DataView, from: number, end: number): number {
  let at = endOfPlainText(view, from, end);
  while (at < end && view.getUint8(at) === BACKSLASH) {
    const length = lengthOfEscape(view, at, end);
    if (length < 0) return length;
    at = endOfPlainText(view, at + length, end);
  }
  return at < end ? at : CUT_OFF;
}

/** Bytes of the escape at `at`, including the backslash. */
export function lengthOfEscape(view: DataView, at: number, end: number): number {
  if (at + 1 >= end) return CUT_OFF;
  const kind = view.getUint8(at + 1);
  if (kind !== 0x75) return SIMPLE_ESCAPES.has(kind) ? 2 : NOT_JSON;
  for (let digit = at + 2; digit < at + 6; digit++) {
    if (digit >= end) return CUT_OFF;
    if (hexValue(view.getUint8(digit)) < 0) return NOT_JSON;
  }
  return 6;
}

/** The escapes of one letter and the bytes that they stand for. */
export const SIMPLE_ESCAPES: ReadonlyMap<number, number> = new Map([
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
  [0x2f, 0x2f], // slash
  [0x62, 0x08], // b
  [0x66, 0x0c], // f
  [0x6e, 0x0a], // n
  [0x72, 0x0d], // r
  [0x74, 0x09], // t
]);

/** -1 for a byte that is not a hexadecimal digit. */
export function hexValue(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** The index after the value at `at`, or `CUT_OFF`, or `NOT_JSON`. */
export function endOfValue(view: DataView, at: number, end: number): number {
  if (at >= end) return CUT_OFF;
  const first = view.getUint8(at);
  if (first === QUOTE) {
    const quote = endOfString(view, at + 1, end);
    return quote < 0 ? quote : quote + 1;
  }
  return first === OPEN_BRACE || first === 0x5b ? endOfNested(view, at, end) : endOfScalar(view, at, end);
}

/**
 * The index after the object or array at `at`. Counts brackets and skips strings, and checks nothing else: a nested value
 * is never read, only skipped.
 */
function endOfNested(view: DataView, start: number, end: number): number {
  let depth = 0;
  let at = start;
  while (at < end) {
    const byte = view.getUint8(at);
    if (byte === QUOTE) {
      at = endOfString(view, at + 1, end);
      if (at < 0) return at;
    } else if (byte === OPEN_BRACE || byte === 0x5b) depth++;
    else if ((byte === CLOSE_BRACE || byte === 0x5d) && --depth === 0) return at + 1;
    at++;
  }
  return CUT_OFF;
}

/** The index after the number, `true`, `false` or `null` at `at`. */
function endOfScalar(view: DataView, start: number, end: number): number {
  let at = start;
  while (at < end && isScalarByte(view.getUint8(at))) at++;
  if (at === end) return CUT_OFF; // even if it is a number so far: further digits may be missing
  return isNumber(view, start, at) || isWord(view, start, at) ? at : NOT_JSON;
}

/** Letters, digits, `+`, `-` and `.`. */
function isScalarByte(byte: number): boolean {
  return isDigit(byte) || isLetter(byte) || byte === 0x2b || byte === DASH || byte === DOT;
}

function isNumber(view: DataView, start: number, end: number): boolean {
  const first = start < end && view.getUint8(start) === DASH ? start + 1 : start;
  let at = skipDigits(view, first, end);
  if (at === first || (at - first > 1 && view.getUint8(first) === 0x30)) return false;
  if (at < end && view.getUint8(at) === DOT) {
    const fraction = at + 1;
    at = skipDigits(view, fraction, end);
    if (at === fraction) return false;
  }
  if (at < end && (view.getUint8(at) | 0x20) === 0x65) {
    const sign = at + 1 < end ? view.getUint8(at + 1) : 0;
    const exponent = sign === 0x2b || sign === DASH ? at + 2 : at + 1;
    at = skipDigits(view, exponent, end);
    if (at === exponent) return false;
  }
  return at === end;
}

function skipDigits(view: DataView, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(view.getUint8(at))) at++;
  return at;
}

function isWord(view: DataView, start: number, end: number): boolean {
  return isText(view, start, end, 'null') || isText(view, start, end, 'true') || isText(view, start, end, 'false');
}

/** Whether `view[start, end)` is exactly this ASCII text. */
export function isText(view: DataView, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (view.getUint8(start + i) !== text.charCodeAt(i)) return false;
  return true;
}
