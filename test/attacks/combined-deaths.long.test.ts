import { expectSameNames } from './combined-deaths';

test('wherever a run that sends 40 streams dies, each stream is sent, and repeated only with the same id', async () => {
  await expectSameNames(1);
});
