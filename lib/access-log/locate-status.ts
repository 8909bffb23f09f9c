import { DASH, DOT, endOfLongToken, endOfToken, hasAscii, isDash, isDigit, isDigits, isLetter, QUOTE } from './bytes';
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
 * A quote before all of them that ends the URI by itself (an HTTP version before it, or only a dash) is the end without
 * a whole block: then S3's own block is damaged, and one further on is a client's.
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

/** No whole status block: the line was cut inside it, or something in it is not what it should be. */
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

/**
 * The next quote at or behind `from` that a space follows (or the line's end), or `end`. Looked for from space to
 * space: in client text they are rarer than quotes are.
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

/** Whether this quote ends the URI whatever follows: the URI is a lone dash, or an HTTP version stands before it. */
function endsUri(bytes: Uint8Array, uriStart: number, quote: number): boolean {
  return isDash(bytes, uriStart, quote) || endsWithHttpVersion(bytes, uriStart, quote);
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

/**
 * Places a whole block, six fields of their kinds with a quote or a dash behind them, and returns where that stands;
 * -1 if there is no such block here.
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
