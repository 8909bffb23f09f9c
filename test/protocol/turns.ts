import type { Chooser } from './choices';
import type { World } from './faults';
import type { Container, End } from './run';

/** A run in a container. */
export interface Run {
  readonly what: string;
  readonly container: Container;
  /** When it is killed, and until when no other run may do the same work; epoch milliseconds. */
  readonly livesUntil: number;
  readonly isAloneUntil: number;
  readonly ended: (end: End) => unknown;
}

/** Advances runs one effect or read at a time, and the clock from one event to the next. */
export interface Turns {
  /** Epoch milliseconds. */
  later(at: number, happen: () => unknown): void;
  begin(run: Run, work: () => Promise<End>): void;
  /** Waits until this run may continue. */
  turn(run: Run, name: string): Promise<void>;
  /** Resolves when no run and no event is left. */
  allOver(): Promise<void>;
}

interface Waiting {
  readonly name: string;
  readonly go: () => void;
}

/**
 * Chooses whenever several runs could continue, or the next event could happen while a run is alive. The usual choice is
 * the run that was started or continued last.
 */
export function createTurns(world: World, choose: Chooser['choose']): Turns {
  let next: { readonly at: number; readonly happen: () => unknown }[] = [];
  const runs = new Map<Run, { readonly waiting: Waiting[]; end: End | null }>();
  let current: Run | null = null;

  /** Whether the next event may happen before the current runs have ended. */
  function mayTimeContinue(): boolean {
    return next.length > 0 && [...runs.keys()].every(({ livesUntil }) => next[0]!.at <= livesUntil);
  }

  async function continueTime(): Promise<void> {
    const { at, happen } = next.shift()!;
    const before = world.now;
    world.now = Math.max(before, at);
    // A run that has outlived its lease may be about to send what another sends, too.
    for (const { isAloneUntil } of runs.keys()) {
      if (before <= isAloneUntil && isAloneUntil < world.now) world.repeatable++;
    }
    await happen();
  }

  /** Whether a run had ended, or had died while it waited. */
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
      // A single run need not wait: nothing could come in between.
      if (runs.size === 1 && !mayTimeContinue()) return;
      await new Promise<void>((resolve) => runs.get(run)!.waiting.push({ name, go: resolve }));
    },
    async allOver() {
      for (;;) {
        await allWait();
        if (clear()) continue;
        const able = [...runs.keys()].filter((run) => runs.get(run)!.waiting.length > 0);
        if (able.length < runs.size) throw new Error('a run waits for something else than its turn');
        if (able.length === 0 && next.length === 0) return;
        able.sort((a, b) => Number(b === current) - Number(a === current));
        const options = able.length + Number(able.length === 0 || mayTimeContinue());
        const option = choose(options, (at) => {
          const nameOf = (run: Run): string => `${run.what} ${runs.get(run)!.waiting[0]!.name}`;
          return `before ${nameOf(able[0]!)}: ${able[at] === undefined ? 'time continues' : nameOf(able[at])}`;
        });
        if (option === able.length) await continueTime();
        else {
          current = able[option]!;
          runs.get(current)!.waiting.shift()!.go();
        }
      }
    },
  };
}

/** Resolves when each run has ended or waits for its turn: nothing here waits for anything but promises. */
function allWait(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
