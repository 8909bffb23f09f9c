import { expectSameNames } from './combined-deaths';

test('wherever a run dies that sends 40 streams: each is sent, and again only under the same name', async () => {
  await expectSameNames(1);
});
