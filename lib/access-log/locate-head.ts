import { DASH, DOT, endOfToken, hasAscii, isDash, isDigit, isLetter, QUOTE, SPACE, skipSpaces } from './bytes';
import { FIELD } from './fields';
import { type FailureReason, type LineLayout, setField } from './layout';
import { readTime, TIME_LENGTH } from './time';

/**
 * Finds the first eight fields, owner to key. They stand at the line's start with a space between them (copied logs
 * have been seen with two), and S3 percent-encodes the only one that a client chooses (the key), so nothing a client
 * writes can move them. Returns where the next field begins (`end` if the line ends before), or why the line is no
 * record.
 */
export function locateHead(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number | FailureReason {
  const ownerEnd = endOfToken(bytes, start, end);
  const bucketStart = skipSpaces(bytes, ownerEnd, end);
  const bucketEnd = endOfToken(bytes, bucketStart, end);
  if (bucketEnd === bucketStart || isDash(bytes, bucketStart, bucketEnd)) return 'no bucket';

  const timeStart = skipSpaces(bytes, bucketEnd, end);
  const timeEnd = timeStart + TIME_LENGTH;
  if (timeEnd > end || (timeEnd < end && bytes[timeEnd] !== SPACE)) return 'no time';
  layout.time = readTime(bytes, timeStart);
  if (Number.isNaN(layout.time)) return 'no time';

  setField(layout, FIELD.bucketOwner, start, ownerEnd);
  setField(layout, FIELD.bucket, bucketStart, bucketEnd);
  setField(layout, FIELD.time, timeStart, timeEnd);
  const ipStart = skipSpaces(bytes, timeEnd, end);
  const ipEnd = endOfToken(bytes, ipStart, end);
  setField(layout, FIELD.remoteIp, ipStart, ipEnd);
  return locateRequest(bytes, skipSpaces(bytes, ipEnd, end), end, layout);
}

/**
 * Requester, request id, operation, key. The requester is one token, but for CloudFront's origin access identities
 * (`arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E…`), which S3 writes unquoted, spaces and all:
 * there the operation is the first token that reads like one and has a key and then a quote or a dash behind it,
 * or, in a damaged line, the first that reads like one.
 */
function locateRequest(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number | FailureReason {
  const spaced = hasAscii(bytes, start, end, 'arn:');
  let damaged = -1;
  let requesterEnd = endOfToken(bytes, start, end);
  for (;;) {
    const idStart = skipSpaces(bytes, requesterEnd, end);
    if (idStart === end || bytes[idStart] === QUOTE) break;
    const idEnd = endOfToken(bytes, idStart, end);
    const operationStart = skipSpaces(bytes, idEnd, end);
    const operationEnd = endOfToken(bytes, operationStart, end);
    if (isOperation(bytes, operationStart, operationEnd)) {
      const keyEnd = endOfToken(bytes, skipSpaces(bytes, operationEnd, end), end);
      const whole = beginsUri(bytes, skipSpaces(bytes, keyEnd, end), end);
      if (whole || !spaced) return placeRequest(bytes, start, requesterEnd, end, layout);
      if (damaged < 0) damaged = requesterEnd;
    }
    if (!spaced) break;
    requesterEnd = idEnd;
  }
  return damaged < 0 ? 'no operation' : placeRequest(bytes, start, damaged, end, layout);
}

function placeRequest(bytes: Uint8Array, start: number, requesterEnd: number, end: number, layout: LineLayout): number {
  setField(layout, FIELD.requester, start, requesterEnd);
  let at = requesterEnd;
  for (const field of [FIELD.requestId, FIELD.operation, FIELD.key]) {
    const tokenStart = skipSpaces(bytes, at, end);
    if (tokenStart === end || bytes[tokenStart] === QUOTE) return tokenStart;
    at = endOfToken(bytes, tokenStart, end);
    setField(layout, field, tokenStart, at);
  }
  return skipSpaces(bytes, at, end);
}

/** Whether a Request-URI can begin here: a quote, a lone dash, or nothing because the line was cut. */
function beginsUri(bytes: Uint8Array, at: number, end: number): boolean {
  return at >= end || bytes[at] === QUOTE || (bytes[at] === DASH && (at + 1 >= end || bytes[at + 1] === SPACE));
}

/** `REST.GET.OBJECT`, `S3.COMPUTE.OBJECT.CHECKSUM`: a letter first, at least one dot, no empty part. */
function isOperation(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end || !isLetter(bytes[start]!)) return false;
  let dots = 0;
  let afterDot = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === DOT) {
      if (afterDot) return false;
      dots++;
      afterDot = true;
    } else if (isLetter(byte) || isDigit(byte) || (byte === 0x5f && dots > 0)) afterDot = false;
    else return false;
  }
  return dots > 0 && !afterDot;
}
