import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import type { Alert } from '../../lib/alert/alert';
import { DETECTOR_ERROR } from '../support/rule-ids';
import {
  createWorld,
  deletion,
  denial,
  failure,
  isDeletion,
  MINUTE,
  many,
  otherNetwork,
  PLAIN,
  type World,
} from './world';

/*
 * One bad item affects only itself: whatever fails, everything else is sent, and what fails repeatedly is set aside
 * with an alert.
 */

/** A state in which some writes fail. */
function failingState(
  fails: (method: 'putStream' | 'markTaken' | 'putBucket', given: unknown) => boolean,
): MemoryState {
  const state = createMemoryState();
  const failing = { ...state };
  for (const method of ['putStream', 'markTaken', 'putBucket'] as const) {
    const write = state[method] as (...given: unknown[]) => Promise<string | null>;
    (failing as Record<string, unknown>)[method] = async (...given: unknown[]) => {
      if (fails(method, given[0])) throw new Error(`${method}: ThrottlingException`);
      return write(...given);
    };
  }
  return failing;
}

async function deleted(world: World, bucket = 'payroll'): Promise<number> {
  const read = world.now;
  await world.deliver([deletion('198.51.100.66', world.now, { bucket })]);
  for (let minutes = 0; minutes < 60; minutes++) {
    await world.notify();
    const found = world.sent.find(({ alert }) => alert.bucket === bucket && isDeletion(alert));
    if (found !== undefined) return found.at - read;
    world.now = (Math.floor(world.now / MINUTE) + 1) * MINUTE;
  }
  return Number.POSITIVE_INFINITY;
}

test.each(['putStream', 'markTaken'] as const)(
  '%s fails for the stream of an attacker: others are sent',
  async (method) => {
    const state = failingState(
      (called, given) => called === method && (given as { bucket: string }).bucket === 'noise',
    );
    const world = createWorld({ state });
    await world.deliver(many(5_000, (n) => failure(otherNetwork(n), world.now, { bucket: 'noise' })));
    expect(await deleted(world)).toBeLessThanOrEqual(2 * MINUTE);
  },
);

test('every hundredth write fails: a deletion in another bucket is sent', async () => {
  let writes = 0;
  const state = failingState(() => ++writes % 100 === 0);
  const world = createWorld({ state });
  await world.deliver(many(5_000, (n) => failure(otherNetwork(n), world.now, { bucket: 'noise' })));
  expect(await deleted(world)).toBeLessThanOrEqual(2 * MINUTE);
});

describe('a message that is refused repeatedly', () => {
  /** Refuses alerts about this bucket, except the one that reports the failure. */
  function refusing(bucket: string, refused: Alert[] = []) {
    return async (alert: Alert): Promise<void> => {
      if (alert.bucket !== bucket || alert.rule.title.includes('could not be sent')) return;
      refused.push(alert);
      throw new Error('InvalidParameter');
    };
  }

  test('is set aside after five tries with an alert, and nothing else waits for it', async () => {
    const refused: Alert[] = [];
    const state = createMemoryState();
    const world = createWorld({ state, publish: refusing('poison', refused) });
    await world.deliver([deletion('198.51.100.1', world.now, { bucket: 'poison' })]);
    expect(await deleted(world)).toBeLessThanOrEqual(2 * MINUTE);
    for (let minutes = 0; minutes < 10; minutes++) {
      world.now += MINUTE;
      await world.notify();
    }
    expect(refused).toHaveLength(2 * 5); // one per rule
    expect(new Set(refused.map(({ alertId }) => alertId)).size).toBe(2);
    const aside = world.sent.filter(({ alert }) => alert.bucket === 'poison').map(({ alert }) => alert);
    expect(aside.map(({ kind, rule }) => ({ kind, id: rule.id, severity: rule.severity }))).toEqual([
      { kind: 'detector-error', id: 'detector-error', severity: 'High' },
      { kind: 'detector-error', id: 'detector-error', severity: 'High' },
    ]);
    expect(state.allSetAside().map(({ stream, draft }) => [stream.rule, draft.digest.findings.length])).toEqual(
      expect.arrayContaining([
        ['unapproved-ip', 1],
        ['new-ip', 1],
      ]),
    );
    expect(state.nextDueAt()).toBeNull();
    // The stream itself continues.
    const sent = world.sent.length;
    await world.deliver([deletion('198.51.100.2', world.now, { bucket: 'poison' })]);
    for (let minutes = 0; minutes < 10; minutes++) {
      world.now += MINUTE;
      await world.notify();
    }
    expect(world.sent.length).toBeGreaterThan(sent);
  });

  test('does not prevent others from being sent, however many there are', async () => {
    const world = createWorld({
      publish: async ({ bucket }) => {
        if (bucket?.startsWith('poison')) throw new Error('InvalidParameter');
      },
    });
    for (let n = 0; n < 10; n++) await world.deliver([deletion('198.51.100.1', world.now, { bucket: `poison-${n}` })]);
    await world.notify();
    world.now += MINUTE;
    expect(await deleted(world)).toBeLessThanOrEqual(2 * MINUTE);
  });
});

test('nothing is set aside while no message at all can be sent', async () => {
  let isDown = true;
  const state = createMemoryState();
  const world = createWorld({
    state,
    publish: async () => {
      if (isDown) throw new Error('ServiceUnavailable');
    },
  });
  await world.deliver([deletion('198.51.100.66', world.now)]);
  for (let minutes = 0; minutes < 60; minutes++) {
    await world.notify();
    world.now += MINUTE;
  }
  expect(state.allSetAside()).toEqual([]);
  isDown = false;
  await world.notify();
  // The alerts were not the cause: they are sent unchanged.
  expect(world.sent.map(({ alert }) => alert.rule.id).sort()).toEqual(['new-ip', 'unapproved-ip']);
});

test('long texts as remote IPs in many log objects: one message, then digests; other alerts are sent', async () => {
  const world = createWorld();
  for (let object = 0; object < 20; object++) {
    await world.deliver(
      many(100, (n) => ({ ...PLAIN, time: world.now, remoteIp: `${object}.${n}.${'漢'.repeat(79)}` })),
    );
    await world.notify();
    world.now += MINUTE;
  }
  expect(await deleted(world, 'another')).toBeLessThanOrEqual(2 * MINUTE);
  expect(world.sent.filter(({ alert }) => alert.rule.id === DETECTOR_ERROR)).toHaveLength(1);
});

test('forged lines with impossible bucket names are parse failures and block nothing', async () => {
  const world = createWorld({ settings: { learningDays: 3 } });
  const names = ['payroll#denied', ...many(160, (n) => `${n}${'\u0001'.repeat(200)}`)];
  const { parseFailures } = await world.deliver(names.map((bucket) => ({ ...PLAIN, bucket, time: world.now })));
  expect(parseFailures).toBe(names.length);
  await world.deliver([denial('198.51.100.9', world.now)]);
  await world.notify();
  expect(await deleted(world, 'another')).toBeLessThanOrEqual(2 * MINUTE);
  expect(world.state.nextDueAt()).not.toBeNull(); // the end of learning
});
