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
