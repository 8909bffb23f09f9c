import fc from 'fast-check';
import { FAILURE_SAMPLE_BYTES, MAX_LINE_BYTES, splitLines } from '../../lib/access-log/lines';
import { parseLine } from '../../lib/access-log/parse-line';
import { type ParseFailure, readRecords } from '../../lib/access-log/read-records';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { LINE_CASES } from '../fixtures/line-cases';
import { expectSame } from '../support/expect-same';
import { runs, SEED } from '../support/runs';

const LF = 0x0a;

/** The text of each line; for a line that is too long, the length of its sample. */
type Line = readonly [number: number, text: string] | readonly [number: number, sampleLength: number];

/** The lines of these chunks; each chunk is overwritten after it was pushed. */
function split(chunks: Iterable<Uint8Array>): Line[] {
  const lines: Line[] = [];
  const splitter = splitLines({
    line: (bytes, start, end, number) => lines.push([number, Buffer.from(bytes).toString('latin1', start, end)]),
    tooLong: (sample, number) => lines.push([number, sample.length]),
  });
  for (const chunk of chunks) {
    const reused = new Uint8Array(chunk);
    splitter.push(reused);
    reused.fill(LF);
  }
  splitter.end();
  return lines;
}

function* chunksOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const linesOf = (text: string): Line[] => split([Buffer.from(text, 'latin1')]);

describe('what a line is', () => {
  test.each<{ readonly name: string; readonly text: string; readonly expected: readonly string[] }>([
    { name: 'nothing', text: '', expected: [] },
    { name: 'no LF at the end', text: 'a\nb', expected: ['a', 'b'] },
    { name: 'LF at the end', text: 'a\nb\n', expected: ['a', 'b'] },
    { name: 'empty lines count', text: '\n\na\n\n', expected: ['', '', 'a', ''] },
    { name: 'CR is kept and does not end a line', text: 'a\r\nb\rc\n', expected: ['a\r', 'b\rc'] },
    {
      name: 'VT, FF, NEL and the bytes of U+2028 do not end a line',
      text: 'a\vb\fc\x85d\xe2\x80\xa8e\n',
      expected: ['a\vb\fc\x85d\xe2\x80\xa8e'],
    },
  ])('$name', ({ text, expected }) => {
    expect(linesOf(text)).toEqual(expected.map((line, index) => [index + 1, line]));
  });
});

describe('chunks', () => {
  const bytes = Buffer.from(`\ufeffa\r\n\n\n"é" b\n${'x'.repeat(70)}\ny\n\nz`);
  const whole = split([bytes]);

  test('of any size give the same lines', () => {
    for (let size = 1; size <= bytes.length; size++) expect(split(chunksOf(bytes, size))).toEqual(whole);
  });

  test('cut at any byte give the same lines, also with empty chunks', () => {
    for (let at = 0; at <= bytes.length; at++) {
      expect(split([bytes.subarray(0, at), bytes.subarray(0, 0), bytes.subarray(at)])).toEqual(whole);
    }
  });

  test(`cut at random give the same lines (seed ${SEED})`, () => {
    const text = fc.array(fc.constantFrom('a', '\n', '\r', 'x'.repeat(5000), '"', '\0'), { maxLength: 30 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (parts, cuts) => {
        const all = Buffer.from(parts.join(''));
        const places = [0, ...cuts.map((cut) => cut % (all.length + 1)), all.length].sort((a, b) => a - b);
        const chunks = places.slice(1).map((place, index) => all.subarray(places[index], place));
        expect(split(chunks)).toEqual(split([all]));
      }),
      runs(500),
    );
  });
});

describe('lines that are too long', () => {
  const exactly = Buffer.alloc(MAX_LINE_BYTES, 'x').toString();

  test.each([
    { name: 'one chunk', size: Number.MAX_SAFE_INTEGER },
    { name: 'chunks of 64 KiB', size: 65_536 },
    { name: 'chunks of an odd size', size: 99_991 },
  ])('$name: 1 MiB is kept, a byte more is not, and the lines around count on', ({ size }) => {
    const lines = [...split(chunksOf(Buffer.from(`a\n${exactly}\n\n${exactly}y\nb\n${exactly}\n${exactly}y`), size))];
    expect(lines.map(([number]) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const texts = lines.map(([, text]) => text);
    expect(texts[1] === exactly && texts[5] === exactly).toBe(true);
    expect(texts.filter((text) => text !== exactly)).toEqual([
      'a',
      '',
      FAILURE_SAMPLE_BYTES,
      'b',
      FAILURE_SAMPLE_BYTES,
    ]);
  });

  test('the sample is the beginning of the line, wherever the chunks are cut', () => {
    const beginning = Array.from({ length: 3000 }, (_, index) => index % 1000).join();
    const bytes = Buffer.from(`${beginning}${exactly}`);
    for (const first of [
      1,
      100,
      FAILURE_SAMPLE_BYTES,
      FAILURE_SAMPLE_BYTES + 1,
      50_000,
      MAX_LINE_BYTES,
      bytes.length,
    ]) {
      const failures = failuresOf([bytes.subarray(0, first), bytes.subarray(first)]);
      expect(failures).toEqual([
        {
          source: 'here',
          line: 1,
          reason: 'longer than 1,048,576 bytes',
          text: beginning.slice(0, FAILURE_SAMPLE_BYTES),
        },
      ]);
    }
  });

  test.each([
    { name: 'in chunks of 64 KiB', size: 65_536 },
    { name: 'in one chunk', size: 50 * MAX_LINE_BYTES },
  ])('50 MiB without LF are not held: $name', ({ size }) => {
    const allocated: number[] = [];
    const { set } = Uint8Array.prototype;
    const copying = jest.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (this: Uint8Array, from, at) {
      allocated.push(this.length);
      set.call(this, from, at);
    });
    const lengths: number[] = [];
    try {
      const splitter = splitLines({ line: () => {}, tooLong: (sample) => lengths.push(sample.length) });
      const chunk = new Uint8Array(size).fill(0x22);
      for (let sent = 0; sent < 50 * MAX_LINE_BYTES; sent += size) splitter.push(chunk);
      splitter.end();
    } finally {
      copying.mockRestore();
    }
    expect(lengths).toEqual([FAILURE_SAMPLE_BYTES]);
    // The buffer doubles up to the longest line that is kept, and does not grow after that.
    expect(Math.max(...allocated)).toBeLessThanOrEqual(2 * MAX_LINE_BYTES);
    expect(allocated.length).toBeLessThan(40);
  });
});

describe('records and failures of a log object', () => {
  const lines = LINE_CASES.map(({ line }) => (typeof line === 'string' ? Buffer.from(line) : Buffer.from(line)));
  const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
  const alone = lines.map((line) => parseLine(line));

  test.each([1, 7, 64, 1000, 65_536, bytes.length])(
    'in chunks of %i bytes each line gives what it gives alone',
    (size) => {
      const outcomes: (AccessLogRecord | string | null)[] = lines.map(() => null);
      const splitter = readRecords('here', {
        record: (record, line) => {
          outcomes[line - 1] = record;
        },
        failure: ({ reason, line }) => {
          outcomes[line - 1] = reason;
        },
      });
      for (const chunk of chunksOf(bytes, size)) splitter.push(chunk);
      splitter.end();
      for (const [index, { name }] of LINE_CASES.entries()) {
        expectSame({ name, outcome: outcomes[index] }, { name, outcome: alone[index] });
      }
    },
  );

  test('each line gives the same result alone, after and before a line of the same owner, day and operation', () => {
    const plain = Buffer.from(LINE_CASES.find(({ name }) => name.endsWith('the plain line'))!.line);
    for (const [index, line] of lines.entries()) {
      const outcomes: (AccessLogRecord | string)[] = [];
      const splitter = readRecords('here', {
        record: (record) => outcomes.push(record),
        failure: ({ reason }) => outcomes.push(reason),
      });
      splitter.push(Buffer.concat([plain, Buffer.from('\n'), line, Buffer.from('\n'), plain]));
      splitter.end();
      const around = parseLine(plain);
      expectSame(
        outcomes,
        [around, alone[index], around].filter((outcome) => outcome !== null),
      );
    }
  });

  test('a failure has its source, line number and reason, and at most 2 KB of the line', () => {
    const long = `no-bucket${'-é'.repeat(2000)}`;
    expect(failuresOf([Buffer.from(`\n\r\nowner -\n${long}\nowner bucket [-] x`)])).toEqual([
      { source: 'here', line: 3, reason: 'no bucket', text: 'owner -' },
      {
        source: 'here',
        line: 4,
        reason: 'no bucket',
        text: Buffer.from(long).toString('utf8', 0, FAILURE_SAMPLE_BYTES),
      },
      { source: 'here', line: 5, reason: 'no time', text: 'owner bucket [-] x' },
    ]);
  });
});

function failuresOf(chunks: readonly Uint8Array[]): ParseFailure[] {
  const failures: ParseFailure[] = [];
  const splitter = readRecords('here', { record: () => {}, failure: (failure) => failures.push(failure) });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return failures;
}
