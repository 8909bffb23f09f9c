import type { Alert, AlertNetwork } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { ERROR_KIND } from '../../rules/detector-error';
import type { OcsfIdentity } from '../../rules/rule';
import { cutText } from '../../text/cut';
import { cutToJson } from '../../text/json-text';
import { isNetworkText } from '../../text/untrusted-text';
import { headline } from '../wording/headline';
import { bucketArn } from '../wording/investigation';
import type { Room } from '../wording/room';
import { evidenceOf } from './evidence';

/**
 * Maximum number of evidences and observables; all networks are under `unmapped`. A combined alert lists many networks,
 * so it has fewer, but an evidence for each network of severity High.
 */
const MAX = { evidences: 20, observables: 100 };
const MAX_COMBINED = { evidences: 5, observables: 50 };
const MAX_HIGH = 60;

/** How many networks have an evidence if there is enough room. */
export function maxEvidences({ kind, networks }: Pick<Alert, 'kind' | 'networks'>): number {
  const high = networks.filter(({ severity }) => severity === 'High').length;
  return Math.max(kind === 'combined' ? MAX_COMBINED.evidences : MAX.evidences, Math.min(high, MAX_HIGH));
}

const MAX_TEXT = 512;

const SEVERITY_IDS = { Informational: 1, Low: 2, Medium: 3, High: 4 } as const;

/** The ATT&CK names of the ids. */
const ATTACK_NAMES: Readonly<Record<string, string>> = { TA0009: 'Collection', T1530: 'Data from Cloud Storage' };

/**
 * The alert for machines: a Detection Finding (class 2004) of OCSF, valid from version 1.3.0 on, with the alert itself
 * under `unmapped`. `finding_info.uid` is the windowId: the first alert of a window is a Create, a later one is an
 * Update. `room` limits the lists. https://schema.ocsf.io/1.3.0/classes/detection_finding
 */
export function ocsfFinding(alert: Alert, { listed, detailed }: Room): object {
  const { alertId, windowId, kind, rule, bucket, accountId, region, networks, totals, notice } = alert;
  const activity = isUpdate(alert) ? ({ id: 2, name: 'Update' } as const) : ({ id: 1, name: 'Create' } as const);
  const createdAt = Date.parse(alert.createdAt);
  const first = alert.firstEventAt === null ? createdAt : Date.parse(alert.firstEventAt);
  const last = alert.lastEventAt === null ? createdAt : Date.parse(alert.lastEventAt);
  const buckets = new Set([
    bucket,
    ...networks.map((of) => of.bucket),
    ...(notice?.buckets ?? []).map((of) => of.bucket),
  ]);
  const { confidence, analytic } = recordOf(rule)?.ocsf ?? NOTICE_IDENTITY;
  const max = kind === 'combined' ? MAX_COMBINED : MAX;
  const shown = Math.min(maxEvidences(alert), detailed, listed);
  return {
    activity_id: activity.id,
    activity_name: activity.name,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: 200400 + activity.id,
    type_name: `Detection Finding: ${activity.name}`,
    time: createdAt,
    start_time: first,
    end_time: last,
    ...(totals.requests === 0 ? {} : { count: totals.requests }),
    severity_id: SEVERITY_IDS[rule.severity],
    severity: rule.severity,
    status_id: 1,
    status: 'New',
    ...(confidence ?? {}),
    message: cutText(headline(alert), MAX_TEXT),
    metadata: {
      version: '1.3.0',
      profiles: ['cloud'],
      product: { name: 's3-access-watch', uid: 's3-access-watch', vendor_name: 's3-access-watch' },
      uid: alertId,
      correlation_uid: windowId,
      event_code: kind,
      log_name: 'AWS.S3ServerAccess',
    },
    cloud: {
      provider: 'AWS',
      ...(region === null ? {} : { region }),
      ...(accountId === null ? {} : { account: { uid: accountId } }),
    },
    finding_info: {
      uid: windowId,
      title: cutText(rule.title, MAX_TEXT),
      desc: cutText([headline(alert), rule.severityReason].filter((text) => text !== null).join('; '), MAX_TEXT),
      [isUpdate(alert) ? 'modified_time' : 'created_time']: createdAt,
      first_seen_time: first,
      last_seen_time: last,
      types: [rule.id],
      data_sources: ['AWS.S3ServerAccess'],
      analytic: { ...analytic, uid: rule.id, name: rule.origin },
      ...(rule.mitre === null ? {} : { attacks: [attackOf(rule.mitre)] }),
      ...(rule.reference === null ? {} : { src_url: rule.reference }),
    },
    resources: [...buckets]
      .filter((name) => name !== null)
      .slice(0, Math.min(listed, MAX.evidences))
      .map((name) => cutText(name, 255))
      .map((name) => ({ type: 'AWS::S3::Bucket', name, uid: bucketArn(name, region) })),
    evidences: networks.slice(0, shown).map((network) => evidenceOf(network, alert)),
    observables: observablesOf(alert, Math.min(listed, max.observables), shown),
    remediation: {
      desc: rule.runbook,
      ...(rule.reference === null ? {} : { references: [rule.reference] }),
    },
    unmapped: withLists(alert, { listed, detailed }),
  };
}

/** Whether an alert with the same windowId was sent before. */
function isUpdate({ kind, alertId }: Alert): boolean {
  return kind === 'update' || kind === 'digest' || (kind === ERROR_KIND && !alertId.endsWith('/1'));
}

const NOTICE_IDENTITY: OcsfIdentity = { confidence: null, analytic: { type_id: 1, type: 'Rule' } };

function attackOf({ tactic, technique }: NonNullable<Alert['rule']['mitre']>): object {
  const named = (uid: string) => ({ uid, ...(ATTACK_NAMES[uid] === undefined ? {} : { name: ATTACK_NAMES[uid] }) });
  return { version: '14.1', tactic: named(tactic), technique: named(technique) };
}

/** The values to search for, each with its path in this document and its type. */
function observablesOf({ networks, bucket, region }: Alert, listed: number, evidences: number): object[] {
  const shown = networks.slice(0, listed);
  const addresses = distinct(shown, ({ remoteIp }) => (isNetworkText(remoteIp) ? remoteIp : null)).map(
    ({ index, value }) => ({
      name: `unmapped.networks[${index}].remoteIp`,
      type: 'IP Address',
      type_id: 2,
      value,
    }),
  );
  const agents = distinct(networks.slice(0, evidences), ({ sample }) => sample?.userAgent ?? null).map(
    ({ index, value }) => ({
      name: `evidences[${index}].data.userAgent`,
      type: 'HTTP User-Agent',
      type_id: 16,
      value: cutToJson(value, 300),
    }),
  );
  const resource = { name: 'resources[0].uid', type: 'Resource UID', type_id: 10 };
  return [
    ...(bucket === null || listed === 0 ? [] : [{ ...resource, value: bucketArn(cutText(bucket, 255), region) }]),
    ...addresses,
    ...agents,
  ];
}

/** Each distinct value with its first index. */
function distinct(
  networks: readonly AlertNetwork[],
  textOf: (network: AlertNetwork) => string | null,
): { index: number; value: string }[] {
  const seen = new Map<string, number>();
  for (const [index, network] of networks.entries()) {
    const value = textOf(network);
    if (value !== null && value !== '' && !seen.has(value)) seen.set(value, index);
  }
  return [...seen].map(([value, index]) => ({ index, value }));
}

/** The alert with its lists cut to the room. */
function withLists(alert: Alert, { listed, detailed }: Room): Alert {
  const { networks, more, logObjects, groups, notice } = alert;
  const buckets = notice?.buckets.slice(0, listed).map((bucket) => {
    const { learned } = bucket;
    return learned === null
      ? bucket
      : { ...bucket, learned: { ...learned, networks: learned.networks.slice(0, detailed) } };
  });
  return {
    ...alert,
    networks: networks.slice(0, listed),
    more: more + Math.max(0, networks.length - listed),
    groups: groups.slice(0, listed),
    logObjects: logObjects.slice(0, listed),
    notice:
      notice === null
        ? null
        : { buckets: buckets ?? [], more: notice.more + Math.max(0, notice.buckets.length - listed) },
  };
}
