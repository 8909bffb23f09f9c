import { closeSync, createReadStream, type Dirent, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ReadFailure } from '../../ports';
import { compareText } from '../../text/order';
import { readLogBytes, refuseOtherFormats } from '../log-bytes';
import { UnreadableContent } from '../unreadable-content';

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

/** An error of the operating system in words; the message of other errors. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'the file was deleted before it was read';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'ELOOP') return 'symbolic link loop';
  return message;
}

/** A piece of a file. */
export interface Chunk {
  /** Valid until the next chunk is requested. */
  readonly bytes: Uint8Array;
  /** Bytes read from disk so far, for progress. */
  readonly bytesRead: number;
}

/**
 * Reads a file from start to end. Recognizes gzip by its first two bytes and decompresses it. Refuses other formats.
 * @throws ReadFailure if the file cannot be read to its end; everything readable was yielded before.
 */
export async function* readChunks(file: LogFile): AsyncGenerator<Chunk, void> {
  try {
    if (file.path === '-') yield* readStream(process.stdin);
    else if (!file.regular || (await isGzip(file.path))) yield* readStream(createReadStream(file.path));
    else yield* readPlain(file.path);
  } catch (error) {
    const name = file.path === '-' ? 'standard input' : file.path;
    const kind = error instanceof UnreadableContent ? error.kind : null;
    throw new ReadFailure(kind, `${name}: ${reasonOf(error)}`, { cause: error });
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
      if (total === 0) refuseOtherFormats(buffer.subarray(0, bytesRead));
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
  const counted = async function* (): AsyncGenerator<Buffer, void> {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      bytesRead += chunk.length;
      yield chunk;
    }
  };
  for await (const bytes of readLogBytes(counted())) yield { bytes, bytesRead };
}
