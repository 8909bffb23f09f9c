import { DASH } from '../access-log/bytes';
import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';
import { locateDecision } from '../access-log/parse-line';
import { rankOf } from './level';
import type { Operations } from './operations';
import { isOwn, isSigned } from './own-principal';
import { isDenied, isSuccessfulRequest } from './statuses';
import type { CountedRecord } from './tally';

/** Reads the fields of a record that are counted. */
export interface RecordReader {
  /** The current record. One object for all lines: each `read` overwrites it. */
  readonly record: Readonly<CountedRecord>;
  /**
   * Reads a record whose head was located. `time`: the time used for evaluation, epoch milliseconds. `ownAccount`: the
   * account whose principals count as own; null: not known, all count as own. Returns the number of the operation.
   */
  read(layout: LineLayout, time: number, operations: Operations, ownAccount: string | null): number;
}

const DENIED_RANK = rankOf('denied');
const NO_ACCESS_RANK = rankOf('no access');

export function createRecordReader(isSuccessStatus: (status: number | null) => boolean): RecordReader {
  const record: CountedRecord = {
    time: 0,
    rank: 0,
    success: false,
    signed: false,
    own: false,
    denied: false,
    bytesSent: 0,
    operation: '',
  };
  return {
    record,
    read(layout, time, operations, ownAccount) {
      locateDecision(layout);
      const status = integerAt(layout, FIELD.httpStatus);
      const number = operations.numberOf(layout);
      record.operation = operations.names[number]!;
      record.time = time;
      record.success = isSuccessfulRequest(isSuccessStatus, status, record.operation);
      record.signed = isSigned(layout);
      record.own = record.success && record.signed && isOwn(layout, ownAccount);
      record.denied = isDenied(status);
      record.rank = record.success ? operations.ranks[number]! : record.denied ? DENIED_RANK : NO_ACCESS_RANK;
      record.bytesSent = integerAt(layout, FIELD.bytesSent) ?? 0;
      return number;
    },
  };
}

/** The integer in a field of digits; null for a dash, and if the line has no such field. */
function integerAt({ view, starts, ends }: LineLayout, field: number): number | null {
  const start = starts[field]!;
  const end = ends[field]!;
  if (start < 0 || view.getUint8(start) === DASH) return null;
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + view.getUint8(at) - 0x30;
  return Number.isSafeInteger(value) ? value : null;
}
