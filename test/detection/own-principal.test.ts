import { createLayout } from '../../lib/access-log/layout';
import { locateLine } from '../../lib/access-log/parse-line';
import { isOwn, isSigned } from '../../lib/detection/own-principal';
import { lineOf, PLAIN } from '../support/observe-lines';

const ACCOUNT = '111122223333';
const OTHER = '999999999999';
const OWNER = PLAIN.bucketOwner!;

/** The result for a requester, in a line that follows others in its chunk. */
function ask<Answer>(requester: string | null, question: (layout: ReturnType<typeof createLayout>) => Answer): Answer {
  const before = 'another line\n';
  const bytes = Buffer.from(before + lineOf({ requester }));
  const layout = createLayout();
  expect(locateLine(bytes, before.length, bytes.length, layout)).toBe('record');
  return question(layout);
}

test.each<{ requester: string; own: boolean }>([
  { requester: `arn:aws:iam::${ACCOUNT}:user/ana`, own: true },
  { requester: `arn:aws:iam::${ACCOUNT}:root`, own: true },
  { requester: `arn:aws-cn:sts::${ACCOUNT}:assumed-role/reader/session`, own: true },
  { requester: `arn:aws:iam::${OTHER}:user/ana`, own: false },
  { requester: `arn:aws:iam::${OTHER}:user/arn:aws:iam::${ACCOUNT}:user/ana`, own: false },
  { requester: `arn:aws-us-gov:sts::${OTHER}:assumed-role/reader/${ACCOUNT}`, own: false },
  { requester: `arn:aws:sts::${OTHER}:federated-user/ana`, own: false },
  { requester: OWNER, own: true },
  { requester: `${OWNER.slice(0, -1)}0`, own: false },
  { requester: 'f'.repeat(64), own: false },
  { requester: 'F'.repeat(64), own: false },
  // None of these names an account.
  { requester: 'g'.repeat(64), own: true },
  { requester: 'f'.repeat(63), own: true },
  { requester: 'svc:s3.amazonaws.com', own: true },
  { requester: 'delivery.logs.amazonaws.com', own: true },
  { requester: 'arn', own: true },
  { requester: 'arn:', own: true },
  { requester: 'arn:aws:iam:', own: true },
  { requester: 'arn:aws:iam::', own: true },
  { requester: `arn:aws:iam::${OTHER}`, own: true },
  { requester: `arn:aws:iam::${OTHER}0:user/ana`, own: true },
  { requester: 'arn:aws:iam::99999999999x:user/ana', own: true },
])('$requester is of the own account: $own', ({ requester, own }) => {
  expect(ask(requester, (layout) => isOwn(layout, ACCOUNT))).toBe(own);
  expect(ask(requester, (layout) => isOwn(layout, null))).toBe(true);
  expect(ask(requester, isSigned)).toBe(true);
});

test('an anonymous request is not signed', () => {
  expect(ask(null, isSigned)).toBe(false);
});
