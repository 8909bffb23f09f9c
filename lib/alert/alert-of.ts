import type { AccessLogRecord } from '../access-log/record';
import { type Digest, networksIn } from '../alerting/digest';
import { windowIdOf } from '../alerting/identity';
import { worstFirst } from '../alerting/merge-findings';
import type { OutboxFinding } from '../alerting/outbox';
import { listedInCombined, type StreamDigest, worstStreamFirst } from '../alerting/plan';
import type { Stream } from '../alerting/stream';
import type { MessageName } from '../alerting/stream-state';
import { NO_EFFECTS, sumOfEffects } from '../detection/effect';
import { ERROR_KIND } from '../rules/detector-error';
import type { RuleId } from '../rules/rule';
import { ruleOf } from '../rules/rule-of';
import { isoTime } from '../text/times';
import type { Alert, AlertNetwork, AlertOrigin, AlertTotals, SampleRecord } from './alert';
import { alertRuleOf, setAsideRule, unreadableRule } from './alert-rule';
import { NO_GEO_LOCATION } from './geo-location';
import { SET_ASIDE, UNREADABLE } from './set-aside';

/** Maximum number of log objects that an alert names. */
const MAX_LOG_OBJECTS = 20;

const NO_TOTALS: AlertTotals = {
  networks: 0,
  requests: 0,
  successes: 0,
  denied: 0,
  bytesSent: 0,
  effects: NO_EFFECTS,
};

/** The fields of an alert that is not about requests. */
export const NO_REQUESTS = {
  window: null,
  firstEventAt: null,
  lastEventAt: null,
  networks: [],
  more: 0,
  groups: [],
  totals: NO_TOTALS,
  logObjects: [],
  geoSource: null,
  notice: null,
} satisfies Partial<Alert>;

/** The alert of one stream. `window`: the window after the alert is sent; epoch milliseconds. */
export function streamAlert(
  { rule, bucket }: Stream,
  digest: Digest,
  { windowId, sequence, kind }: Pick<MessageName, 'windowId' | 'sequence' | 'kind'>,
  window: { readonly openedAt: number; readonly closesAt: number },
  origin: AlertOrigin,
): Alert {
  const { kind: ownKind, hasWindow } = ruleOf(rule).alerts;
  return {
    ...common([digest], origin),
    alertId: `${windowId}/${sequence}`,
    windowId,
    kind: ownKind ?? kind,
    rule: alertRuleOf(rule, bucket, [digest]),
    bucket,
    window: hasWindow ? { openedAt: isoTime(window.openedAt), closesAt: isoTime(window.closesAt) } : null,
    networks: digest.findings.map((finding) => networkOf(finding, bucket)),
    more: digest.more,
    groups: digest.groups.map((group) => ({ ...group, ...NO_GEO_LOCATION })),
  };
}

/** The combined alert of several streams of one rule: it names the worst networks of each, and counts the others. */
export function combinedAlert(
  combinedId: string,
  rule: RuleId,
  unsorted: readonly StreamDigest[],
  origin: AlertOrigin,
): Alert {
  const streams = unsorted.toSorted(worstStreamFirst);
  const digests = streams.map(({ digest }) => digest);
  const buckets = new Set(streams.map(({ stream }) => stream.bucket));
  const named = streams.flatMap(({ stream, digest }) =>
    listedInCombined(digest).map((finding) => ({ finding, network: networkOf(finding, stream.bucket) })),
  );
  const networks = named.sort((a, b) => worstFirst(a.finding, b.finding)).map(({ network }) => network);
  const all = digests.reduce((sum, digest) => sum + networksIn(digest), 0);
  return {
    ...common(digests, origin),
    alertId: `${combinedId}/1`,
    windowId: combinedId,
    kind: 'combined',
    rule: alertRuleOf(rule, buckets.size === 1 ? [...buckets][0]! : `${buckets.size} buckets`, digests),
    bucket: null,
    window: null,
    networks,
    more: all - networks.length,
    groups: [],
  };
}

/** The alert which reports that an alert of one stream could not be sent. */
export function streamSetAsideAlert(
  { rule, bucket }: Stream,
  digest: Digest,
  { windowId, sequence }: Pick<MessageName, 'windowId' | 'sequence'>,
  origin: AlertOrigin,
): Alert {
  return setAsideAlert({
    ...common([digest], origin),
    alertId: `${windowId}/${sequence}`,
    windowId,
    kind: ERROR_KIND,
    rule: alertRuleOf(rule, bucket, [digest]),
    bucket,
    window: null,
    networks: [],
    more: 0,
    groups: [],
  });
}

/** The alert which reports that an alert could not be sent. Contains no text of its findings: that may be the cause. */
export function setAsideAlert(alert: Alert): Alert {
  const { alertId, windowId, createdAt, rule, bucket, accountId, region, totals, logObjects } = alert;
  const { firstEventAt, lastEventAt } = alert;
  return {
    schemaVersion: '1.0',
    alertId: `${windowId}${SET_ASIDE}${alertId.split('/').at(-1)}`,
    windowId,
    kind: ERROR_KIND,
    createdAt,
    rule: setAsideRule(rule),
    bucket,
    accountId,
    region,
    window: null,
    firstEventAt,
    lastEventAt,
    networks: [],
    more: totals.networks,
    groups: [],
    totals,
    logObjects,
    geoSource: null,
    notice: null,
  };
}

/** The alert which reports that stored findings of one stream could not be read from the state table. */
export function unreadableAlert(stream: Stream, { accountId, region, now }: AlertOrigin): Alert {
  const windowId = windowIdOf(stream, 'unreadable', '');
  return {
    schemaVersion: '1.0',
    alertId: `${windowId}${UNREADABLE}${now}`,
    windowId,
    kind: ERROR_KIND,
    createdAt: isoTime(now),
    rule: unreadableRule(stream),
    bucket: stream.bucket,
    accountId,
    region,
    ...NO_REQUESTS,
  };
}

function common(digests: readonly Digest[], { accountId, region, now }: AlertOrigin) {
  return {
    schemaVersion: '1.0' as const,
    createdAt: isoTime(now),
    accountId: digests.find((digest) => digest.accountId !== null)?.accountId ?? accountId,
    region: digests.find((digest) => digest.region !== null)?.region ?? region,
    firstEventAt: isoTime(Math.min(...digests.map(({ firstEventAt }) => firstEventAt))),
    lastEventAt: isoTime(Math.max(...digests.map(({ lastEventAt }) => lastEventAt))),
    totals: totalsOf(digests),
    logObjects: [...new Set(digests.flatMap(({ logObjects }) => logObjects))].slice(0, MAX_LOG_OBJECTS),
    geoSource: null,
    notice: null,
  };
}

function networkOf(finding: OutboxFinding, bucket: string): AlertNetwork {
  const { subject, network, remoteIp, addresses, requests, successes, denied, bytesSent, severity, level } = finding;
  const { firstEventAt, lastEventAt, forgottenSince, raised, effects, operations } = finding;
  const record = finding.sample();
  return {
    bucket,
    ...(subject === null ? {} : { subject }),
    network,
    remoteIp,
    addresses,
    ...NO_GEO_LOCATION,
    requests,
    successes,
    denied,
    bytesSent,
    firstEventAt: isoTime(firstEventAt),
    lastEventAt: isoTime(lastEventAt),
    forgottenSince: forgottenSince === null ? null : isoTime(forgottenSince),
    raised,
    severity,
    level,
    effects,
    operations,
    sample: record === null ? null : sampleRecord(record),
  };
}

function sampleRecord({ extra: _, flags: __, time, ...fields }: AccessLogRecord): SampleRecord {
  return { ...fields, time: isoTime(time) };
}

/** Sums over all networks, named or only counted. */
function totalsOf(digests: readonly Digest[]): AlertTotals {
  const total = (key: 'requests' | 'successes' | 'denied' | 'bytesSent'): number =>
    digests.reduce((sum, { totals }) => sum + totals[key], 0);
  return {
    networks: digests.reduce((sum, digest) => sum + networksIn(digest), 0),
    requests: total('requests'),
    successes: total('successes'),
    denied: total('denied'),
    bytesSent: total('bytesSent'),
    effects: digests.reduce((sum, { totals: { effects } }) => sumOfEffects(sum, effects), NO_EFFECTS),
  };
}
