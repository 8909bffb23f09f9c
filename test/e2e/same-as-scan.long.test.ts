import { expectSameAsScan } from './same-as-scan';

test.each([1, 3])('what scan says, the deployment says, learning %d days', (days) => expectSameAsScan(days));
