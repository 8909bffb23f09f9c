import type * as deaths from './deaths';
import { loadMutated } from './mutate';
import { becomes } from './operations';
import { MISTAKE } from './sent';

test.each([
  [
    'an error that only wrong code throws',
    'a part is taken only if the table says that it is due',
    'null.x',
    'TypeError',
  ],
  [
    'a run that never ends',
    'a combined message holds only the streams that its plan names',
    '() => true',
    'EndlessLoop',
  ],
])('the searches report %s', async (_name, guard, literal, error) => {
  const mutant = { name: error, changes: [{ guard, operation: becomes(literal) }] };
  const { searchDeaths, STORIES } = await loadMutated<typeof deaths>('test/protocol/deaths.ts', mutant);
  const { violation } = await searchDeaths(
    1000,
    STORIES.filter(({ name }) => name.includes('combined')),
  );
  expect(violation!.wrong.join('\n')).toContain(`${MISTAKE}${error}`);
});
