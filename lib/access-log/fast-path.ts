import { endOfBucket } from './bucket-name';
import { DASH, endOfLongToken, isDigit, isLetter, QUOTE, SPACE } from './bytes';
import { FIELD } from './fields';
import { type LineLayout, setField } from './layout';
import { beginsAsRemembered } from './remembered';
import { DATE_LENGTH, TIME_LENGTH } from './time';

/*
 * The fast path, which nearly every line takes. Both functions return false for any line that is not of the usual form.
 * They have then decided nothing, and the general functions (`locateHead`, `locateStatus`), which handle every special
 * case, parse the line again. Where they return true, the general functions would have found the same fields; a test
 * compares the two. A scan spends most of its time here, so these functions compare whole words and use `indexOf` for
 * long searches: it is native, and one call costs as much as a loop over 16 bytes. `indexOf` may read past the end of
 * the line, but not further than the first space or quote of the next line.
 */

/** ` +00`, `000]`, ` HTT` and `P/1.` as little-endian 32-bit words. */
const ZONE_BEGIN = 0x30302b20;
const ZONE_END = 0x5d303030;
const HTTP_BEGIN = 0x54544820;
const HTTP_END = 0x2e312f50;

/**
 * Finds the first eight fields if owner, day and operation are the same as in the previous line and single spaces
 * separate the fields.
 */
export function locateHeadFast(bytes: Uint8Array, layout: LineLayout, start: number, end: number): boolean {
  const { view, owner, operation } = layout;
  const ownerEnd = start + owner.length;
  if (ownerEnd >= end || !beginsAsRemembered(owner, view, start, end) || view.getUint8(ownerEnd) !== SPACE)
    return false;
  const bucketStart = ownerEnd + 1;
  const bucketEnd = endOfBucket(bucketStart, end, layout);
  const timeStart = bucketEnd + 1;
  const ipStart = timeStart + TIME_LENGTH + 1;
  if (ipStart >= end || bucketEnd - bucketStart < 3) return false; // a dash, or not a name
  const clock = beginsAsRemembered(layout.date, view, timeStart, end) ? usualClock(view, timeStart + DATE_LENGTH) : -1;
  if (clock < 0 || view.getUint8(ipStart - 1) !== SPACE) return false;
  const ipEnd = endOfLongToken(view, ipStart, end);
  const requesterEnd = bytes.indexOf(SPACE, ipEnd + 1);
  if (requesterEnd < 0 || requesterEnd >= end) return false;
  const idEnd = endOfLongToken(view, requesterEnd + 1, end);
  const operationEnd = idEnd + 1 + operation.length;
  if (!beginsAsRemembered(operation, view, idEnd + 1, end)) return false;
  const keyEnd = bytes.indexOf(SPACE, operationEnd + 1);
  if (keyEnd < 0 || keyEnd + 1 >= end || view.getUint8(operationEnd) !== SPACE || view.getUint8(keyEnd + 1) !== QUOTE)
    return false;
  // Two spaces in a row give an empty token; the general functions skip the second space.
  if (ipEnd === ipStart || requesterEnd === ipEnd + 1 || idEnd === requesterEnd + 1) return false;
  const idBegin = view.getUint8(requesterEnd + 1);
  const keyBegin = view.getUint8(operationEnd + 1);
  if (idBegin === QUOTE || keyBegin === QUOTE || keyBegin === SPACE) return false;

  layout.time = layout.midnight + clock;
  layout.restStart = keyEnd + 1;
  layout.restEnd = end;
  setField(layout, FIELD.bucketOwner, start, ownerEnd);
  setField(layout, FIELD.bucket, bucketStart, bucketEnd);
  setField(layout, FIELD.time, timeStart, ipStart - 1);
  setField(layout, FIELD.remoteIp, ipStart, ipEnd);
  setField(layout, FIELD.requester, ipEnd + 1, requesterEnd);
  setField(layout, FIELD.requestId, requesterEnd + 1, idEnd);
  setField(layout, FIELD.operation, idEnd + 1, operationEnd);
  setField(layout, FIELD.key, operationEnd + 1, keyEnd);
  return true;
}

/** Finds Request-URI and status block if the first quote ends the URI: ` HTTP/1.x` before it, a space after it. */
export function locateStatusFast(bytes: Uint8Array, layout: LineLayout): boolean {
  const { view, restStart, restEnd: end } = layout;
  if (restStart >= end || view.getUint8(restStart) !== QUOTE) return false;
  const uriEnd = bytes.indexOf(QUOTE, restStart + 1);
  const space = uriEnd + 1;
  if (space >= end || uriEnd - 10 <= restStart || view.getUint8(space) !== SPACE) return false;
  if (view.getInt32(uriEnd - 9, true) !== HTTP_BEGIN || view.getInt32(uriEnd - 5, true) !== HTTP_END) return false;
  if (!isDigit(view.getUint8(uriEnd - 1))) return false;

  const statusStart = space + 1;
  const errorStart = statusStart + 4;
  if (errorStart >= end || view.getUint8(errorStart - 1) !== SPACE) return false;
  for (let at = statusStart; at < errorStart - 1; at++) if (!isDigit(view.getUint8(at))) return false;
  let at = errorStart;
  if (view.getUint8(at) === DASH) at++;
  else while (at < end && isLetter(view.getUint8(at))) at++;
  if (at === errorStart || at >= end || view.getUint8(at) !== SPACE) return false;
  setField(layout, FIELD.errorCode, errorStart, at);
  for (let field = FIELD.bytesSent; field <= FIELD.turnAroundTime; field++) {
    const start = ++at;
    if (at < end && view.getUint8(at) === DASH) at++;
    else while (at < end && isDigit(view.getUint8(at))) at++;
    if (at === start || at >= end || view.getUint8(at) !== SPACE) return false;
    setField(layout, field, start, at);
  }
  if (at + 1 >= end || view.getUint8(at + 1) !== QUOTE) return false;
  setField(layout, FIELD.requestUri, restStart + 1, uriEnd);
  setField(layout, FIELD.httpStatus, statusStart, errorStart - 1);
  return true;
}

/** Milliseconds since midnight of `:hh:mm:ss +0000]`; -1 for anything else. */
function usualClock(view: DataView, at: number): number {
  if (view.getInt32(at + 9, true) !== ZONE_BEGIN || view.getInt32(at + 12, true) !== ZONE_END) return -1;
  if (view.getUint8(at) !== 0x3a || view.getUint8(at + 3) !== 0x3a || view.getUint8(at + 6) !== 0x3a) return -1;
  const hour = twoDigits(view.getUint8(at + 1), view.getUint8(at + 2));
  const minute = twoDigits(view.getUint8(at + 4), view.getUint8(at + 5));
  const second = twoDigits(view.getUint8(at + 7), view.getUint8(at + 8));
  return hour <= 23 && minute <= 59 && second <= 59 ? ((hour * 60 + minute) * 60 + second) * 1000 : -1;
}

/** Returns 99, which no clock field accepts, if a byte is not a digit. */
function twoDigits(tens: number, ones: number): number {
  return isDigit(tens) && isDigit(ones) ? tens * 10 + ones - 528 : 99; // 528 is 11 times the character code of 0
}
