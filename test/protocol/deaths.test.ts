import { STORIES, searchDeaths } from './deaths';

/** Which deaths, and which pairs of them, are tried here: each so-manieth; many more in `npm run test:long`. */
const EVERY_SINGLE = 3;
const STRIDE = 1000;

test('whichever run dies at which effect, nothing is lost and nothing sent twice', async () => {
  const { cases, violation } = await searchDeaths(STRIDE, STORIES, EVERY_SINGLE);
  expect(violation).toBeNull();
  expect(cases).toBeGreaterThan(500);
  console.log(`deaths at every step: ${cases} cases`);
});
