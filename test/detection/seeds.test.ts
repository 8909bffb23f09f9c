import type { AccessLogRecord } from '../../lib/access-log/record';
import type { DetectionSettings } from '../../lib/detection/settings';
import { severityOf } from '../../lib/detection/severity';
import { REFRESH_AFTER, type Sighting } from '../../lib/detection/sighting';
import { ruleOf } from '../../lib/rules/rule-of';
import { at, DAY, entry, type Logged, lineOf, namesOf, sampleOf, trust, watch } from '../support/observe-lines';

// The two published rules from which detection is derived. What they do, and how that was found out, is described in
// the project's notes on their semantics; A1… and F1… are the requirements from those notes.

const DENIED = { httpStatus: 403, errorCode: 'AccessDenied' } as const;
/** Panther's default: the networks of ALLOWLIST_NETWORKS. */
const PRIVATE = { allowlist: [entry('10.0.0.0/8')] };
const PANTHER: Partial<DetectionSettings> = { ...PRIVATE, newIp: false };
/** Splunk's rule has no allowlist. */
const SPLUNK: Partial<DetectionSettings> = { unapprovedIp: false };

/** The result of the allowlist rule for one line. */
async function panther(logged: Logged, settings: Partial<DetectionSettings> = {}): Promise<boolean> {
  return (await watch({ ...PANTHER, ...settings }, [[logged]])).findings.length === 1;
}

/** The result of the first-seen rule for one line of a new pair. */
async function splunk(logged: Logged, settings: Partial<DetectionSettings> = {}): Promise<boolean> {
  const { findings, sightings } = await watch({ ...SPLUNK, ...settings }, [[logged]]);
  // There is a sighting if and only if there is a finding.
  expect(sightings).toHaveLength(findings.length);
  return findings.length === 1;
}

describe('Panther’s own tests of AWS.S3.ServerAccess.IPWhitelist', () => {
  test.each([
    { remoteIp: '10.0.0.1', expected: false },
    { remoteIp: '11.0.0.1', expected: true },
    { remoteIp: '2600:1ffe:8140::a47:a85a', expected: true },
  ])('A3: $remoteIp: $expected', async ({ remoteIp, expected }) => {
    expect(await panther({ bucket: 'my-test-bucket', remoteIp })).toBe(expected);
  });
});

describe('Panther’s rule', () => {
  test('flags the line that AWS documents (#65: at first the rule read a field that does not exist)', async () => {
    const owner = '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be';
    const line =
      `${owner} amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 ${owner} 3E57427F3EXAMPLE ` +
      'REST.GET.VERSIONING - "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - ' +
      's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ' +
      'ECDHE-RSA-AES128-GCM-SHA256 AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 ' +
      'arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP Yes';
    const [finding, ...others] = (await watch(PANTHER, [[line]])).findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ bucket: 'amzn-s3-demo-bucket1', remoteIp: '192.0.2.3' });
    expect(await panther(line.replace('192.0.2.3', '10.2.0.3'))).toBe(false);
  });

  describe('A1: monitored buckets', () => {
    const cases: { name: string; settings: Partial<DetectionSettings>; bucket: string; expected: boolean }[] = [
      { name: 'none listed: every bucket', settings: {}, bucket: 'payroll', expected: true },
      { name: 'a listed bucket', settings: { buckets: ['website', 'payroll'] }, bucket: 'payroll', expected: true },
      { name: 'another bucket', settings: { buckets: ['website'] }, bucket: 'payroll', expected: false },
      { name: 'in another case', settings: { buckets: ['payroll'] }, bucket: 'Payroll', expected: false },
      { name: 'the beginning of a name', settings: { buckets: ['pay'] }, bucket: 'payroll', expected: false },
      { name: 'the beginning of another name', settings: { buckets: ['payroll'] }, bucket: 'pay', expected: false },
      { name: 'a dot is only a dot', settings: { buckets: ['pay.roll'] }, bucket: 'payxroll', expected: false },
    ];
    test.each(cases)('$name: $expected', async ({ settings, bucket, expected }) => {
      expect(await panther({ bucket }, settings)).toBe(expected);
    });
  });

  test('A2: a remote IP of - causes no finding and no sighting, but is counted', async () => {
    const lines = [{ remoteIp: null }, { remoteIp: null, operation: 'S3.EXPIRE.OBJECT', httpStatus: null }];
    const { findings, sightings, counts, invalid } = await watch(PRIVATE, [lines]);
    expect({ findings, sightings, invalid }).toEqual({ findings: [], sightings: [], invalid: [] });
    expect(counts).toMatchObject({ records: 2, recordsWithoutIp: 2, invalidRemoteIps: 0 });
  });

  describe('A3: containment', () => {
    const ranges = (...cidrs: string[]) => ({ allowlist: cidrs.map((cidr) => entry(cidr)) });
    const cases: { remoteIp: string; cidrs: string[]; expected: boolean }[] = [
      { remoteIp: '10.0.0.0', cidrs: ['10.0.0.0/8'], expected: false },
      { remoteIp: '10.255.255.255', cidrs: ['10.0.0.0/8'], expected: false },
      { remoteIp: '9.255.255.255', cidrs: ['10.0.0.0/8'], expected: true },
      { remoteIp: '203.0.113.7', cidrs: ['10.0.0.0/8', '203.0.113.7'], expected: false },
      { remoteIp: '203.0.113.8', cidrs: ['10.0.0.0/8', '203.0.113.7'], expected: true },
      { remoteIp: '2001:db8:1::1', cidrs: ['2001:db8:1::/48'], expected: false },
      { remoteIp: '2001:db8:2::1', cidrs: ['2001:db8:1::/48'], expected: true },
      // Never across families: neither with the same bits nor with all addresses.
      { remoteIp: '::a00:1', cidrs: ['10.0.0.0/8'], expected: true },
      { remoteIp: '2001:db8::1', cidrs: ['0.0.0.0/0'], expected: true },
      { remoteIp: '203.0.113.7', cidrs: ['::/0'], expected: true },
      { remoteIp: '203.0.113.7', cidrs: ['0.0.0.0/0', '::/0'], expected: false },
    ];
    test.each(cases)('$remoteIp, allowed are $cidrs: $expected', async ({ remoteIp, cidrs, expected }) => {
      expect(await panther({ remoteIp }, ranges(...cidrs))).toBe(expected);
    });
  });

  describe('A4: flags any operation, requester and outcome', () => {
    const cases: { name: string; line: Logged & object; successes: number; denied: number }[] = [
      { name: 'a success', line: {}, successes: 1, denied: 0 },
      { name: '403', line: DENIED, successes: 0, denied: 1 },
      { name: '401', line: { httpStatus: 401 }, successes: 0, denied: 1 },
      { name: '404', line: { httpStatus: 404 }, successes: 0, denied: 0 },
      { name: '500', line: { httpStatus: 500 }, successes: 0, denied: 0 },
      { name: 'no status', line: { httpStatus: null }, successes: 0, denied: 0 },
      { name: 'HEAD', line: { operation: 'REST.HEAD.OBJECT' }, successes: 1, denied: 0 },
      { name: 'LIST', line: { operation: 'REST.GET.BUCKET' }, successes: 1, denied: 0 },
      { name: 'a preflight', line: { operation: 'REST.OPTIONS.PREFLIGHT' }, successes: 0, denied: 0 },
      { name: 'an AWS service', line: { requester: 'svc:cloudtrail.amazonaws.com' }, successes: 1, denied: 0 },
      { name: 'an anonymous request', line: { requester: null }, successes: 1, denied: 0 },
    ];
    test.each(cases)('$name', async ({ line, successes, denied }) => {
      const [finding, ...others] = (await watch(PANTHER, [[line]])).findings;
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ rule: 'unapproved-ip', tally: { requests: 1, successes, denied } });
    });
  });

  test('IPv6 is evaluated, not an error (#1468: for years every IPv6 access was one)', async () => {
    for (const remoteIp of ['2600:1ffe:8140::a47:a85a', '::1', '::', 'fe80::1']) {
      const { findings, counts } = await watch(PANTHER, [[{ remoteIp }]]);
      expect(findings).toMatchObject([{ rule: 'unapproved-ip', remoteIp }]);
      expect(counts.invalidRemoteIps).toBe(0);
    }
  });

  describe('A6: a remote IP that is not an address is counted and shown, causes no finding, and blocks nothing', () => {
    test.each([
      '010.0.0.1',
      '10.0.0.256',
      '10.0.0.1/8',
      '10.0.0.01',
      '10.1',
      '10.0.0',
      '10.0.0.0.1',
      '167772161',
      '0x0a000001',
      '10.0.0.1:443',
      '[2001:db8::1]',
      'fe80::1%eth0',
      '::ffff:10.0.0.256',
      '1::2::3',
      '10.0.0.1,10.0.0.2',
      '"10.0.0.1"',
      '１0.0.0.1',
      '\ufeff10.0.0.1',
      '10.0.0.1\t',
      '\0',
      '--',
      '-1',
      'unknown',
      'constructor',
    ])('%j', expectInvalid);

    test('a hundred thousand digits', async () => expectInvalid('1'.repeat(100_000)));

    async function expectInvalid(remoteIp: string): Promise<void> {
      const watched = await watch(PRIVATE, [[{ remoteIp }, { remoteIp: '11.0.0.1' }, { remoteIp }]]);
      expect(watched.parseFailures).toEqual([]);
      expect(watched.counts).toMatchObject({ records: 3, invalidRemoteIps: 2, recordsWithoutIp: 0 });
      expect(watched.invalid).toEqual([{ bucket: 'payroll', remoteIp: remoteIp.slice(0, 200), requests: 2 }]);
      expect(namesOf(watched)).toEqual(['new-ip payroll 11.0.0.1', 'unapproved-ip payroll 11.0.0.1']);
    }

    test('no text between the spaces: the next field is not an address, or the line is not a record', async () => {
      const key = { remoteIp: '', key: 'REST.PUT.ACL', requester: 'ana' };
      const { counts, invalid, parseFailures, findings } = await watch(PRIVATE, [[key, { remoteIp: '' }]]);
      expect(counts).toMatchObject({ records: 1, invalidRemoteIps: 1 });
      expect(invalid).toEqual([{ bucket: 'payroll', remoteIp: 'ana', requests: 1 }]);
      expect(parseFailures).toEqual(['no operation']);
      expect(findings).toEqual([]);
    });

    test('an address after two spaces is that address', async () => {
      expect(lineOf({ remoteIp: ' 11.0.0.1' })).toContain('+0000]  11.0.0.1 ');
      expect(namesOf(await watch(PANTHER, [[{ remoteIp: ' 11.0.0.1' }]]))).toEqual(['unapproved-ip payroll 11.0.0.1']);
      expect(await panther({ remoteIp: ' 10.0.0.1' })).toBe(false);
    });

    test('bytes that are not text', async () => {
      const line = lineOf({ remoteIp: '10.0.0.\u00ff' });
      expect((await watch(PRIVATE, [[line]])).counts.invalidRemoteIps).toBe(1);
    });
  });

  test('A7: title, severity, id and ATT&CK are those of the seed', async () => {
    const [finding] = (await watch(PANTHER, [[{ bucket: 'my-test-bucket', remoteIp: '11.0.0.1' }]])).findings;
    const rule = ruleOf(finding!.rule);
    expect(rule.title(finding!.bucket, [finding!.network])).toBe(
      'Non-Approved IP access to S3 Bucket [my-test-bucket]',
    );
    expect(severityOf(finding!).severity).toBe('Medium');
    expect(rule.origin).toBe('AWS.S3.ServerAccess.IPWhitelist');
    expect(rule.mitre).toEqual({ tactic: 'TA0009', technique: 'T1530' });
    expect(rule.runbook({ networks: [finding!.network], isWithoutAccess: false })).not.toBe('');
    expect(rule.reference).toMatch(/^https:/);
  });

  test('A9: all requests of an address are counted, and all addresses are listed', async () => {
    const lines = ['11.0.0.1', '11.0.0.2', '11.0.0.1'].map((remoteIp) => ({ remoteIp, bytesSent: 7 }));
    const { findings } = await watch(PANTHER, [lines, lines]);
    expect(findings.map(({ remoteIp, tally }) => [remoteIp, tally.requests, tally.bytesSent])).toEqual([
      ['11.0.0.1', 4, 28],
      ['11.0.0.2', 2, 14],
    ]);
  });

  test('A10: a repeated log object causes no further finding or sighting', async () => {
    const lines = [{ remoteIp: '11.0.0.1' }, { remoteIp: '10.0.0.1' }, { remoteIp: '2001:db8::1' }];
    const once = await watch(PRIVATE, [lines]);
    const twice = await watch(PRIVATE, [lines, lines]);
    expect(namesOf(twice)).toEqual(namesOf(once));
    expect(twice.sightings).toEqual(once.sightings);
  });

  test('A11: the sample has a real value for each slot of the context, where Panther has placeholders', async () => {
    const [finding] = (await watch(PANTHER, [[{ remoteIp: '11.0.0.1' }]])).findings;
    expect(sampleOf(finding!.tally)).toMatchObject({
      operation: 'REST.GET.OBJECT',
      bucket: 'payroll',
      remoteIp: '11.0.0.1',
      userAgent: 'curl/8.5.0',
      requester: 'arn:aws:iam::111122223333:user/ana',
      httpStatus: 200,
    } satisfies Partial<AccessLogRecord>);
  });
});

describe('unlike Panther', () => {
  test('A5: unlike Panther, ::ffff:10.0.0.1 is treated as 10.0.0.1', async () => {
    expect(await panther({ remoteIp: '::ffff:10.0.0.1' })).toBe(false);
    expect(await panther({ remoteIp: '::ffff:a00:1' })).toBe(false);
    const unapproved = await watch(PANTHER, [[{ remoteIp: '::ffff:11.0.0.1' }]]);
    expect(namesOf(unapproved)).toEqual(['unapproved-ip payroll 11.0.0.1']);
  });

  test('unlike Panther, a network as remote IP is not an address, and so never approved', async () => {
    const { counts, findings } = await watch(PANTHER, [[{ remoteIp: '10.0.0.0/8' }, { remoteIp: '10.0.0.1/32' }]]);
    expect({ invalid: counts.invalidRemoteIps, findings }).toEqual({ invalid: 2, findings: [] });
  });

  test('unlike Panther, the allowlist can be per bucket', async () => {
    const allowlist = [entry('11.0.0.0/8', { buckets: ['payroll', 'web-*'] }), entry('10.0.0.0/8')];
    for (const bucket of ['payroll', 'web-1']) {
      expect(await panther({ bucket, remoteIp: '11.0.0.1' }, { allowlist })).toBe(false);
    }
    expect(await panther({ bucket: 'website', remoteIp: '11.0.0.1' }, { allowlist })).toBe(true);
    expect(await panther({ bucket: 'website', remoteIp: '10.0.0.1' }, { allowlist })).toBe(false);
  });

  test('unlike Panther, if no entry applies to a bucket, nothing is unapproved there', async () => {
    expect(await panther({}, { allowlist: [] })).toBe(false);
    expect(await panther({}, { allowlist: [entry('10.0.0.0/8', { buckets: ['website'] })] })).toBe(false);
    expect(await panther({}, { allowlist: [], bucketSettings: { payroll: { unapprovedIp: true } } })).toBe(true);
  });

  test('A1: unlike Panther, buckets can be listed by globs and excluded', async () => {
    expect(await panther({}, { buckets: ['pay*'] })).toBe(true);
    expect(await panther({}, { buckets: ['web*'] })).toBe(false);
    expect(await panther({}, { excludeBuckets: ['*roll'] })).toBe(false);
    expect(await panther({}, { buckets: ['payroll'], excludeBuckets: ['pay*'] })).toBe(false);
  });

  test('unlike Panther, an entry can have an end', async () => {
    const allowlist = [entry('11.0.0.0/8', { until: at('12:00') })];
    expect(await panther({ remoteIp: '11.0.0.1', time: at('11:59:59') }, { allowlist })).toBe(false);
    expect(await panther({ remoteIp: '11.0.0.1', time: at('12:00') }, { allowlist })).toBe(true);
  });

  test('unlike Panther, a record can be trusted by its requester, not only by its address', async () => {
    const trusted = [trust({ requester: 'arn:aws:iam::111122223333:user/ana' })];
    expect(await panther({}, { trusted })).toBe(false);
    expect(await panther({ requester: null }, { trusted })).toBe(true);
  });

  test('unlike Panther, a second address within the hour is a separate finding', async () => {
    const lines = [
      { remoteIp: '11.0.0.1', time: at('09:00') },
      { remoteIp: '11.0.0.2', time: at('09:01') },
    ];
    const { findings } = await watch(PANTHER, [lines]);
    expect(findings.map(({ remoteIp, tally }) => [remoteIp, sampleOf(tally).remoteIp])).toEqual([
      ['11.0.0.1', '11.0.0.1'],
      ['11.0.0.2', '11.0.0.2'],
    ]);
  });

  test('unlike Panther, a successful change is High', async () => {
    const severity = async (line: Logged) => severityOf((await watch(PANTHER, [[line]])).findings[0]!).severity;
    expect(await severity({ operation: 'REST.DELETE.OBJECT', httpStatus: 204 })).toBe('High');
    expect(await severity({ operation: 'REST.PUT.BUCKETPOLICY', httpStatus: 204 })).toBe('High');
    expect(await severity({ operation: 'REST.DELETE.OBJECT', ...DENIED })).toBe('Low');
    expect(await severity({})).toBe('Medium');
  });

  test('unlike Panther, a line with fewer than 25 fields or an invalid owner is evaluated', async () => {
    const full = lineOf({ remoteIp: '11.0.0.1' }).split(' ');
    expect(await panther(full.slice(0, 20).join(' '))).toBe(true);
    expect(await panther(full.slice(0, 9).join(' '))).toBe(true);
    expect(await panther(['-', ...full.slice(1)].join(' '))).toBe(true);
  });

  test('unlike Panther, one bucket name is reserved for testing that alerts arrive', async () => {
    expect(await panther({ bucket: 's3-access-watch-test' })).toBe(false);
  });
});

describe('Splunk’s search, step by step', () => {
  const PAIR = { bucket: 'payroll', kind: 'net', name: '203.0.113.7' };

  test('F1: the pair is bucket and remote IP, and nothing else', async () => {
    const lines: Logged[] = [
      {},
      { requester: 'somebody', operation: 'REST.PUT.OBJECT', key: 'other', userAgent: 'other' },
      { remoteIp: '203.0.113.8' },
      { bucket: 'website' },
      { bucket: 'Payroll' },
    ];
    expect(namesOf(await watch(SPLUNK, [lines])).toSorted()).toEqual([
      'new-ip Payroll 203.0.113.7',
      'new-ip payroll 203.0.113.7',
      'new-ip payroll 203.0.113.8',
      'new-ip website 203.0.113.7',
    ]);
  });

  describe('F1: as strict as Splunk, only 200 is a success', () => {
    test.each([
      [200, true],
      [206, false],
      [204, false],
      [304, false],
      [301, false],
      [400, false],
      [403, false],
      [404, false],
      [500, false],
      [null, false],
    ])('%p: %p', async (httpStatus, expected) => {
      expect(await splunk({ httpStatus }, { successStatuses: ['200'] })).toBe(expected);
    });
  });

  test('a failed probe neither alerts nor is learned: the following success is new', async () => {
    const probe = await watch(SPLUNK, [[DENIED, { ...DENIED, httpStatus: 404 }]]);
    expect({ findings: probe.findings, sightings: probe.sightings }).toEqual({ findings: [], sightings: [] });
    expect((await watch(SPLUNK, [[DENIED], [{}]])).findings).toHaveLength(1);
  });

  test('F2: the first of several requests is reported, with their number', async () => {
    const lines = ['09:30', '09:10', '09:20'].map((clock) => ({ time: at(clock), requestId: clock.replace(':', '') }));
    const { findings } = await watch(SPLUNK, [lines]);
    expect(findings).toMatchObject([{ tally: { requests: 3, firstEventAt: at('09:10'), lastEventAt: at('09:30') } }]);
    expect(sampleOf(findings[0]!.tally).requestId).toBe('0910');
  });

  describe('F3: firstSeenAt is the earliest and lastSeenAt the latest event', () => {
    const clocks = ['12:00', '09:00', '15:00', '10:00'];
    const expected = [{ ...PAIR, firstSeenAt: at('09:00'), lastSeenAt: at('15:00') }];
    const lines = clocks.map((clock) => ({ time: at(clock) }));

    test('in one log object, out of order', async () => {
      expect((await watch(SPLUNK, [lines])).sightings).toEqual(expected);
    });

    test('in several, out of order', async () => {
      const days = [4, 1, 7, 2];
      const portions = days.map((day) => [{ time: at('09:00', day) }]);
      const { sightings } = await watch(SPLUNK, portions);
      expect(sightings).toEqual([{ ...PAIR, firstSeenAt: at('09:00', 1), lastSeenAt: at('09:00', 7) }]);
    });

    test('in several within a day, out of order: the latest is deferred, because a sighting is refreshed once a day', async () => {
      const portions = lines.map((line) => [line]);
      const { sightings } = await watch(SPLUNK, portions);
      expect(sightings).toEqual([{ ...PAIR, firstSeenAt: at('09:00'), lastSeenAt: at('12:00') }]);
      for (const [time, lastSeenAt] of [
        [at('12:00') + REFRESH_AFTER - 1_000, at('12:00')],
        [at('12:00') + REFRESH_AFTER, at('12:00') + REFRESH_AFTER],
      ] as const) {
        expect((await watch(SPLUNK, [...portions, [{ time }]])).sightings).toMatchObject([{ lastSeenAt }]);
      }
    });

    test('failures before and after do not count', async () => {
      const around = [{ ...DENIED, time: at('01:00') }, ...lines, { ...DENIED, time: at('23:00') }];
      expect((await watch(SPLUNK, [around])).sightings).toEqual(expected);
    });

    test('whether or not there is a finding: for known pairs, and while learning', async () => {
      const known = { ...PAIR, firstSeenAt: at('10:30'), lastSeenAt: at('11:00') };
      const { findings, sightings } = await watch(SPLUNK, [lines], [known]);
      expect({ findings, sightings }).toEqual({ findings: [], sightings: expected });
      const learning = await watch({ ...SPLUNK, learningDays: 3 }, [lines]);
      expect({ findings: learning.findings, sightings: learning.sightings }).toEqual({
        findings: [],
        sightings: expected,
      });
    });
  });

  test('F5: the -70m window has no counterpart: records of any age count', async () => {
    for (const age of [1, 4, 70, 24 * 30, 24 * 365]) {
      const arrival = { lines: [{ time: at('09:00') }], arrivedAt: at('09:00') + age * 3_600_000 };
      expect((await watch(SPLUNK, [arrival])).findings).toHaveLength(1);
    }
  });

  describe('F6: the baseline', () => {
    const baseline: Sighting = { ...PAIR, firstSeenAt: at('09:00', -30), lastSeenAt: at('09:00', -1) };

    test('a pair of it is known, from its first reappearance on', async () => {
      expect((await watch(SPLUNK, [[{}], [{ time: at('09:00', 1) }]], [baseline])).findings).toEqual([]);
    });

    test('a pair not of it is new', async () => {
      expect(namesOf(await watch(SPLUNK, [[{ remoteIp: '203.0.113.8' }, { bucket: 'website' }]], [baseline]))).toEqual([
        'new-ip payroll 203.0.113.8',
        'new-ip website 203.0.113.7',
      ]);
    });

    test('merges: a shorter one does not shorten a longer one, and repetition changes nothing', async () => {
      const short = { ...PAIR, firstSeenAt: at('09:00', -2), lastSeenAt: at('09:00', -1) };
      const other = { ...short, kind: 'net', name: '203.0.113.8' };
      for (const order of [
        [baseline, short, other],
        [short, other, baseline, short, baseline],
      ]) {
        const { sightings } = await watch(SPLUNK, [], order);
        expect(sightings.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([baseline, other]);
      }
    });
  });

  test('F9: the same pair is not reported again, within a day or later', async () => {
    const portions = [0, 1, 23, 25, 24 * 30].map((hours) => [{ time: at('09:00') + hours * 3_600_000 }]);
    expect((await watch(SPLUNK, portions)).findings).toHaveLength(1);
  });

  test('F10: the sample has what Splunk’s table shows of the log, and more', async () => {
    const [finding] = (await watch(SPLUNK, [[{}]])).findings;
    expect(ruleOf(finding!.rule).origin).toBe('Detect S3 access from a new IP');
    expect(ruleOf(finding!.rule).mitre!.technique).toBe('T1530');
    expect(severityOf(finding!).severity).toBe('Medium');
    expect(sampleOf(finding!.tally)).toMatchObject({
      time: at('09:00'),
      bucket: 'payroll',
      remoteIp: '203.0.113.7',
      operation: 'REST.GET.OBJECT',
      requestUri: 'GET /2026/february.csv HTTP/1.1',
      requester: 'arn:aws:iam::111122223333:user/ana',
      userAgent: 'curl/8.5.0',
      httpStatus: 200,
      bytesSent: 100,
    });
  });

  test('F11: trusted rules replace its filter macro', async () => {
    const trusted = [trust({ operation: 'REST.HEAD.*' }), trust({ cidr: '203.0.113.0/28', requester: '*/ana' })];
    expect(await splunk({}, { trusted })).toBe(false);
    expect(await splunk({ operation: 'REST.HEAD.BUCKET', requester: null }, { trusted })).toBe(false);
    expect(await splunk({ requester: null }, { trusted })).toBe(true);
  });
});

describe('unlike Splunk', () => {
  test.each([206, 204, 202, 304])('F1: unlike Splunk, %d is a success', async (httpStatus) => {
    expect(await splunk({ httpStatus })).toBe(true);
  });

  test.each([301, 307, 400, 401, 403, 404, 412, 416, 500, 503, null])(
    'as in Splunk, %p is none',
    async (httpStatus) => {
      expect(await splunk({ httpStatus })).toBe(false);
    },
  );

  test('unlike Splunk, a preflight with 200 is not a success', async () => {
    const preflight = { operation: 'REST.OPTIONS.PREFLIGHT', httpStatus: 200 };
    expect(await splunk(preflight)).toBe(false);
    expect(await splunk(preflight, { successStatuses: ['200'] })).toBe(false);
  });

  test('F2: unlike Splunk, many requests of a pair are one finding, not a row each', async () => {
    const lines = Array.from({ length: 100 }, () => ({}));
    expect((await watch(SPLUNK, [lines, lines])).findings).toMatchObject([{ tally: { requests: 200 } }]);
  });

  test('unlike Splunk, the failures after the first success are counted', async () => {
    const lines = [{ time: at('09:00') }, { ...DENIED, time: at('10:00') }];
    expect((await watch(SPLUNK, [lines])).findings).toMatchObject([
      { tally: { requests: 2, successes: 1, denied: 1 } },
    ]);
  });

  test('F5: unlike Splunk, late logs are evaluated and remembered, even if older than a known success', async () => {
    const late = { lines: [{ remoteIp: '203.0.113.8', time: at('05:00') }], arrivedAt: at('17:00') };
    const { findings, sightings } = await watch(SPLUNK, [[{ time: at('16:00') }], late]);
    expect(namesOf({ findings })).toEqual(['new-ip payroll 203.0.113.8', 'new-ip payroll 203.0.113.7']);
    expect(sightings).toHaveLength(2);
  });

  test('F6: unlike Splunk, a pair of the baseline does not alert at its first reappearance', async () => {
    const baseline = {
      bucket: 'payroll',
      kind: 'net',
      name: '203.0.113.7',
      firstSeenAt: at('08:00'),
      lastSeenAt: at('08:00'),
    };
    expect((await watch(SPLUNK, [[{}]], [baseline])).findings).toEqual([]);
  });

  test('F7: unlike Splunk, a bucket can learn before it alerts', async () => {
    const settings = { ...SPLUNK, learningDays: 3 };
    const portions = [0, 2, 3].map((day) => [{ remoteIp: `203.0.113.${day}`, time: at('09:00', day) }]);
    const { findings, sightings, learning } = await watch(settings, portions);
    expect(namesOf({ findings })).toEqual(['new-ip payroll 203.0.113.3']);
    expect(sightings).toHaveLength(3);
    expect(learning).toEqual([{ bucket: 'payroll', until: at('09:00', 3), learned: 2 }]);
  });

  test('F8: unlike Splunk, a pair is forgotten after forgetDays', async () => {
    const seen = {
      bucket: 'payroll',
      kind: 'net',
      name: '203.0.113.7',
      firstSeenAt: at('09:00', -900),
      lastSeenAt: at('09:00'),
    };
    const seenAgain = async (time: number, forgetDays = 90) =>
      (await watch({ ...SPLUNK, forgetDays }, [[{ time }]], [seen])).findings;
    expect(await seenAgain(at('09:00', 91))).toEqual([]);
    expect(await seenAgain(at('09:00', 91) + 1_000)).toMatchObject([{ forgottenSince: at('09:00', 91) }]);
    expect(await seenAgain(at('09:00', 3650), 0)).toEqual([]);
  });

  test('F8: unlike in Panther’s key-value table, use refreshes: a daily user is never new again', async () => {
    const known = {
      bucket: 'payroll',
      kind: 'net',
      name: '203.0.113.7',
      firstSeenAt: at('09:00', -1),
      lastSeenAt: at('09:00', -1),
    };
    const portions = Array.from({ length: 200 }, (_, day) => [{ time: at('09:00', day) }]);
    const { findings, sightings } = await watch(SPLUNK, portions, [known]);
    expect(findings).toEqual([]);
    expect(sightings[0]!.lastSeenAt - sightings[0]!.firstSeenAt).toBe(200 * DAY);
  });

  test('F12: unlike Splunk, an allowlisted pair causes no finding, and unlike the notes’ advice no sighting', async () => {
    const { findings, sightings } = await watch(PRIVATE, [[{ remoteIp: '10.0.0.1' }]]);
    expect({ findings, sightings }).toEqual({ findings: [], sightings: [] });
  });

  test('F12: unlike Splunk, a known allowlisted pair is not refreshed: it is forgotten like others', async () => {
    const known = {
      bucket: 'payroll',
      kind: 'net',
      name: '10.0.0.1',
      firstSeenAt: at('09:00', -95),
      lastSeenAt: at('09:00', -95),
    };
    const lines = [{ remoteIp: '10.0.0.1', time: at('09:00', -10) }];
    const { sightings } = await watch(PRIVATE, [lines], [known]);
    expect(sightings).toEqual([known]);
    expect((await watch({ ...SPLUNK, allowlist: [] }, [[{ remoteIp: '10.0.0.1' }]], sightings)).findings).toHaveLength(
      1,
    );
  });

  test('unlike Splunk, a trusted pair is neither reported nor recorded', async () => {
    const { findings, sightings } = await watch({ ...SPLUNK, trusted: [trust({ requester: '*' })] }, [[{}]]);
    expect({ findings, sightings }).toEqual({ findings: [], sightings: [] });
  });

  test('unlike Splunk, IPv6 is remembered by /64, whatever the notation', async () => {
    const lines = ['2001:db8::1', '2001:DB8:0:0:1::', '2001:db8::ffff:ffff:ffff:ffff'].map((remoteIp) => ({
      remoteIp,
    }));
    expect(namesOf(await watch(SPLUNK, [lines]))).toEqual(['new-ip payroll 2001:db8::/64']);
    expect(namesOf(await watch({ ...SPLUNK, ipv6PrefixLength: 128 }, [lines]))).toHaveLength(3);
  });

  test('unlike Splunk, a remote IP that is not an address is never a new IP', async () => {
    expect(await splunk({ remoteIp: 'unknown' })).toBe(false);
    expect(await splunk({ remoteIp: null })).toBe(false);
  });

  test('unlike Splunk, the rule can be off for a bucket, and is inactive for anonymous reads of a public one', async () => {
    expect(await splunk({}, { bucketSettings: { payroll: { newIp: false } } })).toBe(false);
    const anonymous = { requester: null };
    const crowd = Array.from({ length: 1001 }, (_, n) => ({ remoteIp: `198.18.${n >> 8}.${n & 255}`, ...anonymous }));
    const portions = [
      { lines: crowd, arrivedAt: at('09:00') },
      { lines: [anonymous], arrivedAt: at('09:00', 30) },
    ];
    expect((await watch({ ...SPLUNK, learningDays: 3 }, portions)).findings).toEqual([]);
    const signed = { lines: [{}], arrivedAt: at('09:00', 30) };
    expect((await watch({ ...SPLUNK, learningDays: 3 }, [...portions, signed])).findings).toHaveLength(1);
  });
});
