import { createRandom } from '../support/random';
import { type Search, searchAtRandom, searchDeviations, type Trial } from './choices';
import { DETECTING } from './detecting-situations';
import { NOTIFYING } from './notifying-situations';
import { RANDOM } from './random-situations';
import { runSituation } from './run-situation';
import type { Situation } from './situation';
import { wrongsOf } from './verdict';

/** All situations that the protocol has to survive, with the expectation of each. */
export const SITUATIONS: readonly Situation[] = [...DETECTING, ...NOTIFYING, ...RANDOM];

export interface Effort {
  /** The stride with which single deviations are tried. */
  readonly every: number;
  /** The approximate number of pairs of deviations, after all single ones. */
  readonly pairs: number;
  /** The number of random runs; ten times as many if a situation is only tried at random. */
  readonly random: number;
  readonly seed: number;
}

/** Searches for deviations that cause a violation in a situation. */
export async function searchSituation(situation: Situation, { every, pairs, random, seed }: Effort): Promise<Search> {
  const trial: Trial = async (chooser) => wrongsOf(situation, await runSituation(situation, chooser));
  if (situation.isRandom) return searchAtRandom(trial, 10 * random, createRandom(seed));
  const systematic = await searchDeviations(trial, every, pairs);
  if (systematic.violation !== null) return systematic;
  const { runs, violation } = await searchAtRandom(trial, random, createRandom(seed));
  return { runs: systematic.runs + runs, violation };
}
