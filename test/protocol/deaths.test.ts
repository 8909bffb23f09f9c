import { STORIES, searchDeaths } from './deaths';

/** Tries every third single death and every thousandth pair; `npm run test:long` tries many more. */
const EVERY_SINGLE = 3;
const STRIDE = 1000;

test('wherever processes die, nothing is lost and nothing is sent twice', async () => {
  const { cases, violation } = await searchDeaths(STRIDE, STORIES, EVERY_SINGLE);
  expect(violation).toBeNull();
  expect(cases).toBeGreaterThan(500);
  console.log(`deaths at every step: ${cases} cases`);
});
