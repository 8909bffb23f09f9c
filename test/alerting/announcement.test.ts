import { type Alert, alertOf, type NoticeBucket, noticeAlert } from '../../lib/alerting/alert';
import { type Announcement, announcementOf } from '../../lib/alerting/announcement';
import { cutRecord } from '../../lib/alerting/cut-record';
import type { OutboxFinding } from '../../lib/alerting/outbox';
import { type PlannedMessage, plan } from '../../lib/alerting/plan';
import type { DuePart } from '../../lib/alerting/plan-stream';
import { at, finding, LIMITS, networks, part, RECORD } from '../support/alerting-parts';

const NOWHERE = { accountId: null, region: null };

/** The alert of the only message about what is due. */
function alertFor(parts: readonly DuePart[], alertsPerMinute = 30): Alert {
  const limits = { ...LIMITS, alertsPerMinute };
  const { messages } = plan({ parts, buckets: [], windows: new Map(), now: at('09:05'), limits });
  expect(messages).toHaveLength(1);
  return alertOf(messages[0] as Exclude<PlannedMessage, { kind: 'notice' }>, NOWHERE);
}

/** Bytes of the message and its attributes, as SNS counts them. */
function bytesOf({ json, text, attributes, subject }: Announcement): number {
  const message = JSON.stringify({ default: json, email: text });
  const all = Object.entries(attributes).map(([name, value]) => `${name}String${value}`);
  return Buffer.byteLength([message, subject, ...all].join(''));
}

function expectSendable(announcement: Announcement): void {
  const { json, text, subject, attributes } = announcement;
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(140_000);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
  expect(bytesOf(announcement)).toBeLessThanOrEqual(262_144);
  expect(subject).toMatch(/^[A-Za-z0-9][\x20-\x7e]{0,98}$/);
  expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\ufffe\uffff]/u);
  expect(json).not.toMatch(/[\ufffe\uffff]/);
  for (const value of Object.values(attributes)) expect(value).toMatch(/^[\x21-\x7e]+$/);
}

const TOLD = finding('203.0.113.7', { sample: () => RECORD, forgottenSince: at('07:00') });

test('an alert as people read it', () => {
  const high = { severity: 'High', severityReason: 'changes succeeded: REST.PUT.OBJECT 1' } as const;
  const addresses = ['2001:db8::1', '2001:db8::2'];
  const ipv6 = finding('2001:db8::/64', { remoteIp: '2001:db8::1', addresses, requests: 3, denied: 2, ...high });
  const alert = alertFor([part(at('09:00'), [TOLD, ipv6])]);
  const { subject, text, attributes } = announcementOf(alert);
  expect(subject).toBe('HIGH: unapproved-ip payroll: 2 networks, 4 requests, 2 succeeded');
  expect(attributes).toEqual({ rule: 'unapproved-ip', severity: 'High', kind: 'new', bucket: 'payroll' });
  expect(text).toBe(`Non-Approved IP access to S3 Bucket [payroll]
High: changes succeeded: REST.PUT.OBJECT 1

2 networks, 4 requests, 2 succeeded, 2 denied, 200 bytes sent.

  2001:db8::1 and others of 2001:db8::/64
    3 requests, 1 succeeded, 2 denied, 2026-03-02T08:00:00Z to 2026-03-02T08:00:00Z
  203.0.113.7
    1 request, 1 succeeded, 0 denied, 2026-03-02T08:00:00Z to 2026-03-02T08:00:00Z
    known before, forgotten since 2026-03-02T07:00:00Z
    requester   arn:aws:iam::111122223333:user/ana
    operation   REST.GET.OBJECT 200 2026/february[.]csv
    user agent  curl/8.5.0

${alert.rule.runbook}
${alert.rule.reference}

Networks named here are not named again before 2026-03-02T10:05:00Z.

Log objects:
  logs/2026-03-02T09:00:00.000Z@1

Alert ${alert.alertId}
`);
});

test('the form for machines is the canonical alert', () => {
  const alert = alertFor([part(at('09:00'), [TOLD])]);
  expect(JSON.parse(announcementOf(alert).json)).toEqual(alert);
});

test('a combined alert has a line for each bucket and network', () => {
  const ipv6 = finding('2001:db8::/64', { remoteIp: '2001:db8::1', denied: 1, successes: 0 });
  const parts = [part(at('09:00'), [TOLD]), part(at('09:01'), [ipv6], { bucket: 'website' })];
  const { subject, text, attributes } = announcementOf(alertFor(parts, 1));
  expect(subject).toBe('MEDIUM: unapproved-ip 2 networks, 2 requests, 1 succeeded');
  expect(text).toContain('  payroll  203.0.113.7  1 request, 1 succeeded, 0 denied\n');
  expect(text).toContain('  website  2001:db8::/64  1 request, 0 succeeded, 1 denied\n');
  expect(attributes).toEqual({ rule: 'unapproved-ip', severity: 'Medium', kind: 'combined' });
});

test('a test says that it is one', () => {
  const alert = alertFor([part(at('09:00'), [TOLD], { rule: 'test', bucket: 's3-access-watch-test' })]);
  const { subject, text, attributes } = announcementOf(alert);
  expect(subject).toBe('INFORMATIONAL: Test');
  expect(text).toMatch(/^Test\nInformational\n/);
  expect(attributes).toMatchObject({ rule: 'test', kind: 'notice', bucket: 's3-access-watch-test' });
});

describe('a notice as people read it', () => {
  const learning = { bucket: 'payroll', learningUntil: '2026-03-05T09:00:00Z', learned: null, looksPublic: false };

  test('of the start', () => {
    const { subject, text } = announcementOf(noticeAlert('started', [learning], NOWHERE));
    expect(subject).toBe('INFORMATIONAL: The watch works: payroll is learning');
    expect(text).toContain('\n  payroll learns until 2026-03-05T09:00:00Z\n');
  });

  test('of the end proposes entries of the allowlist, but none for the anonymous', () => {
    const ana = {
      network: '203.0.113.7',
      requester: 'arn:aws:iam::111122223333:user/ana',
      operation: 'REST.GET.OBJECT',
    };
    const learned = { count: 7, networks: [ana, { ...ana, network: '198.51.100.1', requester: null }] };
    const { text } = announcementOf(noticeAlert('finished', [{ ...learning, learned, looksPublic: true }], NOWHERE));
    expect(text).toContain(`
  payroll learned 7 networks
    So many are the public: new-ip rests for this bucket.
    To have it all the same: "bucketSettings": {"payroll": {"newIp": true}}
    203.0.113.7  arn:aws:iam::111122223333:user/ana  REST.GET.OBJECT
    198.51.100.1  anonymous  REST.GET.OBJECT
    … and 5 more networks.
    If they are yours, these entries of the allowlist approve them:
    {"cidr":"203.0.113.7","reason":"arn:aws:iam::111122223333:user/ana","buckets":["payroll"]}

`);
  });

  test('proposes nothing where nobody is known', () => {
    const learned = { count: 1, networks: [{ network: '198.51.100.1', requester: null, operation: null }] };
    const { text } = announcementOf(noticeAlert('finished', [{ ...learning, learned }], NOWHERE));
    expect(text).toContain('\n  payroll learned 1 network\n    198.51.100.1  anonymous  -\n\n');
  });
});

describe('what a stranger wrote', () => {
  test.each([
    ['a link', 'https://evil.example/x', 'https[://]evil[.]example/x'],
    ['a name that becomes a link', 'see www.evil.example', 'see www[.]evil[.]example'],
    ['a name in other letters', 'evil。рф', 'evil[。]рф'],
    ['a version', 'curl/8.5.0', 'curl/8.5.0'],
    ['an address', '203.0.113.9 2001:db8::1', '203.0.113.9 2001:db8::1'],
    ['what steers a terminal', 'a\x1b[31m\u202eb\r\n', 'a\\u{1b}[31m\\u{202e}b\\u{d}\\u{a}'],
    ['more than its room', 'x'.repeat(201), `${'x'.repeat(199)}…`],
  ])('is safe to show: %s', (_name, userAgent, shown) => {
    const told = finding('203.0.113.7', { sample: () => ({ ...RECORD, userAgent }) });
    expect(announcementOf(alertFor([part(at('09:00'), [told])])).text).toContain(`    user agent  ${shown}\n`);
  });

  test.each([
    ['a bucket of the longest name', 'b'.repeat(63), `MEDIUM: unapproved-ip ${'b'.repeat(63)}: 1 network...`],
    ['what is no bucket', 'a\u202e\r\nb東', 'MEDIUM: unapproved-ip a?b?: 1 network, 1 request, 1 succeeded'],
  ])('makes no other subject: %s', (_name, bucket, expected) => {
    const announcement = announcementOf(alertFor([part(at('09:00'), ['203.0.113.7'], { bucket })]));
    expect(announcement.subject).toBe(expected);
    expectSendable(announcement);
  });
});

describe('the largest alerts can be sent, and count what they do not list:', () => {
  const texts: Record<string, string> = {
    emoji: '👍🏽',
    CJK: '東京',
    'control characters': '\x01\x1b',
    'quotes and backslashes': '"\\',
    'halves of characters': '\ud800',
    'what turns text around': '\u202e\u2028\ufeff',
    'tags and private use': '\u{e0041}\ue000',
    'what no queue takes': '\ufffe\uffff',
  };
  const hostileFinding = (network: string, text: string): OutboxFinding => {
    const long = text.repeat(2000);
    const record = { ...RECORD, key: long, requestUri: long, referer: long, userAgent: long, requester: long };
    const addresses = Array.from({ length: 20 }, (_, index) => `2001:db8:1234:5678:9abc:def0:1234:56${10 + index}`);
    return finding(network, { addresses, sample: () => cutRecord(record, 2000), severityReason: text });
  };

  test.each(Object.entries(texts))('a hundred networks with %s', (_name, text) => {
    const parts = [
      part(
        at('09:00'),
        networks(100).map((network) => hostileFinding(network, text)),
      ),
    ];
    const announcement = announcementOf(alertFor(parts));
    expectSendable(announcement);
    const { networks: listed, more, totals } = JSON.parse(announcement.json) as Alert;
    expect(listed.length).toBeGreaterThan(20);
    expect(listed.length + more).toBe(totals.networks);
    const shown = announcement.text.match(/^ {2}10\./gm)!.length;
    expect(announcement.text).toContain(`… and ${100 - shown} more network`);
  });

  test.each(Object.entries(texts))('a thousand parts of log objects named with %s', (_name, text) => {
    const logObject = `logs/${text.repeat(1024).slice(0, 1024)}`;
    const parts = Array.from({ length: 1000 }, (_, index) =>
      part(at('09:00'), [hostileFinding(networks(1, index)[0]!, text)], { logObject: `${logObject}${index}` }),
    );
    const alert = alertFor(parts);
    expect(alert.totals.networks).toBe(1000);
    expectSendable(announcementOf(alert));
  });

  test.each(Object.entries(texts))('a notice of fifty buckets, used by strangers with %s', (_name, text) => {
    const learned = networks(100).map((network) => ({
      network,
      requester: text.repeat(100),
      operation: text.repeat(30),
    }));
    const buckets = Array.from({ length: 50 }, (_, index): NoticeBucket => {
      return {
        bucket: `b-${index}`,
        learningUntil: null,
        learned: { count: 5000, networks: learned },
        looksPublic: true,
      };
    });
    const announcement = announcementOf(noticeAlert('finished', buckets, NOWHERE));
    expectSendable(announcement);
    for (const { bucket } of buckets) expect(announcement.text).toContain(`  ${bucket} learned 5000 networks\n`);
    expect((JSON.parse(announcement.json) as Alert).notice!.buckets).toHaveLength(50);
  });

  test.each([
    { name: 'IPv4', remoteIp: '203.0.113.117', network: '203.0.113.117' },
    { name: 'IPv6', remoteIp: '2001:db8:1234:5678:9abc:def0:1234:5678', network: '2001:db8:1234:5678::/64' },
    {
      name: 'IPv6, whole',
      remoteIp: '2001:db8:1234:5678:9abc:def0:1234:5678',
      network: '2001:db8:1234:5678:9abc:def0:1234:5678',
    },
  ])('a combined alert lists whatever it tells, however long the names ($name)', ({ remoteIp, network }) => {
    const numbers = { requests: 123_456, successes: 98_765, denied: 12_345, bytesSent: 123_456_789_012_345 };
    const told = finding(network, { remoteIp, forgottenSince: at('07:00'), ...numbers });
    const parts = Array.from({ length: 250 }, (_, index) =>
      part(at('09:00') + index, [told], { bucket: `${index}-`.padEnd(63, 'b'), logObject: 'logs/'.padEnd(200, 'k') }),
    );
    const announcement = announcementOf(alertFor(parts, 0));
    expectSendable(announcement);
    const { networks: listed, more } = JSON.parse(announcement.json) as Alert;
    expect([listed.length, more]).toEqual([250, 0]);
    for (const { value } of parts) expect(announcement.text).toContain(`  ${value.bucket}  ${network}  `);
  });
});
