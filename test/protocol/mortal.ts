import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import type { Alert } from '../../lib/alert/alert';
import type { Lease } from '../../lib/alerting/lease';
import type { Publisher, State } from '../../lib/ports';

/** What can go wrong with one effect on the world. */
export type Fault =
  | 'none'
  /** The process dies before the effect, or right after it. */
  | 'die-before'
  | 'die-after'
  /** The effect happens, but the caller gets an error; then the SNS client publishes once more. */
  | 'lose-answer';

export const FAULTS: readonly Exclude<Fault, 'none'>[] = ['die-before', 'die-after', 'lose-answer'];

/** Thrown in a process that is dead: its further calls have no effect. */
export class Death extends Error {
  override readonly name = 'Death';
}

/** One run of the function. */
export interface Process {
  dead: boolean;
  /** The message that was published and whose parts are not marked yet. */
  unmarked: Published | null;
  /** The minute to which the lease counts its last message. */
  minute: number;
}

export interface Published {
  readonly at: number;
  readonly alert: Alert;
  /** The minute to which the lease counts it; minutes since the epoch. */
  readonly minute: number;
}

/** The state, messages and clock that all processes share. */
export interface World {
  now: number;
  readonly memory: MemoryState;
  readonly published: Published[];
  /** Names of the effects so far: the position of a death is an index into them. */
  readonly effects: string[];
  /** How many deaths or lost answers were between publish and mark: this many messages may be repeated. */
  repeatable: number;
  /** Messages whose run died before it could mark their parts. */
  readonly interrupted: Published[];
  /** Ids of the detection runs that finished. */
  readonly finishedRuns: Set<string>;
}

export type ChooseFault = (effect: string, index: number) => Fault;

/** Reads that may return outdated content. */
export interface Lag {
  sightings: State['sightings'];
  due: State['due'];
}

export function createWorld(now: number): World {
  return {
    now,
    memory: createMemoryState(),
    published: [],
    effects: [],
    repeatable: 0,
    interrupted: [],
    finishedRuns: new Set(),
  };
}

const READS = ['sighting', 'isRunDone', 'bucket', 'parts', 'streams', 'combinedPlan', 'lease'] as const;
const WRITES = [
  'putSighting',
  'putRunDone',
  'putBucket',
  'putPart',
  'markTaken',
  'putStream',
  'putCombinedPlan',
  'setAside',
  'putLease',
] as const;

/**
 * The state and the topic for a process that may die at each effect; `current` is the running process. Each call waits
 * for its `turn`, so that other processes can run in between.
 */
export function mortal(
  world: World,
  current: () => Process,
  choose: ChooseFault,
  lag: Lag = world.memory,
  turn: (name: string) => Promise<void> = async () => {},
): { state: State; publisher: Publisher } {
  const { memory } = world;

  function alive<Arguments extends readonly unknown[], Result>(
    name: string,
    read: (...given: Arguments) => Promise<Result>,
  ) {
    return async (...given: Arguments): Promise<Result> => {
      if (current().dead) throw new Death();
      await turn(name);
      const result = await read(...given);
      if (current().dead) throw new Death();
      return result;
    };
  }

  async function effect<Result>(
    name: string,
    run: () => Promise<Result>,
    lost: () => Promise<Result>,
  ): Promise<Result> {
    const process = current();
    if (process.dead) throw new Death();
    await turn(name);
    if (process.dead) throw new Death();
    if (name === 'putLease') process.unmarked = null;
    const fault = choose(name, world.effects.push(name) - 1);
    if (fault === 'die-before') return die(process);
    const result = await run();
    if (name === 'publish') process.unmarked = world.published.at(-1)!;
    if (fault === 'die-after') return die(process);
    if (fault === 'none') return result;
    if (process.unmarked !== null) world.repeatable++;
    return lost();
  }

  function die(process: Process): never {
    if (process.unmarked !== null) {
      world.repeatable++;
      world.interrupted.push(process.unmarked);
    }
    process.dead = true;
    throw new Death();
  }

  const state: Partial<Record<keyof State, unknown>> = {
    sightings: alive('sightings', lag.sightings),
    due: alive('due', lag.due),
    sightingsOf: (bucket: string) => memory.sightingsOf(bucket),
    async *partsOf(...given: Parameters<State['partsOf']>) {
      await alive('partsOf', async () => {})();
      yield* memory.partsOf(...given);
    },
  };
  for (const name of READS) state[name] = alive(name, memory[name] as (...given: unknown[]) => Promise<unknown>);
  for (const name of WRITES) {
    const write = memory[name] as (...given: unknown[]) => Promise<unknown>;
    state[name] = (...given: unknown[]) =>
      effect(
        name,
        () => {
          if (name === 'putLease') current().minute = (given[0] as Lease).minute;
          return write(...given);
        },
        async () => null,
      );
  }
  return {
    state: state as unknown as State,
    publisher: {
      publish(alert) {
        const send = async (): Promise<void> =>
          void world.published.push({ at: world.now, alert, minute: current().minute });
        return effect('publish', send, send);
      },
    },
  };
}
