import type { Alert, AlertNetwork, NoticeBucket } from '../../lib/alerting/alert';
import { alertOf } from '../../lib/alerting/alert-of';
import { announcementOf } from '../../lib/alerting/announcement';
import { noticeAlert } from '../../lib/alerting/notice-alert';
import { NO_PLACE } from '../../lib/alerting/place';
import { type PlannedMessage, plan } from '../../lib/alerting/plan';
import type { DuePart } from '../../lib/alerting/plan-stream';
import { NO_EFFECTS } from '../../lib/detection/effect';
import { at, finding, fullParts, LIMITS, networks, part, RECORD } from '../support/alerting-parts';
import { expectSendable, isoMinute } from '../support/announcements';
import { GOLDEN_ALERTS } from './golden-alerts';

const ORIGIN = { accountId: '111122223333', region: 'eu-central-1', now: at('09:05') };

/** The alert of the only message about what is due. */
function alertFor(parts: readonly DuePart[], alertsPerMinute = 30): Alert {
  const limits = { ...LIMITS, alertsPerMinute };
  const { messages } = plan({ parts, buckets: [], windows: new Map(), now: ORIGIN.now, limits });
  expect(messages).toHaveLength(1);
  return alertOf(messages[0] as Exclude<PlannedMessage, { kind: 'notice' }>, ORIGIN);
}

function emailOf(alert: Alert): string {
  return announcementOf(alert, { slack: false }).bodies.email;
}

function ocsfOf(alert: Alert): { unmapped: Alert } {
  return JSON.parse(announcementOf(alert, { slack: false }).bodies.default) as { unmapped: Alert };
}

describe('the subject', () => {
  const A = '203.0.113.7';
  const denied = { requests: 8, successes: 0, denied: 8, effects: NO_EFFECTS };
  const changed = { successes: 3, requests: 3, effects: { ...NO_EFFECTS, deleted: 2, read: 1 } };
  const long = '2001:db8:1234:5678:9abc:def0:1234:5678';
  const cases: { name: string; parts: DuePart[]; expected: string }[] = [
    {
      name: 'one address',
      parts: [part(at('09:00'), [A])],
      expected: '[MEDIUM] payroll: 203.0.113.7 not on the allowlist, 1 request succeeded',
    },
    {
      name: 'several addresses',
      parts: [
        part(
          at('09:00'),
          networks(3).map((network) => finding(network, { requests: 20, successes: 14 })),
        ),
      ],
      expected: '[MEDIUM] payroll: 3 addresses not on the allowlist, 42 requests succeeded',
    },
    {
      name: 'all denied',
      parts: [part(at('09:00'), [finding(A, denied)], { denied: true })],
      expected: '[MEDIUM] payroll: 203.0.113.7 not on the allowlist, all 8 requests denied',
    },
    {
      name: 'neither denied nor a success',
      parts: [part(at('09:00'), [finding(A, { ...denied, denied: 3 })])],
      expected: '[MEDIUM] payroll: 203.0.113.7 not on the allowlist, none of 8 requests succeeded',
    },
    {
      name: 'changes',
      parts: [part(at('09:00'), [finding(A, { ...changed, severity: 'High' })])],
      expected: '[HIGH] payroll: 203.0.113.7 not on the allowlist, 3 requests succeeded, 2 changed data',
    },
    {
      name: 'a new network of many addresses',
      parts: [
        part(
          at('09:00'),
          [
            finding('2001:db8::/64', {
              remoteIp: '2001:db8::1',
              addresses: ['2001:db8::1', '2001:db8::2'],
              severity: 'Low',
            }),
          ],
          { rule: 'new-ip' },
        ),
      ],
      expected: '[LOW] payroll: new address 2001:db8::/64, 1 request succeeded',
    },
    {
      name: 'too long with the address, which the mail names',
      parts: [
        part(at('09:00'), [finding(long, { requests: 123_456, successes: 123_456 })], {
          bucket: 'a-bucket-of-payroll',
        }),
      ],
      expected: '[MEDIUM] a-bucket-of-payroll: 1 address not on the allowlist, 123,456 requests succeeded',
    },
    {
      name: 'a bucket of the longest name',
      parts: [part(at('09:00'), [A], { bucket: 'b'.repeat(63) })],
      expected: `[MEDIUM] ${'b'.repeat(34)}...: 1 address not on the allowlist, 1 request succeeded`,
    },
    {
      name: 'what is no bucket',
      parts: [part(at('09:00'), [A], { bucket: 'a\u202e\r\nb東' })],
      expected: '[MEDIUM] a?b?: 203.0.113.7 not on the allowlist, 1 request succeeded',
    },
    {
      name: 'a bucket that mail programs would make a link of',
      parts: [part(at('09:00'), [A], { bucket: 'www.example.com' })],
      expected: '[MEDIUM] www[.]example[.]com: 203.0.113.7 not on the allowlist, 1 request succeeded',
    },
  ];
  test.each(cases)('$name', ({ parts, expected }) => {
    const announcement = announcementOf(alertFor(parts), { slack: true });
    expect(announcement.subject).toBe(expected);
    expectSendable(announcement);
  });
});

test.each(Object.entries(GOLDEN_ALERTS))('%s can be sent, in its reduced form too', (_name, alert) => {
  expectSendable(announcementOf(alert, { slack: true }));
  const reduced = announcementOf(alert, { slack: true, reduced: true });
  expectSendable(reduced);
  expect(reduced.subject).toMatch(/^[A-Za-z0-9][A-Za-z0-9 ]+$/);
});

test('the attributes that filter policies match', () => {
  const attributesOf = (name: string) => announcementOf(GOLDEN_ALERTS[name]!, { slack: true }).attributes;
  expect(attributesOf('new')).toEqual({
    rule: 'unapproved-ip',
    severity: 'Medium',
    kind: 'new',
    bucket: 'acme-payroll',
  });
  expect(attributesOf('combined')).toEqual({ rule: 'unapproved-ip', severity: 'Medium', kind: 'combined' });
});

test('webhooks get a body of their own only where they are Slack', () => {
  const { bodies } = announcementOf(GOLDEN_ALERTS.new!, { slack: false });
  expect(Object.keys(bodies)).toEqual(['default', 'email']);
  expect(Object.keys(announcementOf(GOLDEN_ALERTS.new!, { slack: true }).bodies)).toEqual([
    'default',
    'email',
    'https',
  ]);
});

test.each([
  ['eu-central-1', 'https://console.aws.amazon.com/s3/buckets/payroll?region=eu-central-1&tab=permissions', 'aws'],
  ['cn-north-1', 'https://console.amazonaws.cn/s3/buckets/payroll?region=cn-north-1&tab=permissions', 'aws-cn'],
  [
    'us-gov-west-1',
    'https://console.amazonaws-us-gov.com/s3/buckets/payroll?region=us-gov-west-1&tab=permissions',
    'aws-us-gov',
  ],
])('%s has its own console, and its own ARNs', (region, link, partition) => {
  const alert = { ...alertFor([part(at('09:00'), ['203.0.113.7'])]), region };
  expect(emailOf(alert)).toContain(`\n    ${link}\n`);
  expect(ocsfOf(alert)).toMatchObject({ resources: [{ uid: `arn:${partition}:s3:::payroll` }] });
});

describe('what is proposed', () => {
  const bucket: NoticeBucket = {
    bucket: 'payroll',
    learningUntil: null,
    learned: null,
    looksPublic: false,
    isFull: false,
  };
  const learnedBy = (
    requesters: readonly (string | null)[],
    given: Partial<NoticeBucket> = {},
    publicOnly = false,
    accountId: string | null = '111122223333',
  ): string => {
    const learned = networks(requesters.length).map((network, index) => {
      return { network, requester: requesters[index]!, operation: 'REST.GET.OBJECT', publicOnly, ...NO_PLACE };
    });
    const buckets = [{ ...bucket, learned: { count: learned.length, publicOnly: 0, networks: learned }, ...given }];
    return emailOf(noticeAlert('finished', buckets, { ...ORIGIN, accountId }));
  };
  const ana = 'arn:aws:iam::111122223333:user/ana';
  const role = (session: string) => `arn:aws:sts::111122223333:assumed-role/reports/${session}`;

  /** What people would paste: all objects that the mail shows in lines of their own. */
  function pasted(text: string): unknown[] {
    const found = text.match(/^ *\{"[\s\S]*?\},?$/gm) ?? [];
    return found.map((json) => JSON.parse(json.trim().replace(/,$/, '')) as unknown);
  }

  test('is an entry for each network that somebody known uses, and none for the anonymous', () => {
    expect(pasted(learnedBy([ana, null, ana]))).toEqual([
      { cidr: '10.0.0.0', reason: 'learned: 111122223333 user/ana', buckets: ['payroll'] },
      { cidr: '10.0.0.2', reason: 'learned: 111122223333 user/ana', buckets: ['payroll'] },
    ]);
    expect(pasted(learnedBy([null, null]))).toEqual([]);
  });

  test('is the requester where it comes from many networks, a role whatever its session', () => {
    expect(pasted(learnedBy(Array.from({ length: 4 }, () => role('mara@example.com'))))).toEqual([
      { requester: role('*'), bucket: 'payroll', reason: 'WHO AND WHY' },
    ]);
  });

  test.each([
    ['what a stranger may have written', ['", "cidr": "0.0.0.0/0'], {}],
    ['a bucket that is public', [ana], { looksPublic: true }],
    ['what is no bucket', [ana], { bucket: "'; drop table" }],
    ['another account', ['arn:aws:iam::999999999999:user/ana'], {}],
    ['another account from many networks', Array.from({ length: 5 }, () => 'arn:aws:iam::999999999999:user/ana'), {}],
    ['a canonical user id', ['a'.repeat(64)], {}],
    ['a service', ['svc:delivery.logs.amazonaws.com'], {}],
    ['an account that only looks like this one', ['arn:aws:iam::1111222233334:user/ana'], {}],
  ])('is nothing for %s', (_name, requesters, given) => {
    expect(pasted(learnedBy(requesters, given))).toEqual([]);
  });

  test('is nothing where it is not known which account this is, or all that is known is public', () => {
    expect(pasted(learnedBy([ana], {}, false, null))).toEqual([]);
    expect(pasted(learnedBy([ana], {}, true))).toEqual([]);
  });

  test('another account is said to be one', () => {
    const other = 'arn:aws:iam::999999999999:user/deploy-bot';
    const text = learnedBy([ana, other]);
    expect(text).toContain(`REST.GET.OBJECT  ${other}\n      account 999999999999, not this one\n`);
    expect(text.match(/not this one/g)).toHaveLength(1);
    expect(learnedBy([ana, other], {}, false, null)).not.toContain('not this one');
    const notice = { ...bucket, learned: { count: 2, publicOnly: 0, networks: [] } };
    const networks = [{ network: '10.0.0.1', requester: other, operation: null, publicOnly: false, ...NO_PLACE }];
    const alert = noticeAlert('finished', [{ ...notice, learned: { ...notice.learned, networks } }], ORIGIN);
    const { https } = announcementOf({ ...alert, accountId: '111122223333' }, { slack: true }).bodies;
    expect(https).toContain('(account 999999999999, not this one)');
  });

  test('what is not learned is said', () => {
    expect(learnedBy([ana], { isFull: true })).toContain('learned as many as a bucket may: others are reported as new');
  });

  test('can be pasted as it is, and is no link', () => {
    const text = learnedBy([ana], { bucket: 'www.example.com' });
    expect(text).not.toContain('www.example.com');
    expect(pasted(text)).toEqual([
      { cidr: '10.0.0.0', reason: 'learned: 111122223333 user/ana', buckets: ['www.example.com'] },
    ]);
  });

  test.each([
    ['of another account', { sample: 'arn:aws:iam::999999999999:user/backup-svc', accountId: '111122223333' }],
    ['where the account is not known', { sample: 'arn:aws:iam::111122223333:user/backup-svc', accountId: null }],
    ['of a canonical user id', { sample: 'b'.repeat(64), accountId: '111122223333' }],
  ])('by an alert is no rule that trusts a principal %s', (_name, { sample: requester, accountId }) => {
    const { networks: all, ...alert } = GOLDEN_ALERTS.new!;
    const changed = all.map((one) => ({ ...one, sample: { ...one.sample!, requester } }));
    const text = emailOf({ ...alert, accountId, networks: changed });
    expect(pasted(text)).toEqual([{ cidr: '192.0.2.213', reason: 'WHO AND WHY', buckets: ['acme-payroll'] }]);
    expect(text).not.toContain('"trusted"');
  });

  test('by an alert: the entry that approves, and the rule that trusts until a day', () => {
    expect(pasted(emailOf(GOLDEN_ALERTS.new!))).toEqual([
      { cidr: '192.0.2.213', reason: 'WHO AND WHY', buckets: ['acme-payroll'] },
      {
        requester: 'arn:aws:iam::111122223333:user/backup-svc',
        bucket: 'acme-payroll',
        reason: 'WHO AND WHY',
        until: '2026-05-31',
      },
    ]);
  });
});

test('places and networks are shown where they are known', () => {
  const alert = alertFor([part(at('09:00'), ['203.0.113.7'])]);
  const place = { geo: { country: 'NL', city: null }, asn: { number: 64500, organization: 'Example' } };
  const located = { ...alert, networks: alert.networks.map((network) => ({ ...network, ...place })) };
  expect(emailOf(located)).toContain('\n  203.0.113.7  NL · AS64500 Example\n');
  expect(announcementOf(located, { slack: true }).bodies.https).toContain('• `203.0.113.7` – NL · AS64500 Example – ');
  expect(ocsfOf(located)).toMatchObject({
    evidences: [
      { src_endpoint: { location: { country: 'NL' }, autonomous_system: { number: 64500, name: 'Example' } } },
    ],
  });
});

test('what is named is named again when its window has closed', () => {
  const text = emailOf(alertFor([part(at('09:00'), ['203.0.113.7'])]));
  expect(text).toContain(`These networks are not named again before ${isoMinute(at('10:05'))} UTC`);
});

describe('a digest of 10,000 networks', () => {
  const sample = () => RECORD;
  const parts = fullParts(400, at('08:00')).map(({ value, version }) => {
    return { version, value: { ...value, findings: value.findings.map((found) => ({ ...found, sample })) } };
  });
  const stream = { rule: 'unapproved-ip', bucket: 'payroll', denied: false } as const;
  const window = { ...stream, windowId: 'f'.repeat(32), sequence: 5, openedAt: at('07:30'), closesAt: at('09:00') };
  const due = plan({
    parts,
    buckets: [],
    windows: new Map([['unapproved-ip payroll', { ...window, messages: 5, announced: [], told: [] }]]),
    now: ORIGIN.now,
    limits: LIMITS,
  });
  const all = { ...due.messages[0]! } as Extract<PlannedMessage, { kind: 'stream' }>;

  test('is told by a thousand at a time, each within the limits', () => {
    const alert = alertOf(all, ORIGIN);
    expect(alert).toMatchObject({ kind: 'digest', totals: { networks: 1000 }, more: 900 });
    expectSendable(announcementOf(alert, { slack: true }));
  });

  test('in one message it would be within the limits, too', () => {
    const alert = alertOf({ ...all, message: { ...all.message, parts } }, ORIGIN);
    const announcement = announcementOf(alert, { slack: true });
    const sizes = Object.entries(announcement.bodies).map(([name, body]) => `${name} ${Buffer.byteLength(body)}`);
    process.stdout.write(`digest of 10,000 networks, bytes: ${sizes.join(', ')}\n`);
    expectSendable(announcement);
    const { unmapped } = ocsfOf(alert);
    expect(unmapped.totals).toMatchObject({ networks: 10_000, requests: 10_000 });
    expect(unmapped.networks.length + unmapped.more).toBe(10_000);
    expect(unmapped.networks.length).toBeGreaterThan(40);
    const shown = announcement.bodies.email.match(/^ {2}10\.\d+\.\d+\.\d+$/gm)!.length;
    expect(announcement.bodies.email).toContain(`… and ${(10_000 - shown).toLocaleString('en')} more networks`);
    expect(announcement.subject).toContain('10,000 addresses not on the allowlist');
  });
});

describe('a combined alert', () => {
  const PLACES: Pick<AlertNetwork, 'geo' | 'asn'> = {
    geo: { country: 'DE', city: 'Frankfurt am Main' },
    asn: { number: 4_200_000_000, organization: 'Some Organization Hosting GmbH & Co.' },
  };

  test.each([
    { name: 'IPv4', remoteIp: '203.0.113.117', network: '203.0.113.117' },
    { name: 'IPv6', remoteIp: '2001:db8:1234:5678:9abc:def0:1234:5678', network: '2001:db8:1234:5678::/64' },
    {
      name: 'IPv6, whole',
      remoteIp: '2001:db8:1234:5678:9abc:def0:1234:5678',
      network: '2001:db8:1234:5678:9abc:def0:1234:5678',
    },
  ])('lists whatever it tells, however long the names ($name)', ({ remoteIp, network }) => {
    const effects = { deleted: 12_345, written: 12_345, settings: 12_345, read: 98_765, listed: 98_765 };
    const numbers = { requests: 123_456, successes: 98_765, denied: 12_345, bytesSent: 123_456_789_012_345, effects };
    const told = finding(network, { remoteIp, forgottenSince: at('07:00'), ...numbers });
    const parts = Array.from({ length: 150 }, (_, index) =>
      part(at('09:00') + index, [told], {
        bucket: `${index}-`.padEnd(63, 'b'),
        logObject: `logs/${index}`.padEnd(200, 'k'),
      }),
    );
    const plain = alertFor(parts, 0);
    const alert = { ...plain, networks: plain.networks.map((one) => ({ ...one, ...PLACES })) };
    const announcement = announcementOf(alert, { slack: true });
    expectSendable(announcement);
    const { networks: listed, more } = ocsfOf(alert).unmapped;
    expect([listed.length, more]).toEqual([150, 0]);
    for (const { value } of parts) expect(announcement.bodies.email).toContain(`\n  ${value.bucket}\n    ${network}  `);
  });
});
