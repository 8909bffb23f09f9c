import { runs, SEED } from '../support/runs';
import { worstDelay } from './adversary';
import { MINUTE } from './world';

test(`whatever an adversary sends before, a deletion is sent within two minutes (seed ${SEED})`, async () => {
  const worst = await worstDelay(runs(75), 2 * MINUTE);
  console.log(`worst delay of a deletion: ${(worst / 1000).toFixed(1)} s`);
});
