import type { AccessLogRecord } from '../access-log/record';
import { NO_EFFECTS, sumOfEffects } from '../detection/effect';
import type { FindingRule } from '../detection/rules';
import { type Alert, type AlertNetwork, type AlertOrigin, type AlertTotals, isoTime, type SampleRecord } from './alert';
import { alertRuleOf } from './alert-rule';
import { combinedIdOf, noticeIdOf } from './identity';
import { findingsOf, type Located, mergedFindings, worstFirst } from './merge-findings';
import type { OutboxFinding, OutboxPart } from './outbox';
import { NO_PLACE } from './place';
import type { PlannedMessage } from './plan';
import type { StreamMessage } from './plan-stream';

/** How many networks an alert lists, and how many log objects it names. */
const MOST_NETWORKS = 100;
const MOST_LOG_OBJECTS = 20;

type FindingsMessage = Exclude<PlannedMessage, { kind: 'notice' }>;
type Undated = Omit<Alert, 'createdAt'>;

/** The alert of a message about findings. */
export function alertOf(message: FindingsMessage, { accountId, region, now }: AlertOrigin): Alert {
  const alert = findingsAlert(message);
  return {
    ...alert,
    createdAt: isoTime(now),
    accountId: alert.accountId ?? accountId,
    region: alert.region ?? region,
  };
}

function findingsAlert(message: FindingsMessage): Undated {
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
    rule: alertRuleOf(stream.rule, stream.bucket, findings),
    bucket: stream.bucket,
    window: { openedAt: isoTime(window.openedAt), closesAt: isoTime(window.closesAt) },
  };
}

function combinedAlert(rule: FindingRule, messages: readonly StreamMessage[]): Undated {
  const parts = messages.flatMap(({ parts }) => parts.map(({ value }) => value));
  const findings = findingsOf(parts);
  const buckets = new Set(messages.map(({ stream }) => stream.bucket));
  const windowId = combinedIdOf(rule, parts[0]!);
  const named = common(parts, findings, findings.length);
  return {
    ...named,
    // It names whatever it tells of, each in a line; of that there is so much that the records do not fit.
    networks: named.networks.map((network) => ({ ...network, addresses: [], operations: [], sample: null })),
    alertId: `${windowId}/1`,
    windowId,
    kind: 'combined',
    rule: alertRuleOf(rule, buckets.size === 1 ? [...buckets][0]! : `${buckets.size} buckets`, findings),
    bucket: null,
    window: null,
  };
}

function testAlert(parts: readonly OutboxPart[]): Undated {
  const findings = findingsOf(parts);
  const windowId = noticeIdOf('test', `${parts[0]!.logObject} ${parts[0]!.number}`);
  return {
    ...common(parts, findings, MOST_NETWORKS),
    alertId: `${windowId}/1`,
    windowId,
    kind: 'notice',
    rule: alertRuleOf('test', parts[0]!.bucket, findings),
    bucket: parts[0]!.bucket,
    window: null,
  };
}

function common(parts: readonly OutboxPart[], findings: readonly Located[], most: number) {
  const networks = mergedFindings(findings).sort(worstFirst);
  return {
    schemaVersion: '1.0' as const,
    accountId: parts.find(({ accountId }) => accountId !== null)?.accountId ?? null,
    region: parts.find(({ region }) => region !== null)?.region ?? null,
    networks: networks.slice(0, most).map(networkOf),
    more: Math.max(0, networks.length - most),
    totals: totalsOf(networks),
    logObjects: [...new Set(parts.map(({ logObject }) => logObject))].slice(0, MOST_LOG_OBJECTS),
    placesFrom: null,
    notice: null,
  };
}

function networkOf(finding: Located): AlertNetwork {
  const { bucket, network, remoteIp, addresses, requests, successes, denied, bytesSent, severity } = finding;
  const { firstEventAt, lastEventAt, forgottenSince, raised, effects, operations } = finding;
  const record = finding.sample();
  return {
    bucket,
    network,
    remoteIp,
    addresses,
    ...NO_PLACE,
    requests,
    successes,
    denied,
    bytesSent,
    firstEventAt: isoTime(firstEventAt),
    lastEventAt: isoTime(lastEventAt),
    forgottenSince: forgottenSince === null ? null : isoTime(forgottenSince),
    raised,
    severity,
    effects,
    operations,
    sample: record === null ? null : sampleRecord(record),
  };
}

function sampleRecord({ extra: _, flags: __, time, ...fields }: AccessLogRecord): SampleRecord {
  return { ...fields, time: isoTime(time) };
}

/** Sums over all of them. */
export function totalsOf(findings: readonly OutboxFinding[]): AlertTotals {
  const total = (key: 'requests' | 'successes' | 'denied' | 'bytesSent'): number =>
    findings.reduce((sum, finding) => sum + finding[key], 0);
  return {
    networks: findings.length,
    requests: total('requests'),
    successes: total('successes'),
    denied: total('denied'),
    bytesSent: total('bytesSent'),
    effects: findings.reduce((sum, { effects }) => sumOfEffects(sum, effects), NO_EFFECTS),
  };
}
