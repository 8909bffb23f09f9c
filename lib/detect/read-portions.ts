import { createLayout } from '../access-log/layout';
import { type LineHandler, splitLines } from '../access-log/lines';
import { locateLine } from '../access-log/parse-line';
import { overlongFailure, type ParseFailure, parseFailure } from '../access-log/read-records';
import { isOddTime } from '../detection/event-time';
import type { Portion } from '../detection/observation';
import type { Observer } from '../detection/observe';

/**
 * A log object is folded in portions that end with the first line that makes them this many bytes, or this many
 * records: a fixed function of its bytes, so that a retry cuts it alike. What S3 writes reaches the bytes first; lines
 * that somebody made as short as they can be would take many times the memory.
 */
export const PORTION_BYTES = 16 * 1024 * 1024;
export const PORTION_RECORDS = 50_000;

/** What reading has met so far. Times of records are those that can be; epoch milliseconds. */
export interface ReadSoFar {
  records: number;
  parseFailures: number;
  firstFailure: ParseFailure | null;
  earliest: number;
  latest: number;
}

export function nothingRead(): ReadSoFar {
  return {
    records: 0,
    parseFailures: 0,
    firstFailure: null,
    earliest: Number.POSITIVE_INFINITY,
    latest: Number.NEGATIVE_INFINITY,
  };
}

export interface ReadOptions {
  /** Of bytes, of any size; valid until the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Names the log object in parse failures. */
  readonly source: string;
  readonly observer: Observer;
  /** No record can be later; epoch milliseconds. */
  readonly latestTime?: number | undefined;
  /** Filled while it is read. */
  readonly soFar: ReadSoFar;
  readonly onFailure?: ((failure: ParseFailure) => void) | undefined;
  /** Makes the bytes for lines that a chunk cuts: of the same kind as the chunks, for speed. */
  readonly allocate?: ((length: number) => Uint8Array) | undefined;
  readonly portionBytes?: number | undefined;
}

/** Reads a log object from chunks of bytes and gives what the observer made of each portion, the last one too. */
export async function* readPortions(options: ReadOptions): AsyncGenerator<Portion, void> {
  const { chunks, source, observer, soFar, onFailure, allocate, portionBytes = PORTION_BYTES } = options;
  const { latestTime = Number.POSITIVE_INFINITY } = options;
  const layout = createLayout();
  let portionLeft = portionBytes;
  let recordsLeft = PORTION_RECORDS;
  let ended: Portion[] = [];

  function fail(failure: ParseFailure): void {
    soFar.parseFailures++;
    soFar.firstFailure ??= failure;
    onFailure?.(failure);
  }

  const handler: LineHandler = {
    line(bytes, start, end, number) {
      const outcome = locateLine(bytes, start, end, layout);
      if (outcome === 'record') {
        soFar.records++;
        const { time } = layout;
        if (!isOddTime(time, latestTime)) {
          if (time > soFar.latest) soFar.latest = time;
          if (time < soFar.earliest) soFar.earliest = time;
        }
        observer.record(bytes, start, end, layout);
        recordsLeft--;
      } else if (outcome !== 'blank') fail(parseFailure(source, number, outcome, bytes, start, end));
      portionLeft -= end - start + 1;
      if (portionLeft <= 0 || recordsLeft <= 0) {
        ended.push(observer.endPortion());
        portionLeft = portionBytes;
        recordsLeft = PORTION_RECORDS;
      }
    },
    tooLong: (sample, number) => fail(overlongFailure(source, number, sample)),
  };
  const lines = splitLines(handler, allocate);
  for await (const chunk of chunks) {
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
