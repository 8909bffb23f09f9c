import { dynamoState } from '../../lib/adapters/aws/dynamo-state';
import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import { detectLogObject } from '../../lib/detect/detect-log-object';
import { createDetector } from '../../lib/detect/detector';
import { compileSettings } from '../../lib/detection/compile-settings';
import { createObserver } from '../../lib/detection/observe';
import type { DetectionSettings } from '../../lib/detection/settings';
import { firstSeenByOf } from '../../lib/detection/sighting';
import type { State } from '../../lib/ports';
import { type Emulator, startDynamo } from '../support/emulators';
import { LIMITS } from '../support/limits';
import { at, DAY, DEFAULTS, type Logged, lineOf } from '../support/observe-lines';
import { NEW_IP } from '../support/rule-ids';
import { newStateTable } from '../support/state-table';

const NOW = at('12:00');
const HOUR = 3_600_000;

/** The calls of the state by a process, by name. */
type Asked = Record<string, number>;

function counted(state: State): { state: State; asked: Asked } {
  const asked: Asked = {};
  const watched = new Proxy(state, {
    get(target, name: keyof State) {
      const method = target[name] as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        asked[name] = (asked[name] ?? 0) + 1;
        return method.apply(target, given);
      };
    },
  });
  return { state: watched, asked };
}

let runs = 0;

/** A new process on the state. */
function startProcess(memory: State, given: Partial<DetectionSettings> = {}) {
  const compiled = compileSettings({ ...DEFAULTS, ...given });
  const { state, asked } = counted(memory);
  const time = { now: NOW };
  const detector = createDetector({
    compiled,
    state,
    clock: { now: () => time.now },
    newRunId: () => String(runs++),
    limits: LIMITS,
    accountId: null,
    region: null,
  });
  async function* bytesOf(lines: readonly Logged[]): AsyncGenerator<Uint8Array> {
    yield Buffer.from(lines.map((line) => `${lineOf(line)}\n`).join(''));
  }
  return {
    detector,
    time,
    asked,
    deliver: (key: string, lines: readonly Logged[], portionBytes?: number) =>
      detectLogObject(
        {
          logObject: { bucket: 'logs', key, versionId: null, etag: '1' },
          chunks: bytesOf(lines),
          observer: createObserver(compiled),
          portionBytes,
        },
        detector,
      ),
  };
}

const PAIRS = 250;
const networks = (given: Logged & object = {}): Logged[] =>
  Array.from({ length: PAIRS }, (_, host) => ({ remoteIp: `198.51.100.${host}`, ...given }));

describe('the cost of a new pair', () => {
  let memory: MemoryState;
  beforeEach(() => {
    memory = createMemoryState();
  });

  test('is one write, and one marker for the whole log object, however many portions it has', async () => {
    const { deliver, asked } = startProcess(memory);
    const detected = await deliver('a', networks(), 10_000);
    expect(detected.findings.get(NEW_IP)).toBe(PAIRS);
    expect(asked).toMatchObject({ putSighting: PAIRS, confirmClaims: 1 });
    await deliver('b', networks());
    expect(asked).toMatchObject({ putSighting: PAIRS, confirmClaims: 1 });
    expect(asked.areClaimsConfirmed).toBeUndefined();
  });

  test('is one read of the marker for other log objects with the pair', async () => {
    await startProcess(memory).deliver('a', networks());
    const other = startProcess(memory);
    other.time.now = NOW + 50 * HOUR; // long after the claim has lapsed
    const { longestOverdue } = await other.deliver('b', networks());
    await other.deliver('c', [{ remoteIp: '203.0.113.7' }, ...networks()]);
    expect(other.asked).toMatchObject({ areClaimsConfirmed: 1, putSighting: 1 });
    expect(other.asked.partsOf).toBeUndefined();
    expect(longestOverdue).toBe(0);
  });

  test('a refresh, once a day, clears what is owed', async () => {
    await startProcess(memory).deliver('a', networks());
    expect([...memory.allSightings()].filter(({ owedUntil }) => owedUntil === null)).toEqual([]);
    const next = startProcess(memory);
    await next.deliver('b', networks({ time: at('09:00', 1) }));
    expect(next.asked).toMatchObject({ areClaimsConfirmed: 1, putSighting: PAIRS });
    expect([...memory.allSightings()].filter(({ owedUntil }) => owedUntil !== null)).toEqual([]);
  });

  test('a log object without new pairs puts no marker, nor does one that only learns', async () => {
    const learning = startProcess(memory, { learningDays: 3 });
    await learning.deliver('a', networks());
    await learning.deliver('b', networks());
    expect(learning.asked.confirmClaims).toBeUndefined();
  });
});

describe('the writes of a bucket while it learns', () => {
  const crowd = (howMany: number, given: Logged & object): Logged[] =>
    Array.from({ length: howMany }, (_, n) => ({ remoteIp: `198.18.${n >> 8}.${n & 255}`, ...given }));

  test('are bounded: 1,001 for public conduct, 10,000 for others, and one count per portion that learned', async () => {
    const memory = createMemoryState();
    const { deliver, asked } = startProcess(memory, { learningDays: 3 });
    await deliver('a', crowd(3000, { requester: null }));
    expect(asked).toMatchObject({ putSighting: 1001, putBucket: 2 });
    await deliver('b', crowd(3000, { requester: null }));
    expect(asked).toMatchObject({ putSighting: 1001, putBucket: 2 });
    await deliver('c', crowd(12_000, {}));
    // Of these, 1,001 were known for anonymous reads only.
    expect(asked).toMatchObject({ putSighting: 1001 + 1001 + 8999, putBucket: 3 });
    expect((await memory.bucket('payroll'))!.value.learned).toBe(10_000);
  });
});

describe('a run that dies before its marker', () => {
  const refusing = (memory: MemoryState, name: 'confirmClaims' | 'putPart'): State => ({
    ...memory,
    [name]: async () => {
      throw new Error('dead');
    },
  });

  test('with its findings in the outbox is not overdue: the marker is read once, and then nothing is owed', async () => {
    const memory = createMemoryState();
    await expect(startProcess(refusing(memory, 'confirmClaims')).deliver('a', networks())).rejects.toThrow('dead');
    const other = startProcess(memory);
    other.time.now = NOW + 3 * HOUR;
    const { longestOverdue, findings } = await other.deliver('b', networks());
    expect(longestOverdue).toBe(0);
    expect(findings.get(NEW_IP)).toBeUndefined();
    expect(other.asked).toMatchObject({ areClaimsConfirmed: 1, partsOf: 1, putSighting: PAIRS });
    expect([...memory.allSightings()].filter(({ owedUntil }) => owedUntil !== null)).toEqual([]);
  });

  test('and before the outbox is overdue: the next log object with its pairs finds them', async () => {
    const memory = createMemoryState();
    await expect(startProcess(refusing(memory, 'putPart')).deliver('a', networks())).rejects.toThrow('dead');
    const early = startProcess(memory);
    early.time.now = NOW + HOUR;
    expect(await early.deliver('b', networks())).toMatchObject({ longestOverdue: 0, findings: new Map() });
    const late = startProcess(memory);
    late.time.now = NOW + 3 * HOUR;
    const { longestOverdue, findings } = await late.deliver('c', networks());
    expect(longestOverdue).toBe(2 * HOUR);
    expect(findings.get(NEW_IP)).toBe(PAIRS);
  });
});

describe('the marker', () => {
  const expiries = async (forgetDays: number, times: readonly number[]): Promise<(number | null)[]> => {
    const memory = createMemoryState();
    const put: (number | null)[] = [];
    const state: State = { ...memory, confirmClaims: async (_run, expiresAt) => void put.push(expiresAt) };
    const lines = times.map((time, host) => ({ remoteIp: `198.51.100.${host}`, time }));
    await startProcess(state, { forgetDays }).deliver('a', lines);
    return put;
  };

  test('outlives all claims of its run by a week, and never expires if nothing is forgotten', async () => {
    expect(await expiries(90, [at('09:00'), at('09:00', -400)])).toEqual([NOW + (90 + 1 + 30 + 7) * DAY]);
    expect(await expiries(90, [at('09:00'), at('09:00', 50)])).toEqual([at('09:00', 50) + (90 + 1 + 30 + 7) * DAY]);
    expect(await expiries(0, [at('09:00')])).toEqual([null]);
  });
});

describe('what a sighting stores of the first request', () => {
  test.each([
    ['a short requester is unchanged', 'arn:aws:iam::111122223333:user/ana', 'arn:aws:iam::111122223333:user/ana'],
    ['256 bytes', 'a'.repeat(256), 'a'.repeat(256)],
    ['257 bytes: cut', 'a'.repeat(257), `${'a'.repeat(253)}…`],
    ['letters of four bytes: cut by bytes', '\u{1f600}'.repeat(65), `${'\u{1f600}'.repeat(63)}…`],
    ['128 letters of two bytes', 'ä'.repeat(128), 'ä'.repeat(128)],
    ['129 letters of two bytes: cut', 'ä'.repeat(129), `${'ä'.repeat(126)}…`],
  ])('%s', (_name, requester, kept) => {
    expect(firstSeenByOf({ requester, operation: 'REST.GET.OBJECT' })).toEqual({
      requester: kept,
      operation: 'REST.GET.OBJECT',
    });
    expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(256);
  });

  test('the operation, without a requester', () => {
    const operation = 'REST.GET.'.padEnd(500, 'X');
    expect(firstSeenByOf({ requester: null, operation })).toEqual({
      requester: null,
      operation: `${operation.slice(0, 57)}…`,
    });
  });
});

describe('a network that is known for reads', () => {
  const anonymous = { requester: null };
  const deletion = { operation: 'REST.DELETE.OBJECT', httpStatus: 204 };

  /** The findings, log object by log object: `new`, the reason of a raise, or nothing. */
  async function found(...logObjects: readonly Logged[][]): Promise<string[]> {
    const { detector } = startProcess(createMemoryState());
    const all: string[] = [];
    for (const [number, lines] of logObjects.entries()) {
      const parts: string[] = [];
      const state: State = {
        ...detector.state,
        putPart: async (part) => {
          for (const { raised } of part.findings) parts.push(raised ?? 'new');
          return detector.state.putPart(part);
        },
      };
      const chunks = (async function* () {
        yield Buffer.from(lines.map((line) => `${lineOf(line)}\n`).join(''));
      })();
      const logObject = { bucket: 'logs', key: String(number), versionId: null, etag: '1' };
      await detectLogObject({ logObject, chunks, observer: createObserver(detector.compiled) }, { ...detector, state });
      all.push(parts.join(' '));
    }
    return all;
  }

  test.each<{ name: string; next: Logged & object; expected: string }>([
    { name: 'is known for further anonymous reads', next: anonymous, expected: '' },
    { name: 'is not known for a signed request', next: {}, expected: 'signed' },
    { name: 'is not known for an anonymous change', next: { ...anonymous, ...deletion }, expected: 'changed' },
    { name: 'is not known for a change', next: deletion, expected: 'changed' },
    { name: 'has no finding for a denied signed request', next: { httpStatus: 403 }, expected: '' },
  ])('$name: "$expected"', async ({ next, expected }) => {
    expect(await found([anonymous], [next])).toEqual(['new', expected]);
  });

  test('is raised once for each reason, and then known for everything', async () => {
    const all = await found([anonymous], [{}], [{}], [deletion], [deletion], [anonymous], [{}]);
    expect(all).toEqual(['new', 'signed', '', 'changed', '', '', '']);
  });

  test('is known for everything in its first log object', async () => {
    expect(await found([anonymous, {}], [{}], [deletion])).toEqual(['new', '', 'changed']);
    expect(await found([anonymous, deletion], [{}], [deletion])).toEqual(['new', '', '']);
  });

  test('is not known for a change within a week after it was found, but is later', async () => {
    const late = (milliseconds: number) => ({ ...deletion, time: at('09:00', 7) + milliseconds });
    expect(await found([{}], [late(0)])).toEqual(['new', 'changed']);
    expect(await found([{}], [late(1000)])).toEqual(['new', '']);
    expect(await found([{}], [{ ...late(0), operation: 'REST.HEAD.OBJECT' }, late(1000)])).toEqual(['new', '']);
  });
});

describe('in DynamoDB', () => {
  let dynamo: Emulator;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.close());

  test('a claim takes one write unit, however long its names are', async () => {
    const table = await newStateTable(dynamo.endpoint);
    const bucket = 'b'.repeat(63);
    const logObject = `${bucket}/a-prefix/111122223333/ap-southeast-1/${bucket}/2026/03/02/2026-03-02-02-14-08-23102EB5EF2F6498`;
    const lastSeenAt = at('12:34:56.789');
    const claim = {
      bucket,
      kind: 'net',
      name: '2001:db8:1234:5678:9abc:def0:1234:5678',
      firstSeenAt: lastSeenAt,
      lastSeenAt,
      claimedBy: `${logObject}@9b2cf535f27731c974343645a3985328`,
      claimedIn: 'AbCdEf12',
      owedUntil: lastSeenAt,
      forgottenSince: lastSeenAt,
      publicOnly: true,
      raised: 'changed' as const,
      foundReadingAt: lastSeenAt,
      firstSeenBy: () => firstSeenByOf({ requester: 'ä'.repeat(1000), operation: 'ä'.repeat(1000) }),
      expiresAt: lastSeenAt,
    };
    const before = table.usage.writes;
    const state = dynamoState(table);
    await state.putSighting(claim, null);
    expect(table.usage.writes - before).toBe(1);
    expect((await state.sighting(claim))!.value).toMatchObject({ bucket, name: claim.name });
  });
});
