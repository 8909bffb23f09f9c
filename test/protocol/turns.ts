import type { Chooser } from './choices';
import type { World } from './mortal';
import type { Container, End } from './run';

/** Something under way in a container. */
export interface Run {
  readonly what: string;
  readonly container: Container;
  /** When it is killed, and until when nobody else may do what it does; epoch milliseconds. */
  readonly livesUntil: number;
  readonly isAloneUntil: number;
  readonly ended: (end: End) => unknown;
}

/** Lets runs go on one effect or read at a time, and time from one thing that happens to the next. */
export interface Turns {
  /** Epoch milliseconds. */
  later(at: number, happen: () => unknown): void;
  begin(run: Run, work: () => Promise<End>): void;
  /** Waits until this run may go on. */
  turn(run: Run, name: string): Promise<void>;
  /** Resolves when nothing is under way and nothing more happens. */
  allOver(): Promise<void>;
}

interface Waiting {
  readonly name: string;
  readonly go: () => void;
}

/**
 * Chooses whenever several could go on, or the next thing could happen while a run is alive: the usual choice is the
 * run that was begun last or went on last.
 */
export function createTurns(world: World, choose: Chooser['choose']): Turns {
  let next: { readonly at: number; readonly happen: () => unknown }[] = [];
  const runs = new Map<Run, { readonly waiting: Waiting[]; end: End | null }>();
  let current: Run | null = null;

  /** Whether the next thing may happen before the runs under way are over. */
  function mayTimeGoOn(): boolean {
    return next.length > 0 && [...runs.keys()].every(({ livesUntil }) => next[0]!.at <= livesUntil);
  }

  async function timeGoesOn(): Promise<void> {
    const { at, happen } = next.shift()!;
    const before = world.now;
    world.now = Math.max(before, at);
    // Whoever has outlived its lease may be about to send what another sends, too.
    for (const { isAloneUntil } of runs.keys()) {
      if (before <= isAloneUntil && isAloneUntil < world.now) world.repeatable++;
    }
    await happen();
  }

  /** Whether something was over, or was no longer worth waiting for. */
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
      // Whoever is alone need not wait: nothing could come in between.
      if (runs.size === 1 && !mayTimeGoOn()) return;
      await new Promise<void>((resolve) => runs.get(run)!.waiting.push({ name, go: resolve }));
    },
    async allOver() {
      for (;;) {
        await nothingMoves();
        if (clear()) continue;
        const able = [...runs.keys()].filter((run) => runs.get(run)!.waiting.length > 0);
        if (able.length < runs.size) throw new Error('a run waits for something else than its turn');
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

/** All that can go on without anybody's leave has done so: nothing here waits for anything but promises. */
function nothingMoves(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
