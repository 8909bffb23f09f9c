import { DASH, endOfToken, hasAscii, isDash, isDigit, isLetter, QUOTE, SPACE } from './bytes';
import { FIELD, FIELDS } from './fields';
import { addFlag, type LineLayout, setField } from './layout';

/**
 * The fields after the user agent. A line has none of them, the first one, or at least seven: S3 added six at once in
 * 2019.
 */
const TAIL = { first: FIELD.versionId, last: FIELD.sourceRegion, typed: 7 } as const;

/** S3 wrote lines of 17 and 18 fields until it added Host Id and further fields (AWS documented them 2019-06-07). */
const SEVEN_FIELDS_SINCE = Date.UTC(2019, 2, 1);

/**
 * Finds Referer, User-Agent and the fields after them. Both are client text in quotes without escaping. The user agent
 * ends at the last quote that a typed tail follows (at least seven fields of the right kinds); the referer ends at the
 * last `" "` before that.
 */
export function locateTail(bytes: Uint8Array, start: number, end: number, layout: LineLayout): void {
  if (start >= end) {
    addFlag(layout, 'truncated');
  } else if (bytes[start] === QUOTE) {
    locateQuotedReferer(bytes, start + 1, end, layout);
  } else {
    const refererEnd = endOfToken(bytes, start, end);
    if (isDash(bytes, start, refererEnd)) setField(layout, FIELD.referer, start, refererEnd);
    else addFlag(layout, 'untyped-tail');
    locateUserAgent(bytes, refererEnd + 1, end, layout);
  }
}

function locateQuotedReferer(bytes: Uint8Array, start: number, end: number, layout: LineLayout): void {
  const agentEnd = findUserAgentEnd(bytes, start, end, layout);
  if (agentEnd < 0) {
    setField(layout, FIELD.referer, start, end);
    addFlag(layout, 'truncated');
    return;
  }
  const boundary = lastBoundary(bytes, start, agentEnd, layout);
  if (boundary >= 0) {
    setField(layout, FIELD.referer, start, boundary);
    placeUserAgent(bytes, boundary + 3, agentEnd, end, layout);
  } else if (agentEnd === end - 1 && agentEnd - 2 >= start && hasAscii(bytes, agentEnd - 2, end, '" "')) {
    // The line was cut after the opening quote of the user agent.
    setField(layout, FIELD.referer, start, agentEnd - 2);
    locateUserAgent(bytes, agentEnd, end, layout);
  } else {
    // There is only one quoted text, the referer. The user agent is an unquoted dash, or was cut off.
    setField(layout, FIELD.referer, start, agentEnd);
    locateUserAgent(bytes, agentEnd + 2, end, layout);
  }
}

/** Finds the user agent after a referer whose end is known. */
function locateUserAgent(bytes: Uint8Array, start: number, end: number, layout: LineLayout): void {
  if (start >= end) {
    addFlag(layout, 'truncated');
  } else if (bytes[start] === QUOTE) {
    const agentEnd = findUserAgentEnd(bytes, start + 1, end, layout);
    if (agentEnd >= 0) placeUserAgent(bytes, start + 1, agentEnd, end, layout);
    else {
      setField(layout, FIELD.userAgent, start + 1, end);
      addFlag(layout, 'truncated');
    }
  } else {
    const agentEnd = endOfToken(bytes, start, end);
    if (isDash(bytes, start, agentEnd)) setField(layout, FIELD.userAgent, start, agentEnd);
    else addFlag(layout, 'untyped-tail');
    placeTail(bytes, agentEnd + 1, end, layout);
  }
}

/**
 * Sets the user agent and the fields after it. If the text after it is not a typed tail, an earlier closing quote could
 * be the end as well, so the user agent is flagged as ambiguous.
 */
function placeUserAgent(bytes: Uint8Array, start: number, agentEnd: number, end: number, layout: LineLayout): void {
  setField(layout, FIELD.userAgent, start, agentEnd);
  if (!isTypedTail(bytes, agentEnd + 2, end) && holdsClosingQuote(bytes, start, agentEnd)) {
    addFlag(layout, 'ambiguous-user-agent');
  }
  placeTail(bytes, agentEnd + 2, end, layout);
}

/** Whether the text contains a quote followed by a space. */
function holdsClosingQuote(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + 1 < end; at++) if (bytes[at] === QUOTE && bytes[at + 1] === SPACE) return true;
  return false;
}

/**
 * The quote that ends the user agent, or -1 if no quote can. Searches from the right, so that the real tail wins over
 * a tail forged in the user agent; quotes further right can only belong to fields that S3 may add in the future.
 */
function findUserAgentEnd(bytes: Uint8Array, start: number, end: number, layout: LineLayout): number {
  let last = -1;
  let typed = -1;
  for (let at = end - 1; at >= start; at--) {
    if (bytes[at] !== QUOTE || (at + 1 < end && bytes[at + 1] !== SPACE)) continue;
    if (last < 0) last = at;
    if (!isTypedTail(bytes, at + 2, end)) continue;
    if (typed >= 0) {
      addFlag(layout, 'ambiguous-user-agent');
      break;
    }
    typed = at;
  }
  if (typed < 0 || typed === last) return last;
  const old = layout.time < SEVEN_FIELDS_SINCE && countTokens(bytes, last + 2, end, 2) <= 1;
  addFlag(layout, 'ambiguous-user-agent');
  return old ? last : typed;
}

/** The last `" "` in the text of referer and user agent, -1 if there is none. */
function lastBoundary(bytes: Uint8Array, start: number, agentEnd: number, layout: LineLayout): number {
  let last = -1;
  for (let at = agentEnd - 3; at >= start; at--) {
    if (bytes[at] !== QUOTE || bytes[at + 1] !== SPACE || bytes[at + 2] !== QUOTE) continue;
    if (last >= 0) {
      addFlag(layout, 'ambiguous-referer');
      break;
    }
    last = at;
  }
  return last;
}

/** Whether the text begins with seven fields of the right kinds, and up to three further fields are of theirs. */
function isTypedTail(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (let field = TAIL.first; field <= TAIL.last; field++) {
    if (at >= end) return field - TAIL.first >= TAIL.typed;
    const tokenEnd = endOfToken(bytes, at, end);
    if (!isOfKind(bytes, at, tokenEnd, field)) return false;
    at = tokenEnd + 1;
  }
  return true;
}

/** Whether the token is valid for this field: loose enough for new values, strict enough against forgeries. */
function isOfKind(bytes: Uint8Array, start: number, end: number, field: number): boolean {
  if (start >= end || bytes[start] === QUOTE) return false;
  if (isDash(bytes, start, end)) return true;
  switch (field) {
    case FIELD.signatureVersion:
      return hasAscii(bytes, start, end, 'SigV');
    case FIELD.cipherSuite:
      return isName(bytes, start, end);
    case FIELD.authenticationType:
      return isName(bytes, start, end);
    case FIELD.tlsVersion:
      return hasAscii(bytes, start, end, 'TLS');
    case FIELD.accessPointArn:
      return hasAscii(bytes, start, end, 'arn:');
    case FIELD.aclRequired:
      return hasAscii(bytes, start, end, 'Yes') && end - start === 3;
    case FIELD.sourceRegion:
      return isName(bytes, start, end);
    default:
      return true;
  }
}

/** Whether the token consists of letters, digits, `-` and `_`. */
function isName(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (!isLetter(byte) && !isDigit(byte) && byte !== DASH && byte !== 0x5f) return false;
  }
  return true;
}

/** Sets the fields of the tail by position; further fields become `extra`. */
function placeTail(bytes: Uint8Array, start: number, end: number, layout: LineLayout): void {
  let at = start;
  let field: number = TAIL.first;
  for (; field < FIELDS.length && at < end; field++) {
    const tokenEnd = endOfToken(bytes, at, end);
    if (!isOfKind(bytes, at, tokenEnd, field)) addFlag(layout, 'untyped-tail');
    setField(layout, field, at, tokenEnd);
    at = tokenEnd + 1;
  }
  const count = field - TAIL.first;
  if (count > 1 && count < TAIL.typed) addFlag(layout, 'truncated');
  layout.extraStart = Math.min(at, end);
  layout.extraEnd = end;
}

/** The number of tokens; counting stops at `limit`. */
function countTokens(bytes: Uint8Array, start: number, end: number, limit: number): number {
  let count = 0;
  for (let at = start; at < end && count < limit; at = endOfToken(bytes, at, end) + 1) count++;
  return count;
}
