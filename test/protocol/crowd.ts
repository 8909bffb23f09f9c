import fc from 'fast-check';
import type { StoredSighting } from '../../lib/detection/sighting';
import type { DueItems, Stored } from '../../lib/ports';
import { createRandom } from '../support/random';
import { createWorld, FAULTS, type Fault, type Lag, type World } from './faults';
import { type Container, DAY, HOUR, MINUTE, START, startContainer, type TestObject } from './run';
import { wrongs } from './sent';

/** Log objects with pairs in common, one of which is forgotten between two of them. */
const OBJECTS: readonly TestObject[] = [
  {
    name: 'A',
    inPortions: true,
    lines: [
      { bucket: 'open', host: 1, bit: 1 },
      { bucket: 'guarded', host: 2, bit: 2 },
      { bucket: 'open', host: 9, bit: 4 },
    ],
  },
  {
    name: 'B',
    inPortions: false,
    lines: [
      { bucket: 'open', host: 1, bit: 8 },
      { bucket: 'open', host: 3, bit: 16 },
      { bucket: 'guarded', host: 2, bit: 32, denied: true },
    ],
  },
  {
    name: 'C',
    inPortions: true,
    lines: [
      { bucket: 'open', host: 3, bit: 64 },
      { bucket: 'open', host: 1, bit: 128 },
      { bucket: 'guarded', host: 2, bit: 256 },
    ],
  },
  {
    name: 'D',
    inPortions: false,
    lines: [
      { bucket: 'open', host: 9, bit: 512, time: START + 100 * DAY },
      { bucket: 'open', host: 4, bit: 1024 },
    ],
  },
];

/** The start of a run: at the same time as the previous one, or some time after that one has ended. */
export interface Begun {
  readonly does: 'A' | 'B' | 'C' | 'D' | 'notify';
  readonly container: number;
  /** Minutes; 0: at the same time. */
  readonly after: number;
}

export interface Crowd {
  readonly begun: readonly Begun[];
  readonly faults: readonly { readonly at: number; readonly fault: Fault }[];
  readonly learningDays: number;
  /** Names of log objects that are not delivered again once they have failed. */
  readonly once: readonly string[];
  readonly lagSeed: number;
}

const CONTAINERS = 3;

export const crowds: fc.Arbitrary<Crowd> = fc.record({
  begun: fc.array(
    fc.record({
      does: fc.constantFrom('A', 'B', 'C', 'D', 'notify', 'notify') as fc.Arbitrary<Begun['does']>,
      container: fc.nat(CONTAINERS - 1),
      after: fc.oneof(fc.constant(0), fc.constantFrom(1, 14, 31, 61, 1441)),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  faults: fc.array(fc.record({ at: fc.nat(120), fault: fc.constantFrom(...FAULTS) }), { maxLength: 4 }),
  learningDays: fc.constantFrom(0, 0, 1),
  once: fc.subarray(['A', 'B', 'C']),
  lagSeed: fc.nat(1_000_000),
});

/** Interleaves many runs as the scheduler decides, and resolves to the violations. */
export async function runCrowd(crowd: Crowd, scheduler: fc.Scheduler): Promise<string[]> {
  const world = createWorld(START);
  const faults = new Map(crowd.faults.map(({ at, fault }) => [at, fault]));
  const options = {
    learningDays: crowd.learningDays,
    choose: (_effect: string, index: number): Fault => faults.get(index) ?? 'none',
    lag: laggingReads(world, crowd.lagSeed),
    turn: (name: string) => scheduler.schedule(Promise.resolve(), name),
  };
  const containers: Container[] = Array.from({ length: CONTAINERS }, () => startContainer(world, options));
  /** A container does one thing at a time. */
  const busy: Promise<void>[] = containers.map(() => Promise.resolve());
  const done = new Set<string>();
  const begun = new Set<string>();
  const failed = new Set<string>();

  function begin({ does, container }: Omit<Begun, 'after'>): void {
    busy[container] = busy[container]!.then(async () => {
      const object = OBJECTS.find(({ name }) => name === does);
      if (object !== undefined && failed.has(does) && crowd.once.includes(does)) return;
      if (object !== undefined) begun.add(does);
      const end = await (object === undefined
        ? containers[container]!.notify()
        : containers[container]!.deliver(object));
      if (end === 'died') containers[container] = startContainer(world, options);
      if (object === undefined) return;
      if (end === 'done') done.add(does);
      else failed.add(does);
    });
  }

  async function allDone(): Promise<void> {
    await scheduler.waitFor(Promise.all(busy));
  }

  for (const one of crowd.begun) {
    if (one.after > 0) {
      await allDone();
      world.now += one.after * MINUTE;
    }
    begin(one);
  }
  await allDone();
  // The queue delivers again what failed, and the schedule continues.
  for (let round = 0; round < 6; round++) {
    world.now += 31 * MINUTE;
    for (const does of failed)
      if (!done.has(does)) begin({ does: does as Begun['does'], container: round % CONTAINERS });
    await allDone();
  }
  for (const pause of [
    5 * MINUTE,
    5 * MINUTE,
    5 * MINUTE,
    2 * HOUR,
    5 * MINUTE,
    2 * DAY,
    5 * MINUTE,
    DAY,
    5 * MINUTE,
  ]) {
    world.now += pause;
    begin({ does: 'notify', container: 0 });
    await allDone();
  }
  const of = (names: ReadonlySet<string>) => OBJECTS.filter(({ name }) => names.has(name));
  return wrongs(world, { must: of(done), may: of(begun), forgotten: 9, mayWait: true });
}

/** Reads that may return a pair as it was before its last write, and the due items of the previous read. */
function laggingReads({ memory }: World, seed: number): Lag {
  const random = createRandom(seed);
  const before = new Map<string, Stored<StoredSighting> | null>();
  const put = memory.putSighting;
  memory.putSighting = async (sighting, replaces) => {
    const old = await memory.sighting(sighting);
    const version = await put(sighting, replaces);
    if (version !== null) before.set(`${sighting.bucket} ${sighting.name}`, old);
    return version;
  };
  let shown: DueItems = { parts: [], streams: [], notices: [] };
  return {
    async sightings(pairs) {
      const now = await memory.sightings(pairs);
      return pairs.map(({ bucket, name: network }, index) => {
        const old = before.get(`${bucket} ${network}`);
        return old !== undefined && random.next() < 0.3 ? old : now[index]!;
      });
    },
    async due(now) {
      const old = shown;
      shown = await memory.due(now);
      return random.next() < 0.3 ? old : shown;
    },
  };
}
