import { expectSameAsScan } from './same-as-scan';

test('scan and the deployment find the same in the samples', () => expectSameAsScan(0));
