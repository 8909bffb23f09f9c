import { withGeoLocations } from '../../lib/alert/add-locations';
import type { Alert, AlertOrigin, NoticeBucket } from '../../lib/alert/alert';
import { setAsideAlert, streamSetAsideAlert } from '../../lib/alert/alert-of';
import { NO_GEO_LOCATION } from '../../lib/alert/geo-location';
import { noticeAlert } from '../../lib/alert/notice-alert';
import { isSetAside, setAsideKey } from '../../lib/alert/set-aside';
import type { PendingPart } from '../../lib/alerting/outbox';
import { newStream, type StreamState } from '../../lib/alerting/stream-state';
import { NO_EFFECTS } from '../../lib/detection/effect';
import { isoTime } from '../../lib/text/times';
import {
  at,
  combinedOf,
  DELETED,
  DENIED,
  digestOf,
  FAILED,
  finding,
  networks,
  PAYROLL,
  part,
  RECORD,
  type SendOptions,
  send,
} from '../support/alerting-parts';
import { DETECTOR_ERROR, TEST } from '../support/rule-ids';

const A = '198.51.100.1';
const B = '198.51.100.2';
const NOW = at('09:05');
const NOWHERE: AlertOrigin = { accountId: null, region: null, now: NOW };
const NO_TOTALS = { networks: 0, requests: 0, successes: 0, denied: 0, bytesSent: 0, effects: NO_EFFECTS };

/** The alert about these parts at 09:05. */
function alertFor(parts: readonly PendingPart[], given: SendOptions = {}): Alert {
  return send(parts, { now: NOW, ...given }).alert;
}

const OPEN: StreamState = {
  ...newStream(PAYROLL),
  windowId: 'w',
  sequence: 3,
  openedAt: at('08:30'),
  closesAt: at('09:30'),
  sentAt: at('08:30'),
  sent: new Map([[A, { severity: 'Medium', level: 'read' }]]),
};

test('the alert of a new finding has all fields', () => {
  const { extra: _, flags: __, ...record } = RECORD;
  const reported = finding('203.0.113.7', {
    sample: () => RECORD,
    forgottenSince: at('07:00'),
    requests: 2,
    denied: 1,
  });
  const alert = alertFor([part(at('09:00'), [reported], { accountId: '111122223333', region: 'eu-central-1' })]);
  expect(alert).toEqual({
    schemaVersion: '1.0',
    alertId: `${alert.windowId}/1`,
    windowId: expect.stringMatching(/^[0-9a-f]{32}$/),
    kind: 'new',
    createdAt: '2026-03-02T09:05:00Z',
    rule: {
      id: 'unapproved-ip',
      origin: 'AWS.S3.ServerAccess.IPWhitelist',
      title: 'Non-Approved IP access to S3 Bucket [payroll]',
      severity: 'Medium',
      severityReason: null,
      mitre: { tactic: 'TA0009', technique: 'T1530' },
      runbook: expect.stringMatching(/^Find out who used the address/),
      reference: 'https://aws.amazon.com/premiumsupport/knowledge-center/block-s3-traffic-vpc-ip/',
    },
    bucket: 'payroll',
    accountId: '111122223333',
    region: 'eu-central-1',
    window: { openedAt: '2026-03-02T09:05:00Z', closesAt: '2026-03-02T10:05:00Z' },
    firstEventAt: '2026-03-02T08:00:00Z',
    lastEventAt: '2026-03-02T08:00:00Z',
    networks: [
      {
        bucket: 'payroll',
        network: '203.0.113.7',
        remoteIp: '203.0.113.7',
        addresses: ['203.0.113.7'],
        specialUse: null,
        geo: null,
        asn: null,
        requests: 2,
        successes: 1,
        denied: 1,
        bytesSent: 100,
        firstEventAt: '2026-03-02T08:00:00Z',
        lastEventAt: '2026-03-02T08:00:00Z',
        forgottenSince: '2026-03-02T07:00:00Z',
        raised: null,
        severity: 'Medium',
        level: 'read',
        effects: { ...NO_EFFECTS, read: 1 },
        operations: [{ name: 'REST.GET.OBJECT', requests: 1, successes: 1 }],
        sample: { ...record, time: '2026-03-02T08:00:00Z' },
      },
    ],
    more: 0,
    groups: [],
    totals: {
      networks: 1,
      requests: 2,
      successes: 1,
      denied: 1,
      bytesSent: 100,
      effects: { ...NO_EFFECTS, read: 1 },
    },
    logObjects: ['logs/2026-03-02T09:00:00.000Z@1'],
    geoSource: null,
    notice: null,
  });
});

describe('its kind and its name', () => {
  const invalid = part(at('09:00'), [finding('10.0.0.1:443', { addresses: [] })], { rule: DETECTOR_ERROR });
  const test_ = part(at('09:00'), [A], { rule: TEST, bucket: 's3-access-watch-test' });
  const cases: { name: string; parts: PendingPart[]; state?: StreamState; expected: object }[] = [
    {
      name: 'an update',
      parts: [part(at('09:00'), [B])],
      state: OPEN,
      expected: { kind: 'update', alertId: 'w/4', windowId: 'w' },
    },
    {
      name: 'a digest',
      parts: [part(at('09:00'), [A])],
      state: { ...OPEN, closesAt: at('09:04') },
      expected: { kind: 'digest', alertId: 'w/4', windowId: 'w' },
    },
    {
      name: 'a detector error',
      parts: [invalid],
      expected: {
        kind: 'detector-error',
        rule: { id: 'detector-error', title: 'S3 bucket payroll: remote IP unreadable', severity: 'Medium' },
        networks: [{ remoteIp: '10.0.0.1:443', addresses: [] }],
      },
    },
    {
      name: 'a test',
      parts: [test_],
      expected: {
        kind: 'notice',
        bucket: 's3-access-watch-test',
        window: null,
        notice: null,
        rule: { id: 'test', title: 'Test', severity: 'Informational' },
        networks: [{ remoteIp: A }],
      },
    },
  ];
  test.each(cases)('$name', ({ parts, state, expected }) => {
    expect(alertFor(parts, state === undefined ? {} : { state })).toMatchObject(expected);
  });
});

test.each([
  { name: 'those of the log object', given: { accountId: '111122223333', region: 'us-east-1' } },
  { name: 'otherwise those of the deployment', given: {} },
])('account and Region: $name', ({ given }) => {
  const origin = { accountId: '444455556666', region: 'eu-central-1' };
  expect(alertFor([part(at('09:00'), [A], given)], { origin })).toMatchObject({ ...origin, ...given });
});

describe('the rule', () => {
  test('has the severity of the worst finding, with its reason', () => {
    const alert = alertFor([part(at('09:00'), [finding(A), finding(B, DELETED)])]);
    expect(alert.rule).toMatchObject({
      severity: 'High',
      severityReason: 'changes succeeded: REST.DELETE.OBJECT 1',
      runbook: expect.stringMatching(/^Find out who/),
    });
  });

  test.each([
    ['denied', DENIED],
    ['failed', FAILED],
  ])('has the steps for requests that were all %s', (_name, conduct) => {
    expect(alertFor([part(at('09:00'), [finding(A, conduct)])]).rule).toMatchObject({
      severity: 'Low',
      runbook: expect.stringMatching(/^Check whether the requester is one of yours/),
    });
  });
});

test('the worst networks are first: by severity, level, bytes, and time of the first request', () => {
  const given = [
    finding('10.0.0.6', { ...FAILED, requests: 900 }),
    finding('10.0.0.5', { severity: 'Low', level: 'metadata' }),
    finding('10.0.0.4', { bytesSent: 100 }),
    finding('10.0.0.3', { bytesSent: 100, firstEventAt: at('07:59') }),
    finding('10.0.0.2', { bytesSent: 150_000_000_000, requests: 3 }),
    finding('10.0.0.1', DELETED),
  ];
  const alert = alertFor([part(at('09:00'), given)]);
  expect(alert.networks.map(({ network }) => network)).toEqual(networks(6, 1));
  expect(alert.networks.map(({ severity, level }) => `${severity} ${level}`)).toEqual([
    'High changed',
    'Medium read',
    'Medium read',
    'Medium read',
    'Low metadata',
    'Low no access',
  ]);
});

describe('a network', () => {
  const sampleBy = (requester: string) => () => ({ ...RECORD, requester });

  test('in several log objects is one entry with its sums, and the sample of the worst finding', () => {
    const denied = { ...DENIED, requests: 4, denied: 4, sample: sampleBy('denied') };
    const alert = alertFor([
      part(at('09:00'), [finding(A, denied)]),
      part(at('09:01'), [
        finding(A, { firstEventAt: at('07:00'), forgottenSince: at('06:00'), sample: sampleBy('ana') }),
      ]),
      part(at('09:02'), [finding(A, { ...DELETED, lastEventAt: at('08:30'), sample: sampleBy('bob') })]),
    ]);
    expect(alert.networks).toHaveLength(1);
    expect(alert.networks[0]).toMatchObject({
      requests: 6,
      successes: 2,
      denied: 4,
      bytesSent: 100,
      firstEventAt: '2026-03-02T07:00:00Z',
      lastEventAt: '2026-03-02T08:30:00Z',
      forgottenSince: '2026-03-02T06:00:00Z',
      severity: 'High',
      level: 'changed',
      effects: { ...NO_EFFECTS, read: 1, deleted: 1 },
      sample: { requester: 'bob' },
    });
    expect(alert.totals).toMatchObject({ networks: 1, requests: 6, successes: 2, denied: 4, bytesSent: 100 });
    expect(alert).toMatchObject({ firstEventAt: '2026-03-02T07:00:00Z', lastEventAt: '2026-03-02T08:30:00Z' });
    expect(alert.logObjects).toHaveLength(3);
  });

  test('in several log objects has the sums of its operations, changes first', () => {
    const read = { name: 'REST.GET.OBJECT', requests: 5, successes: 4 };
    const deleted = { name: 'REST.DELETE.OBJECT', requests: 2, successes: 1 };
    const others = Array.from({ length: 5 }, (_, index) => ({ name: `REST.GET.X${index}`, requests: 1, successes: 0 }));
    const more = Array.from({ length: 5 }, (_, index) => ({ name: `REST.GET.Y${index}`, requests: 1, successes: 0 }));
    const alert = alertFor([
      part(at('09:00'), [finding(A, { operations: [read, ...others], effects: { ...NO_EFFECTS, read: 4 } })]),
      part(at('09:01'), [
        finding(A, { operations: [deleted, read, ...more], effects: { ...NO_EFFECTS, deleted: 1, read: 4 } }),
      ]),
    ]);
    const [network] = alert.networks;
    expect(network!.operations.slice(0, 2)).toEqual([deleted, { ...read, requests: 10, successes: 8 }]);
    expect(network!.operations.length).toBeLessThanOrEqual(8);
    expect(network!.effects).toEqual({ ...NO_EFFECTS, deleted: 1, read: 8 });
    expect(alert.totals.effects).toEqual(network!.effects);
  });

  test('with several addresses is one entry, with the worst address first, and at most 20', () => {
    const network = '2001:db8::/64';
    const rotating = Array.from({ length: 25 }, (_, index) => {
      const remoteIp = `2001:db8::${(index + 1).toString(16)}`;
      const given = { remoteIp, addresses: [remoteIp], sample: sampleBy(remoteIp) };
      return finding(network, index === 22 ? given : { ...FAILED, ...given });
    });
    const alert = alertFor(rotating.map((one, number) => part(at('09:00'), [one], { number })));
    expect(alert.networks).toMatchObject([
      { network, remoteIp: '2001:db8::17', requests: 25, successes: 1, sample: { requester: '2001:db8::17' } },
    ]);
    expect(alert.networks[0]!.addresses).toHaveLength(20);
    expect(alert.networks[0]!.addresses).toContain('2001:db8::17');
    expect(alert.totals.networks).toBe(1);
  });
});

test('networks that are not listed are counted and grouped', () => {
  const parts = Array.from({ length: 30 }, (_, index) =>
    part(at('09:00') + index, networks(5, 5 * index), { accountId: index === 9 ? '111122223333' : null }),
  );
  const alert = alertFor(parts);
  expect(alert.networks).toHaveLength(100);
  expect(alert.more).toBe(50);
  expect(alert.groups).toEqual([
    {
      network: '10.0.0.0/24',
      networks: 50,
      requests: 50,
      bytesSent: 5000,
      severity: 'Medium',
      level: 'read',
      ...NO_GEO_LOCATION,
    },
  ]);
  const effects = { ...NO_EFFECTS, read: 150 };
  expect(alert.totals).toEqual({
    networks: 150,
    requests: 150,
    successes: 150,
    denied: 0,
    bytesSent: 15_000,
    effects,
  });
  expect(alert.logObjects).toEqual(parts.slice(0, 20).map(({ logObject }) => logObject));
  expect(alert.accountId).toBe('111122223333');
});

describe('locations', () => {
  const place = { geo: { country: 'SE', city: null }, asn: { number: 64511, organization: 'Example' } };
  const located = (alert: Alert) =>
    withGeoLocations(alert, {
      locate: () => ({ ...NO_GEO_LOCATION, ...place }),
      credit: () => 'us',
      problem: () => 'none',
    });
  const grouped = (...names: string[]): Alert => {
    const alert = alertFor([part(at('09:00'), [A])]);
    const rest = {
      networks: 1,
      requests: 1,
      bytesSent: 0,
      severity: 'Low',
      level: 'denied',
      ...NO_GEO_LOCATION,
    } as const;
    return { ...alert, groups: names.map((network) => ({ network, ...rest })) };
  };

  test('of networks, and of groups that are likely to have one location', () => {
    const alert = located(
      grouped('203.0.113.0/24', '2001:db8::/32', '203.0.0.0/16', '2001::/16', '0.0.0.0/0', 'no address'),
    );
    expect(alert.networks[0]).toMatchObject(place);
    expect(alert.groups.map(({ geo }) => geo?.country ?? null)).toEqual(['SE', 'SE', null, null, null, null]);
    expect(alert.geoSource).toBe('us');
  });
});

describe('a combined alert', () => {
  test('names every network with its bucket, without evidence', () => {
    const reported = finding(A, { sample: () => RECORD });
    const parts = Array.from({ length: 140 }, (_, index) =>
      part(at('09:00') + index, [reported], { bucket: `b-${String(index).padStart(3, '0')}` }),
    );
    const alert = combinedOf(parts);
    expect(alert).toMatchObject({
      kind: 'combined',
      alertId: `${alert.windowId}/1`,
      rule: { title: 'Non-Approved IP access to S3 Bucket [140 buckets]' },
      bucket: null,
      window: null,
      more: 0,
      groups: [],
      totals: { networks: 140, requests: 140 },
    });
    expect(alert.networks.map(({ bucket }) => bucket)).toEqual(parts.map(({ bucket }) => bucket));
    for (const network of alert.networks)
      expect(network).toMatchObject({ network: A, addresses: [], operations: [], sample: null });
  });

  test('names High networks first, with their evidence and log objects, whatever was sent before', () => {
    const noise = Array.from({ length: 30 }, (_, index) =>
      part(at('09:00') + index, [finding(A, FAILED)], { bucket: `b-${index}` }),
    );
    const high = part(at('09:04'), [finding(B, { ...DELETED, sample: () => RECORD })], { bucket: 'payroll' });
    const alert = combinedOf([...noise, high]);
    expect(alert.networks).toHaveLength(31);
    expect(alert.networks[0]).toMatchObject({
      bucket: 'payroll',
      network: B,
      addresses: [B],
      severity: 'High',
      operations: [{ name: 'REST.DELETE.OBJECT' }],
      sample: { requester: RECORD.requester, userAgent: RECORD.userAgent, key: RECORD.key },
    });
    expect(alert.rule).toMatchObject({ severity: 'High', severityReason: expect.stringContaining('DELETE') });
    expect(alert.logObjects[0]).toBe(high.logObject);
  });

  test('does not depend on the order of its streams', () => {
    const parts = networks(20).map((network, index) => part(at('09:00'), [network], { bucket: `b-${index}` }));
    expect(combinedOf(parts.toReversed())).toEqual(combinedOf(parts));
  });

  test('counts the networks of a stream that it does not name', () => {
    const alert = combinedOf([part(at('09:00'), networks(8)), part(at('09:00'), [A], { bucket: 'website' })]);
    expect(alert).toMatchObject({ more: 3, totals: { networks: 9 } });
    expect(alert.networks).toHaveLength(6);
  });

  test('of one bucket names it', () => {
    const alert = combinedOf([part(at('09:00'), [A]), part(at('09:01'), [finding(B, DENIED)], { denied: true })]);
    expect(alert.rule.title).toBe('Non-Approved IP access to S3 Bucket [payroll]');
    expect(alert.totals.networks).toBe(2);
  });
});

describe('an alert that could not be sent', () => {
  const origin = { accountId: '111122223333', region: 'eu-central-1', now: NOW };
  const digest = digestOf([part(at('09:00'), [finding(A, { ...DELETED, sample: () => RECORD }), finding(B)])]);
  const alert = streamSetAsideAlert(PAYROLL, digest, { windowId: 'f'.repeat(32), sequence: 7 }, origin);

  test('names the alert, and contains no text of a log except the bucket', () => {
    expect(alert).toMatchObject({
      alertId: `${'f'.repeat(32)}/set-aside/7`,
      windowId: 'f'.repeat(32),
      kind: 'detector-error',
      bucket: 'payroll',
      networks: [],
      groups: [],
      more: 2,
      totals: { networks: 2, requests: 2, successes: 2 },
      firstEventAt: '2026-03-02T08:00:00Z',
      rule: {
        id: 'detector-error',
        title: 'An alert could not be sent: Non-Approved IP access to S3 Bucket [payroll]',
        severity: 'High',
      },
    });
    expect(JSON.stringify(alert)).not.toContain(RECORD.userAgent);
  });

  test('contains the key of the stored alert', () => {
    expect(isSetAside(alert)).toBe(true);
    expect(setAsideKey(alert)).toBe(`${'f'.repeat(32)}/7`);
    expect(setAsideKey(alertFor([part(at('09:00'), [A])]))).toBeNull();
  });

  test('is Medium if the alert was less than High', () => {
    const low = digestOf([part(at('09:00'), [finding(A, FAILED)])]);
    expect(streamSetAsideAlert(PAYROLL, low, { windowId: 'w', sequence: 1 }, origin).rule.severity).toBe('Medium');
  });

  test('of a notice contains no requests', () => {
    const notice = noticeAlert(
      'started',
      [{ bucket: 'payroll', learningUntil: null, learned: null, looksPublic: false, isFull: false }],
      0,
      origin,
    );
    const aside = setAsideAlert(notice);
    expect(isSetAside(aside)).toBe(true);
    expect(setAsideKey(aside)).toBeNull();
    expect(aside.rule.runbook).toMatch(/^The bucket is monitored as usual/);
  });
});

describe('a notice', () => {
  const place = { accountId: '444455556666', region: 'eu-central-1' };
  const where = { ...place, now: NOW };
  const learning: NoticeBucket = {
    bucket: 'payroll',
    learningUntil: '2026-03-05T09:00:00Z',
    learned: null,
    looksPublic: false,
    isFull: false,
  };
  const learned = { ...learning, learned: { count: 0, publicOnly: 0, networks: [] } };

  test('of one bucket that is learning', () => {
    const alert = noticeAlert('started', [learning], 0, where);
    expect(alert).toEqual({
      schemaVersion: '1.0',
      alertId: `${alert.windowId}/1`,
      windowId: expect.stringMatching(/^[0-9a-f]{32}$/),
      kind: 'notice',
      createdAt: '2026-03-02T09:05:00Z',
      rule: {
        id: 'learning-started',
        origin: 's3-access-watch',
        title: 'Learning has started: payroll',
        severity: 'Informational',
        severityReason: null,
        mitre: null,
        runbook: expect.any(String),
        reference: null,
      },
      bucket: 'payroll',
      ...place,
      window: null,
      firstEventAt: null,
      lastEventAt: null,
      networks: [],
      more: 0,
      groups: [],
      totals: NO_TOTALS,
      logObjects: [],
      geoSource: null,
      notice: { buckets: [learning], more: 0 },
    });
  });

  test.each([
    {
      name: 'of several buckets that have learned',
      buckets: [learned, { ...learned, bucket: 'website' }],
      more: 0,
      named: '2 buckets',
    },
    { name: 'of very many buckets, which it counts', buckets: [learned], more: 4999, named: '5000 buckets' },
  ])('$name', ({ buckets, more, named }) => {
    expect(noticeAlert('finished', buckets, more, where)).toMatchObject({
      rule: { id: 'learning-finished', title: `Learning has ended: ${named}` },
      bucket: null,
      notice: { buckets, more },
    });
  });

  test('has an id of its kind and its first bucket, so that a repeated notice has the same id', () => {
    const ids = [
      noticeAlert('started', [learning], 0, where),
      noticeAlert('finished', [learned], 0, where),
      noticeAlert('started', [{ ...learning, bucket: 'website' }], 0, where),
      noticeAlert('started', [{ ...learning, learningUntil: '2026-03-06T09:00:00Z' }], 3, where),
      noticeAlert('started', [learning, { ...learning, bucket: 'website' }], 0, NOWHERE),
    ].map(({ alertId }) => alertId);
    expect(new Set(ids).size).toBe(3);
    expect([ids[3], ids[4]]).toEqual([ids[0], ids[0]]);
  });
});

test.each([
  ['a whole second', at('09:00:07'), '2026-03-02T09:00:07Z'],
  ['milliseconds', at('09:00:07.120'), '2026-03-02T09:00:07.120Z'],
])('%s as text', (_name, time, expected) => {
  expect(isoTime(time)).toBe(expected);
});
