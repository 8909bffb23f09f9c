import { CR, endOfToken, isDash, QUOTE, SPACE, TAB } from './bytes';
import { locateHeadFast, locateStatusFast } from './fast-path';
import { FIELD, FIELDS } from './fields';
import { endOfString, OPEN_BRACE } from './json-bytes';
import { extraMembers } from './json-extra';
import {
  addFlag,
  clearFrom,
  createLayout,
  type FailureReason,
  FLAGS,
  hasFlag,
  type LineLayout,
  showBytes,
} from './layout';
import { locateHead } from './locate-head';
import { locateJson, locateRest } from './locate-json';
import { locateStatus } from './locate-status';
import { locateTail } from './locate-tail';
import type { AccessLogRecord } from './record';
import { decodeMessage } from './scratch';

/** An empty line (`blank`), a record (`record`), or the reason why the line is not a record. */
export type LineOutcome = 'blank' | 'record' | FailureReason;

/**
 * Finds the first eight fields of the line `bytes[start, end)` (without its LF), which decide whether the line is a
 * record. The remaining fields are between `layout.restStart` and `layout.restEnd`; `locateDecision` or `locateAll`
 * finds them. The three functions together take time linear in the length of the line, for any bytes. A line that
 * begins with a brace is in the JSON form: text lines begin with the id of the owner. From here on, all offsets refer
 * to `layout.bytes`, which need not be `bytes`.
 */
export function locateLine(bytes: Uint8Array, start: number, end: number, layout: LineLayout): LineOutcome {
  showBytes(layout, bytes);
  const outcome = locateShown(start, end, layout);
  return outcome === 'message' ? locateMessage(layout) : outcome;
}

/** Finds the fields of the record that a member of the JSON object wraps: an object, or a string that contains a line. */
function locateMessage(layout: LineLayout): LineOutcome {
  const { messageStart, messageEnd } = layout.json;
  let outcome: LineOutcome | 'message' = 'blank';
  if (layout.view.getUint8(messageStart) === QUOTE) {
    const quote = endOfString(layout.view, messageStart + 1, messageEnd);
    decodeMessage(layout, messageStart + 1, quote < 0 ? messageEnd : quote);
    outcome = locateShown(0, layout.scratch.used, layout);
  } else if (layout.view.getUint8(messageStart) === OPEN_BRACE) outcome = locateJson(layout, messageStart, messageEnd);
  return outcome === 'message' || outcome === 'blank' ? 'a JSON object without fields of an access log' : outcome;
}

/** `locateLine` for bytes that `layout` shows already. Returns `message` if a member may wrap the record. */
function locateShown(start: number, end: number, layout: LineLayout): LineOutcome | 'message' {
  const { bytes } = layout;
  let from = start;
  let to = end;
  if (to > from && bytes[to - 1] === CR) to--;
  if (to - from >= 3 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) from += 3; // BOM
  while (from < to && (bytes[from] === SPACE || bytes[from] === TAB)) from++;
  while (to > from && (bytes[to - 1] === SPACE || bytes[to - 1] === TAB)) to--;
  if (from === to) return 'blank';
  if (bytes[from] === OPEN_BRACE) return locateJson(layout, from, to);
  layout.isJson = false;
  if (locateHeadFast(bytes, layout, from, to)) return 'record';
  clearFrom(layout, FIELD.bucketOwner);
  const rest = locateHead(bytes, from, to, layout);
  if (typeof rest === 'string') return rest;
  layout.restStart = rest;
  layout.restEnd = to;
  return 'record';
}

/** Finds the Request-URI and the status block. Together with the head, detection needs nothing else. */
export function locateDecision(layout: LineLayout): void {
  if (layout.isJson) {
    locateRest(layout, false);
    return;
  }
  if (locateStatusFast(layout.bytes, layout)) return;
  clearFrom(layout, FIELD.requestUri);
  locateStatus(layout.bytes, layout.restStart, layout.restEnd, layout, false);
}

/** Finds every field after the head and flags doubtful ones. Makes the same decisions as `locateDecision`. */
export function locateAll(layout: LineLayout): void {
  if (layout.isJson) {
    locateRest(layout, true);
    return;
  }
  const { bytes } = layout;
  clearFrom(layout, FIELD.requestUri);
  const referer = locateStatus(bytes, layout.restStart, layout.restEnd, layout, true);
  locateTail(bytes, referer, layout.restEnd, layout);
}

/** The record of a line that `locateLine` and `locateAll` have read. */
export function toRecord(layout: LineLayout): AccessLogRecord {
  const { bytes, isJson } = layout;
  const text = isJson ? jsonTextReader(layout) : textReader(layout);
  const record: Record<string, unknown> = {};
  for (let field = 0; field < FIELDS.length; field++) {
    const { name, kind } = FIELDS[field]!;
    const start = layout.starts[field]!;
    const end = layout.ends[field]!;
    if (kind === 'time') record[name] = layout.time;
    else if (start < 0 || isDash(bytes, start, end)) record[name] = null;
    else if (kind === 'integer' || kind === 'status') record[name] = integer(text(start, end), layout);
    else if (start === end && kind !== 'quoted') record[name] = null;
    else record[name] = text(start, end);
  }
  if (isJson) record.aclRequired = ofBoolean(record.aclRequired);
  record.extra = (isJson ? extraMembers(layout) : extraFields(bytes, layout)).map(([start, end]) => text(start, end));
  record.flags = layout.flags === 0 ? [] : FLAGS.filter((flag) => hasFlag(layout, flag));
  return record as unknown as AccessLogRecord;
}

/** Parses one line to its record; returns the reason if the line is not a record, and null for a blank line. */
export function parseLine(line: Uint8Array): AccessLogRecord | FailureReason | null {
  const layout = createLayout();
  const outcome = locateLine(line, 0, line.length, layout);
  if (outcome !== 'record') return outcome === 'blank' ? null : outcome;
  locateAll(layout);
  return toRecord(layout);
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Decodes `bytes[start, end)` as UTF-8; invalid bytes become U+FFFD. */
export function decode(bytes: Uint8Array, start: number, end: number): string {
  return utf8.decode(bytes.subarray(start, end));
}

/** Decodes the line once and slices the fields from it if each character is one byte, as in nearly all lines. */
function textReader(layout: LineLayout): (start: number, end: number) => string {
  const { bytes } = layout;
  const from = layout.starts[0]!;
  const to = layout.restEnd;
  const line = decode(bytes, from, to);
  if (line.includes('\ufffd') && !isUtf8(bytes.subarray(from, to))) addFlag(layout, 'invalid-utf8');
  // Decoding never makes a text longer, so equal lengths mean that each byte became one character at the same index.
  if (line.length === to - from) return (start, end) => line.slice(start - from, end - from);
  return (start, end) => decode(bytes, start, end);
}

/** Like `textReader`; bytes that are not UTF-8 count only where they are shown. */
function jsonTextReader(layout: LineLayout): (start: number, end: number) => string {
  const { bytes, restStart: from, restEnd: to } = layout;
  const line = decode(bytes, from, to);
  if (line.length === to - from && !line.includes('\ufffd')) {
    return (start, end) => line.slice(start - from, end - from);
  }
  return (start, end) => {
    const text = decode(bytes, start, end);
    if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end))) addFlag(layout, 'invalid-utf8');
    return text;
  };
}

/** The text form has `Yes` where the JSON form has `true`, and a dash where it has `false`. */
function ofBoolean(value: unknown): unknown {
  return value === 'true' ? 'Yes' : value === 'false' ? null : value;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function integer(digits: string, layout: LineLayout): number | null {
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return value;
  addFlag(layout, 'invalid-number');
  return null;
}

/** The fields after the 27th; a field that begins with a quote ends at the next quote that a space follows. */
function extraFields(bytes: Uint8Array, layout: LineLayout): [start: number, end: number][] {
  const fields: [number, number][] = [];
  let at = layout.extraStart;
  while (at < layout.extraEnd) {
    let end = endOfToken(bytes, at, layout.extraEnd);
    if (bytes[at] === QUOTE)
      while (end < layout.extraEnd && !closes(bytes, at, end)) end = endOfToken(bytes, end + 1, layout.extraEnd);
    fields.push([at, end]);
    at = end + 1;
  }
  return fields;
}

function closes(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start > 1 && bytes[end - 1] === QUOTE;
}
