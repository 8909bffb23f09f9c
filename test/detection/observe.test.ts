import fc from 'fast-check';
import { createLayout } from '../../lib/access-log/layout';
import { compileSettings } from '../../lib/detection/compile-settings';
import { MAX_ADDRESSES } from '../../lib/detection/counted-subject';
import type { Finding } from '../../lib/detection/finding';
import { LEVELS, levelOf, levelOfSuccess, rankOf } from '../../lib/detection/level';
import { markFound, type Portion, type SubjectObservation } from '../../lib/detection/observation';
import { createObserver } from '../../lib/detection/observe';
import type { DetectionSettings } from '../../lib/detection/settings';
import {
  addTally,
  type CountedRecord,
  count,
  createSample,
  emptyTally,
  isBetterSample,
  type Tally,
} from '../../lib/detection/tally';
import { expectSame } from '../support/expect-same';
import {
  at,
  DAY,
  DEFAULTS,
  entry,
  type Logged,
  nameOf,
  namesOf,
  PLAIN,
  sampleOf,
  show,
  trust,
  watch,
} from '../support/observe-lines';
import { NEW_IP, UNAPPROVED_IP } from '../support/rule-ids';
import { runs, SEED } from '../support/runs';

/** No address is approved, so both rules flag every one. */
const NONE_APPROVED = { allowlist: [entry('192.0.2.1')] };

const DENIED = { httpStatus: 403, errorCode: 'AccessDenied', bytesSent: 243 } as const;
const MISSING = { httpStatus: 404, errorCode: 'NoSuchKey', bytesSent: 300 } as const;

const NOTHING_ODD = { recordsWithImplausibleTime: 0, recordsOfOtherBuckets: 0 };

const ROLE = 'arn:aws:sts::111122223333:assumed-role/backup/i-0abc';

/** The only finding of the rule. */
async function findingOf(
  rule: Finding['rule'],
  settings: Partial<DetectionSettings>,
  ...portions: Logged[][]
): Promise<Finding> {
  const findings = (await watch(settings, portions)).findings.filter((finding) => finding.rule === rule);
  expect(findings).toHaveLength(1);
  return findings[0]!;
}

function countsOf({ requests, successes, denied, bytesSent }: Tally) {
  return { requests, successes, denied, bytesSent };
}

describe('trusted records', () => {
  const backup = { requester: 'arn:aws:sts::111122223333:assumed-role/backup/*' };
  const ofRole = (time: number, more: Logged & object = {}) => ({ requester: ROLE, time, ...more });

  test('are evaluated record by record, also within a pair, and counted', async () => {
    const lines = [ofRole(at('08:00')), { time: at('09:00'), requestId: 'ANA' }, ofRole(at('10:00'))];
    const { findings, counts } = await watch({ ...NONE_APPROVED, trusted: [trust(backup)] }, [lines]);
    expect(findings.map(({ rule }) => rule)).toEqual(['new-ip', 'unapproved-ip']);
    for (const { tally } of findings) {
      expect(countsOf(tally)).toEqual({ requests: 1, successes: 1, denied: 0, bytesSent: 100 });
      expect([tally.firstEventAt, tally.lastEventAt]).toEqual([at('09:00'), at('09:00')]);
      expect(sampleOf(tally).requestId).toBe('ANA');
    }
    expect(counts).toMatchObject({ records: 3, trustedRecords: 2 });
  });

  test('cause neither findings nor sightings', async () => {
    const { findings, sightings, counts } = await watch({ ...NONE_APPROVED, trusted: [trust(backup)] }, [
      [ofRole(at('09:00'))],
    ]);
    expect({ findings, sightings, trusted: counts.trustedRecords }).toEqual({
      findings: [],
      sightings: [],
      trusted: 1,
    });
  });

  test('that succeed are not the first success of the others', async () => {
    const lines = [ofRole(at('08:00')), { ...DENIED, time: at('09:00') }, { time: at('10:00') }];
    const { tally } = await findingOf(NEW_IP, { trusted: [trust(backup)] }, lines);
    expect(countsOf(tally)).toEqual({ requests: 1, successes: 1, denied: 0, bytesSent: 100 });
  });

  test('are trusted whatever their remote IP is, and a long invalid remote IP is cut', async () => {
    const lines = [{ remoteIp: 'unknown', requester: 'svc:a.amazonaws.com' }, { remoteIp: 'x'.repeat(5_000) }];
    const { counts, invalid } = await watch({ trusted: [trust({ requester: 'svc:*' })] }, [lines]);
    expect(counts).toMatchObject({ trustedRecords: 1, invalidRemoteIps: 1 });
    expect(invalid.map(({ remoteIp, requests }) => [remoteIp.length, requests])).toEqual([[200, 1]]);
  });

  const cases: { name: string; rule: Parameters<typeof trust>[0]; line: Logged & object; trusted: boolean }[] = [
    { name: 'by operation', rule: { operation: 'REST.GET.*' }, line: {}, trusted: true },
    { name: 'by another operation', rule: { operation: 'REST.PUT.*' }, line: {}, trusted: false },
    { name: 'by network', rule: { cidr: '203.0.113.0/24' }, line: {}, trusted: true },
    { name: 'by another network', rule: { cidr: '198.51.100.0/24' }, line: {}, trusted: false },
    {
      name: 'by the network of an IPv4-mapped address',
      rule: { cidr: '203.0.113.0/24' },
      line: { remoteIp: '::ffff:203.0.113.7' },
      trusted: true,
    },
    { name: 'in that bucket', rule: { ...backup, bucket: 'pay*' }, line: ofRole(at('09:00')), trusted: true },
    { name: 'in another bucket', rule: { ...backup, bucket: 'website' }, line: ofRole(at('09:00')), trusted: false },
    { name: 'before its end', rule: { ...backup, until: at('09:01') }, line: ofRole(at('09:00')), trusted: true },
    { name: 'from its end on', rule: { ...backup, until: at('09:00') }, line: ofRole(at('09:00')), trusted: false },
    {
      name: 'an anonymous request is never trusted by requester',
      rule: { requester: '*' },
      line: { requester: null },
      trusted: false,
    },
    {
      name: 'a requester with spaces',
      rule: { requester: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E*' },
      line: { requester: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2EXAMPLE' },
      trusted: true,
    },
  ];
  test.each(cases)('$name: $trusted', async ({ rule, line, trusted }) => {
    const { findings, counts } = await watch({ trusted: [trust(rule)] }, [[line]]);
    expect({ findings: findings.length, trusted: counts.trustedRecords }).toEqual(
      trusted ? { findings: 0, trusted: 1 } : { findings: 1, trusted: 0 },
    );
  });

  test('are distinguished by operation from line to line', async () => {
    const operations = ['REST.GET.OBJECT', 'REST.PUT.OBJECT', 'REST.GET.OBJECT', 'REST.GET.OBJECT', 'REST.PUT.OBJECT'];
    const lines = operations.map((operation) => ({ operation }));
    const { findings, counts } = await watch({ trusted: [trust({ operation: 'REST.GET.OBJECT' })] }, [lines]);
    expect(findings[0]!.tally.requests).toBe(2);
    expect(counts.trustedRecords).toBe(3);
  });
});

describe('an allowlist entry with an end', () => {
  const office = { allowlist: [entry('203.0.113.0/24', { until: at('12:00') })] };
  const clocks = ['11:59:58', '11:59:59', '12:00:00', '12:00:01'];

  test('approves by the time of each record, within one pair', async () => {
    const lines = clocks.map((clock) => ({ time: at(clock), requestId: clock.replaceAll(':', '') }));
    const { findings, sightings } = await watch(office, [lines]);
    expect(namesOf({ findings })).toEqual(['new-ip payroll 203.0.113.7', 'unapproved-ip payroll 203.0.113.7']);
    for (const { tally } of findings) {
      expect(tally).toMatchObject({ requests: 2, firstEventAt: at('12:00:00'), lastEventAt: at('12:00:01') });
      expect(sampleOf(tally).requestId).toBe('120000');
    }
    expect(sightings).toMatchObject([{ firstSeenAt: at('12:00:00'), lastSeenAt: at('12:00:01') }]);
  });

  test('approves old records, whenever they arrive', async () => {
    const lines = [{ time: at('11:00') }];
    expect((await watch(office, [{ lines, arrivedAt: at('12:00', 60) }])).findings).toEqual([]);
  });

  test('if there are several, the last end counts, and an entry without one wins', async () => {
    const later = entry('203.0.113.0/25', { until: at('12:00:01') });
    const line = { time: at('12:00') };
    expect((await watch({ allowlist: [...office.allowlist, later] }, [[line]])).findings).toEqual([]);
    expect((await watch({ allowlist: [...office.allowlist, entry('203.0.113.7')] }, [[line]])).findings).toEqual([]);
  });

  test('still applies to the bucket after its end: unapproved-ip stays active', async () => {
    expect(
      namesOf(await watch(office, [[{ time: at('12:00'), remoteIp: '198.51.100.9' }]]), UNAPPROVED_IP),
    ).toHaveLength(1);
  });
});

describe('addresses', () => {
  test.each([
    { spellings: ['2001:db8::a', '2001:DB8::A', '2001:0db8:0000:0000:0000:0000:0000:000a', '2001:db8:0:0::a'] },
    { spellings: ['203.0.113.7', '::ffff:203.0.113.7', '::FFFF:cb00:7107', '0:0:0:0:0:ffff:203.0.113.7'] },
  ])('$spellings are one address', async ({ spellings }) => {
    const { findings, networkCount } = await watch(NONE_APPROVED, [spellings.map((remoteIp) => ({ remoteIp }))]);
    expect(findings).toHaveLength(2);
    for (const { remoteIp, addresses, tally } of findings) {
      expect(remoteIp).toBe(spellings[0]);
      expect([...addresses]).toEqual([spellings[0]]);
      expect(tally.requests).toBe(4);
    }
    expect(networkCount).toBe(1);
  });

  test('of one /64 are one network, whose finding lists each', async () => {
    const lines = ['2001:db8:0:1::2', '2001:db8:0:1:ffff::1', '2001:db8:0:2::2'].map((remoteIp) => ({ remoteIp }));
    const { findings, networkCount } = await watch(NONE_APPROVED, [lines]);
    expect(findings.map(nameOf)).toEqual([
      'new-ip payroll 2001:db8:0:1::/64',
      'new-ip payroll 2001:db8:0:2::/64',
      'unapproved-ip payroll 2001:db8:0:1::/64',
      'unapproved-ip payroll 2001:db8:0:2::/64',
    ]);
    for (const [index, { addresses, addressCount }] of findings.entries()) {
      const expected = index % 2 === 0 ? ['2001:db8:0:1::2', '2001:db8:0:1:ffff::1'] : ['2001:db8:0:2::2'];
      expect([...addresses]).toEqual(expected);
      expect(addressCount).toBe(expected.length);
    }
    expect(networkCount).toBe(2);
  });

  test('of one network cause one finding for the portion, and approved ones none', async () => {
    const settings = { ...NONE_APPROVED, newIp: false, allowlist: [entry('2001:db8::2/127')] };
    const lines = Array.from({ length: 500 }, (_, host) => ({ remoteIp: `2001:db8::${(host + 1).toString(16)}` }));
    const { findings } = await watch(settings, [lines]);
    expect(findings).toMatchObject([{ network: '2001:db8::/64', addressCount: 498, tally: { requests: 498 } }]);
    expect([...findings[0]!.addresses]).not.toContain('2001:db8::2');
  });

  test.each([
    { ipv4PrefixLength: 24, ipv6PrefixLength: 64, remoteIp: '203.0.113.7', network: '203.0.113.0/24' },
    { ipv4PrefixLength: 24, ipv6PrefixLength: 64, remoteIp: '::ffff:203.0.113.7', network: '203.0.113.0/24' },
    { ipv4PrefixLength: 32, ipv6PrefixLength: 48, remoteIp: '2001:db8:1:2::3', network: '2001:db8:1::/48' },
    { ipv4PrefixLength: 24, ipv6PrefixLength: 128, remoteIp: '2001:db8:1:2::3', network: '2001:db8:1:2::3' },
    { ipv4PrefixLength: 32, ipv6PrefixLength: 48, remoteIp: '203.0.113.7', network: '203.0.113.7' },
  ])('$remoteIp is remembered as $network', async ({ remoteIp, network, ...lengths }) => {
    const { findings, sightings } = await watch({ ...NONE_APPROVED, ...lengths }, [[{ remoteIp }]]);
    expect(findings.map((finding) => finding.network)).toEqual([network, network]);
    expect(sightings.map((sighting) => sighting.name)).toEqual([network]);
  });

  test(`at most ${MAX_ADDRESSES} of a network are listed, and all are counted`, async () => {
    const lines = Array.from({ length: 50 }, (_, index) => ({ remoteIp: `2001:db8::${index + 1}` }));
    expect(MAX_ADDRESSES).toBe(20);
    for (const rule of [NEW_IP, UNAPPROVED_IP]) {
      const { addresses, addressCount, remoteIp, tally } = await findingOf(rule, NONE_APPROVED, lines, lines);
      expect([...addresses]).toEqual(lines.slice(0, 20).map((line) => line.remoteIp));
      expect(addressCount).toBe(50);
      expect(remoteIp).toBe('2001:db8::1');
      expect(tally.requests).toBe(100);
    }
  });

  test('a remote IP that looks like a network is not part of that network', async () => {
    const lines = [{ remoteIp: '2001:db8::/64' }, { remoteIp: '2001:db8::1' }];
    const { findings, invalid } = await watch({ ...NONE_APPROVED, newIp: false }, [lines]);
    expect(findings).toMatchObject([{ rule: 'unapproved-ip', network: '2001:db8::/64', tally: { requests: 1 } }]);
    expect(invalid).toEqual([{ bucket: 'payroll', remoteIp: '2001:db8::/64', requests: 1 }]);
  });

  test('the first that succeeded represents the network', async () => {
    const lines = [
      { ...DENIED, remoteIp: '2001:db8::1', time: at('08:00') },
      { remoteIp: '2001:db8::2', time: at('10:00') },
      { remoteIp: '2001:db8::3', time: at('09:00') },
    ];
    expect(await findingOf(NEW_IP, {}, lines)).toMatchObject({ remoteIp: '2001:db8::3' });
  });

  test('the approved ones of a network are not counted in it', async () => {
    const lines = ['2001:db8::1', '2001:db8::2', '2001:db8::3'].map((remoteIp) => ({ remoteIp }));
    const finding = await findingOf(NEW_IP, { allowlist: [entry('2001:db8::2/127')] }, lines);
    expect([...finding.addresses]).toEqual(['2001:db8::1']);
    expect(finding.tally.requests).toBe(1);
  });

  test('that are not addresses are counted, and at most 100 are listed', async () => {
    const lines = Array.from({ length: 150 }, (_, index) => ({ remoteIp: `host-${index}` }));
    const { invalid, counts, findings, networkCount } = await watch(NONE_APPROVED, [lines, lines, [{}]]);
    expect(counts).toMatchObject({ records: 301, invalidRemoteIps: 300 });
    expect(invalid).toHaveLength(100);
    expect(invalid[0]).toEqual({ bucket: 'payroll', remoteIp: 'host-0', requests: 2 });
    expect(findings).toHaveLength(2);
    expect(networkCount).toBe(1);
  });
});

describe('the tally', () => {
  const lines: Logged[] = [
    { time: at('10:00'), bytesSent: 5, requestId: 'B' },
    { time: at('09:00'), ...DENIED, operation: 'REST.PUT.ACL' },
    { time: at('12:00'), ...MISSING },
    { time: at('11:00'), bytesSent: null, httpStatus: 204, operation: 'REST.DELETE.OBJECT' },
    { time: at('08:00'), httpStatus: 401, bytesSent: 7 },
    { time: at('09:30'), httpStatus: null, bytesSent: 1000, operation: 'S3.EXPIRE.OBJECT' },
  ];

  test('adds up the records of a pair', async () => {
    const { tally } = await findingOf(UNAPPROVED_IP, NONE_APPROVED, lines);
    expect(countsOf(tally)).toEqual({ requests: 6, successes: 2, denied: 2, bytesSent: 5 + 243 + 300 + 7 + 1000 });
    expect([tally.firstEventAt, tally.lastEventAt]).toEqual([at('08:00'), at('12:00')]);
  });

  test('counts operations and their successes', async () => {
    const { tally } = await findingOf(UNAPPROVED_IP, NONE_APPROVED, lines);
    expect(Object.fromEntries(tally.operations)).toEqual({
      'REST.GET.OBJECT': { requests: 3, successes: 1 },
      'REST.PUT.ACL': { requests: 1, successes: 0 },
      'REST.DELETE.OBJECT': { requests: 1, successes: 1 },
      'S3.EXPIRE.OBJECT': { requests: 1, successes: 0 },
    });
  });

  test('distinguishes alternating operations, whatever the length of their names', async () => {
    const names = [
      'R.A',
      'R.B',
      'REST.GET.OBJECT',
      `REST.${'X'.repeat(80)}`,
      `REST.${'X'.repeat(79)}Y`,
      'R.AB',
      'R.AC',
    ];
    const lines = [...names, ...names.toReversed(), ...names].map((operation) => ({ operation }));
    const { tally } = await findingOf(UNAPPROVED_IP, NONE_APPROVED, lines);
    expect(Object.fromEntries(tally.operations)).toEqual(
      Object.fromEntries(names.map((name) => [name, { requests: 3, successes: 3 }])),
    );
  });

  test('separates alternating pairs', async () => {
    const turns = [1, 2, 1, 3, 2, 1].map((n) => ({ remoteIp: `198.51.100.${n}`, bytesSent: n }));
    const { findings } = await watch({ newIp: false, ...NONE_APPROVED }, [turns]);
    expect(findings.map(({ remoteIp, tally }) => [remoteIp, tally.requests, tally.bytesSent])).toEqual([
      ['198.51.100.1', 3, 3],
      ['198.51.100.2', 2, 4],
      ['198.51.100.3', 1, 3],
    ]);
  });

  test('separates buckets that the same address uses', async () => {
    const turns = ['payroll', 'website', 'payroll'].map((bucket) => ({ bucket }));
    const { findings, networkCount } = await watch({ newIp: false, ...NONE_APPROVED }, [turns]);
    expect(findings.map(({ bucket, tally }) => [bucket, tally.requests])).toEqual([
      ['payroll', 2],
      ['website', 1],
    ]);
    expect(networkCount).toBe(1);
  });

  test('has the right numbers if the Request-URI contains quotes and a forged status', async () => {
    const requestUri = 'GET /x" HTTP/1.1" 200 - 9 9 9 9 "-" HTTP/1.1';
    const { tally } = await findingOf(UNAPPROVED_IP, NONE_APPROVED, [
      { requestUri: 'GET /a" 200 - 999 9 9 9 " HTTP/1.1', ...DENIED, bytesSent: 8 },
      { userAgent: requestUri, ...DENIED, bytesSent: 16 },
    ]);
    expect(countsOf(tally)).toEqual({ requests: 2, successes: 0, denied: 2, bytesSent: 24 });
  });

  test('counts a line without status or sizes', async () => {
    const head = '- payroll [02/Mar/2026:09:00:00 +0000] 203.0.113.7 - - REST.GET.OBJECT a';
    const { tally } = await findingOf(UNAPPROVED_IP, NONE_APPROVED, [
      head,
      `${head} "GET /a HTTP/1.1" 403 AccessDenied`,
      {},
    ]);
    expect(countsOf(tally)).toEqual({ requests: 3, successes: 1, denied: 1, bytesSent: 100 });
  });

  test('ignores an invalid number', async () => {
    const line = (block: string) =>
      `- payroll [02/Mar/2026:09:00:00 +0000] 203.0.113.7 - - REST.GET.OBJECT a "GET /a HTTP/1.1" ${block} "-" "curl"`;
    const lines = [line('200 - 99999999999999999999 1 1 1'), line('200 - -5 1 1 1'), line('2000 - 5 1 1 1')];
    const { tally } = await findingOf(UNAPPROVED_IP, NONE_APPROVED, lines);
    expect(countsOf(tally)).toEqual({ requests: 3, successes: 2, denied: 0, bytesSent: 5 });
  });
});

/** The values of a tally, without its methods. */
function plain({ sample, ...tally }: Tally): object {
  return { ...tally, sample: sample === null ? null : { ...sample, record: null } };
}

/** Any record, with the rank for its operation and outcome. */
const someCounted: fc.Arbitrary<CountedRecord> = fc
  .record({
    time: fc.nat(20),
    outcome: fc.constantFrom('success', 'denied', 'failure'),
    signed: fc.boolean(),
    own: fc.boolean(),
    bytesSent: fc.nat(1000),
    operation: fc.constantFrom('REST.GET.OBJECT', 'REST.PUT.OBJECT', 'REST.HEAD.OBJECT', 'REST.GET.BUCKET'),
  })
  .map(({ outcome, ...rest }) => {
    const [success, denied] = [outcome === 'success', outcome === 'denied'];
    const level = success ? levelOfSuccess(rest.operation) : denied ? 'denied' : 'no access';
    return { ...rest, success, denied, rank: rankOf(level) };
  });

function tallyOf(records: readonly CountedRecord[]): Tally {
  const tally = emptyTally();
  for (const one of records) {
    if (isBetterSample(tally, one)) tally.sample = createSample(new Uint8Array(), one);
    count(tally, one);
  }
  return tally;
}

test(`adding tallies is the same as adding their records (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.array(fc.array(someCounted, { maxLength: 6 }), { maxLength: 4 }), (groups) => {
      const sum = emptyTally();
      for (const group of groups) addTally(sum, tallyOf(group));
      expect(plain(sum)).toEqual(plain(tallyOf(groups.flat())));
    }),
    runs(100),
  );
});

test(`the sample of a tally is the earliest record of the highest level (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.array(someCounted, { minLength: 1, maxLength: 8 }), (records) => {
      const tally = tallyOf(records);
      expect(LEVELS[tally.sample!.rank]).toBe(levelOf(tally));
      const asBad = records.filter(({ rank }) => rank === tally.sample!.rank);
      expect(tally.sample!.time).toBe(Math.min(...asBad.map(({ time }) => time)));
    }),
    runs(100),
  );
});

describe('the sample', () => {
  const success = (clock: string) => ({ time: at(clock), requestId: `S${clock.slice(0, 2)}` });
  const denial = (clock: string) => ({ ...DENIED, time: at(clock), requestId: `D${clock.slice(0, 2)}` });
  const done = (operation: string, clock: string) => ({ operation, time: at(clock), requestId: operation });
  const cases: { name: string; lines: Logged[]; expected: string }[] = [
    {
      name: 'a change before a read before a list or metadata',
      lines: [
        done('REST.HEAD.OBJECT', '08:00'),
        done('REST.GET.BUCKET', '08:10'),
        done('REST.GET.OBJECT', '08:20'),
        done('REST.DELETE.OBJECT', '12:00'),
      ],
      expected: 'REST.DELETE.OBJECT',
    },
    {
      name: 'a read before metadata, even if later',
      lines: [done('REST.HEAD.OBJECT', '08:00'), done('REST.GET.OBJECT', '12:00'), done('REST.GET.ACL', '09:00')],
      expected: 'REST.GET.OBJECT',
    },
    {
      name: 'a list is not worse than metadata',
      lines: [done('REST.GET.BUCKET', '09:00'), done('REST.HEAD.OBJECT', '08:00')],
      expected: 'REST.HEAD.OBJECT',
    },
    {
      name: 'a failed change does not count as a change',
      lines: [{ ...done('REST.DELETE.OBJECT', '08:00'), ...DENIED }, done('REST.HEAD.OBJECT', '12:00')],
      expected: 'REST.HEAD.OBJECT',
    },
    {
      name: 'a failure before a denial',
      lines: [{ ...denial('08:00') }, { ...MISSING, time: at('09:00'), requestId: 'F09' }, denial('08:30')],
      expected: 'F09',
    },
    { name: 'the earliest success', lines: [success('11:00'), success('10:00'), success('12:00')], expected: 'S10' },
    { name: 'a success before any failure', lines: [denial('09:00'), success('12:00')], expected: 'S12' },
    { name: 'even if the failure comes later', lines: [success('12:00'), denial('09:00')], expected: 'S12' },
    { name: 'else the earliest', lines: [denial('11:00'), denial('10:00'), denial('12:00')], expected: 'D10' },
    {
      name: 'the first in the log of two in one second',
      lines: [success('10:00'), { ...success('10:00'), requestId: 'X' }],
      expected: 'S10',
    },
  ];
  test.each(cases)('$name', async ({ lines, expected }) => {
    expect(sampleOf((await findingOf(UNAPPROVED_IP, NONE_APPROVED, lines)).tally).requestId).toBe(expected);
    const portions = lines.map((line) => [line]);
    expect(sampleOf((await findingOf(UNAPPROVED_IP, NONE_APPROVED, ...portions)).tally).requestId).toBe(expected);
  });

  test('is the line as logged', async () => {
    const userAgent = 'a "quoted" \u{1faa3}\t agent';
    const { tally } = await findingOf(NEW_IP, {}, [{ time: at('10:00') }, { time: at('09:00'), userAgent }]);
    expect(sampleOf(tally)).toMatchObject({ time: at('09:00'), userAgent, requester: expect.any(String) });
    expect(tally.sample).toMatchObject({ time: at('09:00'), rank: rankOf('read') });
  });

  test('differs between the rules', async () => {
    const lines = [denial('09:00'), success('11:00'), success('10:00'), denial('12:00')];
    expect(sampleOf((await findingOf(NEW_IP, {}, lines)).tally).requestId).toBe('S10');
  });
});

describe('new-ip counts from the first success on', () => {
  const clock = { a: at('09:00'), b: at('10:00'), c: at('11:00') };
  const cases: { name: string; lines: Logged[]; expected: ReturnType<typeof countsOf> | null }[] = [
    {
      name: 'denials before it are left out',
      lines: [{ ...DENIED, time: clock.a }, { time: clock.b }, { ...DENIED, time: clock.c }],
      expected: { requests: 2, successes: 1, denied: 1, bytesSent: 343 },
    },
    {
      name: 'event time decides, not the order of the lines',
      lines: [{ time: clock.b }, { ...DENIED, time: clock.c }, { ...DENIED, time: clock.a }],
      expected: { requests: 2, successes: 1, denied: 1, bytesSent: 343 },
    },
    {
      name: 'an earlier success further down moves it back',
      lines: [{ time: clock.c }, { ...DENIED, time: clock.b }, { time: clock.a }],
      expected: { requests: 3, successes: 2, denied: 1, bytesSent: 443 },
    },
    {
      name: 'a denial in the same second counts',
      lines: [{ ...DENIED, time: clock.a }, { time: clock.a }, { ...DENIED, time: clock.a }],
      expected: { requests: 3, successes: 1, denied: 2, bytesSent: 586 },
    },
    {
      name: 'addresses of one network count together',
      lines: [
        { remoteIp: '2001:db8::1', ...DENIED, time: clock.a },
        { remoteIp: '2001:db8::2', time: clock.b },
        { remoteIp: '2001:db8::1', ...DENIED, time: clock.c },
      ],
      expected: { requests: 2, successes: 1, denied: 1, bytesSent: 343 },
    },
    { name: 'no success, no finding', lines: [{ ...DENIED }, { ...MISSING }, { httpStatus: null }], expected: null },
  ];
  test.each(cases)('$name', async ({ lines, expected }) => {
    const { findings } = await watch({}, [lines]);
    expect(findings.map(({ tally }) => countsOf(tally))).toEqual(expected === null ? [] : [expected]);
  });

  test('an address that was only denied before it is not listed', async () => {
    const lines = [
      { remoteIp: '2001:db8::1', ...DENIED, time: clock.a },
      { remoteIp: '2001:db8::2', time: clock.b },
      { remoteIp: '2001:db8::3', ...DENIED, time: clock.c },
    ];
    for (const order of [lines, lines.toReversed()]) {
      expect([...(await findingOf(NEW_IP, {}, order)).addresses].toSorted()).toEqual(['2001:db8::2', '2001:db8::3']);
    }
  });

  test('unapproved-ip counts all', async () => {
    const lines = [{ ...DENIED, time: clock.a }, { time: clock.b }];
    expect((await findingOf(UNAPPROVED_IP, NONE_APPROVED, lines)).tally).toMatchObject({
      requests: 2,
      firstEventAt: clock.a,
    });
  });

  test('later portions of a found pair keep counting denials, and an earlier success', async () => {
    const { tally } = await findingOf(
      NEW_IP,
      {},
      [{ time: clock.b }],
      [{ ...DENIED, time: clock.c }],
      [{ time: clock.a }],
      [{ ...DENIED, time: clock.a + 1000 }],
      [{ ...DENIED, time: clock.a - 1000 }],
    );
    expect(countsOf(tally)).toEqual({ requests: 4, successes: 2, denied: 2, bytesSent: 686 });
    expect([tally.firstEventAt, tally.lastEventAt]).toEqual([clock.a, clock.c]);
  });

  test('for a pair that had been forgotten: the first success since then', async () => {
    const known = { bucket: 'payroll', kind: 'net', name: '203.0.113.7', firstSeenAt: clock.a, lastSeenAt: clock.a };
    const again = [
      { ...DENIED, time: at('09:00', 200) },
      { time: at('10:00', 200) },
      { ...DENIED, time: at('11:00', 200) },
    ];
    // Whether or not this process saw it before it was forgotten.
    for (const portions of [[again], [[{ time: clock.b }], again]]) {
      const { findings } = await watch({}, portions, [known]);
      expect(findings.map(({ tally }) => countsOf(tally))).toEqual([
        { requests: 2, successes: 1, denied: 1, bytesSent: 343 },
      ]);
      expect(findings[0]!.tally.firstEventAt).toBe(at('10:00', 200));
    }
  });
});

describe('any records in any order', () => {
  const SPELLINGS = [
    { remoteIp: '203.0.113.7', address: '203.0.113.7', network: '203.0.113.7' },
    { remoteIp: '::ffff:203.0.113.7', address: '203.0.113.7', network: '203.0.113.7' },
    { remoteIp: '198.51.100.9', address: '198.51.100.9', network: '198.51.100.9' },
    { remoteIp: '2001:db8::1', address: '2001:db8::1', network: '2001:db8::/64' },
    { remoteIp: '2001:0DB8::0001', address: '2001:db8::1', network: '2001:db8::/64' },
    { remoteIp: '2001:db8::2', address: '2001:db8::2', network: '2001:db8::/64' },
  ];
  const approvedUntil = new Map([['198.51.100.9', at('00:00', 5)]]);
  const settings: Partial<DetectionSettings> = {
    allowlist: [entry('198.51.100.0/24', { until: at('00:00', 5) })],
    trusted: [trust({ operation: 'REST.HEAD.OBJECT' })],
  };
  const someRecord = fc.record({
    bucket: fc.constantFrom('payroll', 'website'),
    spelling: fc.constantFrom(...SPELLINGS),
    // Few different times, so that many records share one.
    time: fc.nat(9).map((day) => at('09:00', day)),
    operation: fc.constantFrom('REST.GET.OBJECT', 'REST.PUT.OBJECT', 'REST.HEAD.OBJECT', 'REST.OPTIONS.PREFLIGHT'),
    httpStatus: fc.constantFrom(200, 206, 304, 403, 401, 404, 500, null),
    bytesSent: fc.option(fc.nat(1000), { nil: null }),
  });
  type SomeRecord = typeof someRecord extends fc.Arbitrary<infer R> ? R : never;

  const isSuccess = ({ httpStatus, operation }: SomeRecord): boolean =>
    [200, 206, 304].includes(httpStatus ?? 0) && operation !== 'REST.OPTIONS.PREFLIGHT';

  const WORSE_AND_WORSE = ['REST.OPTIONS.PREFLIGHT', 'REST.GET.OBJECT', 'REST.PUT.OBJECT'];
  /** 0 denied, 1 failed, 2 metadata (here only of trusted requests), 3 read, 4 changed. */
  const rankIn = (record: SomeRecord): number => {
    if (isSuccess(record)) return 2 + WORSE_AND_WORSE.indexOf(record.operation);
    return record.httpStatus === 401 || record.httpStatus === 403 ? 0 : 1;
  };

  /** The values of a finding, except which of several records of the same time is its sample. */
  interface Facts {
    rule: string;
    bucket: string;
    of: string;
    addresses: string[];
    counts: number[];
    operations: string[];
    sample: { time: number; rank: number } | null;
  }

  function factsOf({ rule, bucket, network, addresses, addressCount, tally }: Finding): Facts {
    const { requests, successes, denied, bytesSent, firstEventAt, lastEventAt, sample } = tally;
    return {
      rule,
      bucket,
      of: network,
      addresses: [...addresses, `of ${addressCount}`].toSorted(),
      counts: [requests, successes, denied, bytesSent, firstEventAt, lastEventAt],
      operations: [...tally.operations].map(([name, { requests, successes }]) => `${name} ${requests} ${successes}`),
      sample: sample && { time: sample.time, rank: sample.rank },
    };
  }

  /** The reference: the rules over all records at once, slow and simple. Do not improve it. */
  function expectedFacts(records: readonly SomeRecord[]): Facts[] {
    const judged = records.filter(
      ({ spelling, time, operation }) =>
        time >= (approvedUntil.get(spelling.address) ?? Number.NEGATIVE_INFINITY) && operation !== 'REST.HEAD.OBJECT',
    );
    const facts: Facts[] = [];
    for (const bucket of ['payroll', 'website']) {
      const here = judged.filter((record) => record.bucket === bucket);
      for (const of of new Set(here.map(({ spelling }) => spelling.network))) {
        const group = here.filter(({ spelling }) => spelling.network === of);
        facts.push({ rule: 'unapproved-ip', bucket, of, ...expectedSums(group) });
        const first = Math.min(...group.filter(isSuccess).map(({ time }) => time));
        const counted = group.filter(({ time }) => time >= first);
        if (counted.length > 0) facts.push({ rule: 'new-ip', bucket, of, ...expectedSums(counted) });
      }
    }
    return facts;
  }

  function expectedSums(group: readonly SomeRecord[]): Pick<Facts, 'addresses' | 'counts' | 'operations' | 'sample'> {
    const times = group.map(({ time }) => time);
    const successes = group.filter(isSuccess);
    const denied = group.filter(({ httpStatus }) => httpStatus === 401 || httpStatus === 403).length;
    const bytesSent = group.reduce((sum, record) => sum + (record.bytesSent ?? 0), 0);
    const addresses = new Set(group.map(({ spelling }) => spelling.address));
    const rank = Math.max(...group.map(rankIn));
    const worst = group.filter((record) => rankIn(record) === rank);
    return {
      addresses: [...addresses, `of ${addresses.size}`].toSorted(),
      counts: [group.length, successes.length, denied, bytesSent, Math.min(...times), Math.max(...times)],
      operations: [...new Set(group.map(({ operation }) => operation))].map((name) => {
        const ofName = group.filter(({ operation }) => operation === name);
        return `${name} ${ofName.length} ${ofName.filter(isSuccess).length}`;
      }),
      sample: { time: Math.min(...worst.map(({ time }) => time)), rank },
    };
  }

  const lineOf = ({ spelling, ...rest }: SomeRecord): Logged => ({ ...rest, remoteIp: spelling.remoteIp });
  const sorted = (facts: readonly Facts[]): Facts[] =>
    facts
      .map((one) => ({ ...one, operations: one.operations.toSorted() }))
      .toSorted((a, b) => (`${a.rule} ${a.bucket} ${a.of}` < `${b.rule} ${b.bucket} ${b.of}` ? -1 : 1));

  test(`in one portion give the same findings with the same counts (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someRecord, { maxLength: 14 }), async (records) => {
        const expected = sorted(expectedFacts(records));
        for (const order of [records, records.toReversed(), records.toSorted((a, b) => a.time - b.time)]) {
          expectSame(sorted((await watch(settings, [order.map(lineOf)])).findings.map(factsOf)), expected);
        }
      }),
      runs(125),
    );
  });

  test(`split into any portions, give the same unapproved networks and the same new ones (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someRecord, { maxLength: 14 }),
        fc.array(fc.nat(14), { maxLength: 5 }),
        async (records, cuts) => {
          const ends = [...cuts.toSorted((a, b) => a - b), records.length];
          const portions = ends.map((end, index) => records.slice(index === 0 ? 0 : ends[index - 1], end).map(lineOf));
          const found = sorted((await watch(settings, portions)).findings.map(factsOf));
          const expected = sorted(expectedFacts(records));
          const ofRule = (rule: string, facts: readonly Facts[]) => facts.filter((one) => one.rule === rule);
          expectSame(ofRule('unapproved-ip', found), ofRule('unapproved-ip', expected));
          // At the end of a portion, a denial is dropped if no earlier success is known yet; so
          // only `requests`, `denied` and `bytesSent` of new IPs can be too low.
          const sure = ({ rule, bucket, of, counts, sample }: Facts) => {
            const [, successes, , , firstEventAt] = counts;
            return { rule, bucket, of, successes, firstEventAt, sample };
          };
          expectSame(ofRule('new-ip', found).map(sure), ofRule('new-ip', expected).map(sure));
        },
      ),
      runs(125),
    );
  });
});

describe('portions', () => {
  /** The portions of these lines; after those numbered in `found`, their networks are marked as findings. */
  function portionsOf(portions: readonly Logged[][], found: readonly number[] = []): Portion[] {
    const observer = createObserver(compileSettings({ ...DEFAULTS, ...NONE_APPROVED }), { keepsAll: true });
    const layout = createLayout();
    return portions.map((lines, number) => {
      show(observer, layout, lines);
      const portion = observer.endPortion();
      if (found.includes(number)) for (const observation of portion.subjects) markFound(observation);
      return portion;
    });
  }

  const namesIn = ({ buckets, flagged, subjects }: Portion): string[] => [
    ...buckets.map(({ bucket }) => `bucket ${bucket}`),
    ...flagged.map(({ rule, network }) => `${rule} ${network}`),
    ...subjects.map(({ network }) => `network ${network}`),
  ];
  const networkFacts = ({ subjects }: Portion) =>
    subjects.map(({ network, tally, success }: SubjectObservation) => ({ network, requests: tally.requests, success }));

  const other = '198.51.100.9';
  const successAt = (time: number) => ({ firstAt: time, lastAt: time, remoteIp: '203.0.113.7' });
  const portions = [
    [{ time: at('09:00') }],
    [],
    [{ time: at('10:00') }, { remoteIp: other, ...DENIED }],
    [{ time: at('11:00'), ...DENIED }],
    [{ time: at('12:00'), ...DENIED }],
  ];

  test('contain only what occurred in them', () => {
    expect(portionsOf(portions, [0]).map(namesIn)).toEqual([
      ['bucket payroll', 'unapproved-ip 203.0.113.7', 'network 203.0.113.7'],
      [],
      ['unapproved-ip 203.0.113.7', `unapproved-ip ${other}`, 'network 203.0.113.7'],
      ['unapproved-ip 203.0.113.7', 'network 203.0.113.7'],
      ['unapproved-ip 203.0.113.7', 'network 203.0.113.7'],
    ]);
  });

  test('list a bucket once, in the first portion with a record of it', () => {
    const lines = (...buckets: string[]) => buckets.map((bucket) => ({ bucket, remoteIp: null }));
    const names = portionsOf([lines('a', 'b', 'a'), lines('a', 'c'), lines('b')]).map(namesIn);
    expect(names).toEqual([['bucket a', 'bucket b'], ['bucket c'], []]);
  });

  test('list buckets where new-ip is off too, with their policy, but not unwatched ones', () => {
    const settings = { ...DEFAULTS, excludeBuckets: ['website'], bucketSettings: { logs: { newIp: false } } };
    const observer = createObserver(compileSettings(settings));
    const lines = ['website', 'logs', 's3-access-watch-test', 'payroll'].map((bucket) => ({ bucket, remoteIp: null }));
    show(observer, createLayout(), lines);
    const { buckets } = observer.endPortion();
    expect(buckets.map(({ bucket, policy }) => [bucket, policy.active.map(({ id }) => id)])).toEqual([
      ['logs', []],
      ['payroll', [NEW_IP]],
    ]);
  });

  test('count everything of a finding since its first success', () => {
    // One call is enough for all later portions; further calls change nothing.
    for (const found of [[0], [0, 2], [0, 1, 2, 3]]) {
      expect(portionsOf(portions, found).map(networkFacts)).toEqual([
        [{ network: '203.0.113.7', requests: 1, success: successAt(at('09:00')) }],
        [],
        [{ network: '203.0.113.7', requests: 1, success: successAt(at('10:00')) }],
        [{ network: '203.0.113.7', requests: 1, success: null }],
        [{ network: '203.0.113.7', requests: 1, success: null }],
      ]);
    }
  });

  test('count a finding from a success that appears late', () => {
    const late = [
      [{ time: at('10:00') }],
      [{ time: at('09:30'), ...DENIED }],
      [{ time: at('09:00') }],
      [
        { time: at('09:15'), ...DENIED },
        { time: at('08:45'), ...DENIED },
      ],
      [{ time: at('09:20'), ...DENIED }],
    ];
    const requests = portionsOf(late, [0]).map(({ subjects }) => subjects.map(({ tally }) => tally.requests));
    expect(requests).toEqual([[1], [], [1], [1], [1]]);
  });

  test('start again for pairs without a finding', () => {
    expect(portionsOf(portions).map(networkFacts)).toEqual([
      [{ network: '203.0.113.7', requests: 1, success: successAt(at('09:00')) }],
      [],
      [{ network: '203.0.113.7', requests: 1, success: successAt(at('10:00')) }],
      [],
      [],
    ]);
  });

  test('have their own tallies and samples, which later portions do not change', () => {
    const [first, second] = portionsOf([[{ requestId: 'A' }], [{ requestId: 'B', time: at('10:00') }, {}]], [0]);
    for (const kind of ['flagged', 'subjects'] as const) {
      const [{ tally: before }, { tally: after }] = [first![kind][0]!, second![kind][0]!];
      expect([before.requests, after.requests]).toEqual([1, 2]);
      expect([sampleOf(before).requestId, sampleOf(after).requestId]).toEqual(['A', PLAIN.requestId]);
      expect([after.firstEventAt, after.lastEventAt]).toEqual([at('09:00'), at('10:00')]);
      expect([...after.operations]).toEqual([['REST.GET.OBJECT', { requests: 2, successes: 2 }]]);
    }
  });

  test('contain remote IPs that are not addresses, and the reserved test bucket', () => {
    const lines: Logged[] = [
      { remoteIp: 'x'.repeat(300) },
      { remoteIp: 'unknown', ...DENIED },
      { remoteIp: 'unknown' },
      { bucket: 's3-access-watch-test' },
      { bucket: 's3-access-watch-test', remoteIp: null, ...DENIED },
    ];
    const [{ flagged, subjects, buckets }] = portionsOf([lines]) as [Portion];
    const reported = flagged.map(({ rule, bucket, remoteIp, network, tally }) => [
      rule,
      bucket,
      remoteIp,
      network,
      ...Object.values(countsOf(tally)),
    ]);
    expect(reported).toEqual([
      ['detector-error', 'payroll', 'x'.repeat(200), 'x'.repeat(200), 1, 1, 0, 100],
      ['detector-error', 'payroll', 'unknown', 'unknown', 2, 1, 1, 343],
      ['test', 's3-access-watch-test', '203.0.113.7', '203.0.113.7', 1, 1, 0, 100],
      ['test', 's3-access-watch-test', '-', '-', 1, 0, 1, 243],
    ]);
    expect(subjects).toEqual([]);
    expect(buckets.map(({ bucket }) => bucket)).toEqual(['payroll']);
  });

  test('contain the first and the last success', () => {
    const lines = ['10:00', '12:00', '09:00', '11:00'].map((clock) => ({ time: at(clock) }));
    const [portion] = portionsOf([[...lines, { time: at('13:00'), ...DENIED }]]);
    expect(portion!.subjects.map(({ success }) => success)).toEqual([
      { firstAt: at('09:00'), lastAt: at('12:00'), remoteIp: '203.0.113.7' },
    ]);
  });
});

describe('buckets', () => {
  const cases: { name: string; settings: Partial<DetectionSettings>; bucket: string; expected: string[] }[] = [
    { name: 'not listed', settings: { buckets: ['website'] }, bucket: 'payroll', expected: [] },
    { name: 'excluded', settings: { excludeBuckets: ['pay*'] }, bucket: 'payroll', expected: [] },
    { name: 'listed', settings: { buckets: ['payroll'] }, bucket: 'payroll', expected: ['new-ip', 'unapproved-ip'] },
    { name: 'without new-ip', settings: { newIp: false }, bucket: 'payroll', expected: ['unapproved-ip'] },
    { name: 'without unapproved-ip', settings: { unapprovedIp: false }, bucket: 'payroll', expected: ['new-ip'] },
    {
      name: 'with both rules off',
      settings: { newIp: false, unapprovedIp: false },
      bucket: 'payroll',
      expected: [],
    },
    {
      name: 'with a rule off for them',
      settings: { bucketSettings: { payroll: { unapprovedIp: false }, website: { newIp: false } } },
      bucket: 'payroll',
      expected: ['new-ip'],
    },
    {
      name: 'without any entry that applies to them',
      settings: { allowlist: [entry('192.0.2.1', { buckets: ['website', 'web-*'] })] },
      bucket: 'payroll',
      expected: ['new-ip'],
    },
    {
      name: 'with only an expired entry',
      settings: { allowlist: [entry('203.0.113.0/24', { buckets: ['pay*'], until: at('00:00') })] },
      bucket: 'payroll',
      expected: ['new-ip', 'unapproved-ip'],
    },
    {
      name: 'without any entry, but with unapproved-ip turned on',
      settings: { allowlist: [], bucketSettings: { 'pay*': { unapprovedIp: true } } },
      bucket: 'payroll',
      expected: ['new-ip', 'unapproved-ip'],
    },
    ...['constructor', '__proto__', 'hasOwnProperty', 'Payroll_1'].map((bucket) => ({
      name: `named ${bucket}`,
      settings: {},
      bucket,
      expected: ['new-ip', 'unapproved-ip'],
    })),
  ];
  test.each(cases)('$name: $expected', async ({ settings, bucket, expected }) => {
    const watched = await watch({ ...NONE_APPROVED, ...settings }, [[{ bucket }, { bucket }]]);
    expect(watched.findings.map((finding) => finding.rule)).toEqual(expected);
    for (const finding of watched.findings) expect(finding).toMatchObject({ bucket, tally: { requests: 2 } });
    expect(watched.sightings).toHaveLength(expected.includes('new-ip') ? 1 : 0);
    expect(watched.counts.records).toBe(2);
  });

  test('that are not watched have no anomalies either, but their records are counted', async () => {
    const lines = [{ remoteIp: null }, { remoteIp: 'nonsense' }, {}];
    const { counts, invalid, networkCount, sightings } = await watch({ ...NONE_APPROVED, buckets: ['website'] }, [
      lines,
    ]);
    expect(counts).toEqual({
      records: 3,
      recordsWithoutIp: 0,
      invalidRemoteIps: 0,
      trustedRecords: 0,
      testRecords: 0,
      ...NOTHING_ODD,
    });
    expect({ invalid, networkCount, sightings }).toEqual({ invalid: [], networkCount: 0, sightings: [] });
  });

  test('the reserved test bucket is always watched, never remembered, and has no findings', async () => {
    const lines = [{}, DENIED, { remoteIp: null }, { remoteIp: 'nonsense' }].map((line) => ({
      ...line,
      bucket: 's3-access-watch-test',
    }));
    const settings = { ...NONE_APPROVED, buckets: ['payroll'], excludeBuckets: ['*'], learningDays: 3 };
    const { counts, findings, tests, invalid, sightings, learning } = await watch(settings, [lines]);
    expect(counts).toEqual({
      records: 4,
      recordsWithoutIp: 0,
      invalidRemoteIps: 0,
      trustedRecords: 0,
      testRecords: 4,
      ...NOTHING_ODD,
    });
    expect({ findings, invalid, sightings, learning }).toEqual({
      findings: [],
      invalid: [],
      sightings: [],
      learning: [],
    });
    expect(tests.map(({ bucket, remoteIp, tally }) => [bucket, remoteIp, tally.requests]).toSorted()).toEqual(
      [
        ['s3-access-watch-test', '203.0.113.7', 2],
        ['s3-access-watch-test', '-', 1],
        ['s3-access-watch-test', 'nonsense', 1],
      ].toSorted(),
    );
  });
});

test('each log object may be parsed with its own layout', () => {
  const observer = createObserver(compileSettings({ ...DEFAULTS, ...NONE_APPROVED, newIp: false }));
  for (const operation of ['REST.GET.OBJECT', 'REST.PUT.OBJECT']) show(observer, createLayout(), [{ operation }]);
  const { flagged } = observer.endPortion();
  expect(flagged.map(({ tally }) => [...tally.operations.keys()])).toEqual([['REST.GET.OBJECT', 'REST.PUT.OBJECT']]);
});

test('a year of one pair is one finding', async () => {
  const portions = Array.from({ length: 365 }, (_, day) => [{ time: at('09:00') + day * DAY }]);
  expect((await findingOf(UNAPPROVED_IP, NONE_APPROVED, ...portions)).tally.requests).toBe(365);
  expect((await findingOf(NEW_IP, NONE_APPROVED, ...portions)).tally.requests).toBe(365);
});
