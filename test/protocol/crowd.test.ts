import fc from 'fast-check';
import { runs, SEED } from '../support/runs';
import { crowds, letHappen } from './crowd';

test(`concurrent runs in any order, with deaths and outdated reads, lose nothing (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(crowds, fc.scheduler(), async (crowd, scheduler) => {
      expect(await letHappen(crowd, scheduler)).toEqual([]);
    }),
    runs(50),
  );
});
