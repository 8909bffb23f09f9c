import { checkBucketName } from './bucket-name';
import { isDash, QUOTE } from './bytes';
import { FIELD, FIELDS } from './fields';
import { readIsoTime } from './iso-time';
import {
  CLOSE_BRACE,
  COLON,
  COMMA,
  CUT_OFF,
  endOfPlainText,
  endOfString,
  endOfValue,
  isText,
  NOT_JSON,
  OPEN_BRACE,
  skipWhitespace,
} from './json-bytes';
import { isExtra, isMessage, numberOfName, UNKNOWN_NAME } from './json-names';
import { addFlag, type FailureReason, type LineLayout, STATUS_BLOCK, setField } from './layout';
import { checkOperation } from './locate-head';
import { isCount, isStatus } from './locate-status';
import { beginsAsRemembered, remember, rememberNothing } from './remembered';
import { decodeValues } from './scratch';

/*
 * The JSON form of the log: one object a line, with a member for each field (`json` in `FIELDS`), in any order. A missing
 * member and `null` are what a dash is in the text form. A value that is not a string counts as its JSON text, so
 * that no type makes a record unreadable: `200` and `"200"` are the same status, and `{"a":1}` is not an address.
 *
 * Values are located, not parsed. A value with escapes is no range of the line; `scratch.ts` decodes it, at once if
 * detection needs it, else when the record is shown.
 *
 * As in the text form, damage behind the fields that decide does not hide the record: it is flagged. If a name occurs
 * twice, the first value counts; S3 writes no such object.
 */

/** In place of an index: the first eight fields are located, and the rest of the object is not read yet. */
const PAUSED = -3;

/** How much of the text before a value is remembered; names of S3 have up to 20 bytes. */
const MAX_NAME_BYTES = 32;

/** The first eight fields: they decide whether the line is a record. */
const HEAD = bitsFrom(FIELD.bucketOwner, FIELD.key);

/** The fields without which a damaged object is not a record. */
const REQUIRED = [FIELD.bucket, FIELD.time, FIELD.remoteIp, FIELD.operation].reduce(
  (bits, field) => bits | (1 << field),
  0,
);

/** The fields that detection reads. */
const DECISIVE = bitsFrom(FIELD.bucketOwner, FIELD.operation) | bitsFrom(STATUS_BLOCK.first, STATUS_BLOCK.last);

function bitsFrom(first: number, last: number): number {
  let bits = 0;
  for (let field = first; field <= last; field++) bits |= 1 << field;
  return bits;
}

/**
 * Finds the first eight fields of the object `layout.view[start, end)`, which begins with a brace. Returns `message` if
 * it is not a record, but has a member that may wrap one: `layout.json` has its place. The rest of the object is read
 * later, by `locateRest`, if it cannot make a difference: with its first closing brace at the end of the line, nothing
 * follows the object.
 */
export function locateJson(layout: LineLayout, start: number, end: number): 'record' | 'message' | FailureReason {
  const { json, view } = layout;
  layout.isJson = true;
  layout.starts.fill(-1);
  layout.extraStart = 0;
  layout.extraEnd = 0;
  layout.flags = 0;
  layout.restStart = start;
  layout.restEnd = end;
  json.present = 0;
  json.escaped = 0;
  json.messageStart = -1;
  json.at = start;
  json.member = 0;
  json.end = end;
  let after = locateMembers(layout, HEAD);
  if (
    after === PAUSED &&
    !(view.getUint8(end - 1) === CLOSE_BRACE && layout.bytes.indexOf(CLOSE_BRACE, json.at) === end - 1)
  ) {
    after = locateMembers(layout, 0);
  }
  const isWrapper = (json.present & (1 << FIELD.bucket)) === 0 && json.messageStart >= 0;
  const failure = after === PAUSED ? null : endObject(layout, after);
  if (failure !== null && !(isWrapper && after < 0)) return failure;
  if (isWrapper) return 'message';
  if ((json.escaped & DECISIVE) !== 0) decodeValues(layout);
  return decideRecord(layout);
}

/** Finds the fields that `locateJson` has not read yet, and checks the numbers; decodes the text of all fields if asked. */
export function locateRest(layout: LineLayout, decodesAll: boolean): void {
  const { json } = layout;
  if (json.at >= 0) endObject(layout, locateMembers(layout, 0));
  if ((json.escaped & (decodesAll ? -1 : DECISIVE)) !== 0) decodeValues(layout);
  checkNumbers(layout);
}

/** Judges how the reading of the object ended; `after` is what `locateMembers` returned. Null: nothing is wrong. */
function endObject(layout: LineLayout, after: number): FailureReason | null {
  const { json, view } = layout;
  json.at = -1;
  if (after >= 0) return skipWhitespace(view, after, json.end) === json.end ? null : 'more text after the JSON object';
  addFlag(layout, after === CUT_OFF ? 'truncated' : 'damaged-json');
  if ((json.present & REQUIRED) === REQUIRED) return null;
  return after === CUT_OFF ? 'a JSON object that is cut off' : 'not valid JSON';
}

/**
 * Sets the fields of the members from `layout.json.at` on, and pauses as soon as all fields in `until` (0: never) are
 * present. Returns the index after the object, or `PAUSED`, `CUT_OFF` or `NOT_JSON`. What is between two values is mostly
 * the same as in the previous object; then one comparison finds the next value.
 */
function locateMembers(layout: LineLayout, until: number): number {
  const { view, json } = layout;
  const { before, order, end } = json;
  let at = json.at;
  for (let member = json.member; ; member++) {
    const nameStart = at;
    let name: number;
    if (member < before.length && beginsAsRemembered(before[member]!, view, at, end)) {
      name = order[member]!;
      at = skipWhitespace(view, at + before[member]!.length, end);
    } else {
      at = skipWhitespace(view, at, end);
      if (at >= end) return CUT_OFF;
      const byte = view.getUint8(at);
      if (member > 0 && byte === CLOSE_BRACE) return at + 1;
      if (byte !== (member === 0 ? OPEN_BRACE : COMMA)) return NOT_JSON;
      at = skipWhitespace(view, at + 1, end);
      if (at >= end) return CUT_OFF;
      if (member === 0 && view.getUint8(at) === CLOSE_BRACE) return at + 1;
      if (view.getUint8(at) !== QUOTE) return NOT_JSON;
      const quote = endOfString(view, at + 1, end);
      if (quote < 0) return quote;
      name = numberOfName(view, at + 1, quote);
      at = skipWhitespace(view, quote + 1, end);
      if (at >= end) return CUT_OFF;
      if (view.getUint8(at) !== COLON) return NOT_JSON;
      at = skipWhitespace(view, at + 1, end);
      if (member < order.length) {
        const text = before[member] ?? rememberNothing(MAX_NAME_BYTES);
        remember(text, view, nameStart, at);
        before[member] = text;
        order[member] = name;
      }
    }
    const isRepeated = name !== UNKNOWN_NAME && (json.present & (1 << name)) !== 0;
    at = isRepeated ? endOfValue(view, at, end) : placeValue(layout, name, at, end);
    if (at < 0) return at;
    if (isRepeated) addFlag(layout, 'repeated-field');
    if (name !== UNKNOWN_NAME) json.present |= 1 << name;
    if (isExtra(name)) {
      if (layout.extraEnd === 0) layout.extraStart = nameStart;
      layout.extraEnd = at;
    }
    if ((json.present & until) === until && until !== 0) {
      json.at = at;
      json.member = member + 1;
      return PAUSED;
    }
  }
}

/** Sets the field of one member. Returns the index after the value, or why it is not one. */
function placeValue(layout: LineLayout, name: number, start: number, end: number): number {
  const { view, json } = layout;
  if (start >= end) return CUT_OFF;
  if (name === UNKNOWN_NAME || name >= FIELDS.length) return skipValue(layout, name, start, end);
  if (view.getUint8(start) !== QUOTE) {
    const valueEnd = endOfValue(view, start, end);
    if (valueEnd >= 0 && !isText(view, start, valueEnd, 'null')) setField(layout, name, start, valueEnd);
    return valueEnd;
  }
  const plain = endOfPlainText(view, start + 1, end);
  if (plain < end && view.getUint8(plain) === QUOTE) {
    setField(layout, name, start + 1, plain);
    return plain + 1;
  }
  const quote = endOfString(view, plain, end);
  if (quote < 0) return quote;
  json.escaped |= 1 << name;
  setField(layout, name, start + 1, quote);
  return quote + 1;
}

/** The index after the value of a member that is no field, or why it is not one. Keeps the place of a message. */
function skipValue({ view, json }: LineLayout, name: number, start: number, end: number): number {
  const valueEnd = endOfValue(view, start, end);
  if (isMessage(name) && json.messageStart < 0 && valueEnd !== NOT_JSON) {
    json.messageStart = start;
    json.messageEnd = valueEnd === CUT_OFF ? end : valueEnd;
  }
  return valueEnd;
}

/** Decides whether the located fields make a record, in the order of the text form. */
function decideRecord(layout: LineLayout): 'record' | FailureReason {
  const { json, view, bytes, starts, ends } = layout;
  if (json.present === 0) return 'a JSON object without fields of an access log';
  if (!hasValue(layout, FIELD.bucket)) return 'no bucket';
  const timeStart = starts[FIELD.time]!;
  layout.time = timeStart < 0 ? Number.NaN : readIsoTime(view, timeStart, ends[FIELD.time]!, json);
  if (Number.isNaN(layout.time)) return 'no time';
  if (!checkBucketName(starts[FIELD.bucket]!, ends[FIELD.bucket]!, layout)) return 'not a bucket name';
  if (!hasValue(layout, FIELD.operation)) return 'no operation';
  if (!checkOperation(bytes, starts[FIELD.operation]!, ends[FIELD.operation]!, layout)) return 'no operation';
  // Every time contains a dash, which stands for the values that are absent.
  const dash = timeStart + 4;
  for (let field = FIELD.bucketOwner; field <= FIELD.key; field++) {
    if (starts[field]! < 0 || starts[field] === ends[field]) setField(layout, field, dash, dash + 1);
  }
  return 'record';
}

function hasValue({ bytes, starts, ends }: LineLayout, field: number): boolean {
  const start = starts[field]!;
  return start >= 0 && start < ends[field]! && !isDash(bytes, start, ends[field]!);
}

/** Checks the numbers of the status block; flags and clears those that are not numbers. */
function checkNumbers(layout: LineLayout): void {
  const { bytes, starts, ends } = layout;
  for (let field = STATUS_BLOCK.first; field <= STATUS_BLOCK.last; field++) {
    const start = starts[field]!;
    const end = ends[field]!;
    if (field === FIELD.errorCode || start < 0) continue;
    if (field === FIELD.httpStatus ? isStatus(bytes, start, end) : isCount(bytes, start, end)) continue;
    if (start !== end) addFlag(layout, field === FIELD.httpStatus ? 'invalid-status' : 'invalid-number');
    starts[field] = -1;
  }
}
