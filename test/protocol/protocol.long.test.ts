import fc from 'fast-check';
import { runs, SEED } from '../support/runs';
import { crowds, runCrowd } from './crowd';
import { searchDeaths } from './deaths';
import { SITUATIONS, searchSituation } from './situations';

test('of the pairs of deaths, each eleventh', async () => {
  const { cases, violation } = await searchDeaths(11);
  expect(violation).toBeNull();
  console.log(`deaths at every step: ${cases} cases`);
});

test(`many runs at the same time lose and double nothing, tried often (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(crowds, fc.scheduler(), async (crowd, scheduler) => {
      expect(await runCrowd(crowd, scheduler)).toEqual([]);
    }),
    runs(4000),
  );
});

describe(`in each situation, many pairs of deviations, and some at random (seed ${SEED})`, () => {
  test.each(SITUATIONS)('$number: $sentence', async (situation) => {
    const { violation } = await searchSituation(situation, { every: 1, pairs: 200, random: 60, seed: SEED });
    expect(violation).toBeNull();
  });
});
