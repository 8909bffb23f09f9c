import { renderMessage } from '../../lib/render/message';
import { ifLegitimate, NOT_APPROVABLE } from '../../lib/render/wording/approval';
import { NEW_IP, UNAPPROVED_IP } from '../support/rule-ids';
import { GOLDEN_ALERTS } from './golden-alerts';

const NO_APPROVAL_NEEDED =
  'No action is needed: new-ip reports a network as new once, and again only if it is not seen for longer than forgetDays.';

const HERE = { cidr: '192.0.2.7', bucket: 'payroll' };
const ENTRY = 'Add to "allowlist": {"cidr": "192.0.2.7", "reason": "WHO AND WHY", "buckets": ["payroll"]}';

describe('a legitimate network, in one line', () => {
  test.each([
    { name: 'gets an entry where the bucket has an allowlist', rules: [UNAPPROVED_IP], expected: ENTRY },
    { name: 'gets one if it is new as well', rules: [NEW_IP, UNAPPROVED_IP], expected: ENTRY },
    { name: 'needs nothing if it is only new', rules: [NEW_IP], expected: NO_APPROVAL_NEEDED },
  ])('$name', ({ rules, expected }) => {
    expect(ifLegitimate(rules, HERE)).toBe(expected);
  });

  test.each([
    { name: 'an invalid network', of: { ...HERE, cidr: '192.0.2.7", "x": "' } },
    { name: 'a bucket that cannot have that name', of: { ...HERE, bucket: 'a"b' } },
  ])('gets no entry for $name', ({ of }) => {
    expect(ifLegitimate([UNAPPROVED_IP], of)).toBe(NOT_APPROVABLE);
  });
});

// The first entry of a bucket makes every other address unapproved: "24 Low" became "1 High, 23 Low".
test('messages about networks that are only new have the text of the terminal, and propose no allowlist entry', () => {
  const alerts = Object.values(GOLDEN_ALERTS).filter(({ rule }) => rule.id === NEW_IP);
  expect(alerts.length).toBeGreaterThan(2);
  for (const alert of alerts) {
    const { email, https } = renderMessage(alert, { slack: true }).bodies;
    expect(email.replace(/\s+/g, ' ')).toContain(NO_APPROVAL_NEEDED);
    for (const body of [email, https]) expect(body).not.toContain('cidr');
  }
});
