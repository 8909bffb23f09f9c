import fc from 'fast-check';
import { runs, SEED } from '../support/runs';
import { crowds, letHappen } from './crowd';
import { searchDeaths } from './deaths';
import { SITUATIONS, searchSituation } from './situations';

test('every eleventh pair of deaths loses nothing and sends nothing twice', async () => {
  const { cases, violation } = await searchDeaths(11);
  expect(violation).toBeNull();
  console.log(`deaths at every step: ${cases} cases`);
});

test(`concurrent runs in any order lose nothing, in many tries (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(crowds, fc.scheduler(), async (crowd, scheduler) => {
      expect(await letHappen(crowd, scheduler)).toEqual([]);
    }),
    runs(4000),
  );
});

describe(`each situation survives many pairs of deviations, and random ones (seed ${SEED})`, () => {
  test.each(SITUATIONS)('$number: $sentence', async (situation) => {
    const { violation } = await searchSituation(situation, { every: 1, pairs: 200, random: 60, seed: SEED });
    expect(violation).toBeNull();
  });
});
