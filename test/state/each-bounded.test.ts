import { eachBounded } from '../../lib/state/each-bounded';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('keeps the order of the items, and no more at once than it may', async () => {
  let running = 0;
  let most = 0;
  const results = await eachBounded([5, 1, 4, 2, 3, 0], 3, async (item) => {
    most = Math.max(most, ++running);
    for (let turns = 0; turns < item; turns++) await turn();
    running--;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30, 0]);
  expect(most).toBe(3);
});

test('nothing to do', async () => {
  expect(await eachBounded([], 3, async () => 1)).toEqual([]);
});

test('after a failure begins nothing new, waits for what is under way, and throws the first', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const done = eachBounded([0, 1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    await turn();
    if (item === 0) throw new Error('first');
    await turn();
    ended.push(item);
  });
  await expect(done).rejects.toThrow('first');
  expect(begun).toEqual([0, 1]);
  expect(ended).toEqual([1]);
});
