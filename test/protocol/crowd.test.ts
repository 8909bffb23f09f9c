import fc from 'fast-check';
import { runs, SEED } from '../support/runs';
import { crowds, runCrowd } from './crowd';

test(`concurrent runs, in any order, with deaths and stale reads, lose nothing and send nothing twice (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(crowds, fc.scheduler(), async (crowd, scheduler) => {
      expect(await runCrowd(crowd, scheduler)).toEqual([]);
    }),
    runs(50),
  );
});
