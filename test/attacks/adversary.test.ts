import { runs, SEED } from '../support/runs';
import { worstDelay } from './adversary';
import { MINUTE } from './world';

test(`a deletion is sent within two minutes, whatever an adversary does before it (seed ${SEED})`, async () => {
  const worst = await worstDelay(runs(75), 2 * MINUTE);
  console.log(`worst delay of a deletion: ${(worst / 1000).toFixed(1)} s`);
});
