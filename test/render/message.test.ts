import type { Alert, AlertNetwork, NoticeBucket } from '../../lib/alert/alert';
import { NO_GEO_LOCATION } from '../../lib/alert/geo-location';
import { noticeAlert } from '../../lib/alert/notice-alert';
import type { OutboxFinding, PendingPart } from '../../lib/alerting/outbox';
import { newStream } from '../../lib/alerting/stream-state';
import { NO_EFFECTS } from '../../lib/detection/effect';
import { renderMessage } from '../../lib/render/message';
import type { RuleId } from '../../lib/rules/rule';
import {
  at,
  combinedOf,
  DELETED,
  DENIED,
  FAILED,
  finding,
  fullParts,
  networks,
  PAYROLL,
  part,
  RECORD,
  type SendOptions,
  send,
} from '../support/alerting-parts';
import { expectSendable, isoMinute } from '../support/rendered-messages';
import { NEW_IP, UNAPPROVED_IP } from '../support/rule-ids';
import { GOLDEN_ALERTS } from './golden-alerts';

const ORIGIN = { accountId: '111122223333', region: 'eu-central-1', now: at('09:05') };

/** The alert about these parts at 09:05. */
function alertFor(parts: readonly PendingPart[], given: SendOptions = {}): Alert {
  return send(parts, { now: ORIGIN.now, origin: ORIGIN, ...given }).alert;
}

function emailOf(alert: Alert): string {
  return renderMessage(alert, { slack: false }).bodies.email;
}

function ocsfOf(alert: Alert): { unmapped: Alert } {
  return JSON.parse(renderMessage(alert, { slack: false }).bodies.default) as { unmapped: Alert };
}

test('mail, Slack and OCSF show that an operation is not known', () => {
  const network = finding('203.0.113.7', {
    successes: 2,
    requests: 2,
    effects: { ...NO_EFFECTS, unknown: 1, read: 1 },
    operations: [
      { name: 'REST.PUT.NOVELTY', requests: 1, successes: 1 },
      { name: 'REST.GET.OBJECT', requests: 1, successes: 1 },
    ],
  });
  const alert = alertFor([part(at('09:00'), [network])]);
  const { email, https: chat } = renderMessage(alert, { slack: true }).bodies;
  expect(email).toMatch(/^ {2}Objects {5}UNKNOWN OPERATION by 1 request, read by 1$/m);
  expect(email).toMatch(/REST[^ ]*NOVELTY \(unknown operation\) 1, REST\.GET\.OBJECT 1/);
  expect(chat).toContain('UNKNOWN OPERATION by 1 request, read by 1');
  expect(ocsfOf(alert).unmapped.totals!.effects).toEqual({ ...NO_EFFECTS, unknown: 1, read: 1 });
});

describe('the subject', () => {
  const A = '203.0.113.7';
  const denied = { ...DENIED, requests: 8, denied: 8 };
  const changed = { successes: 3, requests: 3, effects: { ...NO_EFFECTS, deleted: 2, read: 1 } };
  const long = '2001:db8:1234:5678:9abc:def0:1234:5678';
  const cases: { name: string; parts: PendingPart[]; expected: string }[] = [
    {
      name: 'one address',
      parts: [part(at('09:00'), [A])],
      expected: '[MEDIUM] payroll: 203.0.113.7 not on the allowlist, 1 request succeeded',
    },
    {
      name: 'only operations that are not known',
      parts: [part(at('09:00'), [finding(A, { ...changed, effects: { ...NO_EFFECTS, unknown: 3 } })])],
      expected: '[MEDIUM] payroll: 203.0.113.7 not on the allowlist, 3 requests succeeded, 3 may have changed data',
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
      expected: '[LOW] payroll: 203.0.113.7 not on the allowlist, all 8 requests denied',
    },
    {
      name: 'failed but not denied',
      parts: [part(at('09:00'), [finding(A, { ...denied, denied: 3, level: 'no access' })])],
      expected: '[LOW] payroll: 203.0.113.7 not on the allowlist, none of 8 requests succeeded',
    },
    {
      name: 'changes',
      parts: [part(at('09:00'), [finding(A, { ...changed, severity: 'High', level: 'changed' })])],
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
          { rule: NEW_IP },
        ),
      ],
      expected: '[LOW] payroll: new network 2001:db8::/64, 1 request succeeded',
    },
    {
      name: 'too long with the address, which is then only in the mail',
      parts: [
        part(at('09:00'), [finding(long, { requests: 123_456, successes: 123_456 })], {
          bucket: 'a-bucket-of-payroll',
        }),
      ],
      expected: '[MEDIUM] a-bucket-of-payroll: 1 address not on the allowlist, 123,456 requests succeeded',
    },
    {
      name: 'more networks than are counted exactly',
      parts: fullParts(8, at('09:00')),
      expected: '[MEDIUM] payroll: up to 200 networks not on the allowlist, 200 requests succeeded',
    },
    {
      name: 'a bucket name of maximum length',
      parts: [part(at('09:00'), [A], { bucket: 'b'.repeat(63) })],
      expected: `[MEDIUM] ${'b'.repeat(34)}...: 1 address not on the allowlist, 1 request succeeded`,
    },
    {
      name: 'an invalid bucket name',
      parts: [part(at('09:00'), [A], { bucket: 'a\u202e\r\nb東' })],
      expected: '[MEDIUM] a?b?: 203.0.113.7 not on the allowlist, 1 request succeeded',
    },
    {
      name: 'a bucket name that mail programs would turn into a link',
      parts: [part(at('09:00'), [A], { bucket: 'www.example.com' })],
      expected: '[MEDIUM] www[.]example[.]com: 203.0.113.7 not on the allowlist, 1 request succeeded',
    },
  ];
  test.each(cases)('$name', ({ parts, expected }) => {
    const message = renderMessage(alertFor(parts), { slack: true });
    expect(message.subject).toBe(expected);
    expectSendable(message);
  });
});

test.each(Object.entries(GOLDEN_ALERTS))('%s can be sent, in its reduced form too', (_name, alert) => {
  expectSendable(renderMessage(alert, { slack: true }));
  const reduced = renderMessage(alert, { slack: true, reduced: true });
  expectSendable(reduced);
  expect(reduced.subject).toMatch(/^[A-Za-z0-9][A-Za-z0-9 ]+$/);
});

test('the attributes that filter policies match', () => {
  const attributesOf = (name: string) => renderMessage(GOLDEN_ALERTS[name]!, { slack: true }).attributes;
  expect(attributesOf('new')).toEqual({
    rule: 'unapproved-ip',
    severity: 'Medium',
    kind: 'new',
    bucket: 'acme-payroll',
  });
  expect(attributesOf('combined')).toEqual({ rule: 'unapproved-ip', severity: 'Low', kind: 'combined' });
});

test('webhooks have their own body only for Slack', () => {
  const { bodies } = renderMessage(GOLDEN_ALERTS.new!, { slack: false });
  expect(Object.keys(bodies)).toEqual(['default', 'email']);
  expect(Object.keys(renderMessage(GOLDEN_ALERTS.new!, { slack: true }).bodies)).toEqual(['default', 'email', 'https']);
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

describe('the proposal', () => {
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
      return { network, requester: requesters[index]!, operation: 'REST.GET.OBJECT', publicOnly, ...NO_GEO_LOCATION };
    });
    const buckets = [{ ...bucket, learned: { count: learned.length, publicOnly: 0, networks: learned }, ...given }];
    return emailOf(noticeAlert('finished', buckets, 0, { ...ORIGIN, accountId }));
  };
  const ana = 'arn:aws:iam::111122223333:user/ana';
  const role = (session: string) => `arn:aws:sts::111122223333:assumed-role/reports/${session}`;

  /** The objects for pasting: all those that are on separate lines of the mail. */
  function pasted(text: string): unknown[] {
    const found = text.match(/^ *\{"[\s\S]*?\},?$/gm) ?? [];
    return found.map((json) => JSON.parse(json.trim().replace(/,$/, '')) as unknown);
  }

  test('is an entry for each network of a known principal, and none for anonymous requesters', () => {
    expect(pasted(learnedBy([ana, null, ana]))).toEqual([
      { cidr: '10.0.0.0', reason: 'learned: 111122223333 user/ana', buckets: ['payroll'] },
      { cidr: '10.0.0.2', reason: 'learned: 111122223333 user/ana', buckets: ['payroll'] },
    ]);
    expect(pasted(learnedBy([null, null]))).toEqual([]);
  });

  test('is the requester if it uses many networks; a role with any session', () => {
    expect(pasted(learnedBy(Array.from({ length: 4 }, () => role('mara@example.com'))))).toEqual([
      { requester: role('*'), bucket: 'payroll', reason: 'WHO AND WHY' },
    ]);
  });

  test.each([
    ['untrusted text', ['", "cidr": "0.0.0.0/0'], {}],
    ['a bucket that is public', [ana], { looksPublic: true }],
    ['an invalid bucket name', [ana], { bucket: "'; drop table" }],
    ['another account', ['arn:aws:iam::999999999999:user/ana'], {}],
    ['another account from many networks', Array.from({ length: 5 }, () => 'arn:aws:iam::999999999999:user/ana'), {}],
    ['a canonical user id', ['a'.repeat(64)], {}],
    ['a service', ['svc:delivery.logs.amazonaws.com'], {}],
    ['an account that only looks like this one', ['arn:aws:iam::1111222233334:user/ana'], {}],
  ])('does not exist for %s', (_name, requesters, given) => {
    expect(pasted(learnedBy(requesters, given))).toEqual([]);
  });

  test('does not exist if the account is unknown, or if all networks only read public objects', () => {
    expect(pasted(learnedBy([ana], {}, false, null))).toEqual([]);
    expect(pasted(learnedBy([ana], {}, true))).toEqual([]);
  });

  test('principals of other accounts are marked', () => {
    const other = 'arn:aws:iam::999999999999:user/deploy-bot';
    const text = learnedBy([ana, other]);
    expect(text).toContain(`REST.GET.OBJECT  ${other}\n      account 999999999999, not this one\n`);
    expect(text.match(/not this one/g)).toHaveLength(1);
    expect(learnedBy([ana, other], {}, false, null)).not.toContain('not this one');
    const notice = { ...bucket, learned: { count: 2, publicOnly: 0, networks: [] } };
    const networks = [
      { network: '10.0.0.1', requester: other, operation: null, publicOnly: false, ...NO_GEO_LOCATION },
    ];
    const alert = noticeAlert('finished', [{ ...notice, learned: { ...notice.learned, networks } }], 0, ORIGIN);
    const { https } = renderMessage({ ...alert, accountId: '111122223333' }, { slack: true }).bodies;
    expect(https).toContain('(account 999999999999, not this one)');
  });

  test('the notice says that a bucket reached the maximum', () => {
    expect(learnedBy([ana], { isFull: true })).toContain(
      'learned the maximum for one bucket: any other network is now reported as new',
    );
  });

  test('can be pasted unchanged, and is not a link', () => {
    const text = learnedBy([ana], { bucket: 'www.example.com' });
    expect(text).not.toContain('www.example.com');
    expect(pasted(text)).toEqual([
      { cidr: '10.0.0.0', reason: 'learned: 111122223333 user/ana', buckets: ['www.example.com'] },
    ]);
  });

  test.each([
    ['of another account', { sample: 'arn:aws:iam::999999999999:user/backup-svc', accountId: '111122223333' }],
    ['of an unknown account', { sample: 'arn:aws:iam::111122223333:user/backup-svc', accountId: null }],
    ['of a canonical user id', { sample: 'b'.repeat(64), accountId: '111122223333' }],
  ])('of an alert trusts no principal %s', (_name, { sample: requester, accountId }) => {
    const { networks: all, ...alert } = GOLDEN_ALERTS.new!;
    const changed = all.map((one) => ({ ...one, sample: { ...one.sample!, requester } }));
    const text = emailOf({ ...alert, accountId, networks: changed });
    expect(pasted(text)).toEqual([{ cidr: '192.0.2.213', reason: 'WHO AND WHY', buckets: ['acme-payroll'] }]);
    expect(text).not.toContain('"trusted"');
  });

  test('of an alert is an allowlist entry, and a trusted rule with an end', () => {
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

test('locations and ASs are shown if they are known', () => {
  const alert = alertFor([part(at('09:00'), ['203.0.113.7'])]);
  const place = { geo: { country: 'NL', city: null }, asn: { number: 64500, organization: 'Example' } };
  const located = { ...alert, networks: alert.networks.map((network) => ({ ...network, ...place })) };
  expect(emailOf(located)).toContain('\n  203.0.113.7  NL · AS64500 Example\n');
  expect(renderMessage(located, { slack: true }).bodies.https).toContain('• `203.0.113.7` – NL · AS64500 Example – ');
  expect(ocsfOf(located)).toMatchObject({
    evidences: [
      { src_endpoint: { location: { country: 'NL' }, autonomous_system: { number: 64500, name: 'Example' } } },
    ],
  });
});

describe('WHAT HAPPENS NEXT is correct', () => {
  /** The section, in one line. */
  function nextOf(alert: Alert): string {
    const [, after = ''] = emailOf(alert).split('WHAT HAPPENS NEXT\n');
    return after.split('\n\n')[0]!.replace(/\s+/g, ' ').trim();
  }

  test('a network is not reported again before its window ends, unless it gains more access or is more severe', () => {
    expect(nextOf(alertFor([part(at('09:00'), ['203.0.113.7'])]))).toMatch(
      new RegExp(
        `^A network in this message is not reported again before ${isoMinute(at('10:05'))} UTC, unless it gains more access`,
      ),
    );
  });

  test('of a combined alert, each bucket has its own window', () => {
    expect(nextOf(GOLDEN_ALERTS.combined!)).toContain('before the alert window of its bucket ends');
  });

  test('a new network is known from then on', () => {
    expect(nextOf(alertFor([part(at('09:00'), ['203.0.113.7'], { rule: NEW_IP })]))).toMatch(
      /^The networks in this message are now known/,
    );
  });
});

describe('the severity has a reason', () => {
  const cases: { name: string; found: Partial<OutboxFinding>; rule?: RuleId; expected: string }[] = [
    { name: 'denied', found: DENIED, expected: 'Low: no request succeeded' },
    { name: 'failed', found: FAILED, expected: 'Low: no request succeeded' },
    { name: 'read', found: {}, expected: 'Medium: requests succeeded, but none changed data (that would be High)' },
    { name: 'deleted', found: DELETED, expected: 'High: changes succeeded: REST.DELETE.OBJECT 1' },
    {
      name: 'read by a new network without credentials',
      found: { severity: 'Low' },
      rule: NEW_IP,
      expected: 'Low: no data was changed, and no successful request was signed',
    },
    {
      name: 'read by a new network with credentials',
      found: { severityReason: 'objects were read with valid credentials' },
      rule: NEW_IP,
      expected: 'Medium: objects were read with valid credentials',
    },
  ];
  test.each(cases)('$name', ({ found, rule = UNAPPROVED_IP, expected }) => {
    const alert = alertFor([part(at('09:00'), [finding('203.0.113.7', found)], { rule })]);
    expect(emailOf(alert)).toContain(`\n  Severity    ${expected}\n`);
    expect(renderMessage(alert, { slack: true }).bodies.https).toContain(`*Severity:* ${expected}`);
  });
});

describe('a digest of 10,000 networks', () => {
  const sample = () => RECORD;
  const parts = fullParts(400, at('08:00')).map((one) => {
    return { ...one, findings: one.findings.map((found) => ({ ...found, sample })) };
  });
  const state = {
    ...newStream(PAYROLL),
    windowId: 'f'.repeat(32),
    sequence: 5,
    openedAt: at('07:30'),
    closesAt: at('09:00'),
  };
  const alert = alertFor(parts, { state });
  const message = renderMessage(alert, { slack: true });

  test('is one message within the limits that counts all networks', () => {
    const sizes = Object.entries(message.bodies).map(([name, body]) => `${name} ${Buffer.byteLength(body)}`);
    process.stdout.write(`digest of 10,000 networks, bytes: ${sizes.join(', ')}\n`);
    expectSendable(message);
    const { unmapped } = ocsfOf(alert);
    expect(unmapped).toMatchObject({ kind: 'digest', totals: { networks: 10_000, requests: 10_000 } });
    expect(unmapped.networks.length + unmapped.more).toBe(10_000);
    expect(unmapped.networks.length).toBeGreaterThan(40);
    expect(message.subject).toContain('up to 10,000 networks not on the allowlist');
  });

  test('shows ten networks in detail, others in one line each, and the rest by surrounding network', () => {
    const { email } = message.bodies;
    const [who = '', others = ''] = email.split('OTHER NETWORKS\n');
    expect(who.match(/^ {2}10\.\d+\.\d+\.\d+$/gm)).toHaveLength(10);
    expect(who).toContain('\n  … and 90 more networks, listed below under OTHER NETWORKS.\n');
    expect(others.match(/^ {2}10\.\d+\.\d+\.\d+ {2}1 request, succeeded; 100 B sent$/gm)).toHaveLength(90);
    expect(who).toMatch(/\n {2}NOT LISTED: up to 9,900 more networks\./);
    expect(who.match(/^ {4}10\.0\.\d+\.0\/24 .*/gm)).toHaveLength(10);
    expect(who).toMatch(/\n {4}… and \d,\d{3} networks in \d+ other groups\n/);
  });

  test('shows how to get the whole list: a query by network and time, and the command', () => {
    const { email } = message.bodies;
    expect(email).toContain('\n    GROUP BY bucket_name, remoteip, requester\n');
    expect(email).toContain("BETWEEN from_iso8601_timestamp('2026-03-02T08:00:00Z')");
    expect(email).toContain("\n    aws s3 cp 's3://logs/many' - | npx s3-access-watch scan --format json -\n");
  });
});

describe('networks that are not listed', () => {
  const flood = (count: number): PendingPart[] =>
    Array.from({ length: count / 100 }, (_, number) =>
      part(
        at('09:00'),
        networks(100, 100 * number).map((network) => finding(network, FAILED)),
        { number, logObject: 'logs/many@1' },
      ),
    );

  test('are queried by text prefix if there are few groups', () => {
    expect(emailOf(alertFor(flood(300)))).toContain(
      "WHERE (remoteip LIKE '10.0.0.%'\n           OR remoteip LIKE '10.0.1.%')\n",
    );
  });

  test('are otherwise queried by time and bucket only', () => {
    expect(emailOf(alertFor(flood(2000)))).toContain(
      "FROM s3_access_logs_db.mybucket_logs\n    WHERE bucket_name = 'payroll'\n",
    );
  });

  test('are counted by country and AS, as far as these are known; the five largest of each', () => {
    const alert = alertFor(flood(20_000));
    const placed = Array.from({ length: 7 }, (_, index) => ({
      network: `203.0.${index}.0/24`,
      networks: 10 - index,
      requests: 10,
      bytesSent: 0,
      severity: 'Low' as const,
      level: 'denied' as const,
      specialUse: null,
      geo: index === 6 ? null : { country: index < 2 ? 'SE' : `X${index}`, city: null },
      asn: { number: 64500 + index, organization: 'Example' },
    }));
    const email = emailOf({ ...alert, more: 49, groups: placed });
    expect(email).toContain('\n    By country: SE 19, X2 8, X3 7, X4 6, X5 5\n');
    expect(email).toContain(
      '\n    By AS: AS64500 Example 10, AS64501 Example 9, AS64502 Example 8, AS64503 Example 7, AS64504',
    );
    expect(email).toContain('Example 6, 2 others\n');
  });

  test('have a line for each of ten groups, and the other groups are counted', () => {
    const groups = Array.from({ length: 12 }, (_, index) => ({
      network: `203.0.${10 + index}.0/24`,
      networks: 2,
      requests: 2,
      bytesSent: 0,
      severity: 'Low' as const,
      level: 'denied' as const,
      ...NO_GEO_LOCATION,
    }));
    const email = emailOf({ ...alertFor(flood(200)), more: 24, groups });
    expect(email).toContain(
      '\n    203.0.19.0/24  up to 2 networks, 2 requests, 0 B sent; Low: all denied\n    … and 4 networks in 2 other groups\n',
    );
  });

  test('in Slack as well', () => {
    const { https } = renderMessage(alertFor(flood(300)), { slack: true }).bodies;
    expect(https).toMatch(
      /_… and up to \d+ more networks_\\n {3}◦ in `10\.0\.\d\.0\/24` – up to \d+ networks, \d+ requests, 0 B sent; Low: all failed/,
    );
    expect(https).toContain('npx s3-access-watch scan --format json');
  });

  test('include networks that a body omits for lack of room, in their groups', () => {
    const named = networks(100).map((network) => finding(network, { sample: () => RECORD }));
    const found = alertFor([part(at('09:00'), named)]);
    const asn = { number: 64500, organization: 'A network with a very long name, as some have' };
    const alert = { ...found, networks: found.networks.map((one) => ({ ...one, asn })) };
    const email = renderMessage(alert, { slack: false, reduced: true }).bodies.email;
    const dropped = 100 - email.match(/^ {2}10\.\d+\.\d+\.\d+(?: |$)/gm)!.length;
    expect(dropped).toBeGreaterThan(0);
    expect(email).toMatch(new RegExp(`NOT LISTED: ${dropped} more networks\\.`));
    expect(email).toContain(`\n    10.0.0.0/24  ${dropped} networks, ${dropped} requests, `);
  });

  test('details are omitted before names, and the worst networks keep both the longest', () => {
    const sample = () => ({
      ...RECORD,
      userAgent: 'x'.repeat(500),
      requestUri: 'y'.repeat(500),
      referer: 'z'.repeat(500),
    });
    const named = networks(100).map((network) => finding(network, { ...DELETED, sample }));
    const alert = alertFor([part(at('09:00'), named)]);
    const { email } = renderMessage(alert, { slack: false }).bodies;
    expect(email.match(/^ {4}requester /gm)!.length).toBeGreaterThan(10);
    for (const network of networks(100)) expect(email).toContain(`\n  ${network}`);
  });
});

test('a notice counts the buckets that it does not name, in every body', () => {
  const buckets: NoticeBucket[] = Array.from({ length: 50 }, (_, index) => ({
    bucket: `bucket-${index}`.padEnd(63, 'x'),
    learningUntil: '2026-03-05T09:00:00Z',
    learned: {
      count: 100,
      publicOnly: 0,
      networks: networks(100).map((network) => ({
        network,
        requester: 'x'.repeat(200),
        operation: 'REST.GET.OBJECT',
        publicOnly: false,
        ...NO_GEO_LOCATION,
      })),
    },
    looksPublic: false,
    isFull: false,
  }));
  const alert = noticeAlert('finished', buckets, 4950, ORIGIN);
  const message = renderMessage(alert, { slack: true });
  expectSendable(message);
  const { notice } = ocsfOf(alert).unmapped;
  expect(notice!.buckets.length + notice!.more).toBe(5000);
  const shown = message.bodies.email.match(/^ {2}bucket-/gm)!.length;
  expect(message.bodies.email).toContain(`\n  … and ${(5000 - shown).toLocaleString('en')} more buckets\n`);
  expect(message.subject).toContain('5,000 buckets');
  const { description } = (JSON.parse(message.bodies.https!) as { content: { description: string } }).content;
  expect(description).toContain(`more buckets_`);
});

describe('an alert that could not be sent', () => {
  const { email, https, default: ocsf } = renderMessage(GOLDEN_ALERTS['set-aside']!, { slack: true }).bodies;
  const key = GOLDEN_ALERTS['set-aside']!.alertId.replace('/set-aside', '');

  test('has its key in the mail, with a command that prints it', () => {
    expect(email).toContain(`\n    ${key}\n`);
    expect(email).toContain(
      '\n    aws dynamodb get-item --table-name STATE_TABLE --output text --query Item.draft.S \\\n' +
        `      --key '{"pk": {"S": "aside"}, "sk": {"S": "${key}"}}'\n`,
    );
    expect(email).toMatch(/tried five times to send an alert about these requests and failed each\s+time/);
  });

  test('has its key in Slack and for machines', () => {
    expect(https).toContain(key);
    expect(https).toContain('could not be sent: Non-Approved IP access');
    expect(JSON.parse(ocsf)).toMatchObject({ severity: 'High', unmapped: { more: 2, networks: [] } });
  });
});

describe('31 streams at once, one of them with a deletion', () => {
  const { subject, bodies } = renderMessage(GOLDEN_ALERTS['combined-with-high']!, { slack: true });
  const facts = ['backup-svc', 'rclone/v1.66', 'REST.DELETE.OBJECT', '192.0.2.213', 'acme-ledger'];

  test('every form shows who deleted what and where, and with whose keys', () => {
    expect(subject).toMatch(/^\[HIGH\]/);
    for (const body of Object.values(bodies)) {
      for (const fact of facts) expect(body).toContain(fact);
      expect(body).toMatch(/ledger\/2026-02(?:\[\.\]|\.)parquet/);
    }
  });

  test('the mail shows it first', () => {
    expect(bodies.email.indexOf('acme-ledger')).toBeLessThan(bodies.email.indexOf('acme-app-01'));
  });

  test('it is the first evidence for machines, and its address is the first in the queries', () => {
    const { evidences } = JSON.parse(bodies.default) as { evidences: { actor: unknown; data: unknown }[] };
    expect(evidences[0]).toMatchObject({
      actor: { user: { uid: 'arn:aws:iam::111122223333:user/backup-svc' } },
      data: { key: 'ledger/2026-02.parquet', severity: 'High', level: 'changed' },
    });
    expect(bodies.email).toContain("WHERE remoteip IN ('192.0.2.213', ");
  });
});

test('in a combined alert, every High network has an evidence for machines as long as there is room', () => {
  const parts = Array.from({ length: 40 }, (_, index) =>
    part(at('09:00'), [finding('203.0.113.7', { ...DELETED, sample: () => RECORD })], { bucket: `b-${index}` }),
  );
  const alert = combinedOf(parts, { now: ORIGIN.now, origin: ORIGIN });
  const message = renderMessage(alert, { slack: true });
  expectSendable(message);
  const { evidences } = JSON.parse(message.bodies.default) as { evidences: unknown[] };
  expect(evidences).toHaveLength(40);
  expect(message.bodies.email.match(/^ {4}requester {3}/gm)).toHaveLength(40);
});

describe('a query', () => {
  const queryOf = (network: string, addresses: readonly string[]): string =>
    emailOf(alertFor([part(at('09:00'), [finding(network, { remoteIp: addresses[0]!, addresses })])]));

  test.each([
    [
      'a /64, as a whole',
      '2001:db8:4:17::/64',
      ['2001:db8:4:17::1', '2001:db8:4:17::2'],
      "WHERE remoteip LIKE '2001:db8:4:17:%'",
    ],
    ['a /24, as a whole', '203.0.113.0/24', ['203.0.113.7', '203.0.113.8'], "WHERE remoteip LIKE '203.0.113.%'"],
    [
      'a /64 with zeros that are left out, by its addresses',
      '2001:db8::/64',
      ['2001:db8::1', '2001:db8::2'],
      "WHERE remoteip IN ('2001:db8::1', '2001:db8::2')",
    ],
    [
      'a network that ends within a part, by its addresses',
      '203.0.113.0/28',
      ['203.0.113.7', '203.0.113.8'],
      "WHERE remoteip IN ('203.0.113.7', '203.0.113.8')",
    ],
    ['one address', '203.0.113.7', ['203.0.113.7'], "WHERE remoteip IN ('203.0.113.7')"],
  ])('searches for %s', (_name, network, addresses, expected) => {
    expect(queryOf(network, addresses)).toContain(`\n    ${expected}\n`);
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
  ])('lists every network, however long the names ($name)', ({ remoteIp, network }) => {
    const effects = {
      deleted: 12_345,
      written: 12_345,
      settings: 12_345,
      unknown: 12_345,
      read: 98_765,
      listed: 98_765,
    };
    const numbers = { requests: 123_456, successes: 98_765, denied: 12_345, bytesSent: 123_456_789_012_345, effects };
    const reported = finding(network, { remoteIp, forgottenSince: at('07:00'), ...numbers });
    const parts = Array.from({ length: 150 }, (_, index) =>
      part(at('09:00') + index, [reported], {
        bucket: `${index}-`.padEnd(63, 'b'),
        logObject: `logs/${index}`.padEnd(200, 'k'),
      }),
    );
    const plain = combinedOf(parts, { now: ORIGIN.now, origin: ORIGIN });
    const alert = { ...plain, networks: plain.networks.map((one) => ({ ...one, ...PLACES })) };
    const message = renderMessage(alert, { slack: true });
    expectSendable(message);
    const { networks: listed, more } = ocsfOf(alert).unmapped;
    expect([listed.length, more]).toEqual([150, 0]);
    for (const { bucket } of parts) expect(message.bodies.email).toContain(`\n  ${bucket}\n    ${network}  `);
  });
});
