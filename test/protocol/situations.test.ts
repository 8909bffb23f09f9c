import { SEED } from '../support/runs';
import { SITUATIONS, searchSituation } from './situations';

let runs = 0;
afterAll(() => console.log(`situations: ${runs} runs`));

describe(`nothing is lost and nothing is sent twice (seed ${SEED})`, () => {
  test.each(SITUATIONS)('$number: $sentence', async (situation) => {
    const search = await searchSituation(situation, { every: 10, pairs: 0, random: 1, seed: SEED });
    runs += search.runs;
    expect(search.violation).toBeNull();
  });
});
