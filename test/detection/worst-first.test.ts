import { count, emptyTally } from '../../lib/detection/tally';
import { type Weight, weightOf, worstFirst } from '../../lib/detection/worst-first';
import { TEST, UNAPPROVED_IP } from '../support/rule-ids';

const WEIGHT: Weight = { severity: 'Medium', level: 'read', bytesSent: 100, firstEventAt: 50 };

test('by severity, then level, then bytes, then age', () => {
  const worse: Weight[] = [
    { severity: 'High', level: 'denied', bytesSent: 0, firstEventAt: 99 },
    { ...WEIGHT, level: 'changed', bytesSent: 0, firstEventAt: 99 },
    { ...WEIGHT, bytesSent: 101, firstEventAt: 99 },
    { ...WEIGHT, firstEventAt: 49 },
    WEIGHT,
    { ...WEIGHT, firstEventAt: 51 },
    { ...WEIGHT, bytesSent: 99, firstEventAt: 0 },
    { ...WEIGHT, level: 'metadata', bytesSent: 999, firstEventAt: 0 },
    { severity: 'Low', level: 'changed', bytesSent: 999, firstEventAt: 0 },
  ];
  for (const [i, a] of worse.entries()) {
    for (const [j, b] of worse.entries()) expect(Math.sign(worstFirst(a, b))).toBe(Math.sign(i - j));
  }
});

test('the weight of a finding is what its records reached', () => {
  const tally = emptyTally();
  const read = {
    rank: 3,
    success: true,
    signed: true,
    own: true,
    denied: false,
    bytesSent: 70,
    operation: 'REST.GET.OBJECT',
  };
  count(tally, { ...read, time: 9 });
  count(tally, { ...read, time: 5 });
  const weight = { level: 'read', bytesSent: 140, firstEventAt: 5 };
  expect(weightOf({ rule: UNAPPROVED_IP, tally })).toEqual({ severity: 'Medium', ...weight });
  expect(weightOf({ rule: TEST, tally })).toEqual({ severity: 'Low', ...weight });
});
