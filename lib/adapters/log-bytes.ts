import { LF } from '../access-log/bytes';
import { FORMAT_BYTES, otherFormatOf } from '../access-log/other-formats';
import { isRecord, readUnpacked, withWholeBeginning } from './gunzip';
import { UnreadableContent } from './unreadable-content';

/**
 * Yields the bytes of the log lines in a file or log object, unpacked as by `readUnpacked`.
 * @throws UnreadableContent as there, and before anything is yielded if it is of another format.
 */
export async function* readLogBytes(
  input: AsyncIterable<Uint8Array>,
  maxBytes?: number,
): AsyncGenerator<Uint8Array, void> {
  let isBeginning = true;
  for await (const bytes of withWholeBeginning(readUnpacked(input, maxBytes), FORMAT_BYTES, beginsWithLine)) {
    if (isBeginning) refuseOtherFormats(bytes);
    isBeginning = false;
    yield bytes;
  }
}

/** Whether the first line is whole and a record. The reader of a pipe does not wait for more then. */
function beginsWithLine(beginning: Uint8Array): boolean {
  const lf = beginning.indexOf(LF);
  return lf >= 0 && !beginning.subarray(0, lf).includes(0) && isRecord(beginning);
}

/** @throws UnreadableContent if a file that begins with these bytes is of another format than an access log. */
export function refuseOtherFormats(beginning: Uint8Array): void {
  const format = otherFormatOf(beginning);
  if (format === null) return;
  throw new UnreadableContent(format.kind, `this is ${format.name}, which is not read; ${format.fix}`);
}
