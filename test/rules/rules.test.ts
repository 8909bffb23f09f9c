import type { Rule } from '../../lib/rules/rule';
import { isRemembering, ruleOf, ruleRemembering, SWITCHED_RULES } from '../../lib/rules/rule-of';
import { RULES } from '../../lib/rules/rules';
import { DETECTOR_ERROR, NEW_IP, TEST, UNAPPROVED_IP } from '../support/rule-ids';

const DATA_FROM_CLOUD_STORAGE = { tactic: 'TA0009', technique: 'T1530' };

const cases: { id: Rule['id']; expected: Partial<Rule>; title: string }[] = [
  {
    id: UNAPPROVED_IP,
    expected: {
      origin: 'AWS.S3.ServerAccess.IPWhitelist',
      severity: { kind: 'by-conduct', succeeded: 'Medium', signed: null },
      mitre: DATA_FROM_CLOUD_STORAGE,
    },
    title: 'Non-Approved IP access to S3 Bucket [my-test-bucket]',
  },
  {
    id: NEW_IP,
    expected: {
      origin: 'Detect S3 access from a new IP',
      severity: { kind: 'by-conduct', succeeded: 'Low', signed: 'Medium' },
      mitre: DATA_FROM_CLOUD_STORAGE,
    },
    title: 'S3 bucket my-test-bucket accessed from a new IP',
  },
];

test.each(cases)(
  '$id has the origin and title of the published rule that it is based on',
  ({ id, expected, title }) => {
    expect(ruleOf(id)).toMatchObject({ id, ...expected });
    expect(ruleOf(id).title('my-test-bucket', [])).toBe(title);
  },
);

test.each(cases)('$id has steps to take', ({ id }) => {
  const { runbook, reference } = ruleOf(id);
  for (const isWithoutAccess of [false, true]) {
    expect(runbook({ networks: [], isWithoutAccess }).split('. ')).toHaveLength(3);
  }
  expect(new URL(reference!).protocol).toBe('https:');
});

test('these are all rules, the most certain first', () => {
  expect(RULES.map(({ id }) => id)).toEqual([UNAPPROVED_IP, DETECTOR_ERROR, NEW_IP, TEST]);
  expect(SWITCHED_RULES.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
});

test('no two rules have an id, a key or a metric in common, or remember subjects of one kind', () => {
  const distinct = (values: readonly unknown[]): void => {
    const given = values.filter((value) => value !== undefined);
    expect(new Set(given).size).toBe(given.length);
  };
  distinct(RULES.map(({ id }) => id));
  distinct(RULES.map(({ setting }) => setting?.key));
  distinct(RULES.map(({ metric }) => metric?.name));
  distinct(RULES.filter(isRemembering).map(({ detects }) => detects.of.id));
  // Two rules that flag every request from outside the allowlist would be one rule.
  distinct(RULES.map(({ detects }) => (detects.kind === 'first-success' ? undefined : detects.kind)));
});

test('the keys of the table begin with the kind of subject and can be read back', () => {
  for (const rule of RULES.filter(isRemembering)) {
    expect(rule.detects.of.id).toMatch(/^[a-z]+$/);
    expect(ruleRemembering(rule.detects.of.id)).toBe(rule);
  }
  expect(ruleRemembering('req')).toBeNull();
});

test('an id that no rule has is an error that names it', () => {
  const ofAnotherVersion = JSON.parse('"new-country"');
  expect(() => ruleOf(ofAnotherVersion)).toThrow('there is no rule "new-country"');
});
