import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import { type BucketState, SILENCE_REPORTED_FOR, silentFrom } from '../../lib/alerting/bucket-state';
import { watchBuckets } from '../../lib/detect/watch-buckets';
import { compileSettings } from '../../lib/detection/compile-settings';
import { LEARNING, SEED } from '../../lib/detection/sighting';
import { configurationOf } from '../support/configuration';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-02T00:00:00Z');

/** The item of a bucket whose log objects came at these times, hours after the first. */
async function afterLogs(hours: readonly number[]): Promise<BucketState> {
  const state = createMemoryState();
  const watch = watchBuckets(state);
  const policy = compileSettings(configurationOf({ learningDays: 0 })).policyOf('payroll');
  for (const hour of hours) await watch.met({ bucket: 'payroll', policy }, START + hour * HOUR);
  return (await state.bucket('payroll'))!.value;
}

/** From how many hours after its last log on its silence is strange; null: it never is. */
async function strangeAfter(hours: readonly number[]): Promise<number | null> {
  const bucket = await afterLogs(hours);
  const from = silentFrom(bucket);
  return from === null ? null : (from - bucket.lastLogAt) / HOUR;
}

describe('when it is strange to hear nothing of a bucket', () => {
  const hourly = Array.from({ length: 100 }, (_, hour) => hour);
  const rows: readonly { name: string; hours: readonly number[]; strange: number | null }[] = [
    { name: 'after its first log: never', hours: [0], strange: null },
    { name: 'before it has logged for three days: never', hours: hourly.slice(0, 72), strange: null },
    { name: 'of one that logs every hour: after a day', hours: hourly, strange: 24 },
    { name: 'of one that logs every day: after two', hours: [0, 24, 48, 72, 96], strange: 48 },
    { name: 'of one that logs on Mondays: after two weeks', hours: [0, 168, 336], strange: 336 },
    { name: 'of one that once was silent for a month: after two weeks', hours: [0, 720, 744], strange: 336 },
    { name: 'a long silence is remembered', hours: [0, 24, 124, 125, 126], strange: 200 },
    { name: 'within an hour nothing is written', hours: [...hourly, 99.5], strange: 24 },
  ];
  test.each(rows)('$name', async ({ hours, strange }) => {
    expect(await strangeAfter(hours)).toBe(strange);
  });

  test('of a bucket that was seeded, its habits begin with its first log', async () => {
    const state = createMemoryState();
    const watch = watchBuckets(state);
    const policy = compileSettings(configurationOf({})).policyOf('payroll');
    const seeded = {
      bucket: 'payroll',
      firstLogAt: 0,
      lastLogAt: 0,
      longestSilence: 0,
      rememberedSince: 0,
      learnedOthers: 0,
      notice: null,
    };
    await state.putBucket({ ...seeded, learningUntil: null, learned: 0, looksPublic: false }, null);
    await watch.met({ bucket: 'payroll', policy }, START);
    expect((await state.bucket('payroll'))!.value).toMatchObject({
      firstLogAt: START,
      lastLogAt: START,
      longestSilence: 0,
    });
  });
});

test('that a bucket is silent is told for a day', async () => {
  const state = createMemoryState();
  const watch = watchBuckets(state);
  const policy = compileSettings(configurationOf({ learningDays: 0 })).policyOf('payroll');
  for (let hour = 0; hour <= 96; hour++) await watch.met({ bucket: 'payroll', policy }, START + hour * HOUR);
  const last = START + 96 * HOUR;
  const silent = (now: number) => state.silentBuckets(now - SILENCE_REPORTED_FOR, now);
  expect(await silent(last + DAY - 1)).toEqual([]);
  expect(await silent(last + DAY)).toEqual(['payroll']);
  expect(await silent(last + 2 * DAY)).toEqual(['payroll']);
  expect(await silent(last + 2 * DAY + 1)).toEqual([]);
});

describe('how much a bucket has learned', () => {
  const policy = compileSettings(configurationOf({ learningDays: 3 })).policyOf('payroll');
  const payroll = { bucket: 'payroll', policy };
  const END = START + 3 * DAY;

  async function learn(state: MemoryState, networks: number, claimedBy = LEARNING): Promise<void> {
    for (let n = 0; n < networks; n++) {
      const times = { firstSeenAt: START, lastSeenAt: START, expiresAt: null };
      const claimed = { claimedBy, claimedIn: null, owedUntil: null, forgottenSince: null };
      const pair = {
        bucket: 'payroll',
        kind: 'net',
        name: `${claimedBy}-${n}`,
        publicOnly: true,
        raised: null,
        foundReadingAt: null,
      };
      await state.putSighting({ ...pair, ...times, ...claimed, firstSeenBy: () => null }, null);
    }
  }

  const CASES: readonly { name: string; counted: number; stored: number; others?: number; looksPublic: boolean }[] = [
    { name: 'as counted', counted: 1001, stored: 1001, looksPublic: true },
    { name: 'no more than 1,000', counted: 1000, stored: 1000, looksPublic: false },
    { name: 'what a death left uncounted counts, too', counted: 0, stored: 1001, looksPublic: true },
    { name: 'what it took for public while it learned stays so', counted: 1001, stored: 1000, looksPublic: true },
    { name: 'what was found or seeded is not learned', counted: 0, stored: 1000, others: 100, looksPublic: false },
  ];
  test.each(CASES)('$name: $looksPublic', async ({ counted, stored, others = 0, looksPublic }) => {
    const state = createMemoryState();
    const watch = watchBuckets(state);
    await watch.met(payroll, START);
    await learn(state, stored);
    await learn(state, others, SEED);
    await watch.countLearned('payroll', { networks: counted, others: 0 }, START);
    expect((await watch.phaseOf(payroll, START)).inactiveForAnonymous).toBe(counted > 1000);
    expect((await watch.phaseOf(payroll, END)).inactiveForAnonymous).toBe(looksPublic);
    expect((await state.bucket('payroll'))!.value).toMatchObject({ learned: counted, looksPublic });
    expect((await watchBuckets(state).phaseOf(payroll, END + DAY)).inactiveForAnonymous).toBe(looksPublic);
  });

  test('is added up by whoever counts at the same time', async () => {
    const state = createMemoryState();
    await watchBuckets(state).met(payroll, START);
    await Promise.all(
      Array.from({ length: 10 }, () => watchBuckets(state).countLearned('payroll', { networks: 7, others: 0 }, START)),
    );
    expect((await state.bucket('payroll'))!.value.learned).toBe(70);
  });

  test('is known in the next portion, also at the same moment', async () => {
    const watch = watchBuckets(createMemoryState());
    await watch.met(payroll, START);
    await watch.countLearned('payroll', { networks: 9_999, others: 0 }, START);
    const phase = await watch.phaseOf(payroll, START);
    expect([true, false, false].map((isPublic) => phase.mayLearn('net', isPublic))).toEqual([false, true, false]);
  });

  test('lets a portion learn the public up to 1,001, and others beyond', async () => {
    const watch = watchBuckets(createMemoryState());
    await watch.met(payroll, START);
    const phase = await watch.phaseOf(payroll, START);
    const learned = (isPublic: boolean): number =>
      Array.from({ length: 20_000 }, () => phase.mayLearn('net', isPublic)).filter(Boolean).length;
    expect([learned(true), learned(false)]).toEqual([1001, 8999]);
  });
});
