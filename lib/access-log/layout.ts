import { FIELD, FIELDS } from './fields';
import type { RecordFlag } from './record';
import { type RememberedBytes, rememberNothing } from './remembered';

/**
 * Byte offsets of the fields of one line, without strings. The parser reuses one layout for all lines, so that reading
 * the fields that detection needs allocates nothing; `toRecord` decodes the text only for records that are shown.
 */
export interface LineLayout {
  /** Start of each field of `FIELDS`; -1 if the line does not have the field. Quoted fields exclude their quotes. */
  readonly starts: Int32Array;
  /** End of each field, exclusive. */
  readonly ends: Int32Array;
  /** The bytes behind `view`: the chunk that contains the current line. */
  viewed: Uint8Array | null;
  view: DataView;
  /** Values that successive lines usually share; see `remembered.ts`. */
  readonly owner: RememberedBytes;
  readonly bucket: RememberedBytes;
  readonly operation: RememberedBytes;
  /** Changes whenever the operation may differ from the operation of the previous line. */
  operationRun: number;
  /** `[06/Feb/2026`; `midnight` is the start of that day in UTC, epoch milliseconds. */
  readonly date: RememberedBytes;
  midnight: number;
  /** Epoch milliseconds. */
  time: number;
  /** Where the ninth field, the Request-URI, begins. */
  restStart: number;
  /** Where the line ends, without trailing whitespace and CR. */
  restEnd: number;
  /** Where the fields after the 27th begin; equal to `extraEnd` if there are none. */
  extraStart: number;
  extraEnd: number;
  /** One bit per flag, by its index in `FLAGS`. */
  flags: number;
}

/** Why a line is not a record. */
export type FailureReason = 'no bucket' | 'no time' | 'not a bucket name' | 'no operation';

export const FLAGS: readonly RecordFlag[] = [
  'truncated',
  'ambiguous-status',
  'ambiguous-referer',
  'ambiguous-user-agent',
  'untyped-tail',
  'invalid-status',
  'invalid-number',
  'invalid-utf8',
];

export function createLayout(): LineLayout {
  return {
    starts: new Int32Array(FIELDS.length).fill(-1),
    ends: new Int32Array(FIELDS.length).fill(-1),
    viewed: null,
    view: new DataView(new ArrayBuffer(0)),
    owner: rememberNothing(64),
    bucket: rememberNothing(64),
    operation: rememberNothing(64),
    operationRun: 0,
    date: rememberNothing(12),
    midnight: Number.NaN,
    time: Number.NaN,
    restStart: 0,
    restEnd: 0,
    extraStart: 0,
    extraEnd: 0,
    flags: 0,
  };
}

/** Points `layout.view` at the chunk that contains the current line. */
export function showBytes(layout: LineLayout, bytes: Uint8Array): void {
  if (layout.viewed === bytes) return;
  layout.viewed = bytes;
  layout.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Clears this field, all later fields and the flags. `ends` may stay: without a start, an end is never read. */
export function clearFrom(layout: LineLayout, field: number): void {
  layout.starts.fill(-1, field);
  layout.extraStart = 0;
  layout.extraEnd = 0;
  layout.flags = 0;
}

export function setField(layout: LineLayout, field: number, start: number, end: number): void {
  layout.starts[field] = start;
  layout.ends[field] = end;
}

export function addFlag(layout: LineLayout, flag: RecordFlag): void {
  layout.flags |= 1 << FLAGS.indexOf(flag);
}

export function hasFlag(layout: LineLayout, flag: RecordFlag): boolean {
  return (layout.flags & (1 << FLAGS.indexOf(flag))) !== 0;
}

/** The first and last field of the status block: status, error code and four integers. S3 writes all of them. */
export const STATUS_BLOCK = { first: FIELD.httpStatus, last: FIELD.turnAroundTime } as const;
