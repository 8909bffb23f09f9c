import { createMemoryState } from '../../lib/adapters/memory-state';
import { watchBuckets } from '../../lib/detect/watch-buckets';
import { notify } from '../../lib/notify/notify';
import { watcherOf } from '../support/function-dependencies';

const START = Date.parse('2026-03-02T09:00:00Z');
const MINUTE = 60_000;

/*
 * Notices are an hour apart, however many buckets start to learn. A deferred notice is not late: an alarm fires
 * if an item has been due for a quarter of an hour.
 */
test('a deferred notice is due from the time when it may be sent', async () => {
  const state = createMemoryState();
  const { watcher, time } = watcherOf(state, { learningDays: 3 }, START);
  const { compiled, buckets = watchBuckets(state) } = watcher.detector;
  const met = (bucket: string) => buckets.registerLog({ bucket, policy: compiled.policyOf(bucket) }, time.now);
  async function run(): Promise<{ oldestDueFor: number | null; sent: number }> {
    const { oldestDueFor, sent } = await notify(watcher.notifier, `run ${time.now}`, time.now + 5 * MINUTE);
    return { oldestDueFor, sent: sent.length };
  }
  await met('first');
  expect(await run()).toEqual({ oldestDueFor: 0, sent: 1 });
  time.now = START + MINUTE;
  await met('second');
  const seen: unknown[] = [];
  for (const minute of [1, 20, 59, 63]) {
    time.now = START + minute * MINUTE;
    seen.push(await run());
  }
  expect(seen).toEqual([
    { oldestDueFor: 0, sent: 0 },
    { oldestDueFor: 0, sent: 0 },
    { oldestDueFor: 0, sent: 0 },
    { oldestDueFor: 3 * MINUTE, sent: 1 },
  ]);
});
