import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import type { Alert } from '../../lib/alert/alert';
import type { Lease } from '../../lib/alerting/lease';
import type { SendAlert } from '../../lib/notify/send-alert';
import type { State } from '../../lib/ports';

/** What can go wrong with one effect on the world. */
export type Fault =
  | 'none'
  /** The process dies before or right after the effect. */
  | 'die-before'
  | 'die-after'
  /** The effect happens, but its response is lost; the SNS client then sends again. */
  | 'lose-answer';

export const FAULTS: readonly Exclude<Fault, 'none'>[] = ['die-before', 'die-after', 'lose-answer'];

/** Thrown in a dead process: nothing that it does afterwards has an effect. */
export class Death extends Error {
  override readonly name = 'Death';
}

/** Thrown in a process that does not stop reading. */
export class EndlessLoop extends Error {
  override readonly name = 'EndlessLoop';
}

/** More reads than any of these runs needs. */
const MAX_READS = 5_000;

/** One run of the function. */
export interface Process {
  dead: boolean;
  reads: number;
  /** The message that is published and whose parts are not marked yet. */
  unmarked: Published | null;
  /** The minute in which it last reserved a message. */
  minute: number;
}

export interface Published {
  readonly at: number;
  readonly alert: Alert;
  /** The minute in whose count it is; minutes since the epoch. */
  readonly minute: number;
}

/** The world that all processes share. */
export interface World {
  now: number;
  readonly memory: MemoryState;
  readonly published: Published[];
  /** The names of all effects so far; a death is at the number of an effect. */
  readonly effects: string[];
  /** The number of deaths and lost responses between publish and mark: that many messages may be repeated. */
  repeatable: number;
  /** The messages whose sender died before it could mark their parts. */
  readonly interrupted: Published[];
  /** The runs over log objects that did not die. */
  readonly finishedRuns: Set<string>;
  /** Errors that no fault explains: the code is wrong. */
  readonly mistakes: Error[];
}

export type ChooseFault = (effect: string, index: number) => Fault;

/** Stale reads: what a read returns instead of the stored value. */
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
    mistakes: [],
  };
}

const READS = ['sighting', 'areClaimsConfirmed', 'bucket', 'parts', 'streams', 'combinedPlan', 'lease'] as const;
const WRITES = [
  'putSighting',
  'confirmClaims',
  'putBucket',
  'putPart',
  'markTaken',
  'putStream',
  'putCombinedPlan',
  'setAside',
  'putLease',
] as const;

/**
 * The state and the topic for a process that may die at each effect; `current` is the running process. Each
 * call waits for its `turn`, so that others can come in between.
 */
export function withFaults(
  world: World,
  current: () => Process,
  choose: ChooseFault,
  lag: Lag = world.memory,
  turn: (name: string) => Promise<void> = async () => {},
): { state: State; sendAlert: SendAlert } {
  const { memory } = world;

  function alive<Arguments extends readonly unknown[], Result>(
    name: string,
    read: (...given: Arguments) => Promise<Result>,
  ) {
    return async (...given: Arguments): Promise<Result> => {
      if (current().dead) throw new Death();
      if (++current().reads > MAX_READS) throw new EndlessLoop(`${MAX_READS} reads`);
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
    sightingsOf: (bucket: string, kind: string) => memory.sightingsOf(bucket, kind),
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
    sendAlert(alert) {
      const send = async (): Promise<void> =>
        void world.published.push({ at: world.now, alert, minute: current().minute });
      return effect('publish', send, send);
    },
  };
}
