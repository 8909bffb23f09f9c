import fc from 'fast-check';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { cutRecord } from '../../lib/alerting/cut-record';
import {
  BRIEF_PER_PART,
  briefFinding,
  FINDINGS_PER_PART,
  identityOf,
  MAX_BRIEF_BYTES,
  MAX_FINDING_BYTES,
  outboxFinding,
} from '../../lib/alerting/outbox';
import { NO_EFFECTS } from '../../lib/detection/effect';
import type { Finding } from '../../lib/detection/finding';
import { boundedName } from '../../lib/detection/subject-name';
import { createSample, emptyTally, type Tally } from '../../lib/detection/tally';
import type { RuleId } from '../../lib/rules/rule';
import { cutText, jsonBytes } from '../../lib/text/cut';
import { at, RECORD } from '../support/alerting-parts';
import { calmRecord } from '../support/arbitrary-records';
import { DETECTOR_ERROR, NEW_IP, TEST, UNAPPROVED_IP } from '../support/rule-ids';
import { runs, SEED } from '../support/runs';
import { writeLine } from '../support/write-line';

function lineOf(record: AccessLogRecord): Uint8Array {
  return Buffer.from(writeLine(record, { vintage: 27, bareDashes: [] }));
}

function tallyOf(record: AccessLogRecord, given: Partial<Tally> = {}): Tally {
  return {
    ...emptyTally(),
    requests: 3,
    successes: 2,
    denied: 1,
    bytesSent: 300,
    firstEventAt: at('08:00'),
    lastEventAt: at('08:30'),
    operations: new Map([['REST.GET.OBJECT', { requests: 3, successes: 2 }]]),
    sample: createSample(lineOf(record), { time: record.time, rank: 3 }),
    ...given,
  };
}

function found(given: Partial<Finding> = {}): Finding {
  return {
    rule: UNAPPROVED_IP,
    bucket: 'payroll',
    subject: null,
    network: '203.0.113.7',
    remoteIp: '203.0.113.7',
    addresses: new Set(['203.0.113.7']),
    addressCount: 1,
    forgottenSince: null,
    raised: null,
    tally: tallyOf(RECORD),
    ...given,
  };
}

/** The finding as it is stored. */
function stored(finding: Finding) {
  const { sample, ...rest } = outboxFinding(finding);
  return { ...rest, sample: sample() };
}

function storedBriefly(finding: Finding) {
  const { sample, ...rest } = briefFinding(outboxFinding(finding));
  return { ...rest, sample: sample() };
}

test('a finding keeps its counts, its addresses and the worst record', () => {
  expect(stored(found())).toEqual({
    subject: null,
    network: '203.0.113.7',
    remoteIp: '203.0.113.7',
    addresses: ['203.0.113.7'],
    requests: 3,
    successes: 2,
    denied: 1,
    bytesSent: 300,
    firstEventAt: at('08:00'),
    lastEventAt: at('08:30'),
    forgottenSince: null,
    raised: null,
    severity: 'Medium',
    level: 'read',
    severityReason: null,
    effects: { ...NO_EFFECTS, read: 2 },
    operations: [{ name: 'REST.GET.OBJECT', requests: 3, successes: 2 }],
    sample: RECORD,
  });
});

describe('an outbox finding contains', () => {
  const operations = new Map([['REST.DELETE.OBJECT', { requests: 2, successes: 2 }]]);
  const manyOperations = new Map([
    ['REST.GET.OBJECT', { requests: 90, successes: 1 }],
    ...Array.from({ length: 9 }, (_, index) => [`REST.GET.X${index}`, { requests: 3, successes: 3 }] as const),
    ['REST.PUT.ACL', { requests: 1, successes: 1 }],
    ['REST.DELETE.OBJECT', { requests: 2, successes: 0 }],
  ]);
  const nonsense = `10.0.0.1:443${'x'.repeat(100)}`;
  const cases: { name: string; given: Partial<Finding>; expected: object }[] = [
    {
      name: 'why it is worse than its rule says',
      given: { tally: tallyOf(RECORD, { operations }) },
      expected: {
        severity: 'High',
        level: 'changed',
        severityReason: 'changes succeeded: REST.DELETE.OBJECT 2',
        effects: { ...NO_EFFECTS, deleted: 2 },
      },
    },
    {
      name: 'the operations, successful changes first, limited in number',
      given: { tally: tallyOf(RECORD, { operations: manyOperations }) },
      expected: {
        operations: [
          { name: 'REST.PUT.ACL', requests: 1, successes: 1 },
          { name: 'REST.GET.OBJECT', requests: 90, successes: 1 },
          ...Array.from({ length: 5 }, (_, index) => ({ name: `REST.GET.X${index}`, requests: 3, successes: 3 })),
        ],
      },
    },
    {
      name: 'when the pair had been forgotten',
      given: { rule: NEW_IP, forgottenSince: at('07:00') },
      expected: { forgottenSince: at('07:00') },
    },
    {
      name: 'the beginning of a remote IP that is not an address, and no addresses',
      given: { rule: DETECTOR_ERROR, network: nonsense, remoteIp: nonsense, addresses: new Set([nonsense]) },
      expected: { network: `${nonsense.slice(0, 79)}…`, remoteIp: `${nonsense.slice(0, 79)}…`, addresses: [] },
    },
    {
      name: 'no sample if there is no line',
      given: { tally: tallyOf(RECORD, { sample: null }) },
      expected: { sample: null },
    },
    {
      name: 'no sample if the line is not a record',
      given: { tally: tallyOf(RECORD, { sample: createSample(Buffer.from('nonsense'), { time: 0, rank: 3 }) }) },
      expected: { sample: null },
    },
  ];
  test.each(cases)('$name', ({ given, expected }) => {
    expect(stored(found(given))).toMatchObject(expected);
  });
});

test('a brief finding keeps its counts, few addresses and operations, and no sample', () => {
  const operations = new Map(['A', 'B', 'C'].map((name) => [`REST.GET.${name}`, { requests: 1, successes: 1 }]));
  const many = found({
    addresses: new Set(['203.0.113.7', '203.0.113.8', '203.0.113.9', '203.0.113.10']),
    tally: tallyOf(RECORD, { operations }),
  });
  const { addresses, operations: named, sample, ...numbers } = storedBriefly(many);
  expect(addresses).toEqual(['203.0.113.7', '203.0.113.8', '203.0.113.9']);
  expect(named.map(({ name }) => name)).toEqual(['REST.GET.A', 'REST.GET.B']);
  expect(sample).toBeNull();
  expect(stored(many)).toMatchObject(numbers);
});

test('the identity: a new network is found once per log object, an unapproved address once per portion', () => {
  const finding = { subject: null, network: '2001:db8::/64', forgottenSince: null, raised: null };
  expect(identityOf({ rule: NEW_IP }, finding, 1)).toBe(identityOf({ rule: NEW_IP }, finding, 2));
  for (const again of [
    { ...finding, forgottenSince: 5 },
    { ...finding, raised: 'signed' as const },
    { ...finding, raised: 'changed' as const },
  ]) {
    expect(identityOf({ rule: NEW_IP }, again, 2)).not.toBe(identityOf({ rule: NEW_IP }, finding, 2));
  }
  expect(identityOf({ rule: UNAPPROVED_IP }, finding, 1)).not.toBe(identityOf({ rule: UNAPPROVED_IP }, finding, 2));
});

test.each([
  ['short text', 'abc', 3, 'abc'],
  ['long text', 'abcd', 3, 'ab…'],
  ['a pair that fits', '👍👍', 4, '👍👍'],
  ['no half of a pair', 'a👍👍', 3, 'a…'],
])('cut: %s', (_name, text, length, expected) => {
  expect(cutText(text, length)).toBe(expected);
});

/** Text with a maximum length, of characters that are long in JSON, or invisible. */
function hostile(maxLength: number): fc.Arbitrary<string> {
  const units = fc.constantFrom(
    '"',
    '\\',
    '\x01',
    '\x1b',
    '\u202e',
    '\u2028',
    '\ud800',
    '\ufffd',
    '東',
    '👍',
    'a',
    ' ',
  );
  return fc
    .tuple(fc.string({ unit: units, minLength: 1, maxLength: 12 }), fc.constantFrom(1, 40, 2000))
    .map(([text, times]) => text.repeat(times).slice(0, maxLength));
}

const CLIENT_TEXTS = fc.record({
  key: hostile(4000),
  requestUri: hostile(8000),
  referer: hostile(8000),
  userAgent: hostile(8000),
  hostHeader: hostile(1000),
});

test(`a cut record fits, whatever its text (seed ${SEED})`, () => {
  const texts = Object.entries(RECORD).flatMap(([name, value]) => (typeof value === 'string' ? [name] : []));
  const anything = fc.record(Object.fromEntries(texts.map((name) => [name, hostile(8000)])));
  const numbers = { bytesSent: Number.MAX_SAFE_INTEGER, objectSize: Number.MAX_SAFE_INTEGER };
  fc.assert(
    fc.property(anything, (given) => {
      const record = { ...RECORD, ...numbers, versionId: 'v'.repeat(1000), ...given, extra: ['x'.repeat(5000)] };
      const cut = cutRecord(record, 2000);
      expect(jsonBytes(cut)).toBeLessThanOrEqual(2000);
      expect(cut).toMatchObject({ time: record.time, httpStatus: record.httpStatus, extra: [], ...numbers });
    }),
    runs(100),
  );
});

test(`the fields of S3 stay complete, whatever the client sends (seed ${SEED})`, () => {
  const { bucketOwner, bucket, time, remoteIp, requester, requestId, operation, httpStatus, errorCode } = RECORD;
  const byS3 = { bucketOwner, bucket, time, remoteIp, requester, requestId, operation, httpStatus, errorCode };
  const ordinary = {
    ...byS3,
    remoteIp: '2001:db8:85a3:1234:5678:8a2e:1370:7334',
    requester: `arn:aws:sts::111122223333:assumed-role/${'r'.repeat(64)}/${'s'.repeat(64)}`,
    operation: 'REST.GET.OBJECT_LOCK_CONFIGURATION',
    errorCode: 'ObjectLockConfigurationNotFoundError',
  };
  fc.assert(
    fc.property(CLIENT_TEXTS, fc.constantFrom(byS3, ordinary), (texts, kept) => {
      const cut = cutRecord({ ...RECORD, ...kept, ...texts }, 2000);
      expect(cut).toMatchObject(kept);
      expect(jsonBytes(cut)).toBeLessThanOrEqual(2000);
    }),
    runs(100),
  );
});

test(`ordinary records are unchanged (seed ${SEED})`, () => {
  fc.assert(
    fc.property(calmRecord, ({ record }) => {
      expect(cutRecord(record, 2000)).toEqual({ ...record, extra: [] });
    }),
    runs(200),
  );
});

test(`the size of a finding is bounded (seed ${SEED})`, () => {
  const address = '2001:0db8:85a3:1234:5678:8a2e:1370:7334';
  const rules = fc.constantFrom<RuleId>(UNAPPROVED_IP, NEW_IP, DETECTOR_ERROR, TEST);
  const operation = fc.tuple(hostile(100), fc.nat()).map(([text, n]) => [`REST.PUT.${text}${n}`, n] as const);
  const line = fc.tuple(CLIENT_TEXTS, fc.constantFrom(address, '-')).map(([texts, remoteIp]) => {
    const withoutLf = Object.entries(texts).map(([name, text]) => [
      name,
      text.replaceAll(' ', '+').replaceAll('"', "'"),
    ]);
    return lineOf({ ...RECORD, ...Object.fromEntries(withoutLf), remoteIp });
  });
  const most = Number.MAX_SAFE_INTEGER;
  fc.assert(
    fc.property(rules, hostile(200), fc.array(operation, { maxLength: 20 }), line, (rule, text, operations, sample) => {
      const isAddress = rule === NEW_IP || rule === UNAPPROVED_IP;
      const tally = {
        ...tallyOf(RECORD, { requests: most, successes: most, denied: most, bytesSent: most }),
        operations: new Map(operations.map(([name, successes]) => [name, { requests: successes, successes }])),
        sample: createSample(sample, { time: RECORD.time, rank: 3 }),
      };
      const whole: Finding = {
        ...found({ rule, forgottenSince: RECORD.time, raised: 'changed', tally }),
        subject: isAddress ? { kind: 'req', name: boundedName(`arn:aws:${text.repeat(10)}`) } : null,
        network: isAddress ? `${address}/128` : text,
        remoteIp: isAddress ? address : text,
        addresses: new Set(Array.from({ length: 20 }, (_, index) => `${address.slice(0, -2)}${10 + index}`)),
      };
      const finding = stored(whole);
      expect(jsonBytes(storedBriefly(whole))).toBeLessThanOrEqual(MAX_BRIEF_BYTES);
      expect(finding.sample).not.toBeNull();
      expect(jsonBytes(finding)).toBeLessThanOrEqual(MAX_FINDING_BYTES);
    }),
    runs(100),
  );
  expect(FINDINGS_PER_PART.high * MAX_FINDING_BYTES).toBeLessThanOrEqual(100_000);
  expect(BRIEF_PER_PART * MAX_BRIEF_BYTES).toBeLessThanOrEqual(100_000);
});
