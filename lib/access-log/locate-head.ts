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

/** How the first word of the only requester with spaces ends, an origin access identity of CloudFront. */
const SPACED_REQUESTER = ':user/CloudFront';

/**
 * Finds the first eight fields, owner to key. They stand at the line's start with a space between them (copied logs
 * have been seen with two), and S3 percent-encodes the only one that a client chooses (the key), so nothing a client
 * writes can move them. Returns where the next field begins (`end` if the line ends before), or why the line is no
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

/** The owner's end: that of the line before if the line begins with the same owner. */
function endOfOwner(bytes: Uint8Array, start: number, end: number, { owner, view }: LineLayout): number {
  const remembered = start + owner.length;
  if (beginsAsRemembered(owner, view, start, end) && bytes[remembered] === SPACE) return remembered;
  const ownerEnd = endOfToken(bytes, start, end);
  remember(owner, view, start, ownerEnd);
  return ownerEnd;
}

/** The time at `start` in epoch milliseconds; NaN if there is none. The day is that of the line before if it is the same. */
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
 * Requester, request id, operation, key. The requester is one token, but for CloudFront's origin access identities
 * (`arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E…`), which S3 writes unquoted, spaces and all:
 * there the operation is the first token that reads like one. Nowhere else is it searched for, since what stands
 * behind it is the client's choice, and a key or a host can read like an operation.
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

/** Places the four fields of a requester that ends here; false if the second token behind it is no operation. */
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
  if (operationEnd < 0 || bytes[idStart] === QUOTE) return false; // behind a quote, everything is the client's
  const keyStart = skipSpaces(bytes, operationEnd, end);
  const keyEnd = bytes[keyStart] === QUOTE ? keyStart : endOfLongToken(layout.view, keyStart, end);
  setField(layout, FIELD.requester, start, requesterEnd);
  setField(layout, FIELD.requestId, idStart, idEnd);
  setField(layout, FIELD.operation, operationStart, operationEnd);
  setField(layout, FIELD.key, keyStart, keyEnd);
  return true;
}

/** The end of the token here if it reads like an operation, else -1. */
function endOfOperation(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number {
  const { operation, view } = layout;
  const remembered = start + operation.length;
  if (beginsAsRemembered(operation, view, start, end) && (remembered === end || bytes[remembered] === SPACE)) {
    return remembered;
  }
  const operationEnd = endOfToken(bytes, start, end);
  if (!isOperation(bytes, start, operationEnd)) return -1;
  remember(operation, view, start, operationEnd);
  layout.operationRun++;
  return operationEnd;
}

/**
 * `REST.GET.OBJECT`, `S3.COMPUTE.OBJECT.CHECKSUM`: a letter first, then at least two parts with dots between them, of
 * letters, digits, `_` and `-`, no part empty and none with a `-` at either end, so that a dash alone stays no value.
 * AWS lists no operations, and adds some; a name of a new form must not cost its records.
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
