import { createRandom } from '../support/random';
import { type Search, searchByChance, searchDeviations, type Trial } from './choices';
import { DETECTING } from './detecting-situations';
import { NOTIFYING } from './notifying-situations';
import { RANDOM } from './random-situations';
import type { Situation } from './situation';
import { perform } from './stage';
import { wrongsOf } from './verdict';

/** All situations that the protocol has to survive, each with what must be sent in the end. */
export const SITUATIONS: readonly Situation[] = [...DETECTING, ...NOTIFYING, ...RANDOM];

export interface Effort {
  /** Try every `every`th single deviation. */
  readonly every: number;
  /** Then try about this many pairs of deviations. */
  readonly pairs: number;
  /** Then try this many runs with random deviations; ten times as many for a random situation. */
  readonly random: number;
  readonly seed: number;
}

/** Searches for deviations that cause a violation in a situation. */
export async function searchSituation(situation: Situation, { every, pairs, random, seed }: Effort): Promise<Search> {
  const trial: Trial = async (chooser) => wrongsOf(situation, await perform(situation, chooser));
  if (situation.isRandom) return searchByChance(trial, 10 * random, createRandom(seed));
  const systematic = await searchDeviations(trial, every, pairs);
  if (systematic.violation !== null) return systematic;
  const { runs, violation } = await searchByChance(trial, random, createRandom(seed));
  return { runs: systematic.runs + runs, violation };
}
