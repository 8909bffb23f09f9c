import { SEED } from '../support/runs';
import type * as deaths from './deaths';
import { MUTANTS } from './mutants';
import { loadMutated } from './mutate';
import { SITUATION_MUTANTS } from './situation-mutants';
import type * as situations from './situations';

describe('the search for deaths detects every mutant', () => {
  test.each(MUTANTS)('$name', async (mutant) => {
    const { searchDeaths, STORIES } = await loadMutated<typeof deaths>('test/protocol/deaths.ts', mutant);
    const { story = '' } = mutant;
    const { violation } = await searchDeaths(
      11,
      STORIES.filter(({ name }) => name.includes(story)),
    );
    expect(violation).not.toBeNull();
  });
});

describe('each situation detects its mutants', () => {
  test.each(SITUATION_MUTANTS)('$situation: $mutant.name', async ({ situation: number, mutant }) => {
    const path = 'test/protocol/situations.ts';
    const { SITUATIONS, searchSituation } = await loadMutated<typeof situations>(path, mutant);
    const situation = SITUATIONS.find((one) => one.number === number)!;
    const { violation } = await searchSituation(situation, { every: 1, pairs: 3000, random: 300, seed: SEED });
    expect(violation).not.toBeNull();
  });
});
