import { endOfBucket } from './bucket-name';
import {
  DASH,
  DOT,
  endOfLongToken,
  endOfToken,
  hasAscii,
  isDash,
  isDigit,
  isLetter,
  QUOTE,
  SPACE,
  skipSpaces,
} from './bytes';
import { FIELD } from './fields';
import { type FailureReason, type LineLayout, setField } from './layout';
import { beginsAsRemembered, remember } from './remembered';
import { DATE_LENGTH, readTime, readUtcClock, TIME_LENGTH } from './time';

/** End of the first word of a CloudFront origin access identity, the only requester that contains spaces. */
const SPACED_REQUESTER = ':user/CloudFront';

/**
 * Finds the first eight fields, owner to key. They are at the start of the line, separated by one space (two in some
 * copied logs). The key is the only one that a client chooses, and S3 percent-encodes it, so client text cannot shift
 * these fields. Returns where the next field begins (`end` if the line ends before it), or why the line is not a
 * record.
 */
export function locateHead(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number | FailureReason {
  const ownerEnd = endOfOwner(bytes, start, end, layout);
  const bucketStart = skipSpaces(bytes, ownerEnd, end);
  const bucketEnd = endOfToken(bytes, bucketStart, end);
  if (bucketEnd === bucketStart || isDash(bytes, bucketStart, bucketEnd)) return 'no bucket';
  const timeStart = skipSpaces(bytes, bucketEnd, end);
  const timeEnd = timeStart + TIME_LENGTH;
  layout.time = timeAt(bytes, timeStart, end, layout);
  if (Number.isNaN(layout.time)) return 'no time';
  if (endOfBucket(bucketStart, end, layout) !== bucketEnd) return 'not a bucket name';
  setField(layout, FIELD.bucketOwner, start, ownerEnd);
  setField(layout, FIELD.bucket, bucketStart, bucketEnd);
  setField(layout, FIELD.time, timeStart, timeEnd);
  const ipStart = skipSpaces(bytes, timeEnd, end);
  const ipEnd = endOfToken(bytes, ipStart, end);
  setField(layout, FIELD.remoteIp, ipStart, ipEnd);
  return locateRequest(bytes, skipSpaces(bytes, ipEnd, end), end, layout);
}

/** The end of the owner field; the remembered length if this line has the same owner as the previous one. */
function endOfOwner(bytes: Uint8Array, start: number, end: number, { owner, view }: LineLayout): number {
  const remembered = start + owner.length;
  if (beginsAsRemembered(owner, view, start, end) && bytes[remembered] === SPACE) return remembered;
  const ownerEnd = endOfToken(bytes, start, end);
  remember(owner, view, start, ownerEnd);
  return ownerEnd;
}

/** The time at `start` in epoch milliseconds; NaN if there is none. Parses the date only if it has changed. */
function timeAt(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number {
  const timeEnd = start + TIME_LENGTH;
  if (timeEnd > end || (timeEnd < end && bytes[timeEnd] !== SPACE)) return Number.NaN;
  if (beginsAsRemembered(layout.date, layout.view, start, end)) {
    const clock = readUtcClock(bytes, start + DATE_LENGTH);
    if (clock >= 0) return layout.midnight + clock;
  }
  const time = readTime(bytes, start);
  const clock = readUtcClock(bytes, start + DATE_LENGTH);
  if (clock >= 0 && !Number.isNaN(time)) {
    remember(layout.date, layout.view, start, start + DATE_LENGTH);
    layout.midnight = time - clock;
  }
  return time;
}

/**
 * Finds requester, request id, operation and key. The requester is one token, except for CloudFront's origin access
 * identities (`arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E…`), which S3 writes unquoted and with
 * spaces. For these, the operation is the first token that looks like one. For all others there is no such search: the
 * client chooses the text after the operation, and a key or a host can look like an operation.
 */
function locateRequest(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number | FailureReason {
  let requesterEnd = endOfLongToken(layout.view, start, end);
  const spaced =
    hasAscii(bytes, start, end, 'arn:') &&
    hasAscii(bytes, requesterEnd - SPACED_REQUESTER.length, requesterEnd, SPACED_REQUESTER);
  while (!placeRequest(bytes, start, requesterEnd, end, layout)) {
    const next = skipSpaces(bytes, requesterEnd, end);
    if (!spaced || next === end || bytes[next] === QUOTE) return 'no operation';
    requesterEnd = endOfToken(bytes, next, end);
  }
  return skipSpaces(bytes, layout.ends[FIELD.key]!, end);
}

/**
 * Sets the four fields, given that the requester ends at `requesterEnd`. Returns false if the second token after the
 * requester is not an operation.
 */
function placeRequest(
  bytes: Uint8Array,
  start: number,
  requesterEnd: number,
  end: number,
  layout: LineLayout,
): boolean {
  const idStart = skipSpaces(bytes, requesterEnd, end);
  const idEnd = endOfLongToken(layout.view, idStart, end);
  const operationStart = skipSpaces(bytes, idEnd, end);
  const operationEnd = endOfOperation(bytes, operationStart, end, layout);
  if (operationEnd < 0 || bytes[idStart] === QUOTE) return false; // everything after a quote is client text
  const keyStart = skipSpaces(bytes, operationEnd, end);
  const keyEnd = bytes[keyStart] === QUOTE ? keyStart : endOfLongToken(layout.view, keyStart, end);
  setField(layout, FIELD.requester, start, requesterEnd);
  setField(layout, FIELD.requestId, idStart, idEnd);
  setField(layout, FIELD.operation, operationStart, operationEnd);
  setField(layout, FIELD.key, keyStart, keyEnd);
  return true;
}

/** The end of the token at `start` if it has the form of an operation, else -1. */
function endOfOperation(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number {
  const { operation, view } = layout;
  const remembered = start + operation.length;
  if (beginsAsRemembered(operation, view, start, end) && (remembered === end || bytes[remembered] === SPACE)) {
    return remembered;
  }
  const operationEnd = endOfToken(bytes, start, end);
  return checkOperation(bytes, start, operationEnd, layout) ? operationEnd : -1;
}

/** Whether `bytes[start, end)` has the form of an operation. Remembers it. */
export function checkOperation(bytes: Uint8Array, start: number, end: number, layout: LineLayout): boolean {
  const { operation, view } = layout;
  if (end - start === operation.length && beginsAsRemembered(operation, view, start, end)) return true;
  if (!isOperation(bytes, start, end)) return false;
  remember(operation, view, start, end);
  layout.operationRun++;
  return true;
}

/**
 * `REST.GET.OBJECT`, `S3.COMPUTE.OBJECT.CHECKSUM`: starts with a letter and has at least two parts separated by dots.
 * Parts consist of letters, digits, `_` and `-`, are not empty, and neither begin nor end with `-`; a single dash
 * therefore still means "no value". AWS publishes no list of operations and adds new ones, so the check must accept
 * names of a new form: otherwise their records would be lost.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html ("Operation")
 */
function isOperation(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end || !isLetter(bytes[start]!)) return false;
  let dots = 0;
  let before = bytes[start]!;
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === DOT) {
      if (before === DOT || before === DASH) return false;
      dots++;
    } else if (byte === DASH) {
      if (before === DOT) return false;
    } else if (!isLetter(byte) && !isDigit(byte) && byte !== 0x5f) return false;
    before = byte;
  }
  return dots > 0 && before !== DOT && before !== DASH;
}
