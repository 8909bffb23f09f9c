import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatNetwork, parseCidr } from '../../detection/address';
import type { Sighting } from '../../detection/sighting';
import { NETWORK, type Subject, subjectText } from '../../rules/subject';
import { compareText } from '../../text/order';

/**
 * The columns of the Splunk lookup `previously_seen_S3_access_from_remote_ip`; times are epoch seconds. A subject that is
 * not a network is written to `remote_ip` with its kind in front: `req#arn:aws:iam::111122223333:user/ana`.
 */
const COLUMNS = ['bucket_name', 'remote_ip', 'firstTime', 'lastTime'] as const;

/** How many bad lines an error message lists. */
const MAX_NAMED_LINES = 20;

/** A state file that cannot be used; the message lists its bad lines. The file was not changed. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
}

/** The state file could not be written; the message names it. The previous file is unchanged. */
export class StateWriteFailure extends Error {
  override readonly name = 'StateWriteFailure';
}

/**
 * Reads the sightings in a CSV file; none if the file does not exist yet. Columns may be in any order, with others
 * among them. The caller has to merge rows of the same pair.
 * @throws StateFileError that lists the bad lines; a system error if the file cannot be read.
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
        `${path}: cannot be used and was left unchanged: ${bad.length} invalid line${bad.length === 1 ? '' : 's'}:`,
        ...bad.slice(0, MAX_NAMED_LINES),
        ...more,
      ].join('\n'),
    );
  }
  return sightings;
}

/**
 * Whether the state file exists.
 * @throws StateFileError if the path is not a regular file, which writing would replace, or its directory is missing.
 */
async function isThere(path: string): Promise<boolean> {
  const status = await stat(path).catch(nullIfMissing);
  if (status !== null) {
    if (status.isFile()) return true;
    const what = status.isDirectory() ? 'it is a directory' : 'it is not a regular file';
    throw new StateFileError(`${path}: cannot be used and was left unchanged: ${what}`);
  }
  const folder = await stat(dirname(path)).catch(nullIfMissing);
  if (folder?.isDirectory() === true) return false;
  throw new StateFileError(`${path}: no such directory: ${dirname(path)}`);
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

/**
 * Writes the sightings, sorted by bucket and subject. Replaces the file atomically: at any time, the path has either
 * the complete old file or the complete new one.
 * @throws StateWriteFailure if the disk is full, permissions are missing, or the write fails for another reason.
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
  // Quotes everything that a reader might trim.
  await replaceFile(path, stringify([[...COLUMNS], ...rows], { quoted_match: /[^\w.:/-]/ }));
}

/**
 * Writes a new file beside the old one, syncs it to disk, and renames it over the old one. Does not use
 * write-file-atomic (7.0.1), which treats a short write, as on a full disk, as complete. The temporary file has an
 * unguessable name and must not exist (`wx`: https://man7.org/linux/man-pages/man2/open.2.html, O_EXCL): in a directory
 * that others can write to, their links cannot redirect the write, and their files cannot block it. If the state file
 * is a symbolic link, its target is replaced; a dangling link is itself replaced.
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
    // Removes the system call and the name of the temporary file, which mean nothing to the user.
    const reason = (error as Error).message.replace(/, [a-z]+(?: '.*)?$/s, '');
    throw new StateWriteFailure(`${path}: could not be written and is unchanged (${reason})`, { cause: error });
  }
}

function readHeader(path: string, names: readonly string[]): Map<string, number> {
  const header = new Map(names.map((name, index) => [name, index]));
  const missing = COLUMNS.filter((name) => !header.has(name));
  if (missing.length === 0) return header;
  throw new StateFileError(
    `${path}: cannot be used and was left unchanged: its first line must name the columns ${COLUMNS.join(',')}; missing: ${missing.join(', ')}`,
  );
}

/** The sighting of a row, or what is wrong with the row. */
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

/**
 * Parses epoch seconds, with an optional fraction, which Splunk sometimes writes. Returns epoch milliseconds; null if
 * the text has another form or more than twelve digits: a log line contains only the years 0 to 9999.
 */
function epochSeconds(text: string): number | null {
  return /^-?\d{1,12}(\.\d{1,9})?$/.test(text) ? Math.floor(Number(text) * 1000) : null;
}
