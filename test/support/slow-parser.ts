// A slow and obvious parser, with which tests compare the real one. It uses text instead of bytes, examines every
// candidate, and has one regular expression per rule. It repeats, in the order of the line, what lib/access-log
// documents. Do not improve it: a faster or shorter version would be more like the code that it checks.
import { FIELDS, type FieldName } from '../../lib/access-log/fields';
import { type FailureReason, FLAGS } from '../../lib/access-log/layout';
import type { AccessLogRecord, RecordFlag } from '../../lib/access-log/record';
import { slowParseJson } from './slow-json-parser';

/** The raw text of each field found so far; one character is one byte. */
export interface Found {
  readonly fields: Map<FieldName, string>;
  readonly flags: Set<RecordFlag>;
  time: number;
  /** The raw texts after the 27th field. */
  extra: readonly string[];
}

const STATUS_FIELDS: readonly FieldName[] = [
  'httpStatus',
  'errorCode',
  'bytesSent',
  'objectSize',
  'totalTime',
  'turnAroundTime',
];
const TAIL_FIELDS: readonly FieldName[] = FIELDS.slice(17).map(({ name }) => name);

/** The record of a line without LF, or why the line is not a record; null for a blank line. */
export function slowParse(bytes: Uint8Array): Parsed {
  return parseText(Buffer.from(bytes).toString('latin1'), false);
}

type Parsed = AccessLogRecord | FailureReason | null;

function parseText(text: string, isMessage: boolean): Parsed {
  let line = text;
  if (line.endsWith('\r')) line = line.slice(0, -1);
  if (line.startsWith('\xef\xbb\xbf')) line = line.slice(3);
  while (/^[ \t]/.test(line)) line = line.slice(1);
  while (/[ \t]$/.test(line)) line = line.slice(0, -1);
  if (line === '') return null;
  if (line.startsWith('{'))
    return slowParseJson(line, isMessage, { toRecord, parseMessage: (message) => parseText(message, true) });

  const found: Found = { fields: new Map(), flags: new Set(), time: Number.NaN, extra: [] };
  const uriStart = readHead(line, found);
  if (typeof uriStart === 'string') return uriStart;
  const refererStart = readStatus(line, uriStart, found);
  readTexts(line, refererStart, found);
  if (!isUtf8(line)) found.flags.add('invalid-utf8');
  return toRecord(found);
}

// Head: owner, bucket, [time], address, requester, request id, operation, key, separated by one or more spaces.

const PART = '[A-Za-z0-9_]+(?:-+[A-Za-z0-9_]+)*';
const OPERATION = new RegExp(`^(?=[A-Za-z])${PART}(?:\\.${PART})+$`);

/** Returns where the Request-URI begins. */
function readHead(line: string, found: Found): number | FailureReason {
  const tokens = [...line.matchAll(/[^ ]+/g)].map(({ 0: text, index }) => ({
    text,
    start: index,
    end: index + text.length,
  }));
  const bucket = tokens[1]?.text ?? '-';
  if (bucket === '-') return 'no bucket';
  const time = tokens[2] === undefined ? '' : line.slice(tokens[2].start, tokens[3]?.end);
  found.time = time.startsWith('[') && time.endsWith(']') ? slowTime(time.slice(1, -1)) : Number.NaN;
  if (Number.isNaN(found.time)) return 'no time';
  if (!/^[A-Za-z0-9._-]{1,255}$/.test(bucket)) return 'not a bucket name';

  // Only CloudFront's origin access identities contain spaces.
  let last = 5;
  const mayHoldSpaces = /^arn:[^ ]*:user\/CloudFront$/.test(tokens[5]?.text ?? '');
  for (; ; last++) {
    const [requestId, operation] = [tokens[last + 1]?.text ?? '"', tokens[last + 2]?.text ?? ''];
    if (requestId.startsWith('"')) return 'no operation';
    if (OPERATION.test(operation)) break;
    if (!mayHoldSpaces) return 'no operation';
  }
  const key = tokens[last + 3];
  const hasKey = key !== undefined && !key.text.startsWith('"');
  found.fields
    .set('bucketOwner', tokens[0]!.text)
    .set('bucket', bucket)
    .set('remoteIp', tokens[4]!.text)
    .set('requester', line.slice(tokens[5]!.start, tokens[last]!.end))
    .set('requestId', tokens[last + 1]!.text)
    .set('operation', tokens[last + 2]!.text)
    .set('key', hasKey ? key.text : '-');
  return (hasKey ? tokens[last + 4] : key)?.start ?? line.length;
}

/** Parses `06/Feb/2026:00:00:38 +0000` with the platform's own functions; NaN if it is not a time. */
export function slowTime(text: string): number {
  const parts = /^(\d\d)\/(\w\w\w)\/(\d\d\d\d):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(text);
  if (parts === null) return Number.NaN;
  const [, day, monthName, year, hour, minute, second, sign, offsetHour, offsetMinute] = parts;
  const month = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ').indexOf(monthName!) + 1;
  const date = `${year}-${String(month).padStart(2, '0')}-${day}`;
  return slowClock(date, `${hour}:${minute}:${second}`, `${sign}${offsetHour}${offsetMinute}`);
}

/** The time of `2026-02-06`, `00:00:38` and an offset such as `+0130`; NaN if there is no such time. */
export function slowClock(date: string, clock: string, zone: string): number {
  const [hour, minute, second] = clock.split(':');
  const [sign, offsetHour, offsetMinute] = [zone.slice(0, 1), zone.slice(1, 3), zone.slice(3)];
  const midnight = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return Number.NaN;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return Number.NaN;
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const offset = Number(offsetHour) * 3600 + Number(offsetMinute) * 60;
  return midnight + (sign === '+' ? seconds - offset : seconds + offset) * 1000;
}

// Request-URI and status block: status, error code, four integers, and then a quote or a dash.

/** Returns where the referer begins. */
function readStatus(line: string, start: number, found: Found): number {
  const { fields, flags } = found;
  const rest = line.slice(start);
  if (rest === '-' || rest.startsWith('- ')) return readStatusBlock(line, start + 2, found);
  if (!rest.startsWith('"')) {
    flags.add('truncated');
    return line.length;
  }
  const uriStart = start + 1;
  const candidates = closingQuotes(line, uriStart).map((quote) => ({
    quote,
    isDash: line.slice(uriStart, quote) === '-',
    hasVersion: / HTTP\/[0-9]\.[0-9]$/.test(line.slice(uriStart, quote)),
    hasBlock: /^ ([0-9]{3}|-) [A-Za-z0-9._-]+( ([0-9]+|-)){4} ["-]/.test(line.slice(quote + 1)),
  }));
  const blocks = candidates.filter(({ hasBlock }) => hasBlock);
  const proven = candidates.find(({ isDash, hasVersion }) => isDash || hasVersion);
  const isCopyGet = fields.get('operation')!.endsWith('_GET');
  let chosen = isCopyGet || blocks[0]?.isDash ? blocks[0] : (blocks.find(({ hasVersion }) => hasVersion) ?? blocks[0]);
  if (blocks.length > 1) flags.add('ambiguous-status');
  if (proven !== undefined && !proven.hasBlock && !(blocks[0] && blocks[0].quote < proven.quote)) {
    // The block from S3 is damaged; another block is client text.
    chosen = proven;
    if (blocks.length > 0) flags.add('ambiguous-status');
  }
  if (chosen === undefined) {
    flags.add('truncated');
    fields.set('requestUri', line.slice(uriStart).replace(/"$/, ''));
    return line.length;
  }
  fields.set('requestUri', line.slice(uriStart, chosen.quote));
  return readStatusBlock(line, chosen.quote + 2, found);
}

/** Sets the six fields by position, up to a quote. Returns where the referer begins. */
function readStatusBlock(line: string, start: number, { fields, flags }: Found): number {
  let at = start;
  for (const field of STATUS_FIELDS) {
    if (at >= line.length || line[at] === '"') {
      flags.add('truncated');
      break;
    }
    const token = line.slice(at).split(' ')[0]!;
    if (field === 'httpStatus' && !/^([0-9]{3}|-)$/.test(token)) flags.add('invalid-status');
    else if (field !== 'httpStatus' && field !== 'errorCode' && !/^([0-9]+|-)$/.test(token))
      flags.add('invalid-number');
    else fields.set(field, token);
    at += token.length + 1;
  }
  return Math.min(at, line.length);
}

// Referer and user agent, in quotes without escaping, and the tail.

function readTexts(line: string, start: number, found: Found): void {
  const { fields, flags } = found;
  const rest = line.slice(start);
  if (rest === '') {
    flags.add('truncated');
    return;
  }
  if (!rest.startsWith('"')) {
    const token = rest.split(' ')[0]!;
    if (token === '-') fields.set('referer', '-');
    else flags.add('untyped-tail');
    readUserAgent(line, start + token.length + 1, found);
    return;
  }
  const agentEnd = endOfUserAgent(line, start + 1, found);
  if (agentEnd === undefined) {
    flags.add('truncated');
    fields.set('referer', rest.slice(1));
    return;
  }
  const texts = line.slice(start + 1, agentEnd);
  const boundary = texts.lastIndexOf('" "');
  if (boundary >= 0) {
    if (texts.slice(0, boundary + 2).includes('" "')) flags.add('ambiguous-referer');
    fields.set('referer', texts.slice(0, boundary)).set('userAgent', texts.slice(boundary + 3));
    readTail(line, agentEnd + 2, found);
    doubtUserAgent(line, agentEnd, found);
  } else if (agentEnd === line.length - 1 && texts.endsWith('" ')) {
    fields.set('referer', texts.slice(0, -2));
    readUserAgent(line, agentEnd, found);
  } else {
    fields.set('referer', texts);
    readUserAgent(line, agentEnd + 2, found);
  }
}

function readUserAgent(line: string, start: number, found: Found): void {
  const { fields, flags } = found;
  const rest = line.slice(start);
  if (rest === '') {
    flags.add('truncated');
  } else if (rest.startsWith('"')) {
    const end = endOfUserAgent(line, start + 1, found);
    fields.set('userAgent', line.slice(start + 1, end));
    if (end === undefined) {
      flags.add('truncated');
      return;
    }
    readTail(line, end + 2, found);
    doubtUserAgent(line, end, found);
  } else {
    const token = rest.split(' ')[0]!;
    if (token === '-') fields.set('userAgent', '-');
    else flags.add('untyped-tail');
    readTail(line, start + token.length + 1, found);
  }
}

const TEXT = '[^ "][^ ]*';
const NAME = '[A-Za-z0-9_-]+';
/** The valid texts of each field after the user agent. */
const KINDS = [TEXT, TEXT, '(?:SigV[^ ]*|-)', NAME, NAME, TEXT, '(?:TLS[^ ]*|-)', '(?:arn:[^ ]*|-)', '(?:Yes|-)', NAME];
const [A, B, C, D, E, F, G, ARN, ACL, REGION] = KINDS;
const TYPED_TAIL = new RegExp(`^ ${A} ${B} ${C} ${D} ${E} ${F} ${G}(?:$| ${ARN}(?:$| ${ACL}(?:$| ${REGION}(?:$| ))))`);

/** The last quote that seven fields of the right kinds follow; else the last quote. */
function endOfUserAgent(line: string, start: number, { flags, time }: Found): number | undefined {
  const quotes = closingQuotes(line, start);
  const typed = quotes.filter((quote) => TYPED_TAIL.test(line.slice(quote + 1)));
  const last = quotes.at(-1);
  if (typed.length > 1) flags.add('ambiguous-user-agent');
  if (typed.length === 0 || last === undefined) return last;
  if (typed.at(-1) === last) return last;
  flags.add('ambiguous-user-agent');
  const fieldsBehind = line.slice(last + 2) === '' ? 0 : line.slice(last + 2).split(' ').length;
  return time < Date.parse('2019-03-01T00:00:00Z') && fieldsBehind <= 1 ? last : typed.at(-1)!;
}

/** Without a typed tail, the user agent could also end at an earlier quote that a space follows. */
function doubtUserAgent(line: string, end: number, { fields, flags }: Found): void {
  if (!TYPED_TAIL.test(line.slice(end + 1)) && fields.get('userAgent')!.includes('" '))
    flags.add('ambiguous-user-agent');
}

/** Sets the fields after the user agent by position; further fields become `extra`. */
function readTail(line: string, start: number, found: Found): void {
  const { fields, flags } = found;
  const tokens = start >= line.length ? [] : line.slice(start).split(' ');
  for (const [index, token] of tokens.slice(0, TAIL_FIELDS.length).entries()) {
    fields.set(TAIL_FIELDS[index]!, token);
    if (!new RegExp(`^${KINDS[index]}$`).test(token)) flags.add('untyped-tail');
  }
  if (tokens.length > 1 && tokens.length < 7) flags.add('truncated');
  found.extra = splitExtra(tokens.slice(TAIL_FIELDS.length).join(' '));
}

/** Every quote from `start` on that is followed by a space or the end of the line. */
function closingQuotes(line: string, start: number): number[] {
  return [...line.matchAll(/"(?= |$)/g)].map(({ index }) => index).filter((index) => index >= start);
}

// Texts to values.

function toRecord({ fields, flags, time, extra }: Found): AccessLogRecord {
  const record: Record<string, unknown> = {};
  for (const { name, kind } of FIELDS) {
    const raw = fields.get(name) ?? '-';
    if (kind === 'time') record[name] = time;
    else if (raw === '-' || (raw === '' && kind !== 'quoted')) record[name] = null;
    else if (kind !== 'integer' && kind !== 'status') record[name] = decode(raw);
    else if (BigInt(raw) <= BigInt(Number.MAX_SAFE_INTEGER)) record[name] = Number(raw);
    else {
      record[name] = null;
      flags.add('invalid-number');
    }
  }
  record.extra = extra.map(decode);
  record.flags = FLAGS.filter((flag) => flags.has(flag));
  return record as unknown as AccessLogRecord;
}

/** A field that begins with a quote ends at the next quote that is followed by a space or the end of the line. */
function splitExtra(extra: string): string[] {
  return extra === '' ? [] : [...`${extra} `.matchAll(/(".*?"|".*(?= $)|[^ ]*) /gs)].map((match) => match[1]!);
}

const bytesOf = (raw: string): Buffer => Buffer.from(raw, 'latin1');
const decode = (raw: string): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(raw));
export const isUtf8 = (raw: string): boolean => bytesOf(raw).equals(Buffer.from(decode(raw), 'utf8'));
