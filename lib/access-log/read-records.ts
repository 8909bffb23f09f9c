import { createLayout } from './layout';
import { FAILURE_SAMPLE_BYTES, type LineSplitter, MAX_LINE_BYTES, splitLines } from './lines';
import { decode, locateAll, locateLine, toRecord } from './parse-line';
import type { AccessLogRecord } from './record';

/** A line that could not be parsed. Parse failures are counted and reported, never dropped. */
export interface ParseFailure {
  /** Where the line came from: a path or a log object. */
  readonly source: string;
  /** Starts at 1. */
  readonly line: number;
  readonly reason: string;
  /** The first `FAILURE_SAMPLE_BYTES` bytes of the line. */
  readonly text: string;
}

export interface RecordHandler {
  record(record: AccessLogRecord, line: number): void;
  failure(failure: ParseFailure): void;
}

/**
 * Parses a log object that the caller pushes in chunks of any size. Each line gives one record or one parse failure;
 * blank lines give neither.
 */
export function readRecords(source: string, handler: RecordHandler): LineSplitter {
  const layout = createLayout();
  return splitLines({
    line(bytes, start, end, line) {
      const outcome = locateLine(bytes, start, end, layout);
      if (outcome === 'record') {
        locateAll(layout);
        handler.record(toRecord(layout), line);
      } else if (outcome !== 'blank') handler.failure(parseFailure(source, line, outcome, bytes, start, end));
    },
    tooLong(sample, line) {
      handler.failure(overlongFailure(source, line, sample));
    },
  });
}

export function parseFailure(
  source: string,
  line: number,
  reason: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): ParseFailure {
  return { source, line, reason, text: decode(bytes, start, Math.min(end, start + FAILURE_SAMPLE_BYTES)) };
}

export function overlongFailure(source: string, line: number, sample: Uint8Array): ParseFailure {
  const reason = `longer than ${MAX_LINE_BYTES.toLocaleString('en')} bytes`;
  return { source, line, reason, text: decode(sample, 0, sample.length) };
}
