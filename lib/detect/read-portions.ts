import { createLayout } from '../access-log/layout';
import { type LineHandler, splitLines } from '../access-log/lines';
import { locateLine } from '../access-log/parse-line';
import { overlongFailure, type ParseFailure, parseFailure } from '../access-log/read-records';
import { isImplausibleTime } from '../detection/event-time';
import type { Portion } from '../detection/observation';
import type { Observer } from '../detection/observe';
import { ReadFailure } from '../ports';

/**
 * A log object is evaluated in portions. A portion ends with the line that reaches this many bytes or this many
 * records. The boundaries depend only on the bytes of the log object, so a retry has the same portions. Lines that S3
 * writes reach the limit of bytes first; without the limit of records, lines made as short as possible would take many
 * times the memory.
 */
const PORTION_BYTES = 16 * 1024 * 1024;
export const PORTION_RECORDS = 50_000;

/** What was read so far. The times are those of records with a plausible time; epoch milliseconds. */
export interface ReadSoFar {
  records: number;
  parseFailures: number;
  firstFailure: ParseFailure | null;
  earliest: number;
  latest: number;
  /** Why the rest could not be read; null: it was read to its end. */
  failure: ReadFailure | null;
}

export function nothingRead(): ReadSoFar {
  return {
    records: 0,
    parseFailures: 0,
    firstFailure: null,
    earliest: Number.POSITIVE_INFINITY,
    latest: Number.NEGATIVE_INFINITY,
    failure: null,
  };
}

export interface ReadOptions {
  /** The log object, in chunks of any size; a chunk is valid until the next one is requested. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The name of the log object in parse failures. */
  readonly source: string;
  readonly observer: Observer;
  /** The latest plausible time of a record; epoch milliseconds. */
  readonly latestTime?: number | undefined;
  /** Updated while the log object is read. */
  readonly soFar: ReadSoFar;
  readonly onFailure?: ((failure: ParseFailure) => void) | undefined;
  /** Allocates buffers for lines that cross a chunk boundary; see `splitLines`. */
  readonly allocate?: ((length: number) => Uint8Array) | undefined;
  readonly portionBytes?: number | undefined;
}

/**
 * Reads a log object, as far as it can be read, and yields the observer's result for each portion, including the last.
 */
export async function* readPortions(options: ReadOptions): AsyncGenerator<Portion, void> {
  const { chunks, source, observer, soFar, onFailure, allocate, portionBytes = PORTION_BYTES } = options;
  const { latestTime = Number.POSITIVE_INFINITY } = options;
  const layout = createLayout();
  let portionLeft = portionBytes;
  let recordsLeft = PORTION_RECORDS;
  let ended: Portion[] = [];

  function fail(describe: () => ParseFailure): void {
    soFar.parseFailures++;
    if (soFar.firstFailure !== null && onFailure === undefined) return;
    const failure = describe();
    soFar.firstFailure ??= failure;
    onFailure?.(failure);
  }

  const handler: LineHandler = {
    line(bytes, start, end, number) {
      const outcome = locateLine(bytes, start, end, layout);
      if (outcome === 'record') {
        soFar.records++;
        const { time } = layout;
        if (!isImplausibleTime(time, latestTime)) {
          if (time > soFar.latest) soFar.latest = time;
          if (time < soFar.earliest) soFar.earliest = time;
        }
        observer.record(bytes, start, end, layout);
        recordsLeft--;
      } else if (outcome !== 'blank') fail(() => parseFailure(source, number, outcome, bytes, start, end));
      portionLeft -= end - start + 1;
      if (portionLeft <= 0 || recordsLeft <= 0) {
        ended.push(observer.endPortion());
        // guard: the next portion is as large
        portionLeft = portionBytes;
        recordsLeft = PORTION_RECORDS;
      }
    },
    tooLong: (sample, number) => fail(() => overlongFailure(source, number, sample)),
  };
  const lines = splitLines(handler, allocate);
  for await (const chunk of readableChunks(chunks, soFar)) {
    // guard: portions do not depend on chunks
    lines.push(chunk);
    if (ended.length > 0) {
      yield* ended;
      ended = [];
    }
  }
  lines.end();
  yield* ended;
  yield observer.endPortion();
}

/** The chunks before a `ReadFailure`, which becomes `failure`. */
async function* readableChunks(chunks: AsyncIterable<Uint8Array>, soFar: ReadSoFar): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error;
    soFar.failure = error;
  }
}
