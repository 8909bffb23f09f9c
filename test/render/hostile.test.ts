import fc from 'fast-check';
import { withGeoLocations } from '../../lib/alert/add-locations';
import type { Alert, NoticeBucket } from '../../lib/alert/alert';
import { setAsideAlert } from '../../lib/alert/alert-of';
import type { GeoLocation } from '../../lib/alert/geo-location';
import { noticeAlert } from '../../lib/alert/notice-alert';
import type { RenderedMessage } from '../../lib/alert/rendered-message';
import { cutRecord } from '../../lib/alerting/cut-record';
import type { OutboxFinding, PendingPart } from '../../lib/alerting/outbox';
import { renderMessage } from '../../lib/render/message';
import { isoTime } from '../../lib/text/times';
import { at, combinedOf, DELETED, FAILED, finding, networks, part, RECORD, send } from '../support/alerting-parts';
import { expectSendable } from '../support/rendered-messages';
import { DETECTOR_ERROR, NEW_IP, TEST, UNAPPROVED_IP } from '../support/rule-ids';
import { runs, SEED } from '../support/runs';
import { INVISIBLE_TEXTS } from '../support/steering';

const ORIGIN = { accountId: null, region: null, now: at('09:05') };

function alertFor(parts: readonly PendingPart[]): Alert {
  return send(parts, { now: ORIGIN.now }).alert;
}

/** Texts of attackers: links, mentions, formatting, and characters that take much room or control a terminal. */
const ATTACKS = [
  ...INVISIBLE_TEXTS,
  'https://evil.example/x?a=b&c=d',
  'http://evil.example',
  'www.evil.example',
  'ftp://evil.example',
  'mailto:a@evil.example',
  'evil。рф',
  'evil．example',
  'a@evil.example',
  '<!channel>',
  '<!here|here>',
  '<@U012345>',
  '<https://evil.example|click>',
  '&lt;!channel&gt;',
  '`code`',
  '```',
  '*bold* _it_ ~no~',
  '"', // in JSON within JSON, a quote takes two bytes, and a backslash four
  '\\',
  "'; DROP TABLE logs; --",
  '$(reboot)',
  '\r\nSubject: other',
  '\x00\x01\x1b[31m',
  '\u202egnp.exe\u202c',
  '\u200b\ufeff\u00ad',
  '\u2028\u2029\u0085',
  '\ud800',
  '\udc00x',
  '\ufffe\uffff',
  '\ue000\u{e0041}',
  '👍🏽',
  '東京',
  'x',
  ' ',
];

const attack = fc
  .tuple(fc.array(fc.constantFrom(...ATTACKS), { minLength: 1, maxLength: 8 }), fc.constantFrom(1, 3, 100))
  .map(([parts, times]) => parts.join('').repeat(times));

const bucketName = fc.oneof(
  fc.constantFrom('payroll', 'www.evil.example', 'b'.repeat(63)),
  attack.map((text) => text.slice(0, 255)),
);

/** The name of a network is untrusted text as well; the adapter cuts a long one. */
const place: fc.Arbitrary<GeoLocation> = fc.record({
  specialUse: fc.option(fc.constant('documentation')),
  geo: fc.option(
    fc.record({ country: fc.constantFrom('DE', null), city: fc.option(attack.map((text) => text.slice(0, 100))) }),
  ),
  asn: fc.option(fc.record({ number: fc.nat(), organization: attack.map((text) => text.slice(0, 100)) })),
});

const untrustedTexts = fc.record({
  key: attack,
  requestUri: attack,
  referer: fc.option(attack),
  userAgent: attack,
  requester: fc.option(attack),
  operation: fc.oneof(fc.constant('REST.GET.OBJECT'), attack),
  hostHeader: attack,
  errorCode: fc.option(attack),
});

type UntrustedTexts = typeof untrustedTexts extends fc.Arbitrary<infer Texts> ? Texts : never;

const ADDRESSES = Array.from({ length: 20 }, (_, index) => `2001:db8:1234:5678:9abc:def0:1234:56${10 + index}`);

function hostileFinding(network: string, texts: UntrustedTexts): OutboxFinding {
  return finding(network, {
    addresses: network.includes('/') ? ADDRESSES : [network],
    requests: 123_456,
    sample: () => cutRecord({ ...RECORD, ...texts }, 2000),
    operations: [{ name: texts.operation.slice(0, 60), requests: 123_456, successes: 1 }],
    severityReason: texts.operation.slice(0, 60),
    forgottenSince: at('07:00'),
  });
}

/** All text that people see: the mail, and the texts of the notification without our own link. */
function shownOf({ bodies, subject }: RenderedMessage): { mail: string; slack: string } {
  const { content, metadata } = JSON.parse(bodies.https!) as {
    content: { title: string; description: string; nextSteps: string[]; keywords: string[] };
    metadata: { summary: string; additionalContext: Record<string, string> };
  };
  const texts = [
    content.title,
    content.description,
    ...content.nextSteps,
    ...content.keywords,
    metadata.summary,
    ...Object.values(metadata.additionalContext),
  ];
  return { mail: `${subject}\n${bodies.email}`, slack: texts.join('\n') };
}

/** Our own links. */
const OWN_LINKS =
  /https:\/\/(?:console\.aws\.amazon\.com\/s3\/buckets\/|aws\.amazon\.com\/premiumsupport\/|research\.splunk\.com\/)[^\s|>]*|'?s3:\/\/[^\s]+/g;

/** Expects that a mail program or Slack interprets nothing except our own text. */
function expectHarmless(message: RenderedMessage): void {
  expectSendable(message);
  const { mail, slack } = shownOf(message);
  for (const text of [mail, slack]) {
    const rest = text.replace(OWN_LINKS, '');
    // After a line break, the scheme is on another line, so the rest is not a link.
    expect(rest).not.toMatch(/(?<![[\s]):\/\//);
    expect(rest).not.toMatch(/evil[.。．](?=\p{L})/u);
    expect(rest).not.toMatch(/mailto:/i);
  }
  const inSlack = slack.replace(/<https:\/\/console\.[^<>|]+\|Open the bucket in the console>/g, '');
  expect(inSlack).not.toMatch(/[<>]/);
  expect(inSlack.replace(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
  for (const line of inSlack.split('\n')) expect(line.split('`').length % 2).toBe(1);
  // Outside of code, there is no mention.
  expect(inSlack.replace(/`[^`\n]*`/g, '')).not.toMatch(/@|<!/);
}

/** Expects the networks and the volume in each form, and the number of networks that are not listed. */
function expectFacts(message: RenderedMessage, alert: Alert): void {
  const { mail, slack } = shownOf(message);
  const { unmapped } = JSON.parse(message.bodies.default) as { unmapped: Alert };
  const first = alert.networks[0]!;
  const { networks: listed, more, totals } = unmapped;
  expect(totals).toEqual(alert.totals);
  expect(listed.length + more).toBe(totals.networks);
  expect(listed[0]).toEqual(JSON.parse(JSON.stringify(first)));
  for (const text of [mail, slack]) {
    expect(text).toContain(first.network);
    expect(text).toContain('123,456');
  }
  expect(mail).toContain(alert.alertId);
  expect(mail).toContain(isoTime(alert.networks.length > 0 ? Date.parse(first.firstEventAt) : 0).slice(0, 10));
}

test(`alerts with any untrusted text (seed ${SEED})`, () => {
  const rules = fc.constantFrom(UNAPPROVED_IP, NEW_IP);
  fc.assert(
    fc.property(
      untrustedTexts,
      bucketName,
      attack,
      rules,
      fc.constantFrom(1, 2, 100),
      place,
      (texts, bucket, key, rule, count, where) => {
        const named = count === 2 ? ['2001:db8::/64', '203.0.113.9'] : networks(count);
        const findings = named.map((network) => hostileFinding(network, texts));
        const logObject = `logs/${key.slice(0, 1024)}@1`;
        const flood = networks(300, 5000).map((network) => finding(network, FAILED));
        const noise = count === 100 ? [part(at('09:01'), flood, { rule, bucket, logObject })] : [];
        const found = alertFor([part(at('09:00'), findings, { rule, bucket, logObject }), ...noise]);
        const alert = withGeoLocations(found, {
          locate: () => where,
          credit: () => 'some database',
          problem: () => null,
        });
        const message = renderMessage(alert, { slack: true });
        expectHarmless(message);
        expectFacts(message, alert);
        expectHarmless(renderMessage(alert, { slack: true, reduced: true }));
      },
    ),
    runs(12),
  );
});

test(`combined alerts, tests and detector errors (seed ${SEED})`, () => {
  const rules = fc.constantFrom(UNAPPROVED_IP, DETECTOR_ERROR, TEST);
  fc.assert(
    fc.property(
      untrustedTexts,
      fc.array(bucketName, { minLength: 2, maxLength: 5 }),
      attack,
      rules,
      (texts, buckets, text, rule) => {
        const remoteIp = rule === DETECTOR_ERROR ? text.slice(0, 80) : '203.0.113.9';
        const found = { ...hostileFinding('203.0.113.9', texts), remoteIp, network: remoteIp, addresses: [] };
        const high = { ...found, ...DELETED, operations: found.operations };
        const parts = buckets.map((bucket, index) => part(at('09:00') + index, [high], { rule, bucket }));
        expectHarmless(renderMessage(combinedOf(parts), { slack: true }));
        expectHarmless(renderMessage(combinedOf(parts), { slack: true, reduced: true }));
        const alone = alertFor(parts.slice(0, 1));
        expectHarmless(renderMessage(alone, { slack: true }));
        expectHarmless(renderMessage(setAsideAlert(alone), { slack: true }));
      },
    ),
    runs(12),
  );
});

test(`notices about learned networks (seed ${SEED})`, () => {
  const learned = fc
    .record({
      network: fc.constantFrom(...networks(9)),
      requester: fc.option(attack),
      operation: attack,
      publicOnly: fc.boolean(),
      place,
    })
    .map(({ place: at, ...one }) => ({ ...one, ...at }));
  const bucket = fc.record({
    bucket: bucketName,
    looksPublic: fc.boolean(),
    isFull: fc.boolean(),
    networks: fc.array(learned, { maxLength: 10 }),
    times: fc.constantFrom(1, 10),
  });
  fc.assert(
    fc.property(fc.array(bucket, { minLength: 1, maxLength: 5 }), fc.constantFrom(1, 10), (given, times) => {
      const buckets: NoticeBucket[] = Array.from({ length: times }, () => given).flatMap((of) =>
        of.map((one) => ({
          bucket: one.bucket,
          learningUntil: '2026-03-05T09:00:00Z',
          learned: {
            count: 5000,
            publicOnly: 0,
            networks: Array.from({ length: one.times }, () => one.networks).flat(),
          },
          looksPublic: one.looksPublic,
          isFull: one.isFull,
        })),
      );
      const finished = renderMessage(noticeAlert('finished', buckets, 0, ORIGIN), { slack: true });
      expectHarmless(finished);
      const shown = finished.bodies.email.match(/ {2}5,000 networks$/gm)!.length;
      if (shown < buckets.length)
        expect(finished.bodies.email).toMatch(new RegExp(`… and ${buckets.length - shown} more bucket`));
      const learning = buckets.map((one) => ({ ...one, learned: null }));
      expectHarmless(renderMessage(noticeAlert('started', learning, 7, ORIGIN), { slack: true }));
    }),
    runs(12),
  );
});

describe('the largest alerts: a hundred networks with texts of maximum length, in', () => {
  const texts: Record<string, string> = {
    emoji: '👍🏽',
    CJK: '東京',
    'control characters': '\x01\x1b',
    'quotes and backslashes': '"\\',
    'halves of characters': '\ud800',
    'what turns text around': '\u202e\u2028\ufeff',
    'tags and private use': '\u{e0041}\ue000',
    'what no queue takes': '\ufffe\uffff',
    'angle brackets': '<&>',
  };
  test.each(Object.entries(texts))('%s', (_name, text) => {
    const long = text.repeat(2000);
    const all = { key: long, requestUri: long, referer: long, userAgent: long, requester: long, operation: long };
    const findings = networks(100).map((network) => ({
      ...hostileFinding(network, { ...all, hostHeader: long, errorCode: long }),
      addresses: ADDRESSES,
    }));
    const parts = Array.from({ length: 20 }, (_, index) =>
      part(at('09:00'), findings, { logObject: `logs/${text.repeat(50)}${index}` }),
    );
    const alert = alertFor(parts);
    const message = renderMessage(alert, { slack: true });
    expectHarmless(message);
    const { unmapped } = JSON.parse(message.bodies.default) as { unmapped: Alert };
    expect(unmapped.networks.length).toBeGreaterThan(15);
    expect(unmapped.networks.length + unmapped.more).toBe(100);
    const { email } = message.bodies;
    const named = email.match(/^ {2}10\.\d+\.\d+\.\d+(?: |$)/gm)!.length;
    expect(email.match(/^ {4}requester /gm)!.length).toBeGreaterThanOrEqual(3);
    expect(named).toBeGreaterThan(50);
    if (named < 100) expect(email).toContain(`NOT LISTED: ${100 - named} more network`);
  });
});
