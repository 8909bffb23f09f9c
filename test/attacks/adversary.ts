import fc from 'fast-check';
import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import { createRandom } from '../support/random';
import {
  createWorld,
  deletion,
  denial,
  failure,
  MINUTE,
  many,
  otherNetwork,
  PLAIN,
  publicRead,
  sameNetwork,
} from './world';

/*
 * An adversary sends any combination of requests below High: any number of any kind, from any networks, to any buckets,
 * at any time; and some writes fail. Then the adversary deletes an object with stolen keys. In every case, the deletion
 * must be sent within two minutes after its log object was read.
 */

/** Requests with which an attacker may try to hide a deletion. */
const KINDS = {
  denials: denial,
  failures: failure,
  heads: (remoteIp: string, time: number) => ({
    ...PLAIN,
    operation: 'REST.HEAD.OBJECT',
    bytesSent: null,
    remoteIp,
    time,
  }),
  reads: (remoteIp: string, time: number) => ({ ...PLAIN, remoteIp, time }),
  'public reads': publicRead,
  'unreadable addresses': (remoteIp: string, time: number) => ({ ...PLAIN, remoteIp: `no-address-${remoteIp}`, time }),
} as const;

interface Noise {
  readonly kind: keyof typeof KINDS;
  readonly requests: number;
  /** All from the network of the deletion, all from one other network, or each from a different one. */
  readonly from: 'the same' | 'one other' | 'many';
  /** All to the bucket of the deletion, to one other bucket, or to many. */
  readonly to: 'the same' | 'one other' | 'many';
  /** The number of log objects. */
  readonly objects: number;
  /** Minutes until the next noise. */
  readonly wait: number;
}

export interface Attack {
  readonly noise: readonly Noise[];
  /** Whether the last noise is in the log object of the deletion. */
  readonly together: boolean;
  readonly allowlist: boolean;
  readonly learningDays: number;
  readonly alertsPerMinute: number;
  readonly alertsPerWindow: number;
  /** The percentage of writes about other streams that fail. */
  readonly failing: number;
  readonly seed: number;
}

const noise: fc.Arbitrary<Noise> = fc.record({
  kind: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
  requests: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 20, max: 150 })),
  from: fc.constantFrom('the same', 'one other', 'many'),
  to: fc.constantFrom('the same', 'the same', 'one other', 'many'),
  objects: fc.constantFrom(1, 1, 2, 6),
  wait: fc.constantFrom(0, 0, 1, 5, 59, 60, 61, 720, 1441),
});

export const attacks: fc.Arbitrary<Attack> = fc.record({
  noise: fc.array(noise, { maxLength: 6 }),
  together: fc.boolean(),
  allowlist: fc.boolean(),
  learningDays: fc.constantFrom(0, 0, 3),
  alertsPerMinute: fc.constantFrom(1, 2, 5, 30, 30),
  alertsPerWindow: fc.constantFrom(1, 5),
  failing: fc.constantFrom(0, 0, 0, 2, 20),
  seed: fc.nat(1_000_000),
});

const VICTIM = 'payroll';

/** How long it takes to send the deletion; milliseconds. */
async function delayOf(attack: Attack): Promise<number> {
  const { allowlist, learningDays, alertsPerMinute, alertsPerWindow, failing, seed, together } = attack;
  const random = createRandom(seed);
  const world = createWorld({
    state: failingState((bucket) => bucket !== VICTIM && random.int(1, 100) <= failing),
    settings: { learningDays, ...(allowlist ? {} : { allowlist: [] }) },
    limits: { alertsPerMinute, alertsPerWindow },
  });
  // Without an allowlist, no rule watches a bucket that learns.
  if (learningDays > 0 && !allowlist) return 0;
  let networks = 0;

  async function schedule(): Promise<void> {
    world.now = (Math.floor(world.now / MINUTE) + 1) * MINUTE;
    await world.notify();
  }

  function linesOf({ kind, requests, from, to }: Noise) {
    return many(requests, (n) => {
      const ip = from === 'the same' ? sameNetwork(n + 1) : from === 'many' ? otherNetwork(networks++) : '198.51.100.9';
      const bucket = to === 'the same' ? VICTIM : to === 'one other' ? 'another' : `bucket-${n % 40}`;
      return { ...KINDS[kind](ip, world.now), bucket };
    });
  }

  for (const [index, one] of attack.noise.entries()) {
    if (together && index === attack.noise.length - 1) break;
    const lines = linesOf(one);
    const size = Math.ceil(lines.length / one.objects);
    for (let at = 0; at < lines.length; at += size) {
      await world.deliver(lines.slice(at, at + size));
      await world.notify();
    }
    const until = world.now + one.wait * MINUTE;
    // The schedule runs every minute; skip the runs for which nothing is due.
    for (let minutes = 0; minutes < one.wait; minutes++) {
      const due = world.state.nextDueAt();
      if (due === null || due > until) break;
      world.now = Math.max(world.now, due - MINUTE);
      await schedule();
    }
    world.now = Math.max(world.now, until);
  }
  const last = attack.noise.at(-1);
  const before = together && last !== undefined ? linesOf(last) : [];
  await world.deliver([...before, deletion(sameNetwork(7), world.now, { bucket: VICTIM })]);
  const read = world.now;
  for (let minutes = 0; minutes < 60; minutes++) {
    await world.notify();
    const found = world.sent.find(({ alert }) =>
      alert.networks.some(({ bucket, effects }) => bucket === VICTIM && effects.deleted > 0),
    );
    if (found !== undefined) return found.at - read;
    await schedule();
  }
  return Number.POSITIVE_INFINITY;
}

/** A state in which writes about some buckets fail. */
function failingState(fails: (bucket: string | undefined) => boolean): MemoryState {
  const state = createMemoryState();
  const failing: Record<string, unknown> = { ...state };
  for (const method of ['putStream', 'markTaken'] as const) {
    const write = state[method] as (...given: unknown[]) => Promise<string | null>;
    failing[method] = async (...given: unknown[]) => {
      if (fails((given[0] as { bucket?: string }).bucket)) throw new Error(`${method}: ThrottlingException`);
      return write(...given);
    };
  }
  return failing as unknown as MemoryState;
}

/** Tries many attacks and returns the worst delay. Throws if a delay exceeds the bound. */
export async function worstDelay(
  given: { readonly seed: number; readonly numRuns: number },
  bound: number,
): Promise<number> {
  let worst = 0;
  await fc.assert(
    fc.asyncProperty(attacks, async (attack) => {
      const delay = await delayOf(attack);
      if (delay > bound) throw new Error(`the deletion waited ${delay / MINUTE} minutes`);
      worst = Math.max(worst, delay);
    }),
    given,
  );
  return worst;
}
