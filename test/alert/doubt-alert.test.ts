import type { Alert } from '../../lib/alert/alert';
import { alertRuleOf } from '../../lib/alert/alert-rule';
import { addParts, type Digest, EMPTY_DIGEST } from '../../lib/alerting/digest';
import { eventText } from '../../lib/render/wording/headline';
import { whyText } from '../../lib/render/wording/reason';
import { severityText } from '../../lib/render/wording/severity';
import { DOUBTS } from '../../lib/rules/doubts';
import { ruleOf } from '../../lib/rules/rule-of';
import { at, finding, part } from '../support/alerting-parts';
import { DETECTOR_ERROR } from '../support/rule-ids';

const CASES: { networks: string[]; title: string; what: string; why: string; severity: string }[] = [
  {
    networks: [DOUBTS.otherBucket],
    title: 'S3 bucket payroll: log object names another bucket',
    what: 'log object names another bucket, no rule applied to 1 request',
    why: 'S3 does not write such a log object: someone else may be writing under the log prefix.',
    severity: 'Medium: no rule applied to these requests',
  },
  {
    networks: [DOUBTS.otherAccount],
    title: 'S3 bucket payroll: log object names another account or Region',
    what: 'log object names another account or Region',
    why: 'S3 does not write such a log object: someone else may be writing under the log prefix.',
    severity: 'Medium: someone else may have written the log object',
  },
  {
    networks: [DOUBTS.otherAccount, 'unknown'],
    title: 'S3 bucket payroll: log object names another account or Region',
    what: 'log object names another account or Region, remote IP unreadable, no rule applied to some requests',
    why:
      'The remote IP in the log is not an IP address. ' +
      'S3 does not write such a log object: someone else may be writing under the log prefix.',
    severity: 'Medium: no rule applied to some of these requests',
  },
  {
    networks: ['10.0.0.1:443', 'unknown', DOUBTS.otherBucket],
    title: 'S3 bucket payroll: log object names another bucket',
    what: 'log object names another bucket, 2 remote IPs unreadable, no rule applied to 3 requests',
    why:
      'The remote IP in the log is not an IP address. ' +
      'S3 does not write such a log object: someone else may be writing under the log prefix.',
    severity: 'Medium: no rule applied to these requests',
  },
  {
    networks: ['10.0.0.1:443'],
    title: 'S3 bucket payroll: remote IP unreadable',
    what: 'remote IP unreadable, no rule applied to 1 request',
    why: 'The remote IP in the log is not an IP address.',
    severity: 'Medium: no rule applied to these requests',
  },
];

function digestOf(names: readonly string[]): Digest {
  const findings = names.map((name) => finding(name, { addresses: [] }));
  return addParts(EMPTY_DIGEST, DETECTOR_ERROR, [part(at('09:00'), findings, { rule: DETECTOR_ERROR })]);
}

test.each(CASES)('a detector error about $networks', ({ networks: names, title, what, why, severity }) => {
  const networks = names.map((name) => ({ ...finding(name, { addresses: [] }), bucket: 'payroll' }));
  const rule = alertRuleOf(DETECTOR_ERROR, 'payroll', [digestOf(names)]);
  const totals = { networks: names.length, requests: names.length };
  const alert = {
    alertId: 'w/1',
    kind: 'detector-error',
    rule,
    bucket: 'payroll',
    networks,
    totals,
  } as unknown as Alert;
  expect([rule.title, eventText(alert), whyText(alert), severityText(alert)]).toEqual([title, what, why, severity]);
});

test('the terminal does not say that no rule applied if only the account of the log object is implausible', () => {
  const certaintyOf = (network: string) =>
    ruleOf(DETECTOR_ERROR).wording.certainty({ network, raised: null, forgottenSince: null, firstEventAt: '' });
  expect(certaintyOf(DOUBTS.otherAccount)).toBe('certain: S3 does not write such a log object');
  for (const network of [DOUBTS.otherBucket, 'unknown']) {
    expect(certaintyOf(network)).toBe('certain: no rule applied to these requests');
  }
});

test('the steps for an implausible log object differ from those for an unreadable remote IP', () => {
  const runbookOf = (network: string) => alertRuleOf(DETECTOR_ERROR, 'payroll', [digestOf([network])]).runbook;
  expect(runbookOf(DOUBTS.otherAccount)).toMatch(/^Find out who wrote the log object/);
  expect(runbookOf('unknown')).toMatch(/^Look at the lines in the log object/);
});
