import { runs, SEED } from '../support/runs';
import { worstDelay } from './adversary';
import { MINUTE } from './world';

const LONGEST_TEST = 45 * MINUTE;

test(
  `a deletion is sent within two minutes in each of 10,000 attacks (seed ${SEED})`,
  async () => {
    const worst = await worstDelay(runs(10_000), 2 * MINUTE);
    console.log(`worst delay of a deletion in 10,000 attacks (seed ${SEED}): ${(worst / 1000).toFixed(1)} s`);
  },
  LONGEST_TEST,
);
