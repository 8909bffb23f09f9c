import type { RuleId } from '../../lib/detection/rules';
import { isChange, type JudgedSeverity, severityOf } from '../../lib/detection/severity';
import { count, emptyTally } from '../../lib/detection/tally';

describe('isChange', () => {
  test.each([
    'REST.PUT.OBJECT',
    'REST.PUT.PART',
    'REST.PUT.ACL',
    'REST.PUT.BUCKETPOLICY',
    'REST.POST.UPLOADS',
    'REST.POST.MULTI_OBJECT_DELETE',
    'REST.POST.RESTORE',
    'REST.DELETE.OBJECT',
    'REST.DELETE.BUCKETPOLICY',
    'REST.COPY.OBJECT',
    'REST.COPY.PART',
    'BATCH.DELETE.OBJECT',
    'S3.EXPIRE.OBJECT',
    'S3.CREATE.DELETEMARKER',
  ])('%s changes something', (operation) => {
    expect(isChange(operation)).toBe(true);
  });

  test.each([
    'REST.GET.OBJECT',
    'REST.GET.BUCKETPOLICY',
    'REST.GET.LOGGING_STATUS',
    'REST.HEAD.OBJECT',
    'REST.OPTIONS.PREFLIGHT',
    'REST.SELECT.OBJECT',
    'REST.COPY.OBJECT_GET',
    'REST.COPY.PART_GET',
    'WEBSITE.GET.OBJECT',
    'WEBSITE.INVALIDOPERATION',
  ])('%s changes nothing', (operation) => {
    expect(isChange(operation)).toBe(false);
  });
});

describe('severityOf', () => {
  type Requests = readonly (readonly [operation: string, success: boolean])[];
  const high = (named: string): JudgedSeverity => ({ severity: 'High', reason: `changes succeeded: ${named}` });
  const cases: { name: string; rule: RuleId; requests: Requests; expected: JudgedSeverity }[] = [
    {
      name: 'unapproved reads are Medium',
      rule: 'unapproved-ip',
      requests: [['REST.GET.OBJECT', true]],
      expected: { severity: 'Medium', reason: null },
    },
    {
      name: 'unapproved changes that failed are Medium',
      rule: 'unapproved-ip',
      requests: [
        ['REST.DELETE.OBJECT', false],
        ['REST.GET.OBJECT', true],
      ],
      expected: { severity: 'Medium', reason: null },
    },
    {
      name: 'one change that succeeded among many that failed is High',
      rule: 'unapproved-ip',
      requests: [
        ['REST.DELETE.OBJECT', false],
        ['REST.DELETE.OBJECT', true],
        ['REST.DELETE.OBJECT', false],
      ],
      expected: high('REST.DELETE.OBJECT 1'),
    },
    {
      name: 'every kind of change is named with how often it succeeded, and reads are not',
      rule: 'unapproved-ip',
      requests: [
        ['REST.PUT.BUCKETPOLICY', true],
        ['REST.GET.OBJECT', true],
        ['REST.PUT.OBJECT', true],
        ['REST.PUT.ACL', false],
        ['REST.PUT.OBJECT', true],
      ],
      expected: high('REST.PUT.BUCKETPOLICY 1, REST.PUT.OBJECT 2'),
    },
    {
      name: 'the reading half of a copy is Medium',
      rule: 'unapproved-ip',
      requests: [['REST.COPY.OBJECT_GET', true]],
      expected: { severity: 'Medium', reason: null },
    },
    {
      name: 'a new IP stays Low whatever it changed',
      rule: 'new-ip',
      requests: [['REST.DELETE.OBJECT', true]],
      expected: { severity: 'Low', reason: null },
    },
  ];
  test.each(cases)('$name', ({ rule, requests, expected }) => {
    const tally = emptyTally();
    for (const [operation, success] of requests) {
      count(tally, { time: 0, success, denied: !success, bytesSent: 0, operation });
    }
    expect(severityOf({ rule, tally })).toEqual(expected);
  });
});
