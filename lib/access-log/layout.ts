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
  /** The bytes to which all offsets refer: the chunk that contains the current line, or `scratch.bytes`. */
  bytes: Uint8Array;
  /** A view of `bytes`. */
  view: DataView;
  /** The chunk that was shown last, and a view of it. */
  chunk: Uint8Array;
  chunkView: DataView;
  /** Where decoded values of JSON lines are stored. */
  readonly scratch: Scratch;
  /** Whether the line is in the JSON form. */
  isJson: boolean;
  /** What is known of a line in the JSON form; see `locate-json.ts`. */
  readonly json: JsonObject;
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
  /** Where the ninth field, the Request-URI, begins. In the JSON form: where the object begins. */
  restStart: number;
  /** Where the line ends, without trailing whitespace and CR. In the JSON form: where the located text ends. */
  restEnd: number;
  /** Where the fields after the 27th begin, or the first unknown member; equal to `extraEnd` if there are none. */
  extraStart: number;
  extraEnd: number;
  /** One bit per flag, by its index in `FLAGS`. */
  flags: number;
}

/** Bytes that grow as needed. */
export interface Scratch {
  bytes: Uint8Array;
  view: DataView;
  used: number;
}

/** State of a line in the JSON form. Sets of fields are bits, numbered as in `FIELDS`. */
export interface JsonObject {
  /** The names that the object has, by their number in `json-names.ts`. */
  present: number;
  /** The fields whose value contains escapes that are not decoded yet. */
  escaped: number;
  /** Where the reading of the object paused, -1 if it ended; the member that is next, and the end of the line. */
  at: number;
  member: number;
  end: number;
  /** The value of a member that may wrap a record; `messageStart` is -1 if there is none. */
  messageStart: number;
  messageEnd: number;
  /**
   * What was before the first values of an object, `{"bucket_name":` or `,"remote_ip":`, and the number of that name:
   * the next object most likely repeats them.
   */
  readonly before: RememberedBytes[];
  readonly order: Int8Array;
  /** `2026-02-06`; `midnight` is the start of that day in UTC, epoch milliseconds. */
  readonly date: RememberedBytes;
  midnight: number;
}

/** Why a line is not a record. */
export type FailureReason =
  | 'no bucket'
  | 'no time'
  | 'not a bucket name'
  | 'no operation'
  | 'not valid JSON'
  | 'more text after the JSON object'
  | 'a JSON object that is cut off'
  | 'a JSON object without fields of an access log';

export const FLAGS: readonly RecordFlag[] = [
  'truncated',
  'ambiguous-status',
  'ambiguous-referer',
  'ambiguous-user-agent',
  'untyped-tail',
  'invalid-status',
  'invalid-number',
  'invalid-utf8',
  'damaged-json',
  'repeated-field',
];

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

/** How many names of an object are remembered; S3 writes 29. */
const MAX_MEMBERS = 40;

export function createLayout(): LineLayout {
  return {
    starts: new Int32Array(FIELDS.length).fill(-1),
    ends: new Int32Array(FIELDS.length).fill(-1),
    bytes: NO_BYTES,
    view: NO_VIEW,
    chunk: NO_BYTES,
    chunkView: NO_VIEW,
    scratch: { bytes: NO_BYTES, view: NO_VIEW, used: 0 },
    isJson: false,
    json: {
      present: 0,
      escaped: 0,
      at: -1,
      member: 0,
      end: 0,
      messageStart: -1,
      messageEnd: -1,
      before: [],
      order: new Int8Array(MAX_MEMBERS),
      date: rememberNothing(12),
      midnight: Number.NaN,
    },
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
  if (layout.bytes === bytes) return;
  if (layout.chunk !== bytes) {
    layout.chunk = bytes;
    layout.chunkView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  layout.bytes = bytes;
  layout.view = layout.chunkView;
}

/** Points `layout.view` at the scratch. */
export function showScratch(layout: LineLayout): void {
  layout.bytes = layout.scratch.bytes;
  layout.view = layout.scratch.view;
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
