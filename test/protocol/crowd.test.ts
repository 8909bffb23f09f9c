import fc from 'fast-check';
import { runs, SEED } from '../support/runs';
import { crowds, runCrowd } from './crowd';

test(`runs at the same time, in any order, with deaths and late reads, lose and double nothing (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(crowds, fc.scheduler(), async (crowd, scheduler) => {
      expect(await runCrowd(crowd, scheduler)).toEqual([]);
    }),
    runs(50),
  );
});
