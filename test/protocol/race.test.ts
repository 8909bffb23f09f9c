import { dynamoState } from '../../lib/adapters/aws/dynamo-state';
import { claimPairs } from '../../lib/detect/claim-pairs';
import { rememberPairs } from '../../lib/detect/remembered-pairs';
import { type Emulator, startDynamo } from '../support/emulators';
import { newStateTable } from '../support/state-table';
import { START } from './run';

let dynamo: Emulator;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

test('exactly one of 200 concurrent claims of a pair finds it', async () => {
  const state = dynamoState(await newStateTable(dynamo.endpoint));
  const times = { firstAt: START, lastAt: START };
  const pair = {
    bucket: 'open',
    kind: 'net',
    name: '203.0.113.7',
    ...times,
    isPublic: false,
    changedAt: null,
    firstSeenBy: () => null,
  };
  const claims = await Promise.all(
    Array.from({ length: 200 }, (_, runner) =>
      claimPairs([pair], {
        state,
        remembered: rememberPairs(),
        contextOf: () => ({
          logObject: `logs/${runner}`,
          run: `${runner}`,
          now: START,
          learning: false,
          forgetDays: 90,
        }),
        mayLearn: () => true,
        onOverdue: () => {},
      }),
    ),
  );
  const found = claims.flat().filter(({ kind }) => kind === 'found');
  expect(found).toHaveLength(1);
  const stored = await state.sighting(pair);
  expect(found[0]).toMatchObject({ sighting: { version: stored!.version } });
});
