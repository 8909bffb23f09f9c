import type { InflateRaw } from 'node:zlib';
import { LF } from '../access-log/bytes';
import { createLayout } from '../access-log/layout';
import { locateLine } from '../access-log/parse-line';
import { type Pieces, piecesOf } from './gzip-pieces';
import { corrupt, tooLarge, truncated } from './unreadable-content';

/** A longer header of a member is taken for damage. RFC 1952 sets no limit; names of files are shorter. */
const MAX_HEADER_BYTES = 64 * 1024;

/** What a member counts for at least: creating a decompressor takes longer than unpacking this much. */
const MEMBER_BYTES = 16 * 1024;

/** How much of a line shows whether it is a record: more than its first eight fields. */
const RECORD_HEAD_BYTES = 4 * 1024;

const BRACE = 0x7b;
const BRACE_END = 0x7d;

/**
 * Yields the content of a file or log object in chunks: unpacked if its first two bytes are those of gzip, else as it is.
 * Reads all members of a gzip file, and ends the last line of a member if the next one begins with a record.
 * @param maxBytes the most that gzip may unpack to
 * @throws UnreadableContent if a gzip stream cannot be unpacked to its end; everything before that was yielded.
 */
export async function* readUnpacked(
  input: AsyncIterable<Uint8Array>,
  maxBytes = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array, void> {
  const chunks = withWholeBeginning(input, 2);
  try {
    const first = await chunks.next();
    if (first.value === undefined) return;
    const all = chain(first.value, chunks);
    yield* first.value[0] === 0x1f && first.value[1] === 0x8b ? gunzip(all, maxBytes) : all;
  } finally {
    await chunks.return(); // closes the input even if it was not read to its end
  }
}

/** The same bytes; the first chunk has at least `length` of them where there are so many, or is enough already. */
export async function* withWholeBeginning(
  input: AsyncIterable<Uint8Array>,
  length: number,
  isEnough: (beginning: Uint8Array) => boolean = () => false,
): AsyncGenerator<Uint8Array, void, undefined> {
  let beginning: Uint8Array = new Uint8Array(0);
  let isWhole = false;
  try {
    for await (const chunk of input) {
      if (isWhole) yield chunk;
      else {
        beginning = beginning.length === 0 ? chunk : Buffer.concat([beginning, chunk]);
        isWhole = beginning.length >= length || isEnough(beginning);
        if (isWhole) yield beginning;
      }
    }
  } catch (error) {
    if (!isWhole && beginning.length > 0) yield beginning;
    throw error;
  }
  if (!isWhole && beginning.length > 0) yield beginning;
}

async function* chain(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield first;
  yield* rest;
}

async function* gunzip(packed: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array, void> {
  const input = piecesOf(packed);
  const line = currentLine();
  let counted = 0;
  try {
    for (let number = 0; ; number++) {
      if (number > 0 && (await isEndOfMembers(input))) return;
      const { isBlock } = await readHeader(input);
      const before = counted;
      let isBeginning = true;
      for await (const bytes of withWholeBeginning(inflateMember(input), RECORD_HEAD_BYTES)) {
        if (isBeginning && !isBlock && line.isEndedBy(bytes)) yield Buffer.of(LF);
        isBeginning = false;
        if (counted + bytes.length > maxBytes) {
          yield bytes.subarray(0, maxBytes - counted);
          throw tooLarge(maxBytes);
        }
        counted += bytes.length;
        line.push(bytes);
        yield bytes;
      }
      counted = Math.max(counted, before + MEMBER_BYTES);
      if (counted > maxBytes) throw tooLarge(maxBytes);
    }
  } finally {
    await input.close();
  }
}

/** The line that is not ended yet, as far as it shows whether it is a record. */
function currentLine() {
  let head: Uint8Array = new Uint8Array(0);
  let last = LF;
  return {
    push(bytes: Uint8Array): void {
      const lf = bytes.lastIndexOf(LF);
      if (lf >= 0) head = new Uint8Array(0);
      const more = bytes.subarray(lf + 1, lf + 1 + RECORD_HEAD_BYTES - head.length);
      if (more.length > 0) head = Buffer.concat([head, more]);
      last = bytes.at(-1)!;
    },
    /** Whether the member that begins with these bytes begins a new line: both are records then. */
    isEndedBy(bytes: Uint8Array): boolean {
      if (last === LF) return false;
      if (head[0] === BRACE && bytes[0] === BRACE) return last === BRACE_END; // JSON objects
      return isRecord(head) && isRecord(bytes);
    },
  };
}

/** Whether these bytes begin with a record. */
export function isRecord(bytes: Uint8Array): boolean {
  const lf = bytes.indexOf(LF);
  return locateLine(bytes, 0, lf < 0 ? bytes.length : lf, createLayout()) === 'record';
}

/** Whether no further member follows: zeros may fill a gzip file up, as on tapes. */
async function isEndOfMembers(input: Pieces): Promise<boolean> {
  const next = await input.rest();
  if (next.length === 0) return true;
  if (next[0] !== 0) return false;
  for (let rest = next; rest.length > 0; rest = await input.rest()) {
    if (rest.some((byte) => byte !== 0)) throw corrupt('zeros between its members');
    input.skip(rest.length);
  }
  return true;
}

const FLAG = { headerChecksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

/**
 * Reads the header of a member. `isBlock`: it is a block of the BGZF format, which cuts lines at any byte.
 * Sources: RFC 1952 section 2.3; the SAM specification section 4.1 (BGZF).
 */
async function readHeader(input: Pieces): Promise<{ isBlock: boolean }> {
  let length = 0;
  async function byte(): Promise<number> {
    if (++length > MAX_HEADER_BYTES) throw corrupt('header too long');
    return input.byte();
  }
  async function skipText(): Promise<void> {
    while ((await byte()) !== 0);
  }
  if ((await byte()) !== 0x1f || (await byte()) !== 0x8b) throw corrupt('incorrect header check');
  if ((await byte()) !== 8) throw corrupt('unknown compression method');
  const flags = await byte();
  if ((flags & FLAG.reserved) !== 0) throw corrupt('unknown header flags set');
  for (let skipped = 0; skipped < 6; skipped++) await byte(); // time, extra flags, operating system
  let isBlock = false;
  if ((flags & FLAG.extra) !== 0) {
    const extra: number[] = [];
    for (let left = (await byte()) | ((await byte()) << 8); left > 0; left--) extra.push(await byte());
    isBlock = extra[0] === 0x42 && extra[1] === 0x43;
  }
  if ((flags & FLAG.name) !== 0) await skipText();
  if ((flags & FLAG.comment) !== 0) await skipText();
  if ((flags & FLAG.headerChecksum) !== 0) for (let skipped = 0; skipped < 2; skipped++) await byte();
  return { isBlock };
}

/** Unpacks the data of a member, and compares them with the checksum and the length behind them. */
async function* inflateMember(input: Pieces): AsyncGenerator<Uint8Array, void> {
  const { crc32, createInflateRaw } = await import('node:zlib');
  const decompressor = stepwise(createInflateRaw());
  let checksum = 0;
  let length = 0;
  try {
    for (let isEnded = false; !isEnded; ) {
      const packed = await input.rest();
      const { unpacked, consumed, error } = await (packed.length === 0
        ? decompressor.end()
        : decompressor.write(packed));
      for (const bytes of unpacked) {
        checksum = crc32(bytes, checksum);
        length += bytes.length;
        yield bytes;
      }
      if (packed.length === 0) throw truncated(); // even if the data are whole: the checksum is missing
      if (error !== null) throw corrupt(error.message);
      input.skip(consumed);
      isEnded = consumed < packed.length;
    }
  } finally {
    decompressor.destroy();
  }
  if ((await word(input)) !== checksum) throw corrupt('incorrect data check');
  if ((await word(input)) !== length % 2 ** 32) throw corrupt('incorrect length check');
}

async function word(input: Pieces): Promise<number> {
  const bytes = [await input.byte(), await input.byte(), await input.byte(), await input.byte()];
  return Buffer.from(bytes).readUInt32LE();
}

interface Step {
  readonly unpacked: readonly Buffer[];
  /** Bytes of the input; fewer than were given where the data end. */
  readonly consumed: number;
  readonly error: Error | null;
}

/**
 * Runs a zlib stream in steps. A stream that has an error drops output that was not read yet, so a step takes all the
 * output of its input before the next one begins.
 */
function stepwise(inflate: InflateRaw) {
  let unpacked: Buffer[] = [];
  let settle: (error?: Error | null) => void = () => {};
  inflate.on('data', (chunk: Buffer) => unpacked.push(chunk));
  inflate.on('error', (error) => settle(error));
  function step(run: (done: (error?: Error | null) => void) => void): Promise<Step> {
    const before = inflate.bytesWritten;
    return new Promise((resolve) => {
      settle = (error) => {
        resolve({ unpacked, consumed: inflate.bytesWritten - before, error: error ?? null });
        unpacked = [];
      };
      run(settle);
    });
  }
  return {
    write: (packed: Uint8Array) => step((done) => inflate.write(packed, done)),
    /** Takes the rest of the output. */
    end: () => step((done) => inflate.once('end', done).end()),
    destroy: () => inflate.destroy(),
  };
}
