import { DASH, DOT, endOfLongToken, endOfToken, hasAscii, isDash, isDigit, isDigits, isLetter, QUOTE } from './bytes';
import { FIELD } from './fields';
import { addFlag, type LineLayout, STATUS_BLOCK, setField } from './layout';

/**
 * Finds the Request-URI and the status block after it. S3 puts the URI in quotes without any escaping, so a quote alone
 * does not end it: the URI ends at a quote that a status block follows (`" STATUS ERROR INT INT INT INT ` and then a
 * quote or a dash). Client text can contain such a block too. Of several candidates, the URI ends at
 * - the first, if the URI is `-` or the record is the read half of a copy (which has no HTTP version);
 * - else the first that follows an HTTP version, which S3 logs for every request from a client: a block forged in the
 *   URI has no version before it (a request target contains no space), and one forged in referer or user agent comes
 *   later;
 * - else the first.
 * A quote before all candidates also ends the URI if an HTTP version precedes it or the URI is a single dash. Then the
 * block from S3 is damaged, and any complete block after it is client text.
 * Returns where the Referer begins, or `end` if the line ends before it. With `flagForgeries` the function searches the
 * whole line for further candidates; without, only as far as the decision needs. The decision is the same.
 */
export function locateStatus(
  bytes: Uint8Array,
  start: number,
  end: number,
  layout: LineLayout,
  flagForgeries: boolean,
): number {
  if (start >= end) return truncatedAt(layout, end);
  if (isDash(bytes, start, endOfToken(bytes, start, end))) return placeBlock(bytes, start + 2, end, layout);
  if (bytes[start] !== QUOTE) return truncatedAt(layout, end);

  const uriStart = start + 1;
  const firstWins =
    hasAscii(bytes, uriStart, end, '-" ') ||
    hasAscii(bytes, layout.ends[FIELD.operation]! - 4, layout.ends[FIELD.operation]!, '_GET');
  let chosen = -1;
  let chosenHasVersion = false;
  let candidates = 0;
  let damaged = false;
  for (
    let quote = nextQuote(bytes, layout.view, uriStart, end);
    quote < end;
    quote = nextQuote(bytes, layout.view, quote + 1, end)
  ) {
    const blockEnd = placeStatusBlock(bytes, quote + 2, end, layout);
    if (blockEnd < 0) {
      damaged ||= candidates === 0 && endsUri(bytes, uriStart, quote);
      if (damaged && !flagForgeries) break;
      continue;
    }
    candidates++;
    const hasVersion = endsWithHttpVersion(bytes, uriStart, quote);
    if (chosen < 0 || (hasVersion && !chosenHasVersion && !firstWins)) {
      chosen = quote;
      chosenHasVersion = hasVersion;
    }
    if (!flagForgeries && (chosenHasVersion || firstWins)) {
      setField(layout, FIELD.requestUri, uriStart, quote);
      return blockEnd;
    }
  }
  if (candidates > (damaged ? 0 : 1)) addFlag(layout, 'ambiguous-status');
  if (chosen < 0 || damaged) return locateDamagedStatus(bytes, uriStart, end, layout);
  setField(layout, FIELD.requestUri, uriStart, chosen);
  return placeBlock(bytes, chosen + 2, end, layout);
}

/** Handles a line without a complete status block: the block was cut off, or a field in it is malformed. */
function locateDamagedStatus(bytes: Uint8Array, uriStart: number, end: number, layout: LineLayout): number {
  layout.starts.fill(-1, STATUS_BLOCK.first, STATUS_BLOCK.last + 1);
  for (
    let quote = nextQuote(bytes, layout.view, uriStart, end);
    quote < end;
    quote = nextQuote(bytes, layout.view, quote + 1, end)
  ) {
    if (!endsUri(bytes, uriStart, quote)) continue;
    setField(layout, FIELD.requestUri, uriStart, quote);
    return placeBlock(bytes, quote + 2, end, layout);
  }
  const closed = end > uriStart && bytes[end - 1] === QUOTE;
  setField(layout, FIELD.requestUri, uriStart, closed ? end - 1 : end);
  return truncatedAt(layout, end);
}

/** Sets the six fields of the block by position; flags fields of the wrong kind. Returns where the Referer begins. */
function placeBlock(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number {
  let at = start;
  for (let field = STATUS_BLOCK.first; field <= STATUS_BLOCK.last; field++) {
    if (at >= end || bytes[at] === QUOTE) return truncatedAt(layout, Math.min(at, end));
    const tokenEnd = endOfToken(bytes, at, end);
    if (field === FIELD.httpStatus && !isStatus(bytes, at, tokenEnd)) addFlag(layout, 'invalid-status');
    else if (field > FIELD.errorCode && !isCount(bytes, at, tokenEnd)) addFlag(layout, 'invalid-number');
    else setField(layout, field, at, tokenEnd);
    at = tokenEnd + 1;
  }
  return Math.min(at, end);
}

function truncatedAt(layout: LineLayout, at: number): number {
  addFlag(layout, 'truncated');
  return at;
}

/**
 * The first quote at or after `from` that is followed by a space or the end of the line, or `end` if there is none.
 * Searches for spaces, because client text contains fewer spaces than quotes.
 */
function nextQuote(bytes: Uint8Array, view: DataView, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const space = endOfLongToken(view, at, end);
    if (space > from && bytes[space - 1] === QUOTE) return space - 1;
    at = space + 1;
  }
  return end;
}

/** Whether this quote ends the URI whatever follows: the URI is a single dash or ends with an HTTP version. */
function endsUri(bytes: Uint8Array, uriStart: number, quote: number): boolean {
  return isDash(bytes, uriStart, quote) || endsWithHttpVersion(bytes, uriStart, quote);
}

/** Whether ` HTTP/1.1`, or another version with one digit on either side of the dot, precedes the quote. */
function endsWithHttpVersion(bytes: Uint8Array, uriStart: number, quote: number): boolean {
  return (
    quote - 9 >= uriStart &&
    hasAscii(bytes, quote - 9, quote, ' HTTP/') &&
    isDigit(bytes[quote - 3]!) &&
    bytes[quote - 2] === DOT &&
    isDigit(bytes[quote - 1]!)
  );
}

/**
 * Sets the fields of a complete block: six fields of the right kinds, followed by a quote or a dash. Returns the index
 * of that quote or dash, or -1 if there is no such block at `start`.
 */
function placeStatusBlock(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number {
  const statusEnd = endOfToken(bytes, start, end);
  if (!isStatus(bytes, start, statusEnd)) return -1;
  const errorEnd = endOfToken(bytes, statusEnd + 1, end);
  if (!isErrorCode(bytes, statusEnd + 1, errorEnd)) return -1;
  let at = errorEnd + 1;
  for (let field = FIELD.bytesSent; field <= STATUS_BLOCK.last; field++) {
    const tokenEnd = endOfToken(bytes, at, end);
    if (!isCount(bytes, at, tokenEnd)) return -1;
    setField(layout, field, at, tokenEnd);
    at = tokenEnd + 1;
  }
  if (at >= end || (bytes[at] !== QUOTE && bytes[at] !== DASH)) return -1;
  setField(layout, FIELD.httpStatus, start, statusEnd);
  setField(layout, FIELD.errorCode, statusEnd + 1, errorEnd);
  return at;
}

export function isStatus(bytes: Uint8Array, start: number, end: number): boolean {
  return isDash(bytes, start, end) || (end - start === 3 && isDigits(bytes, start, end));
}

export function isCount(bytes: Uint8Array, start: number, end: number): boolean {
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
