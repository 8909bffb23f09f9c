import { STORIES, searchDeaths } from './deaths';

/** The strides with which deaths and pairs of deaths are tried here; `npm run test:long` tries many more. */
const EVERY_SINGLE = 3;
const STRIDE = 1000;

test('whichever run dies at whichever effect, nothing is lost and nothing is sent twice', async () => {
  const { cases, violation } = await searchDeaths(STRIDE, STORIES, EVERY_SINGLE);
  expect(violation).toBeNull();
  expect(cases).toBeGreaterThan(500);
  console.log(`deaths at every step: ${cases} cases`);
});
