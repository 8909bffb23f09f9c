import { createRandom } from '../support/random';
import { type Search, searchAtRandom, searchDeviations, type Trial } from './choices';
import { DETECTING } from './detecting-situations';
import { NOTIFYING } from './notifying-situations';
import { RANDOM } from './random-situations';
import { runSituation } from './run-situation';
import type { Situation } from './situation';
import { wrongsOf } from './verdict';

/** All situations that the protocol has to survive, each with what it owes in the end. */
export const SITUATIONS: readonly Situation[] = [...DETECTING, ...NOTIFYING, ...RANDOM];

export interface Effort {
  /** Of the single deviations, one in so many. */
  readonly every: number;
  /** About so many pairs of deviations, after all single ones. */
  readonly pairs: number;
  /** So many runs in which anything may deviate; ten times as many where that is all. */
  readonly random: number;
  readonly seed: number;
}

/** Looks for deviations with which something is wrong in a situation. */
export async function searchSituation(situation: Situation, { every, pairs, random, seed }: Effort): Promise<Search> {
  const trial: Trial = async (chooser) => wrongsOf(situation, await runSituation(situation, chooser));
  if (situation.isRandom) return searchAtRandom(trial, 10 * random, createRandom(seed));
  const systematic = await searchDeviations(trial, every, pairs);
  if (systematic.violation !== null) return systematic;
  const { runs, violation } = await searchAtRandom(trial, random, createRandom(seed));
  return { runs: systematic.runs + runs, violation };
}
