import { FIELD, FIELDS } from './fields';
import type { RecordFlag } from './record';
import { type RememberedBytes, rememberNothing } from './remembered';

/**
 * Where the fields of one line stand: byte offsets, no strings. One layout is reused for line after line, so that
 * reading what a detection needs allocates nothing; `toRecord` makes text of it where somebody will look at it.
 */
export interface LineLayout {
  /** Start of each field of `FIELDS`, -1 where the line has none. Quoted fields stand without their quotes. */
  readonly starts: Int32Array;
  /** End of each field, exclusive. */
  readonly ends: Int32Array;
  /** The bytes that `view` shows: the chunk that the line at hand stands in. */
  viewed: Uint8Array | null;
  view: DataView;
  /** What lines have in common; see `remembered.ts`. */
  readonly owner: RememberedBytes;
  readonly bucket: RememberedBytes;
  readonly operation: RememberedBytes;
  /** Changes whenever the operation may be another than in the line before. */
  operationRun: number;
  /** `[06/Feb/2026`, whose first moment in UTC is `midnight`, epoch milliseconds. */
  readonly date: RememberedBytes;
  midnight: number;
  /** Epoch milliseconds. */
  time: number;
  /** Where the ninth field, the Request-URI, begins. */
  restStart: number;
  /** Where the line ends, blanks and CR cut off. */
  restEnd: number;
  /** Where the fields after the 27th begin; equal to `extraEnd` if there are none. */
  extraStart: number;
  extraEnd: number;
  /** One bit a flag, by its place in `FLAGS`. */
  flags: number;
}

/** Why a line is no record. */
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

/** Makes the layout show `bytes`, the chunk that the line at hand stands in. */
export function showBytes(layout: LineLayout, bytes: Uint8Array): void {
  if (layout.viewed === bytes) return;
  layout.viewed = bytes;
  layout.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Forgets this field and those behind it, whose `ends` without a start are never read, and what was doubtful. */
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

/** The first and last field of the status block: status, error code and four integers, never written by a client. */
export const STATUS_BLOCK = { first: FIELD.httpStatus, last: FIELD.turnAroundTime } as const;
