import { createLayout } from '../access-log/layout';
import { splitLines } from '../access-log/lines';
import { readLogObjectKey } from '../access-log/log-object-key';
import { locateLine } from '../access-log/parse-line';
import { type LogFile, listLogFiles, readBeginning, readChunks } from '../adapters/files/log-files';
import { believedTime, isOddTime } from '../detection/event-time';
import { ReadFailure } from '../ports';
import { compareText } from '../text/order';
import { makeVisible } from '../text/visible';
import { type Problem, UsageError } from './usage-error';

const DAY = 86_400_000;

/** A file to read as a log object. */
export interface LogObjectFile extends LogFile {
  /** The time in its name, epoch milliseconds; null where the name holds none. */
  readonly keyTime: number | null;
}

export interface Inputs {
  readonly files: readonly LogObjectFile[];
  /** Files met in directories that are no access logs. */
  readonly skipped: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Finds the log objects behind paths: files, directories, `-`. What the user names is taken at its word; in a
 * directory a file counts as a log if it is named like one of S3's, or if one of its first lines reads as a record.
 * @throws UsageError for a path that no command can read yet.
 */
export async function findInputs(paths: readonly string[]): Promise<Inputs> {
  const files: LogObjectFile[] = [];
  /** By what they really are, since one file can be met twice. */
  const skipped = new Map<string, string>();
  const problems: Problem[] = [];
  for (const path of paths) {
    if (path.startsWith('s3://')) {
      throw new UsageError(
        `${makeVisible(path)}: reading from S3 is not supported yet; copy the logs first: aws s3 cp --recursive ${makeVisible(path)} logs/`,
      );
    }
  }
  const taken = new Set<string>();
  for (const path of new Set(paths)) {
    const listed = await listLogFiles(path);
    for (const { kind, message } of listed.problems) {
      problems.push({ kind: kind === 'unreadable' ? 'failure' : 'mistake', message });
    }
    for (const file of listed.files) {
      // A log object counts once, however often and in however many spellings it was named.
      if (taken.has(file.realPath)) continue;
      const keyTime = (readLogObjectKey(file.path) ?? readLogObjectKey(file.realPath))?.time ?? null;
      try {
        if (file.named || keyTime !== null || (await looksLikeLog(file))) {
          files.push({ ...file, keyTime });
          skipped.delete(file.realPath);
        } else {
          skipped.set(file.realPath, file.path);
          continue;
        }
      } catch (error) {
        if (!(error instanceof ReadFailure)) throw error;
        problems.push({ kind: 'failure', message: error.message });
      }
      taken.add(file.realPath);
    }
    if (listed.problems.length === 0 && !listed.files.some(({ realPath }) => taken.has(realPath))) {
      problems.push({ kind: 'mistake', message: `${path}: no access log in this directory` });
    }
  }
  return { files, skipped: [...skipped.values()], problems };
}

/** Whether one of its first lines is a record; a log object may be empty, too. */
async function looksLikeLog(file: LogFile): Promise<boolean> {
  if (file.size === 0) return true;
  try {
    return holdsRecord(await readBeginning(file));
  } catch (error) {
    // What is packed may contain logs, so that it is reported; a log of another service is skipped like other files.
    if (error instanceof ReadFailure && error.kind === 'other-format') return false;
    throw error;
  }
}

function holdsRecord(bytes: Uint8Array): boolean {
  const layout = createLayout();
  let found = false;
  const lines = splitLines({
    line(line, start, end) {
      found ||= locateLine(line, start, end, layout) === 'record';
    },
    tooLong() {},
  });
  lines.push(bytes);
  lines.end();
  return found;
}

/** A log object to be read, and when it arrived. */
export interface ArrivedFile {
  readonly file: LogObjectFile;
  /** Epoch milliseconds; null where only reading it tells: then it comes last, or is the only one. */
  readonly arrivedAt: number | null;
}

/**
 * Puts log objects in the order in which they arrived: by the time in the key, else by the last record, which takes
 * reading those files once before. What can be read only once comes last. Nothing is later than `latestTime` (epoch
 * milliseconds), whatever it says.
 */
export async function inOrderOfArrival(
  files: readonly LogObjectFile[],
  latestTime: number,
): Promise<readonly ArrivedFile[]> {
  const arrived: ArrivedFile[] = [];
  for (const file of files) arrived.push({ file, arrivedAt: await arrivalOf(file, files.length > 1, latestTime) });
  return arrived.sort((a, b) => {
    const [at, bt] = [a.arrivedAt ?? Number.POSITIVE_INFINITY, b.arrivedAt ?? Number.POSITIVE_INFINITY];
    if (at !== bt) return at < bt ? -1 : 1;
    return compareText(a.file.path, b.file.path);
  });
}

async function arrivalOf(file: LogObjectFile, hasOthers: boolean, latestTime: number): Promise<number | null> {
  const { regular } = file;
  const keyTime = file.keyTime === null ? null : believedTime(file.keyTime, latestTime);
  // Partitioned by event time, the key has the day of the records and no time of day.
  const isDayOnly = keyTime !== null && keyTime % DAY === 0;
  if (keyTime !== null && !(isDayOnly && regular)) return keyTime;
  if (!regular || !hasOthers) return keyTime;
  return Math.max(keyTime ?? Number.NEGATIVE_INFINITY, await lastRecordTime(file, latestTime));
}

/** The time of the latest record, epoch milliseconds; of what is readable, as the scan itself reports the rest. */
async function lastRecordTime(file: LogObjectFile, latestTime: number): Promise<number> {
  const layout = createLayout();
  let last = Number.NEGATIVE_INFINITY;
  const lines = splitLines({
    line(bytes, start, end) {
      if (locateLine(bytes, start, end, layout) !== 'record' || isOddTime(layout.time, latestTime)) return;
      last = Math.max(last, layout.time);
    },
    tooLong() {},
  });
  try {
    for await (const { bytes } of readChunks(file)) lines.push(bytes);
    lines.end();
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error;
  }
  return last;
}
