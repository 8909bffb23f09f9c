import { createLayout } from '../access-log/layout';
import { splitLines } from '../access-log/lines';
import { readLogObjectKey } from '../access-log/log-object-key';
import { locateLine } from '../access-log/parse-line';
import { type LogFile, listLogFiles, readBeginning, readChunks } from '../adapters/files/log-files';
import { isImplausibleTime, plausibleTime } from '../detection/event-time';
import { ReadFailure } from '../ports';
import { compareText } from '../text/order';
import { makeVisible } from '../text/visible';
import { type Problem, UsageError } from './usage-error';

const DAY = 86_400_000;

/** A file to read as a log object. */
export interface LogObjectFile extends LogFile {
  /** The time in its name, epoch milliseconds; null if the name contains none. */
  readonly keyTime: number | null;
}

export interface Inputs {
  readonly files: readonly LogObjectFile[];
  /** Files in directories that are not access logs. */
  readonly skipped: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Finds the log objects at paths: files, directories, `-`. A file that the user names is always read. In a directory, a
 * file is a log object if its name is that of an S3 log object, or if one of its first lines is a record.
 * @throws UsageError for a path that no command supports yet.
 */
export async function findInputs(paths: readonly string[]): Promise<Inputs> {
  const files: LogObjectFile[] = [];
  /** By real path, since two paths can refer to one file. */
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
      // A log object is read once, even if several paths refer to it.
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

/** Whether one of the first lines is a record. An empty file counts, since a log object may be empty. */
async function looksLikeLog(file: LogFile): Promise<boolean> {
  if (file.size === 0) return true;
  try {
    return containsRecord(await readBeginning(file));
  } catch (error) {
    // What is packed may contain logs, so that it is reported; a log of another service is skipped like other files.
    if (error instanceof ReadFailure && error.kind === 'other-format') return false;
    throw error;
  }
}

function containsRecord(bytes: Uint8Array): boolean {
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

/** A log object to read, and when it arrived. */
export interface ArrivedFile {
  readonly file: LogObjectFile;
  /** Epoch milliseconds; null if it is known only after reading: then the file is the last one, or the only one. */
  readonly arrivedAt: number | null;
}

/**
 * Sorts log objects by the time of their arrival: the time in the key, else the time of the last record, for which the
 * file is read an additional time. Input that can be read only once comes last. No arrival is later than `latestTime`
 * (epoch milliseconds), whatever the key or the records contain.
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
  const keyTime = file.keyTime === null ? null : plausibleTime(file.keyTime, latestTime);
  // A key that is partitioned by event time has the day of the records, without a time of day.
  const isDayOnly = keyTime !== null && keyTime % DAY === 0;
  if (keyTime !== null && !(isDayOnly && regular)) return keyTime;
  if (!regular || !hasOthers) return keyTime;
  return Math.max(keyTime ?? Number.NEGATIVE_INFINITY, await lastRecordTime(file, latestTime));
}

/** The time of the latest record, epoch milliseconds. Ignores a read failure: the scan itself will report it. */
async function lastRecordTime(file: LogObjectFile, latestTime: number): Promise<number> {
  const layout = createLayout();
  let last = Number.NEGATIVE_INFINITY;
  const lines = splitLines({
    line(bytes, start, end) {
      if (locateLine(bytes, start, end, layout) !== 'record' || isImplausibleTime(layout.time, latestTime)) return;
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
