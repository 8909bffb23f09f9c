import * as deaths from './deaths';
import { MUTANTS } from './mutants';
import { loadMutated } from './mutate';

/** Which of the pairs of deaths are tried here: each so-manieth; all the others in `npm run test:long`. */
const STRIDE = 149;

test('whatever dies where, nothing is lost and nothing told twice', async () => {
  const { cases, violation } = await deaths.searchDeaths(STRIDE);
  expect(violation).toBeNull();
  expect(cases).toBeGreaterThan(1000);
  console.log(`deaths at every step: ${cases} cases`);
});

describe('deaths find every protection that is taken away', () => {
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
