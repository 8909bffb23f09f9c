import type { Alert, AlertNetwork, NoticeBucket } from './alert';
import { cutText, jsonBytes } from './cut-record';
import { makeVisible } from './visible';

/** An alert in the forms in which it is sent. */
export interface Announcement {
  readonly alert: Alert;
  /** Printable ASCII, fewer than 100 characters. */
  readonly subject: string;
  /** For machines: the canonical alert as JSON. */
  readonly json: string;
  /** For people. */
  readonly text: string;
  /** For filter policies of subscriptions. */
  readonly attributes: Readonly<Record<'rule' | 'severity' | 'kind', string>> & { readonly bucket?: string };
}

/**
 * Bytes of UTF-8, written as the JSON string that each of them is in the message: there a quote takes two, and a quote
 * that the text has from a client four. SNS takes 262,144 of all together.
 */
const MOST_JSON_BYTES = 140_000;
const MOST_TEXT_BYTES = 60_000;

const MOST_SUBJECT = 99;

/** Makes an alert ready to be sent; what is too much is left out from the end, and counted. */
export function announcementOf(alert: Alert): Announcement {
  const { rule, kind, bucket } = alert;
  return {
    alert,
    subject: subjectOf(alert),
    json: fitting(alert, jsonOf, MOST_JSON_BYTES),
    text: fitting(alert, textOf, MOST_TEXT_BYTES),
    attributes: {
      rule: rule.id,
      severity: rule.severity,
      kind,
      ...(bucket !== null && isPlain(bucket) ? { bucket } : {}),
    },
  };
}

/** Drops what is listed, from the end, until what is made of the alert fits. */
function fitting(alert: Alert, make: (alert: Alert) => string, most: number): string {
  let listed = Math.max(...listsOf(alert).map(({ length }) => length));
  for (;;) {
    const text = make(withLists(alert, listed));
    const size = jsonBytes(text);
    if (size <= most || listed === 0) return text;
    listed = Math.min(listed - 1, Math.floor((listed * most) / size));
  }
}

function listsOf({ networks, logObjects, notice }: Alert): (readonly unknown[])[] {
  return [networks, logObjects, ...(notice?.buckets ?? []).map(({ learned }) => learned?.networks ?? [])];
}

/** The alert with at most so many in each of its lists. */
function withLists(alert: Alert, most: number): Alert {
  const { networks, more, logObjects, notice } = alert;
  const buckets = notice?.buckets.map((bucket) => {
    const { learned } = bucket;
    return learned === null
      ? bucket
      : { ...bucket, learned: { ...learned, networks: learned.networks.slice(0, most) } };
  });
  return {
    ...alert,
    networks: networks.slice(0, most),
    more: more + Math.max(0, networks.length - most),
    logObjects: logObjects.slice(0, most),
    notice: buckets === undefined ? null : { buckets },
  };
}

/** Two characters that JSON leaves as they are, but queues do not take. */
function jsonOf(alert: Alert): string {
  return JSON.stringify(alert).replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/** What SNS takes as the value of an attribute without a doubt. */
function isPlain(text: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(text);
}

function subjectOf({ rule, bucket, totals, kind }: Alert): string {
  const where = bucket === null ? '' : `${bucket}: `;
  const what =
    kind === 'notice'
      ? rule.title
      : `${where}${plural(totals.networks, 'network')}, ${counted(totals.requests, totals.successes)}`;
  const text = `${rule.severity.toUpperCase()}: ${kind === 'notice' ? '' : `${rule.id} `}${what}`;
  return cutAscii(text.replace(/[^\x20-\x7e]+/g, '?'));
}

function cutAscii(text: string): string {
  return text.length <= MOST_SUBJECT ? text : `${text.slice(0, MOST_SUBJECT - 3)}...`;
}

function textOf(alert: Alert): string {
  const { rule, kind, networks, more, totals, window, logObjects, notice, alertId } = alert;
  const lines = [
    makeVisible(rule.title),
    `${rule.severity}${rule.severityReason === null ? '' : `: ${makeVisible(rule.severityReason)}`}`,
    '',
  ];
  if (kind !== 'notice') {
    lines.push(
      `${plural(totals.networks, 'network')}, ${counted(totals.requests, totals.successes)}, ${totals.denied} denied, ${totals.bytesSent} bytes sent.`,
      '',
    );
  }
  for (const network of networks) lines.push(...networkLines(network, alert.bucket === null));
  if (more > 0) lines.push(`… and ${plural(more, 'more network')}, counted above.`);
  for (const bucket of notice?.buckets ?? []) lines.push(...noticeLines(bucket));
  lines.push('', rule.runbook);
  if (rule.reference !== null) lines.push(rule.reference);
  if (window !== null) lines.push('', `Networks named here are not named again before ${window.closesAt}.`);
  if (logObjects.length > 0) lines.push('', 'Log objects:', ...logObjects.map((id) => `  ${makeVisible(id)}`));
  lines.push('', `Alert ${alertId}`);
  return `${lines.join('\n')}\n`;
}

function networkLines(network: AlertNetwork, inLine: boolean): string[] {
  const {
    bucket,
    remoteIp,
    addresses,
    requests,
    successes,
    denied,
    firstEventAt,
    lastEventAt,
    forgottenSince,
    sample,
  } = network;
  const count = `${counted(requests, successes)}, ${denied} denied`;
  if (inLine) return [`  ${makeVisible(bucket)}  ${shown(network.network)}  ${count}`];
  const others = addresses.length > 1 ? ` and others of ${shown(network.network)}` : '';
  const lines = [`  ${shown(remoteIp)}${others}`, `    ${count}, ${firstEventAt} to ${lastEventAt}`];
  if (forgottenSince !== null) lines.push(`    known before, forgotten since ${forgottenSince}`);
  if (sample !== null) {
    lines.push(
      `    requester   ${shown(sample.requester ?? 'anonymous')}`,
      `    operation   ${makeVisible(sample.operation)} ${sample.httpStatus ?? '-'} ${shown(sample.key ?? '-')}`,
      `    user agent  ${shown(sample.userAgent ?? '-')}`,
    );
  }
  return lines;
}

function noticeLines({ bucket, learningUntil, learned, looksPublic }: NoticeBucket): string[] {
  if (learned === null) return [`  ${makeVisible(bucket)} learns until ${learningUntil ?? '-'}`];
  const lines = [`  ${makeVisible(bucket)} learned ${plural(learned.count, 'network')}`];
  if (looksPublic) {
    lines.push(
      '    So many are the public: new-ip rests for this bucket.',
      `    To have it all the same: "bucketSettings": {${shownJson(bucket)}: {"newIp": true}}`,
    );
  }
  for (const { network, requester, operation } of learned.networks) {
    lines.push(`    ${makeVisible(network)}  ${shown(requester ?? 'anonymous')}  ${makeVisible(operation ?? '-')}`);
  }
  const more = learned.count - learned.networks.length;
  if (more > 0) lines.push(`    … and ${plural(more, 'more network')}.`);
  const proposed = learned.networks.filter(({ requester }) => requester !== null);
  if (proposed.length > 0) {
    lines.push(
      '    If they are yours, these entries of the allowlist approve them:',
      ...proposed.map(
        ({ network, requester }) =>
          `    ${shownJson({ cidr: network, reason: shown(requester!, 80), buckets: [bucket] })}`,
      ),
    );
  }
  return lines;
}

/**
 * A stranger's text in a line. Mail programs find no link in it: `https://evil.example` becomes
 * `https[://]evil[.]example`; addresses stay as they are.
 */
function shown(text: string, most = 200): string {
  return makeVisible(cutText(text, most)).replace(/:\/\/|[.\u3002\uff0e\uff61](?=\p{L})/gu, '[$&]');
}

function shownJson(value: unknown): string {
  return makeVisible(JSON.stringify(value));
}

function counted(requests: number, successes: number): string {
  return `${plural(requests, 'request')}, ${successes} succeeded`;
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
