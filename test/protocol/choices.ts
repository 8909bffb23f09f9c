import type { Random } from '../support/random';

/** At choice number `at`, from 0, this option was taken instead of the default. */
export interface Deviation {
  readonly at: number;
  readonly option: number;
}

/**
 * Makes all choices: which run continues, which process dies, what a read returns. Option 0 is
 * the default, so the deviations from it identify a run: the same deviations give the same run again.
 */
export interface Chooser {
  /** One of `options`, from 0. `nameOf` names an unusual one, for the report of a violation. */
  choose(options: number, nameOf: (option: number) => string): number;
  /** How many options each choice had so far. */
  readonly offered: readonly number[];
  /** The deviations so far, in words. */
  readonly deviations: readonly string[];
}

/** Runs a test with these choices and resolves to the violations. */
export type Trial = (chooser: Chooser) => Promise<readonly string[]>;

export interface Violation {
  readonly deviations: readonly string[];
  readonly wrong: readonly string[];
}

export interface Search {
  readonly runs: number;
  /** The first violation; null: none. */
  readonly violation: Violation | null;
}

/**
 * Tries it without deviations, with every `every`th single deviation, and with about `pairs` pairs, evenly spread.
 * Stops at the first violation, which therefore has the fewest deviations.
 */
export async function searchDeviations(trial: Trial, every: number, pairs: number): Promise<Search> {
  let runs = 0;

  async function attempt(deviations: readonly Deviation[]) {
    runs++;
    const chooser = following(deviations);
    return { chooser, violation: await violationOf(trial, chooser) };
  }

  const usual = await attempt([]);
  if (usual.violation !== null) return { runs, violation: usual.violation };
  const singles: { readonly deviation: Deviation; readonly next: readonly Deviation[] }[] = [];
  for (const [index, deviation] of deviationsFrom(0, usual.chooser.offered).entries()) {
    if (index % every !== 0) continue;
    const { chooser, violation } = await attempt([deviation]);
    if (violation !== null) return { runs, violation };
    singles.push({ deviation, next: deviationsFrom(deviation.at + 1, chooser.offered) });
  }
  const stride = Math.max(1, singles.reduce((sum, { next }) => sum + next.length, 0) / pairs);
  let passed = 0;
  for (const { deviation, next } of singles) {
    for (const second of next) {
      // The first beyond each multiple of the stride.
      if (Math.floor(passed / stride) === Math.floor(++passed / stride)) continue;
      const { violation } = await attempt([deviation, second]);
      if (violation !== null) return { runs, violation };
    }
  }
  return { runs, violation: null };
}

/** Tries this number of runs in which every choice may deviate, in some runs rarely and in some often. */
export async function searchAtRandom(trial: Trial, times: number, random: Random): Promise<Search> {
  for (let runs = 1; runs <= times; runs++) {
    const violation = await violationOf(trial, atRandom(random, random.pick([0.02, 0.05, 0.1, 0.2])));
    if (violation !== null) return { runs, violation };
  }
  return { runs: times, violation: null };
}

/** Takes the default except for the given deviations. */
function following(deviations: readonly Deviation[]): Chooser {
  const options = new Map(deviations.map(({ at, option }) => [at, option]));
  return chooserBy((at) => options.get(at) ?? 0);
}

function atRandom(random: Random, probability: number): Chooser {
  return chooserBy((_at, options) => (random.next() < probability ? random.int(1, options - 1) : 0));
}

function chooserBy(decide: (at: number, options: number) => number): Chooser {
  const offered: number[] = [];
  const deviations: string[] = [];
  return {
    offered,
    deviations,
    choose(options, nameOf) {
      if (options === 1) return 0;
      const option = decide(offered.push(options) - 1, options);
      if (option !== 0) deviations.push(nameOf(option));
      return option;
    },
  };
}

function deviationsFrom(from: number, offered: readonly number[]): Deviation[] {
  return offered.flatMap((options, at) =>
    at < from ? [] : Array.from({ length: options - 1 }, (_, index) => ({ at, option: index + 1 })),
  );
}

async function violationOf(trial: Trial, chooser: Chooser): Promise<Violation | null> {
  const wrong = await trial(chooser);
  return wrong.length === 0 ? null : { deviations: chooser.deviations, wrong };
}
