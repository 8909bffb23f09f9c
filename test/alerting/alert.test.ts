import { type Alert, type AlertOrigin, isoTime, type NoticeBucket } from '../../lib/alerting/alert';
import { alertOf } from '../../lib/alerting/alert-of';
import { noticeAlert } from '../../lib/alerting/notice-alert';
import { type PlanInput, type PlannedMessage, plan } from '../../lib/alerting/plan';
import type { DuePart } from '../../lib/alerting/plan-stream';
import { streamKey } from '../../lib/alerting/stream';
import type { AlertWindow } from '../../lib/alerting/window';
import { NO_EFFECTS } from '../../lib/detection/effect';
import { at, finding, LIMITS, networks, PAYROLL, part, RECORD } from '../support/alerting-parts';

const A = '198.51.100.1';
const B = '198.51.100.2';
const NOW = at('09:05');
const NOWHERE: AlertOrigin = { accountId: null, region: null, now: NOW };
const NO_TOTALS = { networks: 0, requests: 0, successes: 0, denied: 0, bytesSent: 0, effects: NO_EFFECTS };

type FindingsMessage = Exclude<PlannedMessage, { kind: 'notice' }>;

/** The alert of the only message about what is due at 09:05. */
function alertFor(parts: readonly DuePart[], given: Partial<PlanInput> = {}, where = NOWHERE): Alert {
  const input = { parts, buckets: [], windows: new Map(), now: NOW, limits: LIMITS, ...given };
  const { messages } = plan(input);
  expect(messages).toHaveLength(1);
  return alertOf(messages[0] as FindingsMessage, where);
}

/** That of the parts together with those of another rule, so that all are combined, each rule for itself. */
function combinedAlertFor(parts: readonly DuePart[]): Alert {
  const limits = { ...LIMITS, alertsPerMinute: 0 };
  return alertFor(parts, { limits });
}

function windowOf(given: Partial<AlertWindow>): ReadonlyMap<string, AlertWindow> {
  const times = { openedAt: at('08:30'), closesAt: at('09:30') };
  const window = { ...PAYROLL, windowId: 'w', sequence: 3, ...times, messages: 1, announced: [A], told: [], ...given };
  return new Map([[streamKey(window), window]]);
}

test('the alert of a new finding says it all', () => {
  const { extra: _, flags: __, ...record } = RECORD;
  const told = finding('203.0.113.7', { sample: () => RECORD, forgottenSince: at('07:00'), requests: 2, denied: 1 });
  const alert = alertFor([part(at('09:00'), [told], { accountId: '111122223333', region: 'eu-central-1' })]);
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
        raised: false,
        severity: 'Medium',
        effects: { ...NO_EFFECTS, read: 1 },
        operations: [{ name: 'REST.GET.OBJECT', requests: 1, successes: 1 }],
        sample: { ...record, time: '2026-03-02T08:00:00Z' },
      },
    ],
    more: 0,
    totals: {
      networks: 1,
      requests: 2,
      successes: 1,
      denied: 1,
      bytesSent: 100,
      effects: { ...NO_EFFECTS, read: 1 },
    },
    logObjects: ['logs/2026-03-02T09:00:00.000Z@1'],
    placesFrom: null,
    notice: null,
  });
});

describe('its kind and its name', () => {
  const invalid = part(at('09:00'), [finding('10.0.0.1:443', { addresses: [] })], { rule: 'detector-error' });
  const test_ = part(at('09:00'), [A], { rule: 'test', bucket: 's3-access-watch-test' });
  const cases: { name: string; parts: DuePart[]; windows?: ReadonlyMap<string, AlertWindow>; expected: object }[] = [
    {
      name: 'an update',
      parts: [part(at('09:00'), [B])],
      windows: windowOf({}),
      expected: { kind: 'update', alertId: 'w/4', windowId: 'w' },
    },
    {
      name: 'a digest',
      parts: [part(at('09:00'), [A])],
      windows: windowOf({ closesAt: at('09:04') }),
      expected: { kind: 'digest', alertId: 'w/4', windowId: 'w' },
    },
    {
      name: 'a detector error',
      parts: [invalid],
      expected: {
        kind: 'detector-error',
        rule: { id: 'detector-error', title: 'S3 bucket payroll: a remote IP is no address', severity: 'Medium' },
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
  test.each(cases)('$name', ({ parts, windows = new Map(), expected }) => {
    expect(alertFor(parts, { windows })).toMatchObject(expected);
  });

  test('is the same when a message is repeated, whatever else has come', () => {
    const more = part(at('09:01'), [B], { rule: 'test', bucket: 's3-access-watch-test' });
    expect(alertFor([more, test_]).alertId).toBe(alertFor([test_]).alertId);
    const due = [part(at('09:00'), [A]), part(at('09:00'), [A], { bucket: 'website' })];
    expect(combinedAlertFor(due.toReversed()).alertId).toBe(combinedAlertFor(due).alertId);
  });
});

test.each([
  { name: 'what the log object says', given: { accountId: '111122223333', region: 'us-east-1' } },
  { name: 'else where the deployment is', given: {} },
])('account and Region: $name', ({ given }) => {
  const where = { accountId: '444455556666', region: 'eu-central-1' };
  expect(alertFor([part(at('09:00'), [A], given)], {}, { ...where, now: NOW })).toMatchObject({ ...where, ...given });
});

test('the worst come first: by severity, successes, requests, and then who came first', () => {
  const given = [
    finding('10.0.0.6', { successes: 0, requests: 9, firstEventAt: at('08:01') }),
    finding('10.0.0.5', { successes: 0, requests: 9 }),
    finding('10.0.0.4', { successes: 1, requests: 1 }),
    finding('10.0.0.3', { successes: 1, requests: 5 }),
    finding('10.0.0.2', { successes: 3, requests: 3 }),
    finding('10.0.0.1', { severity: 'High', severityReason: 'changes succeeded: REST.PUT.OBJECT 1' }),
  ];
  const alert = alertFor([part(at('09:00'), given)]);
  expect(alert.networks.map(({ network }) => network)).toEqual(networks(6, 1));
  expect(alert.rule).toMatchObject({ severity: 'High', severityReason: 'changes succeeded: REST.PUT.OBJECT 1' });
});

describe('a network', () => {
  const sampleBy = (requester: string) => () => ({ ...RECORD, requester });

  test('that many log objects tell of is one, with its sums', () => {
    const denied = { requests: 4, successes: 0, denied: 4, bytesSent: 0, sample: sampleBy('denied') };
    const alert = alertFor([
      part(at('09:00'), [finding(A, denied)]),
      part(at('09:01'), [
        finding(A, { firstEventAt: at('07:00'), forgottenSince: at('06:00'), sample: sampleBy('ana') }),
      ]),
      part(at('09:02'), [finding(A, { lastEventAt: at('08:30'), severity: 'High', sample: sampleBy('bob') })]),
    ]);
    expect(alert.networks).toHaveLength(1);
    expect(alert.networks[0]).toMatchObject({
      requests: 6,
      successes: 2,
      denied: 4,
      bytesSent: 200,
      firstEventAt: '2026-03-02T07:00:00Z',
      lastEventAt: '2026-03-02T08:30:00Z',
      forgottenSince: '2026-03-02T06:00:00Z',
      severity: 'High',
      sample: { requester: 'ana' },
    });
    expect(alert.totals).toMatchObject({ networks: 1, requests: 6, successes: 2, denied: 4, bytesSent: 200 });
    expect(alert.logObjects).toHaveLength(3);
  });

  test('that many log objects tell of has the sums of what it did, changes first', () => {
    const read = { name: 'REST.GET.OBJECT', requests: 5, successes: 4 };
    const deleted = { name: 'REST.DELETE.OBJECT', requests: 2, successes: 1 };
    const others = Array.from({ length: 9 }, (_, index) => ({ name: `REST.GET.X${index}`, requests: 1, successes: 0 }));
    const alert = alertFor([
      part(at('09:00'), [finding(A, { operations: [read, ...others], effects: { ...NO_EFFECTS, read: 4 } })]),
      part(at('09:01'), [finding(A, { operations: [deleted, read], effects: { ...NO_EFFECTS, deleted: 1, read: 4 } })]),
    ]);
    const [network] = alert.networks;
    expect(network!.operations.slice(0, 2)).toEqual([deleted, { ...read, requests: 10, successes: 8 }]);
    expect(network!.operations).toHaveLength(8);
    expect(network!.effects).toEqual({ ...NO_EFFECTS, deleted: 1, read: 8 });
    expect(alert.totals.effects).toEqual(network!.effects);
  });

  test('that changes its address is one, shown by who succeeded, with not more than 20 of them', () => {
    const network = '2001:db8::/64';
    const rotating = Array.from({ length: 25 }, (_, index) => {
      const remoteIp = `2001:db8::${index + 1}`;
      const successes = index < 22 ? 0 : 1;
      return finding(network, { remoteIp, addresses: [remoteIp], successes, sample: sampleBy(remoteIp) });
    });
    const alert = alertFor([part(at('09:00'), rotating)]);
    expect(alert.networks).toMatchObject([
      { network, remoteIp: '2001:db8::23', requests: 25, successes: 3, sample: { requester: '2001:db8::23' } },
    ]);
    expect(alert.networks[0]!.addresses).toHaveLength(20);
    expect(alert.networks[0]!.addresses).toContain('2001:db8::23');
    expect(alert.totals.networks).toBe(1);
  });
});

test('what is too much to list is counted', () => {
  const parts = Array.from({ length: 30 }, (_, index) =>
    part(at('09:00') + index, networks(5, 5 * index), { accountId: index === 9 ? '111122223333' : null }),
  );
  const alert = alertFor(parts);
  expect(alert.networks).toHaveLength(100);
  expect(alert.more).toBe(50);
  const effects = { ...NO_EFFECTS, read: 150 };
  expect(alert.totals).toEqual({
    networks: 150,
    requests: 150,
    successes: 150,
    denied: 0,
    bytesSent: 15_000,
    effects,
  });
  expect(alert.logObjects).toEqual(parts.slice(0, 20).map(({ value }) => value.logObject));
  expect(alert.accountId).toBe('111122223333');
});

describe('a combined alert', () => {
  test('names every network with its bucket, and no records', () => {
    const told = finding(A, { sample: () => RECORD });
    const parts = Array.from({ length: 140 }, (_, index) =>
      part(at('09:00') + index, [told], { bucket: `b-${index}` }),
    );
    const alert = combinedAlertFor(parts);
    expect(alert).toMatchObject({
      kind: 'combined',
      alertId: `${alert.windowId}/1`,
      rule: { title: 'Non-Approved IP access to S3 Bucket [140 buckets]' },
      bucket: null,
      window: null,
      more: 0,
      totals: { networks: 140, requests: 140 },
    });
    expect(alert.networks.map(({ bucket }) => bucket)).toEqual(parts.map(({ value }) => value.bucket));
    for (const network of alert.networks)
      expect(network).toMatchObject({ network: A, addresses: [], operations: [], sample: null });
  });

  test('of one bucket names that one', () => {
    const parts = [part(at('09:00'), [A]), part(at('09:01'), [A], { denied: true })];
    const alert = combinedAlertFor(parts);
    expect(alert.rule.title).toBe('Non-Approved IP access to S3 Bucket [payroll]');
    expect(alert.totals.networks).toBe(1);
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

  test('of one bucket that learns', () => {
    const alert = noticeAlert('started', [learning], where);
    expect(alert).toEqual({
      schemaVersion: '1.0',
      alertId: `${alert.windowId}/1`,
      windowId: expect.stringMatching(/^[0-9a-f]{32}$/),
      kind: 'notice',
      createdAt: '2026-03-02T09:05:00Z',
      rule: {
        id: 'learning-started',
        origin: 's3-access-watch',
        title: 'The watch works and is learning: payroll',
        severity: 'Informational',
        severityReason: null,
        mitre: null,
        runbook: expect.any(String),
        reference: null,
      },
      bucket: 'payroll',
      ...place,
      window: null,
      networks: [],
      more: 0,
      totals: NO_TOTALS,
      logObjects: [],
      placesFrom: null,
      notice: { buckets: [learning] },
    });
  });

  test('of several that have learned', () => {
    const buckets = [learned, { ...learned, bucket: 'website' }];
    expect(noticeAlert('finished', buckets, where)).toMatchObject({
      rule: { id: 'learning-finished', title: 'Learning has ended: 2 buckets' },
      bucket: null,
      notice: { buckets },
    });
  });

  test('is named by its kind and its first bucket, whatever joins it or changes before it is repeated', () => {
    const ids = [
      noticeAlert('started', [learning], where),
      noticeAlert('finished', [learned], where),
      noticeAlert('started', [{ ...learning, bucket: 'website' }], where),
      noticeAlert('started', [{ ...learning, learningUntil: '2026-03-06T09:00:00Z' }], where),
      noticeAlert('started', [learning, { ...learning, bucket: 'website' }], NOWHERE),
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
