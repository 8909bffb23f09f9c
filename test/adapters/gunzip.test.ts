import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { readUnpacked } from '../../lib/adapters/gunzip';
import { UnreadableContent } from '../../lib/adapters/unreadable-content';
import { lineOf } from '../support/observe-lines';
import { createRandom } from '../support/random';
import { runs } from '../support/runs';

/** All that is unpacked of these bytes, which arrive in chunks that end at `cuts`; and the error. */
async function unpack(
  packed: Uint8Array,
  { cuts = [], maxBytes }: { cuts?: readonly number[]; maxBytes?: number } = {},
): Promise<{ bytes: Buffer; error: UnreadableContent | null }> {
  const ends = [...cuts].sort((a, b) => a - b);
  async function* chunks() {
    for (const [index, start] of [0, ...ends].entries()) yield packed.subarray(start, ends[index]);
  }
  const unpacked: Buffer[] = [];
  try {
    for await (const bytes of readUnpacked(chunks(), maxBytes)) unpacked.push(Buffer.from(bytes));
    return { bytes: Buffer.concat(unpacked), error: null };
  } catch (error) {
    if (!(error instanceof UnreadableContent)) throw error;
    return { bytes: Buffer.concat(unpacked), error };
  }
}

async function textOf(...members: readonly Uint8Array[]): Promise<string> {
  const { bytes, error } = await unpack(Buffer.concat(members));
  expect(error).toBeNull();
  return bytes.toString();
}

const [A, B] = [lineOf({ remoteIp: '192.0.2.1' }), lineOf({ remoteIp: '192.0.2.2' })];

/** Lines that gzip compresses to about a third. */
const LINES = (() => {
  const random = createRandom(5);
  let text = '';
  while (text.length < 800_000)
    text += `${lineOf({ key: random.text('0123456789abcdefghijklmnopqrstuvwxyz', 120) })}\n`;
  return Buffer.from(text);
})();
const PACKED = gzipSync(LINES);

describe('members', () => {
  test('the last line of a member ends where the next member begins with a record', async () => {
    expect(await textOf(gzipSync(A), gzipSync(B))).toBe(`${A}\n${B}`);
    expect(await textOf(gzipSync(A), gzipSync(''), gzipSync(`${B}\n`), gzipSync(A))).toBe(`${A}\n${B}\n${A}`);
    expect(await textOf(gzipSync('{"a":1}'), gzipSync('{"b":2}'))).toBe('{"a":1}\n{"b":2}');
  });

  test('and only there: a member may end anywhere in a line', async () => {
    expect(await textOf(gzipSync(`${A}\n`), gzipSync(B))).toBe(`${A}\n${B}`);
    for (let cut = 1; cut < A.length; cut += 7)
      expect(await textOf(gzipSync(A.slice(0, cut)), gzipSync(A.slice(cut)))).toBe(A);
    expect(await textOf(gzipSync('{"a":'), gzipSync('{"b":2}}'))).toBe('{"a":{"b":2}}');
  });

  test('the blocks of BGZF are one text: a record in a user agent begins no line', async () => {
    const [header, ...rest] = [gzipSync(B).subarray(0, 10), gzipSync(B).subarray(10)];
    const block = Buffer.concat([header!, Buffer.from([6, 0, 0x42, 0x43, 2, 0, 0, 0]), ...rest]);
    block[3] = 4;
    expect(await textOf(gzipSync(A), block)).toBe(A + B);
  });

  test('a header may hold an extra field, a name, a comment and a checksum', async () => {
    const packed = gzipSync(A);
    const fields = Buffer.concat([Buffer.from([3, 0, 1, 2, 3]), Buffer.from('a.log\0about\0'), Buffer.from([9, 9])]);
    const withFields = Buffer.concat([packed.subarray(0, 10), fields, packed.subarray(10)]);
    withFields[3] = 0x1e;
    expect(await textOf(withFields)).toBe(A);
  });

  const corrupt = (reason: string): string => `the gzip stream is corrupt (${reason}); the part before that was read`;

  test.each([
    ['text behind the end', Buffer.concat([gzipSync(A), Buffer.from('more')]), corrupt('incorrect header check')],
    [
      'a member behind zeros',
      Buffer.concat([gzipSync(A), Buffer.alloc(9), gzipSync(B)]),
      corrupt('zeros between its members'),
    ],
    [
      'a header cut short behind a member',
      Buffer.concat([gzipSync(A), PACKED.subarray(0, 5)]),
      'the gzip stream is truncated; the part before that was read',
    ],
    [
      'a checksum cut short',
      gzipSync(A).subarray(0, -3),
      'the gzip stream is truncated; the part before that was read',
    ],
  ])('%s is reported, and the member before is read', async (_name, packed, message) => {
    const { bytes, error } = await unpack(packed);
    expect(bytes.toString()).toBe(A);
    expect([error!.kind, error!.message]).toEqual(['damaged', message]);
  });

  test('a wrong length, an unknown method and a header without end are damage', async () => {
    const change = (offset: number, value: number): Uint8Array => {
      const packed = gzipSync(A);
      packed[offset < 0 ? packed.length + offset : offset] = value;
      return packed;
    };
    const endless = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(200_000, 'n')]);
    for (const [packed, reason] of [
      [change(-1, 9), 'incorrect length check'],
      [change(2, 7), 'unknown compression method'],
      [change(3, 0x20), 'unknown header flags set'],
      [endless, 'header too long'],
    ] as const)
      expect((await unpack(packed)).error!.message).toBe(corrupt(reason));
  });
});

test('what is unpacked does not depend on how the bytes arrive, damaged or not', async () => {
  const damaged = Buffer.from(PACKED);
  damaged.fill(0xff, 60_000, 60_050);
  const members = Buffer.concat([gzipSync(A), gzipSync(B), PACKED, gzipSync(A)]);
  const inputs = [PACKED, damaged, PACKED.subarray(0, 70_000), members, LINES];
  const whole = await Promise.all(inputs.map((input) => unpack(input)));
  expect(whole.map(({ error }) => error?.kind ?? null)).toEqual([null, 'damaged', 'damaged', null, null]);
  expect(whole[1]!.bytes.length).toBeGreaterThan(50_000);
  await fc.assert(
    fc.asyncProperty(fc.nat(inputs.length - 1), fc.array(fc.nat(70_000), { maxLength: 12 }), async (index, cuts) => {
      const input = inputs[index]!;
      const { bytes, error } = await unpack(input, { cuts: cuts.filter((cut) => cut < input.length) });
      expect(bytes.equals(whole[index]!.bytes)).toBe(true);
      expect(error?.message).toBe(whole[index]!.error?.message);
    }),
    runs(60),
  );
});

describe('a bound on what gzip may unpack to', () => {
  test('is exact, and everything before it is read', async () => {
    const exact = await unpack(PACKED, { maxBytes: LINES.length });
    expect(exact.error).toBeNull();
    const less = await unpack(PACKED, { maxBytes: LINES.length - 1 });
    expect(less.bytes.equals(LINES.subarray(0, -1))).toBe(true);
    expect([less.error!.kind, less.error!.message]).toEqual([
      'too-large',
      `the gzip stream unpacks to more than ${(LINES.length - 1).toLocaleString('en')} bytes; the part before that was read`,
    ]);
  });

  test('holds for members of almost nothing, of which each costs a decompressor', async () => {
    const members = Buffer.concat(Array.from({ length: 100 }, () => gzipSync('')));
    expect((await unpack(members, { maxBytes: 100 * 16_384 })).error).toBeNull();
    expect((await unpack(members, { maxBytes: 99 * 16_384 })).error!.kind).toBe('too-large');
  });

  test('does not hold for plain text', async () => {
    expect((await unpack(LINES, { maxBytes: 10 })).bytes.equals(LINES)).toBe(true);
  });
});

test('an error of the input is passed on unchanged, and the input is closed', async () => {
  let isClosed = false;
  const broken = new Error('connection reset');
  async function* input(isBroken: boolean) {
    try {
      yield PACKED.subarray(0, 30_000);
      if (isBroken) throw broken;
      yield PACKED.subarray(30_000);
    } finally {
      isClosed = true;
    }
  }
  const read = async (stop: boolean): Promise<void> => {
    for await (const _ of readUnpacked(input(!stop))) if (stop) break;
  };
  await expect(read(false)).rejects.toBe(broken);
  expect(isClosed).toBe(true);
  isClosed = false;
  await read(true);
  expect(isClosed).toBe(true);
});
