import { closeSync, createReadStream, type Dirent, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { compareText } from '../../text/order';

/** A file with log lines, for the terminal. */
export interface LogFile {
  /** The path as the user gave it, or below the given directory; `-` is standard input. */
  readonly path: string;
  /** The resolved path: the same for every spelling of the path and every link to the file. */
  readonly realPath: string;
  /** Bytes on disk; null if unknown. */
  readonly size: number | null;
  /** Whether the user named the file; else it was found in a directory. */
  readonly named: boolean;
  /** Whether it can be read twice; a pipe cannot. */
  readonly regular: boolean;
}

/** Why a path could not be listed or read; `missing` and `empty` are mistakes of the user. */
export interface PathProblem {
  readonly kind: 'missing' | 'empty' | 'unreadable';
  readonly message: string;
}

/** Bytes read at a time. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Lists the files of a path: the file itself, or all files in a directory and below it, sorted by path. Leaves out
 * names that begin with a dot, and links to directories, which can form cycles.
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
  // If standard input is a directory, Node.js reads it as empty.
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

/** An error of the operating system or the decompressor, in words. */
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
  /** Valid until the next chunk is requested. */
  readonly bytes: Uint8Array;
  /** Bytes read from disk so far, for progress. */
  readonly bytesRead: number;
}

/**
 * Reads a file from start to end. Recognizes gzip by its first two bytes and decompresses it.
 * @throws ReadFailure if the file cannot be read to its end; everything readable was yielded before.
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

/** The first bytes of a file, decompressed; at most `CHUNK_BYTES`. */
export async function readBeginning(file: LogFile): Promise<Uint8Array> {
  for await (const { bytes } of readChunks(file)) return new Uint8Array(bytes.subarray(0, CHUNK_BYTES));
  return new Uint8Array(0);
}

function* readPlain(path: string): Generator<Chunk, void> {
  const file = openSync(path, 'r');
  try {
    // One buffer for the whole file, and synchronous reads without the thread pool: a stream costs more than parsing.
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
    // The first chunk of a pipe may be a single byte, which is too short to recognize gzip.
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
    await chunks.return(undefined); // closes the file even if it was not read to its end
  }
}

/** Bytes given to the decompressor at a time. Its output, at most a thousand times as much, is kept in memory. */
const PACKED_BYTES = 16 * 1024;

/**
 * Decompresses gzip, up to the last byte before an error. A zlib stream that has an error drops output that was not
 * read yet, so this gives it small pieces and reads all output before the next piece.
 */
async function* unpack(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { createGunzip } = await import('node:zlib');
  const gunzip = createGunzip();
  let unpacked: Buffer[] = [];
  let settle: (error?: Error | null) => void = () => {};
  gunzip.on('data', (chunk: Buffer) => unpacked.push(chunk));
  gunzip.on('error', (error) => settle(error));
  /** Runs one step; resolves to its error, or to null. */
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
      // The stream may have ended before: zeros can follow the gzip data.
      if (gunzip.readableEnded) done();
      else gunzip.once('end', done).end();
    });
    yield* taken();
    if (error !== null) throw error;
  } finally {
    gunzip.destroy();
  }
}
