import { FIELDS, type FieldName } from '../../lib/access-log/fields';
import type { AccessLogRecord } from '../../lib/access-log/record';

/** Variants in which S3 could write the same record; the parser must not depend on them. */
export interface LineStyle {
  /** The number of fields in the line; further fields of the record are not written. 27 includes the extra fields. */
  readonly vintage: Vintage;
  /** Which of the three quoted fields are written as an unquoted dash if they are null. */
  readonly bareDashes: readonly FieldName[];
  /** Offset from UTC, as `+hhmm`. */
  readonly offset?: string;
  /** Client text in Latin-1 becomes bytes that are not UTF-8. */
  readonly encoding?: 'utf8' | 'latin1';
}

export const VINTAGES = [17, 18, 24, 25, 26, 27] as const;
export type Vintage = (typeof VINTAGES)[number];

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Writes the record like S3, as one line without LF. */
export function writeLine(record: AccessLogRecord, style: LineStyle): Uint8Array {
  const fields = FIELDS.slice(0, style.vintage).map(({ name, kind }) => {
    const value = record[name];
    if (kind === 'time') return `[${logTime(record.time, style.offset ?? '+0000')}]`;
    if (kind !== 'quoted') return value === null ? '-' : String(value);
    if (value === null && style.bareDashes.includes(name)) return '-';
    return `"${value ?? '-'}"`;
  });
  const extra = style.vintage === 27 ? record.extra : [];
  return Buffer.from([...fields, ...extra].join(' '), style.encoding ?? 'utf8');
}

/** `06/Feb/2026:00:00:38 +0000`: the time in the time zone with this offset. */
export function logTime(time: number, offset = '+0000'): string {
  const minutes = Number(`${offset[0]}1`) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3)));
  const [year, month, day, clock] = new Date(time + minutes * 60_000).toISOString().split(/[-T.]/) as [
    string,
    string,
    string,
    string,
  ];
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${clock} ${offset}`;
}

/** Variants in which the same record may be written in the JSON form; the parser must not depend on them. */
export interface JsonStyle {
  /** Written around commas and colons. */
  readonly space: '' | ' ' | ' \t';
  /** Moves this many members from the front of the object to its end. */
  readonly turn: number;
  /** Leaves out the fields without a value, as `recordFields` of a delivery may. */
  readonly leavesOut: boolean;
  readonly numbersAsText: boolean;
  /** Which characters are escaped that need not be. */
  readonly escapes: 'none' | 'slashes' | 'all but ASCII' | 'everything';
  /** The member that wraps the record, and whether it is a string. */
  readonly wrapper: { readonly name: string; readonly isText: boolean } | null;
}

export const PLAIN_JSON: JsonStyle = {
  space: '',
  turn: 0,
  leavesOut: false,
  numbersAsText: false,
  escapes: 'none',
  wrapper: null,
};

/** Writes the record in the JSON form, as one line without LF. `extra` is not written. */
export function writeJsonLine(record: AccessLogRecord, style: JsonStyle = PLAIN_JSON): Buffer {
  const values = new Map<string, unknown>([
    ['schema_version_id', 'V_1_0'],
    ['bucket_arn', `arn:aws:s3:::${record.bucket}`],
    ...FIELDS.map(({ name, json }): [string, unknown] => [json, jsonValue(record, name, style)]),
  ]);
  const members = [...values].filter(([, value]) => !style.leavesOut || value !== null);
  const turned = [...members.slice(style.turn), ...members.slice(0, style.turn)];
  const object = jsonObject(
    turned.map(([name, value]) => [name, scalar(value, style)]),
    style,
  );
  if (style.wrapper === null) return Buffer.from(object);
  const { name, isText } = style.wrapper;
  return Buffer.from(
    jsonObject(
      [
        ['@timestamp', scalar('2026-02-06 00:00:38.000', style)],
        [name, isText ? scalar(object, style) : object],
      ],
      style,
    ),
  );
}

function jsonValue(record: AccessLogRecord, name: FieldName, { numbersAsText }: JsonStyle): unknown {
  const value = record[name];
  if (name === 'time') return new Date(record.time).toISOString();
  if (name === 'aclRequired') return value === null ? null : true;
  return typeof value === 'number' && numbersAsText ? String(value) : value;
}

function jsonObject(members: readonly (readonly [name: string, value: string])[], { space }: JsonStyle): string {
  const texts = members.map(([name, value]) => `${JSON.stringify(name)}${space}:${space}${value}`);
  return `{${space}${texts.join(`${space},${space}`)}${space}}`;
}

function scalar(value: unknown, { escapes }: JsonStyle): string {
  const json = JSON.stringify(value);
  if (typeof value !== 'string' || escapes === 'none') return json;
  const unit = (text: string) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`;
  if (escapes === 'slashes') return json.replaceAll('/', '\\/');
  if (escapes === 'all but ASCII') return json.replace(/[\u0080-\uffff]/g, unit);
  return `"${Array.from({ length: value.length }, (_, at) => unit(value.charAt(at))).join('')}"`;
}
