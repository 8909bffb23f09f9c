import { DASH, DOT, endOfToken, hasAscii, isDash, isDigit, isDigits, isLetter, QUOTE, SPACE } from './bytes';
import { FIELD } from './fields';
import { addFlag, type LineLayout, STATUS_BLOCK, setField } from './layout';

/**
 * Finds the Request-URI and the status block behind it. The URI stands in quotes without any escaping, so a quote in
 * it proves nothing: its end is a quote that a status block follows (`" STATUS ERROR INT INT INT INT ` and then a
 * quote or a dash). Client text can hold such a block too. Of several candidates the end of the URI is
 * - the first, if what it ends is `-` or the record is the reading half of a copy (no HTTP version there);
 * - else the first behind an HTTP version, which S3 logs in every request that a client sent: a block forged in the
 *   URI has none before it (a request target holds no space), one forged in referer or user agent comes later;
 * - else the first.
 * Returns where the Referer begins, `end` if the line ends before. With `flagForgeries` the whole line is searched
 * for further candidates; without, only as far as the decision needs. What is decided is the same.
 */
export function locateStatus(
  bytes: Uint8Array,
  start: number,
  end: number,
  layout: LineLayout,
  flagForgeries: boolean,
): number {
  if (start >= end) return cut(layout, end);
  if (isDash(bytes, start, endOfToken(bytes, start, end))) return placeBlock(bytes, start + 2, end, layout);
  if (bytes[start] !== QUOTE) return cut(layout, end);

  const uriStart = start + 1;
  const firstWins =
    hasAscii(bytes, uriStart, end, '-" ') ||
    hasAscii(bytes, layout.ends[FIELD.operation]! - 4, layout.ends[FIELD.operation]!, '_GET');
  let chosen = -1;
  let chosenHasVersion = false;
  let candidates = 0;
  for (let quote = nextQuote(bytes, uriStart, end); quote < end; quote = nextQuote(bytes, quote + 1, end)) {
    if (!isStatusBlock(bytes, quote + 2, end)) continue;
    candidates++;
    const hasVersion = endsWithHttpVersion(bytes, uriStart, quote);
    if (chosen < 0 || (hasVersion && !chosenHasVersion && !firstWins)) {
      chosen = quote;
      chosenHasVersion = hasVersion;
    }
    if (!flagForgeries && (chosenHasVersion || firstWins)) break;
  }
  if (candidates > 1) addFlag(layout, 'ambiguous-status');
  if (chosen < 0) return locateDamagedStatus(bytes, uriStart, end, layout);
  setField(layout, FIELD.requestUri, uriStart, chosen);
  return placeBlock(bytes, chosen + 2, end, layout);
}

/** No whole status block: the line was cut inside it, or something in it is not what it should be. */
function locateDamagedStatus(bytes: Uint8Array, uriStart: number, end: number, layout: LineLayout): number {
  for (let quote = nextQuote(bytes, uriStart, end); quote < end; quote = nextQuote(bytes, quote + 1, end)) {
    const isDashOnly = quote === uriStart + 1 && bytes[uriStart] === DASH;
    if (!isDashOnly && !endsWithHttpVersion(bytes, uriStart, quote)) continue;
    setField(layout, FIELD.requestUri, uriStart, quote);
    return placeBlock(bytes, quote + 2, end, layout);
  }
  const closed = end > uriStart && bytes[end - 1] === QUOTE;
  setField(layout, FIELD.requestUri, uriStart, closed ? end - 1 : end);
  return cut(layout, end);
}

/** The block's six fields by position; a flag where one is of another kind. Returns where the Referer begins. */
function placeBlock(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number {
  let at = start;
  for (let field = STATUS_BLOCK.first; field <= STATUS_BLOCK.last; field++) {
    if (at >= end || bytes[at] === QUOTE) return cut(layout, Math.min(at, end));
    const tokenEnd = endOfToken(bytes, at, end);
    if (field === FIELD.httpStatus && !isStatus(bytes, at, tokenEnd)) addFlag(layout, 'invalid-status');
    else if (field > FIELD.errorCode && !isCount(bytes, at, tokenEnd)) addFlag(layout, 'invalid-number');
    else setField(layout, field, at, tokenEnd);
    at = tokenEnd + 1;
  }
  return Math.min(at, end);
}

function cut(layout: LineLayout, at: number): number {
  addFlag(layout, 'truncated');
  return at;
}

/** The next quote at or behind `from` that a space follows (or the line's end), or `end`. */
function nextQuote(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (bytes[at] === QUOTE && (at + 1 === end || bytes[at + 1] === SPACE)) return at;
  }
  return end;
}

/** ` HTTP/1.1` right before the quote, with a digit on either side of the dot. */
function endsWithHttpVersion(bytes: Uint8Array, uriStart: number, quote: number): boolean {
  return (
    quote - 9 >= uriStart &&
    hasAscii(bytes, quote - 9, quote, ' HTTP/') &&
    isDigit(bytes[quote - 3]!) &&
    bytes[quote - 2] === DOT &&
    isDigit(bytes[quote - 1]!)
  );
}

/** A whole block at `start`: six fields of their kinds, and a quote or a dash behind them. */
function isStatusBlock(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (let field = STATUS_BLOCK.first; field <= STATUS_BLOCK.last; field++) {
    const tokenEnd = endOfToken(bytes, at, end);
    if (tokenEnd >= end) return false;
    if (field === FIELD.httpStatus ? !isStatus(bytes, at, tokenEnd) : false) return false;
    if (field === FIELD.errorCode ? !isErrorCode(bytes, at, tokenEnd) : false) return false;
    if (field > FIELD.errorCode && !isCount(bytes, at, tokenEnd)) return false;
    at = tokenEnd + 1;
  }
  return at < end && (bytes[at] === QUOTE || bytes[at] === DASH);
}

function isStatus(bytes: Uint8Array, start: number, end: number): boolean {
  return isDash(bytes, start, end) || (end - start === 3 && isDigits(bytes, start, end));
}

function isCount(bytes: Uint8Array, start: number, end: number): boolean {
  return isDash(bytes, start, end) || isDigits(bytes, start, end);
}

/** `-`, or a name such as `NoSuchKey`. */
function isErrorCode(bytes: Uint8Array, start: number, end: number): boolean {
  if (isDash(bytes, start, end)) return true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (!isLetter(byte) && !isDigit(byte) && byte !== DOT && byte !== DASH && byte !== 0x5f) return false;
  }
  return end > start;
}
