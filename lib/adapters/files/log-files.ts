import { closeSync, createReadStream, type Dirent, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { compareText } from '../../text/order';

/** Where log lines come from in a terminal. */
export interface LogFile {
  /** The path as people know it; `-` is standard input. */
  readonly path: string;
  /** The same for every spelling of the path and every link to the file. */
  readonly realPath: string;
  /** Bytes on disk; null where that is unknown. */
  readonly size: number | null;
  /** Whether the user named it; else it was met in a directory. */
  readonly named: boolean;
  /** Whether it can be read twice; a pipe cannot. */
  readonly regular: boolean;
}

/** Why a path could not be listed or read; `missing` and `empty` are the user's to put right. */
export interface PathProblem {
  readonly kind: 'missing' | 'empty' | 'unreadable';
  readonly message: string;
}

/** Bytes read at a time. */
const CHUNK_BYTES = 256 * 1024;

/**
 * The files behind a path: itself, or everything in a directory and below it, sorted by path; what begins with a dot
 * is left out, as are links to directories (they can run in circles).
 */
export async function listLogFiles(path: string): Promise<{ files: LogFile[]; problems: PathProblem[] }> {
  if (path === '-') return listStandardInput();
  let status: Stats;
  let realPath: string;
  try {
    status = await stat(path);
    realPath = await realpath(path);
  } catch (error) {
    return { files: [], problems: [listingProblem(path, error)] };
  }
  if (!status.isDirectory()) {
    const regular = status.isFile();
    return { files: [{ path, realPath, size: regular ? status.size : null, named: true, regular }], problems: [] };
  }
  const files: LogFile[] = [];
  const problems: PathProblem[] = [];
  await walk({ path, realPath }, files, problems);
  if (files.length === 0 && problems.length === 0) {
    problems.push({ kind: 'empty', message: `${path}: no files in this directory` });
  }
  return { files, problems };
}

function listStandardInput(): { files: LogFile[]; problems: PathProblem[] } {
  // Node.js reads a directory there as nothing at all.
  if (fstatSync(0).isDirectory()) {
    return { files: [], problems: [{ kind: 'missing', message: 'standard input: is a directory' }] };
  }
  return { files: [{ path: '-', realPath: '-', size: null, named: true, regular: false }], problems: [] };
}

async function walk(
  directory: Pick<LogFile, 'path' | 'realPath'>,
  files: LogFile[],
  problems: PathProblem[],
): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(directory.path, { withFileTypes: true });
  } catch (error) {
    problems.push(listingProblem(directory.path, error));
    return;
  }
  entries.sort((a, b) => compareText(a.name, b.name));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(directory.path, entry.name);
    const direct = join(directory.realPath, entry.name);
    if (entry.isDirectory()) await walk({ path, realPath: direct }, files, problems);
    else if (entry.isFile() || entry.isSymbolicLink()) {
      try {
        const status = await stat(path);
        if (!status.isFile()) continue;
        const realPath = entry.isSymbolicLink() ? await realpath(path) : direct;
        files.push({ path, realPath, size: status.size, named: false, regular: true });
      } catch (error) {
        problems.push(listingProblem(path, error));
      }
    }
  }
}

function listingProblem(path: string, error: unknown): PathProblem {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') {
    return { kind: 'missing', message: `${path === '' ? '""' : path}: no such file or directory` };
  }
  return { kind: 'unreadable', message: `${path}: ${reasonOf(error)}` };
}

/** What the operating system or the decompressor said, in words. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'the file was deleted before it was read';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'ELOOP') return 'symbolic link loop';
  if (code === 'Z_BUF_ERROR') return 'the gzip stream is truncated; the part before that was read';
  if (code?.startsWith('Z_') === true) return `the gzip stream is corrupt (${message}); the part before that was read`;
  return message;
}

/** A file could not be read to its end; the message names it. */
export class ReadFailure extends Error {
  override readonly name = 'ReadFailure';
}

/** A piece of a file. */
export interface Chunk {
  /** Valid until the next is asked for. */
  readonly bytes: Uint8Array;
  /** Bytes read from disk so far, for progress. */
  readonly bytesRead: number;
}

/**
 * Reads a file from front to back; gzip is told by its first two bytes and unpacked.
 * @throws ReadFailure where it cannot be read to the end; what was readable has been handed on.
 */
export async function* readChunks(file: LogFile): AsyncGenerator<Chunk, void> {
  try {
    if (file.path === '-') yield* readStream(process.stdin);
    else if (!file.regular || (await isGzip(file.path))) yield* readStream(createReadStream(file.path));
    else yield* readPlain(file.path);
  } catch (error) {
    throw new ReadFailure(`${file.path === '-' ? 'standard input' : file.path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The first bytes of a file, unpacked; at most `CHUNK_BYTES`. */
export async function readBeginning(file: LogFile): Promise<Uint8Array> {
  for await (const { bytes } of readChunks(file)) return new Uint8Array(bytes.subarray(0, CHUNK_BYTES));
  return new Uint8Array(0);
}

function* readPlain(path: string): Generator<Chunk, void> {
  const file = openSync(path, 'r');
  try {
    // One buffer for the whole file, read without a detour over the thread pool: a stream costs more than the lines do.
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let total = 0;
    for (let bytesRead = readSync(file, buffer); bytesRead > 0; bytesRead = readSync(file, buffer)) {
      total += bytesRead;
      yield { bytes: bytesRead === CHUNK_BYTES ? buffer : buffer.subarray(0, bytesRead), bytesRead: total };
    }
  } finally {
    closeSync(file);
  }
}

async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && hasGzipMagic(buffer);
  } finally {
    await handle.close();
  }
}

function hasGzipMagic(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function* readStream(input: Readable): AsyncGenerator<Chunk, void> {
  let bytesRead = 0;
  const counted = async function* (): AsyncGenerator<Buffer, undefined> {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      bytesRead += chunk.length;
      yield chunk;
    }
  };
  const chunks = counted();
  try {
    // A pipe may give a single byte at first, which does not tell gzip.
    let first = Buffer.alloc(0);
    for (let next = await chunks.next(); next.value !== undefined; next = await chunks.next()) {
      first = Buffer.concat([first, next.value]);
      if (first.length >= 2) break;
    }
    const all = async function* (): AsyncGenerator<Buffer> {
      yield first;
      yield* chunks;
    };
    if (first.length === 0) return;
    for await (const bytes of hasGzipMagic(first) ? unpack(all()) : all()) yield { bytes, bytesRead };
  } finally {
    await chunks.return(undefined); // closes the file, however far it was read
  }
}

/** Bytes given to the decompressor at a time; what it makes of them, at most a thousand times as much, is held. */
const PACKED_BYTES = 16 * 1024;

/**
 * What a gzip holds, to the last byte before an error. A stream that meets one drops what nobody has taken from it
 * yet, so it is given little at a time, and emptied before it is given more.
 */
async function* unpack(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { createGunzip } = await import('node:zlib');
  const gunzip = createGunzip();
  let unpacked: Buffer[] = [];
  let settle: (error?: Error | null) => void = () => {};
  gunzip.on('data', (chunk: Buffer) => unpacked.push(chunk));
  gunzip.on('error', (error) => settle(error));
  /** Resolves when the step is done, to what went wrong, or to null. */
  const step = (run: (done: (error?: Error | null) => void) => void): Promise<Error | null> =>
    new Promise((resolve) => {
      settle = (error) => resolve(error ?? null);
      run(settle);
    });
  const taken = (): Buffer[] => {
    const chunks = unpacked;
    unpacked = [];
    return chunks;
  };
  try {
    for await (const chunk of packed) {
      for (let start = 0; start < chunk.length; start += PACKED_BYTES) {
        const error = await step((done) => gunzip.write(chunk.subarray(start, start + PACKED_BYTES), done));
        yield* taken();
        if (error !== null) throw error;
      }
    }
    const error = await step((done) => {
      // It may have ended before: behind a gzip there can be zeros.
      if (gunzip.readableEnded) done();
      else gunzip.once('end', done).end();
    });
    yield* taken();
    if (error !== null) throw error;
  } finally {
    gunzip.destroy();
  }
}
