import type { Report } from '../../lambda/report';
import { type Watcher, watch } from '../../lambda/watcher';
import { noGeography } from '../../lib/adapters/geography';
import { createMemoryState } from '../../lib/adapters/memory-state';
import { newRunId } from '../../lib/adapters/run-ids';
import { detectLogObject } from '../../lib/detect-log-object';
import { compileSettings } from '../../lib/detection/compile-settings';
import { createObserver } from '../../lib/detection/observe';
import type { State } from '../../lib/ports';
import { rememberPairs } from '../../lib/remembered-pairs';
import { viewStreams } from '../../lib/stream-views';
import { watchBuckets } from '../../lib/watch-buckets';
import { configurationOf } from '../support/configuration';
import { SCHEDULED } from '../support/deployment';
import { lineOf } from '../support/observe-lines';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-02T00:00:00Z');

/** A process of the function on this state, what it reports of silence and usage, and how often it asks who listens. */
function watcherOf(state: State, given: Record<string, unknown>) {
  const configuration = configurationOf({ learningDays: 0, ...given });
  const compiled = compileSettings(configuration);
  const time = { now: START + 124 * HOUR };
  const clock = { now: () => time.now, sleep: async () => {} };
  const silent: (readonly string[])[] = [];
  const used: unknown[] = [];
  const asked = { times: 0 };
  const nothing = (): void => {};
  const report: Report = {
    detected: nothing,
    gone: nothing,
    failed: nothing,
    notified: nothing,
    silent: (names) => silent.push(names),
    heard: nothing,
    used: (usage) => used.push(usage),
    end: nothing,
  };
  const confirmed = async (): Promise<number> => ++asked.times;
  const origin = { accountId: null, region: null };
  const buckets = watchBuckets(state);
  const views = viewStreams(state);
  const watcher: Watcher = {
    detector: {
      compiled,
      state,
      clock,
      remembered: rememberPairs(),
      buckets,
      newRunId,
      views,
      limits: configuration,
      ...origin,
    },
    logObjects: { read: async () => null },
    notifier: {
      state,
      clock,
      publisher: { publish: async () => {} },
      geography: noGeography,
      limits: configuration,
      newIpChosenFor: () => false,
      ...origin,
    },
    alertSubscriptions: { confirmed },
    operationsSubscriptions: null,
    report,
    usage: { reads: 7, writes: 7 },
    lookedAroundAt: 0,
  };
  return { watcher, time, silent, used, asked };
}

test('now and then it looks who is silent, of those that are watched, and who listens', async () => {
  const state = createMemoryState();
  const buckets = watchBuckets(state);
  const before = compileSettings(configurationOf({ learningDays: 0 }));
  for (const bucket of ['payroll', 'left']) {
    for (let hour = 0; hour < 100; hour++)
      await buckets.met({ bucket, policy: before.policyOf(bucket) }, START + hour * HOUR);
  }
  const { watcher, time, silent, used, asked } = watcherOf(state, { excludeBuckets: ['left'] });
  const minutes = [0, 1, 14, 15, 16, 30];
  for (const minute of minutes) {
    time.now = START + 124 * HOUR + minute * 60_000;
    await watch(SCHEDULED, { id: `${minute}`, until: time.now + 300_000 }, watcher);
  }
  expect(silent).toEqual([['payroll'], ['payroll'], ['payroll']]);
  expect(asked.times).toBe(3);
  // Of each call, not of the process.
  expect(used).toEqual(minutes.map(() => ({ reads: 0, writes: 0 })));
});

test('what cannot be published by the schedule fails the call, after the look around', async () => {
  const { watcher, silent } = watcherOf(createMemoryState(), {});
  const failing = { ...watcher, notifier: { ...watcher.notifier, publisher: { publish: refuse } } };
  const { detector } = failing;
  const line = `${lineOf({ remoteIp: '198.51.100.1' })}\n`;
  const chunks = (async function* () {
    yield Buffer.from(line);
  })();
  const logObject = { bucket: 'logs', key: 'a', versionId: null, etag: null };
  await detectLogObject({ logObject, chunks, observer: createObserver(detector.compiled) }, detector);
  const call = { id: 'call', until: detector.clock.now() + 300_000 };
  await expect(watch(SCHEDULED, call, failing)).rejects.toThrow('1 alerts were not published');
  expect(silent).toEqual([[]]);
});

async function refuse(): Promise<void> {
  throw new Error('AuthorizationError');
}
