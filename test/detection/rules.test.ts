import { RULES, type Rule, type RuleId } from '../../lib/detection/rules';

const cases: { id: RuleId; expected: Partial<Rule>; title: string }[] = [
  {
    id: 'unapproved-ip',
    expected: {
      origin: 'AWS.S3.ServerAccess.IPWhitelist',
      severity: 'Medium',
      mitre: { tactic: 'TA0009', technique: 'T1530' },
    },
    title: 'Non-Approved IP access to S3 Bucket [my-test-bucket]',
  },
  {
    id: 'new-ip',
    expected: {
      origin: 'Detect S3 access from a new IP',
      severity: 'Low',
      mitre: { tactic: 'TA0009', technique: 'T1530' },
    },
    title: 'S3 bucket my-test-bucket accessed from a new IP',
  },
];

test.each(cases)('$id says what the rule says that it comes from', ({ id, expected, title }) => {
  expect(RULES[id]).toMatchObject({ id, ...expected });
  expect(RULES[id].title('my-test-bucket')).toBe(title);
});

test.each(cases)('$id tells people what to do', ({ id }) => {
  const { displayName, description, runbook, reference } = RULES[id];
  expect([displayName, description].every((text) => text.length > 0)).toBe(true);
  expect(runbook.split('. ')).toHaveLength(3);
  expect(new URL(reference).protocol).toBe('https:');
});

test('there is no other rule', () => {
  expect(Object.keys(RULES)).toEqual(cases.map(({ id }) => id));
});
