import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatNetwork, parseCidr } from '../../detection/address';
import type { Sighting } from '../../detection/sighting';
import { NETWORK, type Subject, subjectText } from '../../rules/subject';
import { compareText } from '../../text/order';

/**
 * The columns of Splunk's lookup `previously_seen_S3_access_from_remote_ip`; times are epoch seconds. A subject that is no
 * network stands in `remote_ip` with its kind before it: `req#arn:aws:iam::111122223333:user/ana`.
 */
const COLUMNS = ['bucket_name', 'remote_ip', 'firstTime', 'lastTime'] as const;

/** Of a bad file, this many bad lines are named. */
const MAX_NAMED_LINES = 20;

/** A state file that cannot be used as it is; the message names every bad line. The file was not touched. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
}

/** The state file could not be written; the message names it. What stood there stands there still. */
export class StateWriteFailure extends Error {
  override readonly name = 'StateWriteFailure';
}

/**
 * The sightings in a CSV file; none if there is no such file yet. Columns may stand in any order, and others beside
 * them. Rows of one pair are the caller's to merge.
 * @throws StateFileError naming every bad line; a system error where the file cannot be read.
 */
export async function readStateFile(path: string): Promise<readonly Sighting[]> {
  if (!(await isThere(path))) return [];
  const { CsvError, parse } = await import('csv-parse');
  const sightings: Sighting[] = [];
  const bad: string[] = [];
  const source = createReadStream(path);
  const rows = source.pipe(
    parse({ bom: true, skip_empty_lines: true, relax_column_count: true, trim: true, info: true }),
  );
  source.on('error', (error) => rows.destroy(error));
  let header: Map<string, number> | null = null;
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === null) {
        header = readHeader(path, record);
        continue;
      }
      const row = readRow(record, header);
      if (typeof row === 'string') bad.push(`  line ${info.lines}: ${row}`);
      else sightings.push(row);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    bad.push(`  line ${error.lines ?? '?'}: ${error.message}`);
  } finally {
    source.destroy();
  }
  if (bad.length > 0) {
    const more = bad.length > MAX_NAMED_LINES ? [`  … and ${bad.length - MAX_NAMED_LINES} more`] : [];
    throw new StateFileError(
      [
        `${path}: not used and not changed, ${bad.length} bad line${bad.length === 1 ? '' : 's'}:`,
        ...bad.slice(0, MAX_NAMED_LINES),
        ...more,
      ].join('\n'),
    );
  }
  return sightings;
}

/**
 * Whether there is a state file.
 * @throws StateFileError where something else stands in its place, which writing would replace, or no folder is there.
 */
async function isThere(path: string): Promise<boolean> {
  const status = await stat(path).catch(nullIfMissing);
  if (status !== null) {
    if (status.isFile()) return true;
    const what = status.isDirectory() ? 'it is a directory' : 'it is no regular file';
    throw new StateFileError(`${path}: not used and not changed, ${what}`);
  }
  const folder = await stat(dirname(path)).catch(nullIfMissing);
  if (folder?.isDirectory() === true) return false;
  throw new StateFileError(`${path}: there is no directory ${dirname(path)}`);
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

/**
 * Writes the sightings sorted by bucket and subject, so that whole the old file stands there or the new one.
 * @throws StateWriteFailure where the disk or its permissions do not have it.
 */
export async function writeStateFile(path: string, sightings: Iterable<Sighting>): Promise<void> {
  const { stringify } = await import('csv-stringify/sync');
  const rows = [...sightings]
    .map((sighting) => ({ ...sighting, text: subjectText(sighting) }))
    .sort((a, b) => compareText(a.bucket, b.bucket) || compareText(a.text, b.text))
    .map(({ bucket, text, firstSeenAt, lastSeenAt }) => [
      bucket,
      text,
      String(Math.floor(firstSeenAt / 1000)),
      String(Math.floor(lastSeenAt / 1000)),
    ]);
  // Whatever a reader might trim is quoted.
  await replaceFile(path, stringify([[...COLUMNS], ...rows], { quoted_match: /[^\w.:/-]/ }));
}

/**
 * Writes a new file beside the old one and puts it in its place when all of it is on the disk. Not by
 * write-file-atomic (7.0.1): that takes a short write, as on a disk that fills up, for a whole one. The new file has a
 * name that nobody can guess and must not exist (`wx`: https://man7.org/linux/man-pages/man2/open.2.html, O_EXCL), so
 * in a folder that others write into no link of theirs leads the writing elsewhere, and none of their files is in its
 * way. A state file that is a link stays one, and its target is replaced; a link to nothing is replaced itself.
 */
async function replaceFile(path: string, text: string): Promise<void> {
  const target = (await realpath(path).catch(nullIfMissing)) ?? path;
  const old = await stat(target).catch(nullIfMissing);
  const temporary = `${target}.${randomBytes(8).toString('hex')}.tmp`;
  let isOurs = false;
  try {
    const file = await open(temporary, 'wx', old === null ? 0o666 : 0o600);
    isOurs = true;
    try {
      if (old !== null) {
        await file.chmod(old.mode);
        if (process.getuid?.() === 0) await file.chown(old.uid, old.gid);
      }
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    if (isOurs) await rm(temporary, { force: true });
    // Without the system call and the name of the temporary file, which mean nothing to the user.
    const reason = (error as Error).message.replace(/, [a-z]+(?: '.*)?$/s, '');
    throw new StateWriteFailure(`${path}: could not be written, and is as it was (${reason})`, { cause: error });
  }
}

function readHeader(path: string, names: readonly string[]): Map<string, number> {
  const header = new Map(names.map((name, index) => [name, index]));
  const missing = COLUMNS.filter((name) => !header.has(name));
  if (missing.length === 0) return header;
  throw new StateFileError(
    `${path}: not used and not changed, its first line must name the columns ${COLUMNS.join(',')}; missing: ${missing.join(', ')}`,
  );
}

/** A row's sighting, or what is wrong with it. */
function readRow(record: readonly string[], header: ReadonlyMap<string, number>): Sighting | string {
  const [bucket, text, firstTime, lastTime] = COLUMNS.map((name) => record[header.get(name)!] ?? '') as [
    string,
    string,
    string,
    string,
  ];
  if (bucket === '') return 'bucket_name is empty';
  const subject = readSubject(text);
  if (typeof subject === 'string') return subject;
  const firstSeenAt = epochSeconds(firstTime);
  const lastSeenAt = epochSeconds(lastTime);
  if (firstSeenAt === null) return `firstTime ${JSON.stringify(firstTime)} is not a time in epoch seconds`;
  if (lastSeenAt === null) return `lastTime ${JSON.stringify(lastTime)} is not a time in epoch seconds`;
  if (lastSeenAt < firstSeenAt) return `lastTime ${lastTime} is before firstTime ${firstTime}`;
  return { bucket, ...subject, firstSeenAt, lastSeenAt };
}

/** The subject that a text stands for, or what is wrong with it. */
function readSubject(text: string): Subject | string {
  const [, kind, name] = /^([a-z]+)#(.+)$/s.exec(text) ?? [];
  if (kind !== undefined && kind !== NETWORK.id) return { kind, name: name! };
  const cidr = parseCidr(text);
  if (!('problem' in cidr)) return { kind: NETWORK.id, name: formatNetwork(cidr) };
  const instead = cidr.instead === null ? '' : `; write "${cidr.instead}"`;
  return `remote_ip ${JSON.stringify(text)} ${cidr.problem}${instead}`;
}

/** Splunk writes fractions now and then. Epoch milliseconds; null for what no log line can hold: years 0 to 9999. */
function epochSeconds(text: string): number | null {
  return /^-?\d{1,12}(\.\d{1,9})?$/.test(text) ? Math.floor(Number(text) * 1000) : null;
}
