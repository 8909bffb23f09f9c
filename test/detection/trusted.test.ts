import { parseAddress } from '../../lib/detection/address';
import type { TrustedRule } from '../../lib/detection/settings';
import { compileTrusted, type TrustSubject } from '../../lib/detection/trusted';

function rule(given: Partial<TrustedRule>): TrustedRule {
  return { requester: null, operation: null, cidr: null, bucket: null, reason: 'test', until: null, ...given };
}

const backup: TrustSubject = {
  bucket: 'payroll',
  address: parseAddress('203.0.113.7'),
  requester: 'arn:aws:sts::111122223333:assumed-role/backup/i-0abc',
  operation: 'REST.GET.OBJECT',
  time: 1_000,
};

describe('matches', () => {
  const cases: { name: string; rules: Partial<TrustedRule>[]; record?: Partial<TrustSubject>; expected: boolean }[] = [
    { name: 'no rules', rules: [], expected: false },
    { name: 'the requester', rules: [{ requester: backup.requester }], expected: true },
    {
      name: 'a role by glob',
      rules: [{ requester: 'arn:aws:sts::111122223333:assumed-role/backup/*' }],
      expected: true,
    },
    { name: 'another role', rules: [{ requester: '*:assumed-role/restore/*' }], expected: false },
    { name: 'requesters are case-sensitive', rules: [{ requester: '*:assumed-role/BACKUP/*' }], expected: false },
    {
      name: 'an anonymous request does not match a requester condition, not even *',
      rules: [{ requester: '*' }],
      record: { requester: null },
      expected: false,
    },
    {
      name: 'an anonymous request by another condition',
      rules: [{ operation: 'REST.*' }],
      record: { requester: null },
      expected: true,
    },
    { name: 'the operation', rules: [{ operation: 'REST.GET.OBJECT' }], expected: true },
    { name: 'another operation', rules: [{ operation: 'REST.PUT.*' }], expected: false },
    { name: 'the network', rules: [{ cidr: '203.0.113.0/24' }], expected: true },
    { name: 'another network', rules: [{ cidr: '198.51.100.0/24' }], expected: false },
    { name: 'a network of the other family', rules: [{ cidr: '::/0' }], expected: false },
    {
      name: 'a missing address is in no network',
      rules: [{ cidr: '0.0.0.0/0' }],
      record: { address: null },
      expected: false,
    },
    {
      name: 'a missing address, by another condition',
      rules: [{ requester: '*' }],
      record: { address: null },
      expected: true,
    },
    { name: 'the bucket', rules: [{ requester: '*', bucket: 'pay*' }], expected: true },
    { name: 'another bucket', rules: [{ requester: '*', bucket: 'website' }], expected: false },
    {
      name: 'all conditions of a rule',
      rules: [{ requester: '*', operation: 'REST.GET.*', cidr: '203.0.113.7', bucket: 'payroll' }],
      expected: true,
    },
    {
      name: 'all but one condition of a rule',
      rules: [{ requester: '*', operation: 'REST.GET.*', cidr: '203.0.113.8', bucket: 'payroll' }],
      expected: false,
    },
    {
      name: 'conditions of different rules do not add up',
      rules: [{ requester: '*', bucket: 'website' }, { operation: 'REST.PUT.OBJECT' }],
      expected: false,
    },
    { name: 'any rule of several', rules: [{ operation: 'REST.PUT.OBJECT' }, { requester: '*' }], expected: true },
    { name: 'before its end', rules: [{ requester: '*', until: 1_001 }], expected: true },
    { name: 'from its end on', rules: [{ requester: '*', until: 1_000 }], expected: false },
  ];
  test.each(cases)('$name: $expected', ({ rules, record, expected }) => {
    expect(compileTrusted(rules.map(rule)).matches({ ...backup, ...record })).toBe(expected);
  });
});

test('any says whether there is a rule', () => {
  expect(compileTrusted([]).any).toBe(false);
  expect(compileTrusted([rule({ cidr: '10.0.0.0/8' })]).any).toBe(true);
});

describe('the error names an invalid rule', () => {
  const cases: { name: string; given: Partial<TrustedRule>; message: string }[] = [
    { name: 'no network', given: { cidr: '10.1' }, message: 'trusted rule "test": "10.1" has fewer than four parts' },
    {
      name: 'only a bucket',
      given: { bucket: 'payroll' },
      message: 'trusted rule "test" has neither requester, operation nor cidr',
    },
  ];
  test.each(cases)('$name', ({ given, message }) => {
    expect(() => compileTrusted([rule(given)])).toThrow(message);
  });
});
