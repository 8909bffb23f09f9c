import { createWorld } from './mortal';
import { DAY, MINUTE, type RunOptions, START, startContainer, type TestObject } from './run';
import { wrongs } from './told';

const NONE: RunOptions = { choose: () => 'none' };

function object(name: string, host: number, bit: number, time = START): TestObject {
  return { name, inPortions: false, lines: [{ bucket: 'open', host, bit, time }] };
}

test('a user forgets a pair while it is refreshed: it is claimed, and told once more', async () => {
  const world = createWorld(START);
  const [first, again] = [object('A', 1, 1), object('B', 1, 2, START + 2 * DAY)];
  await startContainer(world, NONE).deliver(first);
  const seen = await world.memory.sightings([{ bucket: 'open', network: '203.0.113.1' }]);
  expect(seen[0]).not.toBeNull();
  // The read shows the pair as it was; by the time it is to be refreshed, it is gone.
  const forgetful = createWorld(START + 2 * DAY);
  const lag = { sightings: async () => seen, due: forgetful.memory.due };
  const container = startContainer(forgetful, { ...NONE, lag });
  expect(await container.deliver(again)).toBe('done');
  forgetful.now += MINUTE;
  expect(await container.announce()).toBe('done');
  expect(forgetful.published).toHaveLength(1);
  expect(wrongs(forgetful, { must: [again] })).toEqual([]);
});

test('learning is ended from outside: a warm process that has seen it learn finds what comes next', async () => {
  const world = createWorld(START);
  const container = startContainer(world, { ...NONE, learningDays: 3 });
  await container.deliver(object('A', 1, 1));
  const { value, version } = (await world.memory.bucket('open'))!;
  world.now += MINUTE;
  const ended = { ...value, learningUntil: world.now, notice: null };
  expect(await world.memory.putBucket(ended, version)).not.toBeNull();
  world.now += MINUTE;
  await container.deliver(object('B', 2, 2));
  await container.deliver(object('C', 1, 4));
  await container.announce();
  expect(world.published.map(({ alert }) => alert.networks.map(({ remoteIp }) => remoteIp))).toEqual([['203.0.113.2']]);
});
