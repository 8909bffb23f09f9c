import { FIELDS, type FieldName } from '../access-log/fields';
import type { AccessLogRecord } from '../access-log/record';
import { cutText, jsonBytes } from '../text/cut';

/** Longest texts, in characters; what a client can write is cut here, what S3 writes is never so long. */
const MAX_TEXT = 512;
const MIN_TEXT = 8;

const ALL = FIELDS.map(({ name }) => name);
const FROM_CLIENTS: readonly FieldName[] = ['key', 'requestUri', 'referer', 'userAgent', 'hostHeader'];

/**
 * The record with its texts cut, so that its JSON takes at most `maxBytes`: first each to 512 characters, then what
 * clients write to less and less until it fits, and only where that is not enough, as of a line that S3 did not write,
 * all of them. A cut text ends in `…`. Further fields are dropped.
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
