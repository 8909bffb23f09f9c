import { expectSameAsScan } from './same-as-scan';

test.each([1, 3])('scan and the deployment find the same with %d days of learning', (days) => expectSameAsScan(days));
