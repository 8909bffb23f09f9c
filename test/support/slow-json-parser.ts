// The slow and obvious parser of the JSON form; see slow-parser.ts. One character of a line is one byte. `JSON.parse`
// decides what a value is, and decodes it.
import { FIELDS, type FieldName } from '../../lib/access-log/fields';
import type { FailureReason } from '../../lib/access-log/layout';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { type Found, isUtf8, slowClock } from './slow-parser';

type Parsed = AccessLogRecord | FailureReason | null;

interface Others {
  readonly toRecord: (found: Found) => AccessLogRecord;
  readonly parseMessage: (line: string) => Parsed;
}

type End = 'closed' | 'cut' | 'damaged';

interface Member {
  readonly name: string;
  /** The name and the value, as in the line. */
  readonly raw: string;
  /** The value, as in the line. */
  readonly value: string;
}

const ESCAPE = '\\\\u[0-9a-fA-F]{4}|\\\\["\\\\/bfnrt]';
const STRING = new RegExp(`^"(?:[^"\\\\]|${ESCAPE})*"`);
const UNCLOSED = new RegExp(`^"(?:[^"\\\\]|${ESCAPE})*`);
const ESCAPES = new RegExp(`(?:${ESCAPE})+`, 'g');
const HALF_ESCAPE = /^(\\(u[0-9a-fA-F]{0,3})?)?$/;

const NONE = 'a JSON object without fields of an access log';

/** The record of a line that begins with a brace, or why it is not a record. */
export function slowParseJson(line: string, isMessage: boolean, others: Others): Parsed {
  const { members, end, rest, cutMember } = readObject(line);
  if (end === 'closed' && /[^ \t\r\n]/.test(rest)) return 'more text after the JSON object';

  const known = new Map<string, string>();
  const extra: string[] = [];
  let isRepeated = false;
  for (const { name, raw, value } of members) {
    const isField = FIELDS.some(({ json }) => json === name);
    const isWrapper = name === 'message' || name === '@message';
    if (!isField && !isWrapper && name !== 'schema_version_id' && name !== 'bucket_arn') extra.push(raw);
    else {
      if (isWrapper) extra.push(raw);
      if (known.has(name)) isRepeated = true;
      else known.set(name, value);
    }
  }
  if (!known.has('bucket_name')) {
    const all = [...members, ...(cutMember === undefined ? [] : [cutMember])];
    const wrapper = all.find(({ name }) => name === 'message' || name === '@message');
    if (wrapper !== undefined) return isMessage ? NONE : parseWrapped(wrapper.value, others);
  }
  if (end !== 'closed' && ['bucket_name', 'request_time', 'remote_ip', 'operation'].some((name) => !known.has(name))) {
    return end === 'cut' ? 'a JSON object that is cut off' : 'not valid JSON';
  }
  if (known.size === 0) return NONE;

  const found: Found = { fields: new Map(), flags: new Set(), time: Number.NaN, extra };
  if (end === 'cut') found.flags.add('truncated');
  if (end === 'damaged') found.flags.add('damaged-json');
  if (isRepeated) found.flags.add('repeated-field');
  const text = (name: FieldName) => textOf(known.get(FIELDS.find((field) => field.name === name)!.json));
  if (text('bucket') === '-') return 'no bucket';
  found.time = slowIsoTime(text('time'));
  if (Number.isNaN(found.time)) return 'no time';
  if (!/^[A-Za-z0-9._-]{1,255}$/.test(text('bucket'))) return 'not a bucket name';
  const part = '[A-Za-z0-9_]+(?:-+[A-Za-z0-9_]+)*';
  if (!new RegExp(`^(?=[A-Za-z])${part}(?:\\.${part})+$`).test(text('operation'))) return 'no operation';
  for (const { name, json, kind } of FIELDS) {
    const value = known.get(json);
    let shown = text(name);
    if (value?.startsWith('"') && !isWellFormed(value)) found.flags.add('invalid-utf8');
    if (kind === 'quoted' && value === '""') shown = '';
    if (kind === 'status' && !/^([0-9]{3}|-)$/.test(shown)) {
      found.flags.add('invalid-status');
      shown = '-';
    }
    if (kind === 'integer' && !/^([0-9]+|-)$/.test(shown)) {
      found.flags.add('invalid-number');
      shown = '-';
    }
    if (!isUtf8(shown)) found.flags.add('invalid-utf8');
    if (name === 'aclRequired') shown = shown === 'true' ? 'Yes' : shown === 'false' ? '-' : shown;
    if (kind !== 'time') found.fields.set(name, shown);
  }
  if (extra.some((raw) => !isUtf8(raw))) found.flags.add('invalid-utf8');
  return others.toRecord(found);
}

function parseWrapped(value: string, others: Others): Parsed {
  if (value.startsWith('{')) return slowParseJson(value, true, others);
  if (!value.startsWith('"')) return NONE;
  return others.parseMessage(decoded(UNCLOSED.exec(value)![0].slice(1))) ?? NONE;
}

/** Reads the members of the object, as far as it is one. */
function readObject(line: string): { members: Member[]; end: End; rest: string; cutMember?: Member } {
  const members: Member[] = [];
  let rest = line;
  const skip = (): void => {
    rest = rest.replace(/^[ \t\r\n]+/, '');
  };
  const take = (length: number): void => {
    rest = rest.slice(length);
    skip();
  };
  take(1);
  if (rest.startsWith('}')) return { members, end: 'closed', rest: rest.slice(1) };
  for (;;) {
    if (rest === '') return { members, end: 'cut', rest };
    const start = rest;
    const name = rest.startsWith('"') ? readValue(rest) : 'damaged';
    if (typeof name === 'string') return { members, end: name, rest };
    const nameText = decoded(rest.slice(1, name - 1));
    take(name);
    if (rest === '') return { members, end: 'cut', rest };
    if (!rest.startsWith(':')) return { members, end: 'damaged', rest };
    take(1);
    const valueStart = rest;
    const length = rest === '' ? 'cut' : readValue(rest);
    if (length === 'cut' && rest !== '') {
      return { members, end: 'cut', rest, cutMember: { name: nameText, raw: start, value: rest } };
    }
    if (typeof length === 'string') return { members, end: length, rest };
    rest = rest.slice(length);
    members.push({
      name: nameText,
      raw: start.slice(0, start.length - rest.length),
      value: valueStart.slice(0, length),
    });
    skip();
    if (rest === '') return { members, end: 'cut', rest };
    if (rest.startsWith('}')) return { members, end: 'closed', rest: rest.slice(1) };
    if (!rest.startsWith(',')) return { members, end: 'damaged', rest };
    take(1);
  }
}

/** The length of the value at the start of the text. */
function readValue(text: string): number | 'cut' | 'damaged' {
  if (text.startsWith('"')) {
    const whole = STRING.exec(text);
    if (whole !== null) return whole[0].length;
    return HALF_ESCAPE.test(text.slice(UNCLOSED.exec(text)![0].length)) ? 'cut' : 'damaged';
  }
  if (/^[{[]/.test(text)) return readNested(text);
  const scalar = /^[A-Za-z0-9+.-]*/.exec(text)![0];
  if (scalar.length === text.length) return 'cut';
  try {
    JSON.parse(scalar);
    return scalar.length;
  } catch {
    return 'damaged';
  }
}

function readNested(text: string): number | 'cut' | 'damaged' {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') {
      const length = readValue(text.slice(at));
      if (typeof length === 'string') return length;
      at += length - 1;
    } else if (text[at] === '{' || text[at] === '[') depth++;
    else if (text[at] === '}' || text[at] === ']') depth--;
    if (depth === 0) return at + 1;
  }
  return 'cut';
}

/** The text of a value as a dash or the raw text of the text form would have it. */
function textOf(value: string | undefined): string {
  if (value === undefined || value === 'null' || value === '""') return '-';
  return value.startsWith('"') ? decoded(value.slice(1, -1)) : value;
}

/** The bytes of the text of a string without its quotes. */
function decoded(text: string): string {
  return text.replace(ESCAPES, (run) => Buffer.from(JSON.parse(`"${run}"`) as string).toString('latin1'));
}

/** Whether no escape stands for half of a character. */
function isWellFormed(value: string): boolean {
  return (value.match(ESCAPES) ?? []).every((run) => {
    const text = JSON.parse(`"${run}"`) as string;
    return Buffer.from(text).toString() === text;
  });
}

/** Parses `2026-02-06T00:00:38.123Z` with the platform's own functions; NaN if it is not a time. */
function slowIsoTime(text: string): number {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|([+-]\d\d):(\d\d))$/.exec(text);
  if (parts === null) return Number.NaN;
  const [, date, clock, hours = '+00', minutes = '00'] = parts;
  return slowClock(date!, clock!, hours + minutes);
}
