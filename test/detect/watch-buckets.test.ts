import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import { type BucketState, SILENCE_REPORTED_FOR, silentFrom } from '../../lib/alerting/bucket-state';
import { watchBuckets } from '../../lib/detect/watch-buckets';
import { compileSettings } from '../../lib/detection/compile-settings';
import { LEARNING, SEED } from '../../lib/detection/sighting';
import { configurationOf } from '../support/configuration';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-02T00:00:00Z');

/** The item of a bucket with log objects at these times, in hours after the first. */
async function afterLogs(hours: readonly number[]): Promise<BucketState> {
  const state = createMemoryState();
  const watch = watchBuckets(state);
  const policy = compileSettings(configurationOf({ learningDays: 0 })).policyOf('payroll');
  for (const hour of hours) await watch.registerLog({ bucket: 'payroll', policy }, START + hour * HOUR);
  return (await state.bucket('payroll'))!.value;
}

/** How many hours after its last log a bucket counts as silent; null: never. */
async function hoursUntilSilent(hours: readonly number[]): Promise<number | null> {
  const bucket = await afterLogs(hours);
  const from = silentFrom(bucket);
  return from === null ? null : (from - bucket.lastLogAt) / HOUR;
}

describe('when a bucket counts as silent', () => {
  const hourly = Array.from({ length: 100 }, (_, hour) => hour);
  const rows: readonly { name: string; hours: readonly number[]; silentAfter: number | null }[] = [
    { name: 'after its first log: never', hours: [0], silentAfter: null },
    { name: 'before it has logged for three days: never', hours: hourly.slice(0, 72), silentAfter: null },
    { name: 'with a log every hour: after a day', hours: hourly, silentAfter: 24 },
    { name: 'with a log every day: after two days', hours: [0, 24, 48, 72, 96], silentAfter: 48 },
    { name: 'with a log every Monday: after two weeks', hours: [0, 168, 336], silentAfter: 336 },
    { name: 'after a gap of a month: after two weeks', hours: [0, 720, 744], silentAfter: 336 },
    { name: 'a long silence is remembered', hours: [0, 24, 124, 125, 126], silentAfter: 200 },
    { name: 'nothing is written within an hour', hours: [...hourly, 99.5], silentAfter: 24 },
  ];
  test.each(rows)('$name', async ({ hours, silentAfter }) => {
    expect(await hoursUntilSilent(hours)).toBe(silentAfter);
  });

  test('the log interval of a seeded bucket starts with its first log', async () => {
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
    await watch.registerLog({ bucket: 'payroll', policy }, START);
    expect((await state.bucket('payroll'))!.value).toMatchObject({
      firstLogAt: START,
      lastLogAt: START,
      longestSilence: 0,
    });
  });
});

test('a silent bucket is reported for a day', async () => {
  const state = createMemoryState();
  const watch = watchBuckets(state);
  const policy = compileSettings(configurationOf({ learningDays: 0 })).policyOf('payroll');
  for (let hour = 0; hour <= 96; hour++) await watch.registerLog({ bucket: 'payroll', policy }, START + hour * HOUR);
  const last = START + 96 * HOUR;
  const silent = (now: number) => state.silentBuckets(now - SILENCE_REPORTED_FOR, now);
  expect(await silent(last + DAY - 1)).toEqual([]);
  expect(await silent(last + DAY)).toEqual(['payroll']);
  expect(await silent(last + 2 * DAY)).toEqual(['payroll']);
  expect(await silent(last + 2 * DAY + 1)).toEqual([]);
});

describe('whether a bucket looks public after learning', () => {
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
    { name: 'with sightings that a run left uncounted when it died', counted: 0, stored: 1001, looksPublic: true },
    { name: 'if it looked public while it learned', counted: 1001, stored: 1000, looksPublic: true },
    { name: 'without found or seeded pairs', counted: 0, stored: 1000, others: 100, looksPublic: false },
  ];
  test.each(CASES)('$name: $looksPublic', async ({ counted, stored, others = 0, looksPublic }) => {
    const state = createMemoryState();
    const watch = watchBuckets(state);
    await watch.registerLog(payroll, START);
    await learn(state, stored);
    await learn(state, others, SEED);
    await watch.countLearned('payroll', { networks: counted, others: 0 }, START);
    expect((await watch.currentPhase(payroll, START)).inactiveForAnonymous).toBe(counted > 1000);
    expect((await watch.currentPhase(payroll, END)).inactiveForAnonymous).toBe(looksPublic);
    expect((await state.bucket('payroll'))!.value).toMatchObject({ learned: counted, looksPublic });
    expect((await watchBuckets(state).currentPhase(payroll, END + DAY)).inactiveForAnonymous).toBe(looksPublic);
  });

  test('concurrent runs add up their counts', async () => {
    const state = createMemoryState();
    await watchBuckets(state).registerLog(payroll, START);
    await Promise.all(
      Array.from({ length: 10 }, () => watchBuckets(state).countLearned('payroll', { networks: 7, others: 0 }, START)),
    );
    expect((await state.bucket('payroll'))!.value.learned).toBe(70);
  });

  test('the next portion sees the count, also at the same time', async () => {
    const watch = watchBuckets(createMemoryState());
    await watch.registerLog(payroll, START);
    await watch.countLearned('payroll', { networks: 9_999, others: 0 }, START);
    const phase = await watch.currentPhase(payroll, START);
    expect([true, false, false].map((isPublic) => phase.mayLearn('net', isPublic))).toEqual([false, true, false]);
  });

  test('a portion learns up to 1,001 networks with public conduct, and others beyond that', async () => {
    const watch = watchBuckets(createMemoryState());
    await watch.registerLog(payroll, START);
    const phase = await watch.currentPhase(payroll, START);
    const learned = (isPublic: boolean): number =>
      Array.from({ length: 20_000 }, () => phase.mayLearn('net', isPublic)).filter(Boolean).length;
    expect([learned(true), learned(false)]).toEqual([1001, 8999]);
  });
});
