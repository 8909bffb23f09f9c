import { SEED } from '../support/runs';
import type * as deaths from './deaths';
import { MUTANTS } from './mutants';
import { loadMutated } from './mutate';
import { MISTAKE } from './sent';
import { SITUATION_MUTANTS } from './situation-mutants';
import type * as situations from './situations';

/** Something is lost or doubled, or known otherwise than it should be; code that only throws does not show that. */
function expectFound(wrong: readonly string[] | undefined): void {
  expect(wrong).toBeDefined();
  expect(wrong!.filter((text) => text.startsWith(MISTAKE))).toEqual([]);
}

describe('the search for deaths finds every protection that is removed', () => {
  test.each(MUTANTS)('$name', async (mutant) => {
    const { searchDeaths, STORIES } = await loadMutated<typeof deaths>('test/protocol/deaths.ts', mutant);
    const { story = '' } = mutant;
    const { violation } = await searchDeaths(
      11,
      STORIES.filter(({ name }) => name.includes(story)),
    );
    expectFound(violation?.wrong);
  });
});

describe('each situation detects that its protection is removed', () => {
  test.each(SITUATION_MUTANTS)('$situation: $mutant.name', async ({ situation: number, mutant }) => {
    const path = 'test/protocol/situations.ts';
    const { SITUATIONS, searchSituation } = await loadMutated<typeof situations>(path, mutant);
    const situation = SITUATIONS.find((one) => one.number === number)!;
    const { violation } = await searchSituation(situation, { every: 1, pairs: 3000, random: 300, seed: SEED });
    expectFound(violation?.wrong);
  });
});
