import {
  createWorld,
  DAY,
  deletion,
  failure,
  HOUR,
  isDeletion,
  MINUTE,
  many,
  otherNetwork,
  START,
  sameNetwork,
} from './world';

/*
 * An attacker who can send requests must not be able to delay an alert: whatever was sent before, a deletion with
 * stolen keys is sent within two minutes after its log object was read.
 */

const BOUND = 2 * MINUTE;

test.each([0, 1000, 5000, 5_000])('%i failures from one /64, then a deletion from it', async (noise) => {
  const world = createWorld({ settings: { newIp: false } });
  if (noise > 0) {
    await world.deliver(many(noise, (n) => failure(sameNetwork(n + 100), world.now)));
    await world.notify();
  }
  world.now += 5 * MINUTE;
  const read = world.now;
  await world.deliver([deletion(sameNetwork(7), world.now)]);
  const found = await world.runUntil(world.now + 30 * DAY, isDeletion);
  expect(found!.at - read).toBeLessThanOrEqual(BOUND);
});

test.each([5, 1000, 5_000])('failures from %i networks, then a deletion from another', async (noise) => {
  const world = createWorld();
  const lines = many(noise, (n) => failure(otherNetwork(n), world.now));
  if (noise === 5) {
    for (const line of lines) {
      await world.deliver([line]);
      await world.notify();
    }
  } else await world.deliver(lines);
  await world.notify();
  world.now += 5 * MINUTE;
  const read = world.now;
  await world.deliver([deletion('198.51.100.66', world.now)]);
  const found = await world.runUntil(world.now + 30 * DAY, isDeletion);
  expect(found!.at - read).toBeLessThanOrEqual(BOUND);
});

test.each(['the same network', 'another after decoys'])('windows of a day, then a deletion by %s', async (by) => {
  const world = createWorld({ settings: { newIp: false } });
  while (world.now < START + 32 * HOUR) {
    await world.deliver([failure('198.51.100.1', world.now)]);
    await world.notify();
    await world.runUntil(world.now + 20 * MINUTE);
  }
  const { window } = world.sent.at(-1)!.alert;
  expect(Date.parse(window!.closesAt) - Date.parse(window!.openedAt)).toBeGreaterThan(12 * HOUR);
  for (const n of by === 'the same network' ? [] : [2, 3, 4, 5]) {
    await world.deliver([failure(`198.51.100.${n}`, world.now)]);
    await world.notify();
    world.now += MINUTE;
  }
  const read = world.now;
  await world.deliver([deletion(by === 'the same network' ? '198.51.100.1' : '203.0.113.66', world.now)]);
  const found = await world.runUntil(world.now + 30 * DAY, isDeletion);
  expect(found!.at - read).toBeLessThanOrEqual(BOUND);
});
