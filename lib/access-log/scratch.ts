import { FIELDS } from './fields';
import { CUT_OFF, hexValue, lengthOfEscape, NOT_JSON, SIMPLE_ESCAPES } from './json-bytes';
import { addFlag, type LineLayout, type Scratch, showScratch } from './layout';

const BACKSLASH = 0x5c;
const HIGH_SURROGATE = 0xd800;
const LOW_SURROGATE = 0xdc00;
const REPLACEMENT = 0xfffd;

/**
 * Decodes the escaped values of the located fields. An escaped value is no range of the line, so the line is copied to
 * the scratch, the decoded values are put after it, and all offsets then refer to the scratch.
 */
export function decodeValues(layout: LineLayout): void {
  const { scratch, json, starts, ends } = layout;
  const length = layout.restEnd - layout.restStart;
  const isInScratch = layout.bytes === scratch.bytes;
  if (!isInScratch) scratch.used = 0;
  reserve(scratch, 2 * length); // a decoded value is shorter than its escaped form
  if (!isInScratch) {
    scratch.bytes.set(layout.bytes.subarray(layout.restStart, layout.restEnd));
    scratch.used = length;
    moveOffsets(layout, -layout.restStart);
  }
  showScratch(layout);
  for (let field = 0; field < FIELDS.length; field++) {
    if ((json.escaped & (1 << field)) === 0 || starts[field]! < 0) continue;
    const start = scratch.used;
    if (putDecoded(scratch, layout.view, starts[field]!, ends[field]!)) addFlag(layout, 'invalid-utf8');
    starts[field] = start;
    ends[field] = scratch.used;
  }
  layout.restEnd = scratch.used;
  json.escaped = 0;
}

function moveOffsets(layout: LineLayout, by: number): void {
  const { starts, ends } = layout;
  for (let field = 0; field < FIELDS.length; field++) {
    if (starts[field]! < 0) continue;
    starts[field]! += by;
    ends[field]! += by;
  }
  if (layout.json.at >= 0) layout.json.at += by;
  layout.json.end += by;
  layout.restStart += by;
  layout.restEnd += by;
  if (layout.extraEnd === 0) return;
  layout.extraStart += by;
  layout.extraEnd += by;
}

/** Puts the text of the string `view[start, end)`, which may be cut off in an escape, into the empty scratch. */
export function decodeMessage(layout: LineLayout, start: number, end: number): void {
  const { scratch, view } = layout;
  scratch.used = 0;
  reserve(scratch, end - start);
  putDecoded(scratch, view, start, end);
  showScratch(layout);
}

/** Makes room for `length` more bytes; keeps those in use. */
function reserve(scratch: Scratch, length: number): void {
  const needed = scratch.used + length;
  if (needed <= scratch.bytes.length) return;
  const larger = new Uint8Array(Math.max(4096, needed, 2 * scratch.bytes.length));
  larger.set(scratch.bytes.subarray(0, scratch.used));
  scratch.bytes = larger;
  scratch.view = new DataView(larger.buffer);
}

/**
 * Appends the text of `view[start, end)` in UTF-8. Returns whether it contains half of a surrogate pair, which no text
 * does; U+FFFD replaces it.
 */
function putDecoded(scratch: Scratch, view: DataView, start: number, end: number): boolean {
  const { bytes } = scratch;
  let to = scratch.used;
  let hasHalf = false;
  for (let at = start; at < end; ) {
    const byte = view.getUint8(at);
    if (byte !== BACKSLASH) {
      bytes[to++] = byte;
      at++;
      continue;
    }
    const length = lengthOfEscape(view, at, end);
    if (length === CUT_OFF || length === NOT_JSON) break;
    if (length === 2) {
      bytes[to++] = SIMPLE_ESCAPES.get(view.getUint8(at + 1))!;
      at += 2;
      continue;
    }
    let code = codeUnit(view, at);
    at += 6;
    if (isHigh(code) && isLowEscape(view, at, end)) {
      code = 0x10000 + (code - HIGH_SURROGATE) * 0x400 + codeUnit(view, at) - LOW_SURROGATE;
      at += 6;
    } else if (code >= HIGH_SURROGATE && code <= 0xdfff) {
      code = REPLACEMENT;
      hasHalf = true;
    }
    to = putUtf8(bytes, to, code);
  }
  scratch.used = to;
  return hasHalf;
}

function isHigh(code: number): boolean {
  return code >= HIGH_SURROGATE && code < LOW_SURROGATE;
}

/** Whether the second half of a surrogate pair is at `at`. */
function isLowEscape(view: DataView, at: number, end: number): boolean {
  if (at + 6 > end || view.getUint8(at) !== BACKSLASH || lengthOfEscape(view, at, end) !== 6) return false;
  const code = codeUnit(view, at);
  return code >= LOW_SURROGATE && code <= 0xdfff;
}

/** The number in the escape of six bytes at `at`. */
function codeUnit(view: DataView, at: number): number {
  let code = 0;
  for (let digit = at + 2; digit < at + 6; digit++) code = code * 16 + hexValue(view.getUint8(digit));
  return code;
}

function putUtf8(bytes: Uint8Array, at: number, code: number): number {
  let to = at;
  if (code < 0x80) bytes[to++] = code;
  else if (code < 0x800) bytes[to++] = 0xc0 | (code >> 6);
  else if (code < 0x10000) {
    bytes[to++] = 0xe0 | (code >> 12);
    bytes[to++] = 0x80 | ((code >> 6) & 0x3f);
  } else {
    bytes[to++] = 0xf0 | (code >> 18);
    bytes[to++] = 0x80 | ((code >> 12) & 0x3f);
    bytes[to++] = 0x80 | ((code >> 6) & 0x3f);
  }
  if (code >= 0x80) bytes[to++] = 0x80 | (code & 0x3f);
  return to;
}
