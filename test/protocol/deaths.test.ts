import { searchDeaths } from './deaths';

/** Which of the pairs of deaths are tried here: each so-manieth; many more in `npm run test:long`. */
const STRIDE = 4000;

test('whatever dies where, nothing is lost and nothing told twice', async () => {
  const { cases, violation } = await searchDeaths(STRIDE);
  expect(violation).toBeNull();
  expect(cases).toBeGreaterThan(500);
  console.log(`deaths at every step: ${cases} cases`);
});
