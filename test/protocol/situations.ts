import { createRandom } from '../support/random';
import { type Search, searchByChance, searchDeviations, type Trial } from './choices';
import { DETECTING } from './detecting-situations';
import { ANNOUNCING } from './notifying-situations';
import { RANDOM } from './random-situations';
import type { Situation } from './situation';
import { perform } from './stage';
import { wrongsOf } from './verdict';

/** All situations that the protocol has to survive, each with what it owes in the end. */
export const SITUATIONS: readonly Situation[] = [...DETECTING, ...ANNOUNCING, ...RANDOM];

export interface Effort {
  /** Each so-manieth of the single deviations. */
  readonly every: number;
  /** About so many pairs of deviations, after all single ones. */
  readonly pairs: number;
  /** So many runs in which anything may deviate; ten times as many where that is all. */
  readonly random: number;
  readonly seed: number;
}

/** Looks for deviations with which something is wrong in a situation. */
export async function searchSituation(situation: Situation, { every, pairs, random, seed }: Effort): Promise<Search> {
  const trial: Trial = async (chooser) => wrongsOf(situation, await perform(situation, chooser));
  if (situation.isRandom) return searchByChance(trial, 10 * random, createRandom(seed));
  const systematic = await searchDeviations(trial, every, pairs);
  if (systematic.violation !== null) return systematic;
  const { runs, violation } = await searchByChance(trial, random, createRandom(seed));
  return { runs: systematic.runs + runs, violation };
}
