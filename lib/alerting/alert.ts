import type { AccessLogRecord } from '../access-log/record';
import { MAX_ADDRESSES } from '../detection/counted-network';
import type { FindingRule } from '../detection/rules';
import { RULES } from '../detection/rules';
import type { Severity } from '../detection/severity';
import { combinedIdOf, noticeIdOf } from './identity';
import type { OutboxFinding, OutboxPart } from './outbox';
import type { PlannedMessage } from './plan';
import type { StreamMessage } from './plan-stream';

/** The canonical alert: everything that people or machines receive is made of it. Times are ISO 8601 in UTC. */
export interface Alert {
  readonly schemaVersion: '1.0';
  /** The same when a message is repeated. */
  readonly alertId: string;
  /** The same for all messages about what goes on in one stream. */
  readonly windowId: string;
  readonly kind: 'new' | 'update' | 'digest' | 'combined' | 'notice' | 'detector-error';
  readonly rule: AlertRule;
  /** Null where it is about several. */
  readonly bucket: string | null;
  readonly accountId: string | null;
  readonly region: string | null;
  readonly window: { readonly openedAt: string; readonly closesAt: string } | null;
  /** The worst first. */
  readonly networks: readonly AlertNetwork[];
  /** How many networks are not listed. */
  readonly more: number;
  readonly totals: AlertTotals;
  /** Where the evidence is: not all of very many. */
  readonly logObjects: readonly string[];
  readonly notice: AlertNotice | null;
}

export interface AlertRule {
  readonly id: FindingRule | 'learning-started' | 'learning-finished';
  readonly origin: string;
  readonly title: string;
  readonly severity: Severity | 'Informational';
  readonly severityReason: string | null;
  readonly mitre: { readonly tactic: string; readonly technique: string } | null;
  readonly runbook: string;
  readonly reference: string | null;
}

export interface AlertNetwork {
  readonly bucket: string;
  readonly network: string;
  readonly remoteIp: string;
  readonly addresses: readonly string[];
  readonly geo: { readonly country: string | null; readonly city: string | null } | null;
  readonly asn: { readonly number: number; readonly organization: string } | null;
  readonly requests: number;
  readonly successes: number;
  readonly denied: number;
  readonly bytesSent: number;
  readonly firstEventAt: string;
  readonly lastEventAt: string;
  readonly forgottenSince: string | null;
  readonly severity: Severity;
  readonly sample: SampleRecord | null;
}

/** A record as it is printed, with its time in ISO 8601. */
export type SampleRecord = Omit<AccessLogRecord, 'time' | 'extra' | 'flags'> & { readonly time: string };

export interface AlertTotals {
  readonly networks: number;
  readonly requests: number;
  readonly successes: number;
  readonly denied: number;
  readonly bytesSent: number;
}

/** What a notice tells of buckets. */
export interface AlertNotice {
  readonly buckets: readonly NoticeBucket[];
}

export interface NoticeBucket {
  readonly bucket: string;
  readonly learningUntil: string | null;
  /** How many networks it learned, and some of them; null while it still learns. */
  readonly learned: { readonly count: number; readonly networks: readonly LearnedNetwork[] } | null;
  readonly looksPublic: boolean;
}

export interface LearnedNetwork {
  readonly network: string;
  /** Null: anonymous, or not known. */
  readonly requester: string | null;
  readonly operation: string | null;
}

/** How many networks an alert lists, and how many log objects it names. */
const MOST_NETWORKS = 100;
const MOST_LOG_OBJECTS = 20;

const SEVERITIES: readonly Severity[] = ['Low', 'Medium', 'High'];

/** Where the deployment is, for what no log object says. */
export type Where = Pick<Alert, 'accountId' | 'region'>;

/** The alert of a message about findings. */
export function alertOf(message: Exclude<PlannedMessage, { kind: 'notice' }>, where: Where): Alert {
  const alert = findingsAlert(message);
  return { ...alert, accountId: alert.accountId ?? where.accountId, region: alert.region ?? where.region };
}

function findingsAlert(message: Exclude<PlannedMessage, { kind: 'notice' }>): Alert {
  if (message.kind === 'test') return testAlert(message.parts.map(({ value }) => value));
  if (message.kind === 'combined') return combinedAlert(message.rule, message.messages);
  const { stream, kind, window } = message.message;
  const parts = message.message.parts.map(({ value }) => value);
  const findings = findingsOf(parts);
  return {
    ...common(parts, findings, MOST_NETWORKS),
    alertId: `${window.windowId}/${window.sequence}`,
    windowId: window.windowId,
    kind: stream.rule === 'detector-error' ? 'detector-error' : kind,
    rule: ruleOf(stream.rule, stream.bucket, findings),
    bucket: stream.bucket,
    window: { openedAt: isoTime(window.openedAt), closesAt: isoTime(window.closesAt) },
  };
}

function combinedAlert(rule: FindingRule, messages: readonly StreamMessage[]): Alert {
  const parts = messages.flatMap(({ parts }) => parts.map(({ value }) => value));
  const findings = findingsOf(parts);
  const buckets = new Set(messages.map(({ stream }) => stream.bucket));
  const windowId = combinedIdOf(rule, parts[0]!);
  const named = common(parts, findings, findings.length);
  return {
    ...named,
    // It names whatever it tells of, each in a line; of that there is so much that the records do not fit.
    networks: named.networks.map((network) => ({ ...network, addresses: [], sample: null })),
    alertId: `${windowId}/1`,
    windowId,
    kind: 'combined',
    rule: ruleOf(rule, buckets.size === 1 ? [...buckets][0]! : `${buckets.size} buckets`, findings),
    bucket: null,
    window: null,
  };
}

function testAlert(parts: readonly OutboxPart[]): Alert {
  const findings = findingsOf(parts);
  const windowId = noticeIdOf('test', `${parts[0]!.logObject} ${parts[0]!.number}`);
  return {
    ...common(parts, findings, MOST_NETWORKS),
    alertId: `${windowId}/1`,
    windowId,
    kind: 'notice',
    rule: ruleOf('test', parts[0]!.bucket, findings),
    bucket: parts[0]!.bucket,
    window: null,
  };
}

/** The alert of a notice about buckets that learn, or have learned. */
export function noticeAlert(
  notice: 'started' | 'finished',
  buckets: readonly NoticeBucket[],
  { accountId, region }: Where,
): Alert {
  const windowId = noticeIdOf(
    notice,
    buckets.map(({ bucket, learningUntil }) => `${bucket} ${learningUntil}`).join(' '),
  );
  const one = buckets.length === 1 ? buckets[0]!.bucket : null;
  const named = one ?? `${buckets.length} buckets`;
  return {
    schemaVersion: '1.0',
    alertId: `${windowId}/1`,
    windowId,
    kind: 'notice',
    rule: notice === 'started' ? startedRule(named) : finishedRule(named),
    bucket: one,
    accountId,
    region,
    window: null,
    networks: [],
    more: 0,
    totals: totalsOf([]),
    logObjects: [],
    notice: { buckets },
  };
}

type Located = OutboxFinding & { readonly bucket: string };

function findingsOf(parts: readonly OutboxPart[]): Located[] {
  return parts.flatMap(({ bucket, findings }) => findings.map((finding) => ({ ...finding, bucket })));
}

function common(parts: readonly OutboxPart[], findings: readonly Located[], most: number) {
  const networks = merged(findings).sort(worstFirst);
  return {
    schemaVersion: '1.0' as const,
    accountId: parts.find(({ accountId }) => accountId !== null)?.accountId ?? null,
    region: parts.find(({ region }) => region !== null)?.region ?? null,
    networks: networks.slice(0, most).map(networkOf),
    more: Math.max(0, networks.length - most),
    totals: totalsOf(networks),
    logObjects: [...new Set(parts.map(({ logObject }) => logObject))].slice(0, MOST_LOG_OBJECTS),
    notice: null,
  };
}

/** One of each (bucket, network), whatever addresses of it were found, and in whatever log objects. */
function merged(findings: readonly Located[]): Located[] {
  const byPair = new Map<string, Located>();
  for (const finding of findings) {
    const key = `${finding.bucket} ${finding.network}`;
    const before = byPair.get(key);
    byPair.set(key, before === undefined ? finding : sumOf(before, finding));
  }
  return [...byPair.values()];
}

/** Of two that are one, who succeeded is shown; else who came first. */
function sumOf(first: Located, second: Located): Located {
  const [a, b] = first.successes > 0 || second.successes === 0 ? [first, second] : [second, first];
  return {
    ...a,
    addresses: [...new Set([...a.addresses, ...b.addresses])].slice(0, MAX_ADDRESSES),
    requests: a.requests + b.requests,
    successes: a.successes + b.successes,
    denied: a.denied + b.denied,
    bytesSent: a.bytesSent + b.bytesSent,
    firstEventAt: Math.min(a.firstEventAt, b.firstEventAt),
    lastEventAt: Math.max(a.lastEventAt, b.lastEventAt),
    forgottenSince: a.forgottenSince ?? b.forgottenSince,
    severity: worse(a.severity, b.severity),
    severityReason: a.severityReason ?? b.severityReason,
  };
}

function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}

function worstFirst(a: Located, b: Located): number {
  return (
    SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    b.successes - a.successes ||
    b.requests - a.requests ||
    a.firstEventAt - b.firstEventAt
  );
}

function networkOf(finding: Located): AlertNetwork {
  const { bucket, network, remoteIp, addresses, requests, successes, denied, bytesSent, severity } = finding;
  const { firstEventAt, lastEventAt, forgottenSince } = finding;
  const record = finding.sample();
  return {
    bucket,
    network,
    remoteIp,
    addresses,
    geo: null,
    asn: null,
    requests,
    successes,
    denied,
    bytesSent,
    firstEventAt: isoTime(firstEventAt),
    lastEventAt: isoTime(lastEventAt),
    forgottenSince: forgottenSince === null ? null : isoTime(forgottenSince),
    severity,
    sample: record === null ? null : sampleRecord(record),
  };
}

function sampleRecord({ extra: _, flags: __, time, ...fields }: AccessLogRecord): SampleRecord {
  return { ...fields, time: isoTime(time) };
}

function totalsOf(findings: readonly Located[]): AlertTotals {
  const total = (key: 'requests' | 'successes' | 'denied' | 'bytesSent'): number =>
    findings.reduce((sum, finding) => sum + finding[key], 0);
  return {
    networks: findings.length,
    requests: total('requests'),
    successes: total('successes'),
    denied: total('denied'),
    bytesSent: total('bytesSent'),
  };
}

function ruleOf(rule: FindingRule, bucket: string, findings: readonly Located[]): AlertRule {
  const severity = findings.reduce<Severity>((worst, finding) => worse(worst, finding.severity), 'Low');
  const severityReason = findings.find((finding) => finding.severityReason !== null)?.severityReason ?? null;
  if (rule === 'test') return TEST;
  if (rule === 'detector-error')
    return { ...DETECTOR_ERROR, severity, title: `S3 bucket ${bucket}: a remote IP is no address` };
  const { id, origin, title, mitre, runbook, reference } = RULES[rule];
  return { id, origin, title: title(bucket), severity, severityReason, mitre, runbook, reference };
}

const OWN = { origin: 's3-access-watch', severityReason: null, mitre: null, reference: null } as const;

const TEST: AlertRule = {
  ...OWN,
  id: 'test',
  title: 'Test',
  severity: 'Informational',
  runbook: 'Nothing is to be done: somebody proved that alerts arrive.',
};

const DETECTOR_ERROR = {
  ...OWN,
  id: 'detector-error',
  runbook:
    'The records below have a remote IP that could not be read, so no rule could judge them. Look at the lines in the log object; if they are as S3 wrote them, report them to the project.',
} as const;

function startedRule(bucket: string): AlertRule {
  return {
    ...OWN,
    id: 'learning-started',
    title: `The watch works: ${bucket} is learning`,
    severity: 'Informational',
    runbook: 'Nothing is to be done. Unapproved addresses are told already; new ones once learning has ended.',
  };
}

function finishedRule(bucket: string): AlertRule {
  return {
    ...OWN,
    id: 'learning-finished',
    title: `Learning has ended: ${bucket}`,
    severity: 'Informational',
    runbook: 'Look whether the networks below are yours. From now on, others are told.',
  };
}

/** `2026-03-02T09:15:33Z`; milliseconds only where there are any. */
export function isoTime(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
