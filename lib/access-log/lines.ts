import { LF } from './bytes';

/** In bytes, without the LF. Longer lines are parse failures and are not kept in memory. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** How much of a failed line is kept as a sample for people. In bytes. */
export const FAILURE_SAMPLE_BYTES = 2048;

export interface LineHandler {
  /** One line, `bytes[start, end)` without its LF; the bytes are valid only during the call. `number` starts at 1. */
  line(bytes: Uint8Array, start: number, end: number, number: number): void;
  /** A line over `MAX_LINE_BYTES`: only its first `FAILURE_SAMPLE_BYTES` bytes, valid during the call. */
  tooLong(sample: Uint8Array, number: number): void;
}

export interface LineSplitter {
  /** Takes the next chunk of the log object, of any size. The caller may reuse the chunk afterwards. */
  push(chunk: Uint8Array): void;
  /** Handles the last line if it had no LF. */
  end(): void;
}

/**
 * Splits a stream of bytes into lines at LF and nowhere else (CR, VT, FF and U+2028 occur inside lines). Only a line
 * that crosses a chunk boundary is copied; all other lines are passed on in place. `allocate` creates the buffer for
 * those copies. It should return the same type of array as the chunks: code that sees two types is compiled twice.
 */
export function splitLines(
  handler: LineHandler,
  allocate: (length: number) => Uint8Array = (length) => new Uint8Array(length),
): LineSplitter {
  let partial = allocate(4096);
  let held = 0;
  let overlong = false;
  let number = 1;

  function hold(chunk: Uint8Array, start: number, end: number): void {
    if (overlong) return;
    const needed = held + end - start;
    if (needed > MAX_LINE_BYTES) {
      // From here on, only the sample of this line is needed.
      keep(chunk, start, Math.min(end, start + Math.max(0, FAILURE_SAMPLE_BYTES - held)));
      overlong = true;
    } else keep(chunk, start, end);
  }

  function keep(chunk: Uint8Array, start: number, end: number): void {
    const needed = held + end - start;
    if (needed > partial.length) {
      const larger = allocate(Math.max(needed, partial.length * 2));
      larger.set(partial.subarray(0, held));
      partial = larger;
    }
    partial.set(chunk.subarray(start, end), held);
    held = needed;
  }

  function finishPartial(): void {
    if (overlong) handler.tooLong(partial.subarray(0, Math.min(held, FAILURE_SAMPLE_BYTES)), number);
    else handler.line(partial, 0, held, number);
    held = 0;
    overlong = false;
    number++;
  }

  return {
    push(chunk) {
      let start = 0;
      if (held > 0 || overlong) {
        const lf = chunk.indexOf(LF);
        hold(chunk, 0, lf < 0 ? chunk.length : lf);
        if (lf < 0) return;
        finishPartial();
        start = lf + 1;
      }
      for (let lf = chunk.indexOf(LF, start); lf >= 0; lf = chunk.indexOf(LF, start)) {
        if (lf - start > MAX_LINE_BYTES) {
          handler.tooLong(chunk.subarray(start, start + FAILURE_SAMPLE_BYTES), number);
        } else handler.line(chunk, start, lf, number);
        number++;
        start = lf + 1;
      }
      if (start < chunk.length) hold(chunk, start, chunk.length);
    },
    end() {
      if (held > 0 || overlong) finishPartial();
    },
  };
}
