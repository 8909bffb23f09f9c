import { watch } from '../../lambda/handle-event';
import { createMemoryState } from '../../lib/adapters/memory-state';
import { watchBuckets } from '../../lib/detect/watch-buckets';
import { compileSettings } from '../../lib/detection/compile-settings';
import { configurationOf } from '../support/configuration';
import { SCHEDULED } from '../support/deployment';
import { watcherOf } from '../support/function-dependencies';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-02T00:00:00Z');

test('every 15 minutes, it counts subscriptions and silent buckets that are watched', async () => {
  const state = createMemoryState();
  const buckets = watchBuckets(state);
  const before = compileSettings(configurationOf({ learningDays: 0 }));
  for (const bucket of ['payroll', 'left']) {
    for (let hour = 0; hour < 100; hour++)
      await buckets.registerLog({ bucket, policy: before.policyOf(bucket) }, START + hour * HOUR);
  }
  const { watcher, time, silent, used, countCalls } = watcherOf(
    state,
    { excludeBuckets: ['left'] },
    START + 124 * HOUR,
  );
  const minutes = [0, 1, 14, 15, 16, 30];
  for (const minute of minutes) {
    time.now = START + 124 * HOUR + minute * 60_000;
    await watch(SCHEDULED, { id: `${minute}`, until: time.now + 300_000 }, watcher);
  }
  expect(silent).toEqual([['payroll'], ['payroll'], ['payroll']]);
  expect(countCalls.times).toBe(3);
  // The usage of each invocation, not of the process.
  expect(used).toEqual(minutes.map(() => ({ reads: 0, writes: 0 })));
});
