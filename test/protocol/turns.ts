import type { Chooser } from './choices';
import type { World } from './mortal';
import type { Container, End } from './run';

/** A run in a container. */
export interface Run {
  readonly what: string;
  readonly container: Container;
  /** When the run is killed, and until when no other run may do the same; epoch milliseconds. */
  readonly livesUntil: number;
  readonly isAloneUntil: number;
  readonly ended: (end: End) => unknown;
}

/** Runs continue one effect or read at a time, and time advances from one event to the next. */
export interface Turns {
  /** Epoch milliseconds. */
  later(at: number, happen: () => unknown): void;
  begin(run: Run, work: () => Promise<End>): void;
  /** Waits until this run may continue. */
  turn(run: Run, name: string): Promise<void>;
  /** Resolves when all runs have ended and no events are left. */
  allOver(): Promise<void>;
}

interface Waiting {
  readonly name: string;
  readonly go: () => void;
}

/**
 * Asks the chooser whenever several runs could continue, or the next event could happen during a run. The default is
 * the run that began or continued last.
 */
export function createTurns(world: World, choose: Chooser['choose']): Turns {
  let next: { readonly at: number; readonly happen: () => unknown }[] = [];
  const runs = new Map<Run, { readonly waiting: Waiting[]; end: End | null }>();
  let current: Run | null = null;

  /** Whether the next event may happen before the current runs end. */
  function mayTimeGoOn(): boolean {
    return next.length > 0 && [...runs.keys()].every(({ livesUntil }) => next[0]!.at <= livesUntil);
  }

  async function timeGoesOn(): Promise<void> {
    const { at, happen } = next.shift()!;
    const before = world.now;
    world.now = Math.max(before, at);
    // A run that outlives its lease may send the same message as the next holder.
    for (const { isAloneUntil } of runs.keys()) {
      if (before <= isAloneUntil && isAloneUntil < world.now) world.repeatable++;
    }
    await happen();
  }

  /** Removes ended runs and releases those of dead containers. Returns whether there were any. */
  function clear(): boolean {
    let isCleared = false;
    for (const [run, { waiting, end }] of [...runs]) {
      if (end !== null) runs.delete(run);
      if (end !== null) run.ended(end);
      else if (run.container.isDead) for (const { go } of waiting.splice(0)) go();
      else continue;
      isCleared = true;
    }
    return isCleared;
  }

  return {
    later(at, happen) {
      next = [...next, { at, happen }].toSorted((a, b) => a.at - b.at);
    },
    begin(run, work) {
      const begun = { waiting: [], end: null as End | null };
      runs.set(run, begun);
      current = run;
      void work().then((end) => {
        begun.end = end;
      });
    },
    async turn(run, name) {
      // A single run need not wait, because nothing can happen in between.
      if (runs.size === 1 && !mayTimeGoOn()) return;
      await new Promise<void>((resolve) => runs.get(run)!.waiting.push({ name, go: resolve }));
    },
    async allOver() {
      for (;;) {
        await nothingMoves();
        if (clear()) continue;
        const able = [...runs.keys()].filter((run) => runs.get(run)!.waiting.length > 0);
        if (able.length < runs.size) throw new Error('a run waits for something other than its turn');
        if (able.length === 0 && next.length === 0) return;
        able.sort((a, b) => Number(b === current) - Number(a === current));
        const options = able.length + Number(able.length === 0 || mayTimeGoOn());
        const option = choose(options, (at) => {
          const nameOf = (run: Run): string => `${run.what} ${runs.get(run)!.waiting[0]!.name}`;
          return `before ${nameOf(able[0]!)}: ${able[at] === undefined ? 'time goes on' : nameOf(able[at])}`;
        });
        if (option === able.length) await timeGoesOn();
        else {
          current = able[option]!;
          runs.get(current)!.waiting.shift()!.go();
        }
      }
    },
  };
}

/** Resolves when every run waits for its turn: runs await nothing but promises, so one macrotask is enough. */
function nothingMoves(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
