import { expectSameAsScan } from './same-as-scan';

test('what scan says of log objects, the deployment says of them', () => expectSameAsScan(0));
