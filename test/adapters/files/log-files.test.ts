import { execFileSync } from 'node:child_process';
import fs, { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { type LogFile, listLogFiles, readBeginning, readChunks } from '../../../lib/adapters/files/log-files';
import { ReadFailure } from '../../../lib/ports';
import { createRandom } from '../../support/random';
import { temporaryFolder } from '../../support/run-cli';
import { runs } from '../../support/runs';

const folder = temporaryFolder();

function fileOf(content: Uint8Array, name = 'file'): LogFile {
  const path = join(mkdtempSync(join(folder, 'f-')), name);
  writeFileSync(path, content);
  return logFile(path);
}

function logFile(path: string): LogFile {
  return { path, realPath: path, size: null, named: true, regular: true };
}

/** Everything read from a file, and the error; `pause` is how long the reader takes for each chunk. */
async function readAll(file: LogFile, pause: number | null = null): Promise<{ bytes: Buffer; failure: string | null }> {
  const chunks: Buffer[] = [];
  let failure: string | null = null;
  try {
    for await (const { bytes } of readChunks(file)) {
      chunks.push(Buffer.from(bytes)); // a chunk is only valid until the next one is requested
      if (pause !== null) await delay(pause);
    }
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error;
    failure = error.message.slice(file.path.length + 2);
  }
  return { bytes: Buffer.concat(chunks), failure };
}

/** Text that gzip compresses to about a quarter. */
function someText(bytes: number): Buffer {
  const random = createRandom(3);
  let text = '';
  while (text.length < bytes) text += `${random.text('0123456789abcdef', 40)} some words that come again and again\n`;
  return Buffer.from(text.slice(0, bytes));
}

const TEXT = someText(1_200_000);
const PACKED = gzipSync(TEXT);

describe('reading', () => {
  test.each([0, 1, 2, 262_143, 262_144, 262_145, 1_200_000])('%d plain bytes are read unchanged', async (length) => {
    const bytes = TEXT.subarray(0, length);
    const read = await readAll(fileOf(bytes));
    expect(read.failure).toBeNull();
    expect(read.bytes.equals(bytes)).toBe(true);
  });

  test('a plain file is not read further while the reader processes a chunk', async () => {
    const read = jest.spyOn(fs, 'readSync');
    try {
      const chunks = readChunks(fileOf(TEXT));
      for (let taken = 1; taken <= 5; taken++) {
        const { value } = await chunks.next();
        const bytes = Buffer.from(value!.bytes);
        await delay(1);
        expect(read).toHaveBeenCalledTimes(taken);
        expect(bytes.equals(value!.bytes)).toBe(true);
      }
      expect(await chunks.next()).toEqual({ value: undefined, done: true });
    } finally {
      read.mockRestore();
    }
  });

  test('each chunk has the number of bytes read from disk so far', async () => {
    const plain: number[] = [];
    for await (const { bytesRead } of readChunks(fileOf(TEXT))) plain.push(bytesRead);
    expect(plain).toEqual([262_144, 524_288, 786_432, 1_048_576, 1_200_000]);
    const packed: number[] = [];
    for await (const { bytesRead } of readChunks(fileOf(PACKED))) packed.push(bytesRead);
    expect(packed).toEqual([...packed].sort((a, b) => a - b));
    expect(packed.at(-1)).toBe(PACKED.length);
  });

  test('an error of the reader itself is passed on unchanged', async () => {
    const broken = new Error('the reader broke');
    for (const content of [TEXT, PACKED]) {
      const reading = (async () => {
        for await (const _chunk of readChunks(fileOf(content))) throw broken;
      })();
      await expect(reading).rejects.toBe(broken);
    }
  });

  test('a file that is missing after the listing is reported', async () => {
    expect(await readAll(logFile(join(folder, 'nope')))).toEqual({
      bytes: Buffer.alloc(0),
      failure: 'the file was deleted before it was read',
    });
  });

  test('the message names the file, and the error keeps its cause', async () => {
    const file = logFile(join(folder, 'nope'));
    const reading = readChunks(file).next();
    const error: unknown = await reading.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ReadFailure);
    expect((error as Error).message).toBe(`${file.path}: the file was deleted before it was read`);
    expect((error as Error).cause).toMatchObject({ code: 'ENOENT' });
  });
});

describe('gzip', () => {
  test.each([
    ['one member', PACKED, TEXT],
    ['without its name telling', gzipSync(TEXT.subarray(0, 10)), TEXT.subarray(0, 10)],
    ['of nothing', gzipSync(''), Buffer.alloc(0)],
    ['many members, some of them empty', Buffer.concat([PACKED, gzipSync(''), PACKED, gzipSync('end\n')]), null],
    ['zeros behind the end, as on tapes', Buffer.concat([PACKED, Buffer.alloc(300_000)]), TEXT],
    ['a very high ratio', gzipSync(Buffer.alloc(8_000_000, 'a')), Buffer.alloc(8_000_000, 'a')],
  ])('%s', async (_name, packed, text) => {
    const bytes = text ?? Buffer.concat([TEXT, TEXT, Buffer.from('end\n')]);
    const read = await readAll(fileOf(packed));
    expect(read.failure).toBeNull();
    expect(read.bytes.equals(bytes)).toBe(true);
  });

  test('several members of any size are read one after the other', async () => {
    const texts = fc.array(fc.uint8Array({ maxLength: 40_000 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(texts, async (parts) => {
        const read = await readAll(fileOf(Buffer.concat(parts.map((part) => gzipSync(part)))));
        expect(read.failure).toBeNull();
        expect(read.bytes.equals(Buffer.concat(parts))).toBe(true);
      }),
      runs(40),
    );
  });

  // Some of these lengths are at the end of a chunk of the file or of the decompressor.
  const CUTS = [2, 5, 10, 17, 18, 100, 10_000, 65_535, 65_536, 65_537, 100_000, 200_001, 262_144, 300_000];

  test.each(CUTS)('truncated after %d bytes, everything before is read, however slow the reader', async (length) => {
    const cut = PACKED.subarray(0, length);
    // Even a tolerant decompressor reads nothing from a truncated header.
    const held = length < 18 ? Buffer.alloc(0) : gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH });
    for (const pause of [null, 0, 1]) {
      const { bytes, failure } = await readAll(fileOf(cut), pause);
      expect(failure).toBe('the gzip stream is truncated; the part before that was read');
      expect(bytes.length).toBe(held.length);
      expect(bytes.equals(held)).toBe(true);
    }
  });

  test('damaged in the middle, nearly everything before that is read', async () => {
    const damaged = Buffer.concat([PACKED, gzipSync('').subarray(0, 10), Buffer.alloc(100, 0xff)]);
    for (const pause of [null, 0]) {
      const { bytes, failure } = await readAll(fileOf(damaged), pause);
      expect(failure).toBe('the gzip stream is corrupt (invalid block type); the part before that was read');
      // The decompressor drops the output of the step with the damage: up to 16 KiB.
      expect(bytes.length).toBeGreaterThanOrEqual(TEXT.length - 16_384);
      expect(bytes.equals(TEXT.subarray(0, bytes.length))).toBe(true);
    }
  });

  test('a wrong checksum is reported as damage', async () => {
    const wrong = Buffer.from(PACKED);
    wrong[wrong.length - 8]! ^= 1;
    expect((await readAll(fileOf(wrong))).failure).toBe(
      'the gzip stream is corrupt (incorrect data check); the part before that was read',
    );
  });

  test('files are closed, whether they were read completely, in part, or with an error', async () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    const damaged = Buffer.from(PACKED);
    damaged.fill(0xff, 200_000, 200_100);
    const files = [fileOf(PACKED), fileOf(PACKED.subarray(0, 200_000)), fileOf(damaged), fileOf(TEXT)];
    const before = open();
    for (let round = 0; round < 5; round++) {
      for (const file of files) {
        await readBeginning(file);
        await readAll(file);
        for await (const _chunk of readChunks(file)) break; // a reader that stops early
        await expect(async () => {
          for await (const _chunk of readChunks(file)) throw new Error('the reader broke');
        }).rejects.toThrow('the reader broke');
      }
    }
    await delay(50); // a stream closes its file a little later
    expect(open()).toBeLessThanOrEqual(before + 1);
  });
});

describe('a pipe', () => {
  /** A pipe to which these pieces are written one after the other. */
  function pipeOf(pieces: readonly Uint8Array[]): LogFile {
    const path = join(mkdtempSync(join(folder, 'p-')), 'pipe');
    execFileSync('mkfifo', [path]);
    void (async () => {
      const { open } = await import('node:fs/promises');
      const pipe = await open(path, 'w');
      for (const piece of pieces) {
        await pipe.write(piece);
        await delay(20);
      }
      await pipe.close();
    })();
    return { path, realPath: path, size: null, named: true, regular: false };
  }

  test.each([
    ['plain', TEXT.subarray(0, 100_000), [50_000]],
    ['gzip', gzipSync(TEXT.subarray(0, 100_000)), [500]],
    ['gzip whose first byte comes alone', gzipSync(TEXT.subarray(0, 100_000)), [1, 2]],
    ['plain whose first byte comes alone', TEXT.subarray(0, 100_000), [1]],
  ])('%s', async (_name, bytes, cuts) => {
    const pieces = [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index]));
    const read = await readAll(pipeOf(pieces));
    expect(read.failure).toBeNull();
    expect(read.bytes.equals(TEXT.subarray(0, 100_000))).toBe(true);
  });

  test('of one byte, of nothing', async () => {
    expect(await readAll(pipeOf([Buffer.from([0x1f])]))).toEqual({ bytes: Buffer.from([0x1f]), failure: null });
    expect(await readAll(pipeOf([]))).toEqual({ bytes: Buffer.alloc(0), failure: null });
  });
});

describe('the beginning', () => {
  test('of a plain, a compressed and an empty file', async () => {
    expect((await readBeginning(fileOf(TEXT))).length).toBe(262_144);
    const unpacked = await readBeginning(fileOf(PACKED));
    expect(unpacked.length).toBeGreaterThan(1000);
    expect(TEXT.subarray(0, unpacked.length).equals(unpacked)).toBe(true);
    expect((await readBeginning(fileOf(Buffer.alloc(0)))).length).toBe(0);
  });

  test('of a damaged file fails like reading it', async () => {
    await expect(readBeginning(fileOf(PACKED.subarray(0, 5)))).rejects.toThrow(ReadFailure);
  });
});

describe('listing', () => {
  function tree(paths: readonly string[]): string {
    const root = mkdtempSync(join(folder, 't-'));
    for (const path of paths) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), path);
    }
    return root;
  }

  test('a directory gives everything below it in order, except names that begin with a dot', async () => {
    const root = tree(['b', 'a/z', 'a/b/c', 'a.log', '.hidden', 'a/.git/x', 'B', 'ä', '10', '9']);
    const { files, problems } = await listLogFiles(root);
    expect(problems).toEqual([]);
    expect(files.map(({ path }) => path.slice(root.length + 1))).toEqual([
      '10',
      '9',
      'B',
      'a/b/c',
      'a/z',
      'a.log',
      'b',
      'ä',
    ]);
    expect(files[0]).toEqual({
      path: join(root, '10'),
      realPath: join(root, '10'),
      size: 2,
      named: false,
      regular: true,
    });
  });

  test('a named file is read, hidden or not', async () => {
    const root = tree(['.hidden']);
    const path = join(root, '.hidden');
    expect(await listLogFiles(path)).toEqual({
      files: [{ path, realPath: path, size: 7, named: true, regular: true }],
      problems: [],
    });
  });

  test('links to files are files, links to directories are left out unless they are named', async () => {
    const root = tree(['real/a']);
    symlinkSync('real/a', join(root, 'link'));
    symlinkSync('real', join(root, 'directory'));
    symlinkSync('..', join(root, 'real/up'));
    const paths = async (path: string) => (await listLogFiles(path)).files.map((file) => [file.path, file.realPath]);
    const real = join(root, 'real/a');
    expect(await paths(root)).toEqual([
      [join(root, 'link'), real],
      [real, real],
    ]);
    expect(await paths(join(root, 'directory'))).toEqual([[join(root, 'directory/a'), real]]);
  });

  test('standard input is a file that can be read once', async () => {
    expect(await listLogFiles('-')).toEqual({
      files: [{ path: '-', realPath: '-', size: null, named: true, regular: false }],
      problems: [],
    });
  });

  test('a pipe can be read once and has no size', async () => {
    const path = join(mkdtempSync(join(folder, 'p-')), 'pipe');
    execFileSync('mkfifo', [path]);
    expect(await listLogFiles(path)).toEqual({
      files: [{ path, realPath: path, size: null, named: true, regular: false }],
      problems: [],
    });
  });

  test('a path that does not exist is missing', async () => {
    const root = tree(['a']);
    for (const path of ['nope', 'a/nope', 'n'.repeat(300)]) {
      expect(await listLogFiles(join(root, path))).toEqual({
        files: [],
        problems: [{ kind: 'missing', message: `${join(root, path)}: no such file or directory` }],
      });
    }
  });
});
