import fc from 'fast-check';
import { runs, SEED } from '../support/runs';
import { crowds, letHappen } from './crowd';

test(`whatever runs at the same time, in any order, with deaths and late reads (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(crowds, fc.scheduler(), async (crowd, scheduler) => {
      expect(await letHappen(crowd, scheduler)).toEqual([]);
    }),
    runs(50),
  );
});
