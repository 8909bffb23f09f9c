import { FIELDS, type FieldName } from '../access-log/fields';
import type { AccessLogRecord } from '../access-log/record';
import { cutText, jsonBytes } from '../text/cut';

/** Limits for the text of a field, in characters. Only client text is longer than `MAX_TEXT`; what S3 writes is not. */
const MAX_TEXT = 512;
const MIN_TEXT = 8;

const ALL = FIELDS.map(({ name }) => name);
const FROM_CLIENTS: readonly FieldName[] = ['key', 'requestUri', 'referer', 'userAgent', 'hostHeader'];

/**
 * Cuts the texts of a record so that its JSON takes at most `maxBytes`. First cuts every text to 512 characters; then
 * cuts client text shorter and shorter until the record fits; only if that is not enough, as for a line that S3 did not
 * write, cuts all texts. A cut text ends with `…`. Drops the fields in `extra`.
 */
export function cutRecord(record: AccessLogRecord, maxBytes: number): AccessLogRecord {
  let cut = withTextsCut({ ...record, extra: [] }, ALL, MAX_TEXT);
  for (const names of [FROM_CLIENTS, ALL]) {
    for (let length = MAX_TEXT / 2; length >= MIN_TEXT && jsonBytes(cut) > maxBytes; length /= 2) {
      cut = withTextsCut(cut, names, length);
    }
  }
  return cut;
}

function withTextsCut(record: AccessLogRecord, names: readonly FieldName[], length: number): AccessLogRecord {
  const cut: Record<string, unknown> = { ...record };
  for (const name of names) {
    const value = record[name];
    if (typeof value === 'string') cut[name] = cutText(value, length);
  }
  return cut as unknown as AccessLogRecord;
}
