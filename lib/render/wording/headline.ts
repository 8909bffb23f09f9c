import type { Alert, AlertNetwork, AlertTotals } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { isSetAside, isUnreadable } from '../../alert/set-aside';
import { changesIn, type Effect, type Effects, NO_EFFECTS } from '../../detection/effect';
import type { Level } from '../../detection/level';
import type { NamedSubject, Raised } from '../../rules/rule';
import { networkRule } from '../../rules/rule-of';
import { NETWORK } from '../../rules/subject';
import { bytes, count, plural } from '../../text/amounts';
import { cutText } from '../../text/cut';

/*
 * An alert in one line, in the same words in subjects, in Slack and in the terminal. Names are untrusted text, exactly
 * as in the alert: the caller has to escape and cut them.
 */

/** Maximum length of a bucket name in S3. */
const MAX_BUCKET_NAME = 63;

/** Where it happened, which networks, and with what outcome. `brief`: networks are only counted, for little room. */
export function headline(alert: Alert, brief = false): string {
  return `${scopeText(alert)}${kindSuffix(alert)}: ${eventText(alert, brief)}`;
}

/** ` (update)` or ` (digest)`, for an alert that continues a window; otherwise empty. */
export function kindSuffix({ kind }: Alert): string {
  return kind === 'update' || kind === 'digest' ? ` (${kind})` : '';
}

/** Where it happened: the bucket, or the number of buckets. */
export function scopeText({ bucket, networks, notice, rule }: Alert): string {
  const place = recordOf(rule)?.wording.notice?.place;
  if (place !== undefined) return place;
  if (bucket !== null) return cutText(bucket, MAX_BUCKET_NAME);
  const buckets = new Set((notice?.buckets ?? networks).map((of) => of.bucket));
  return plural(buckets.size + (notice?.more ?? 0), 'bucket');
}

/** What happened, without the bucket. */
export function eventText(alert: Alert, brief = false): string {
  if (isSetAside(alert)) return setAsideText(alert);
  const record = recordOf(alert.rule);
  if (record === null) {
    return alert.rule.id === 'learning-started' ? 'logs are arriving, learning has started' : learnedOf(alert);
  }
  const { networks, totals } = alert;
  const one = totals.networks === 1 && !brief ? networks[0] : undefined;
  return record.wording.what({
    one: one === undefined ? null : namedSubject(one),
    raised: commonRaise(networks),
    counted: (before, noun) => networkCountText(alert, before, noun),
    outcome: () => outcomeOf(totals),
    networks: totals.networks,
    requests: totals.requests,
    listed: networks.map(({ network }) => network),
  });
}

/** Why all listed networks are reported again; null: they are not, or not for one reason. */
function commonRaise(networks: readonly AlertNetwork[]): Raised {
  const raised = new Set(networks.map((network) => network.raised));
  return raised.size === 1 ? [...raised][0]! : null;
}

/** The subject of a network in the form that the wording of a rule uses. */
export function namedSubject(network: AlertNetwork): NamedSubject {
  return { name: subjectName(network), raised: network.raised, isForgotten: network.forgottenSince !== null };
}

function setAsideText(alert: Alert): string {
  const { totals } = alert;
  if (isUnreadable(alert)) return 'an alert could not be read and was not sent';
  if (totals.requests === 0) return 'a notice could not be sent';
  return `an alert could not be sent: ${countOf(totals.networks, 'network', true)}, ${outcomeOf(totals)}`;
}

/** `12 networks`; `up to 12 networks` if some may have been counted more than once. */
export function countOf(networks: number, noun: string, isExact: boolean, many = `${noun}s`): string {
  return `${isExact ? '' : 'up to '}${plural(networks, noun, many)}`;
}

function learnedOf({ notice }: Alert): string {
  const buckets = notice?.buckets ?? [];
  const networks = plural(
    buckets.reduce((sum, { learned }) => sum + (learned?.count ?? 0), 0),
    'network',
  );
  const open = buckets.filter(({ looksPublic }) => looksPublic).length;
  if (open === 0) return `learned ${networks}, new networks are now reported`;
  const many = buckets.length === 1 ? '' : `${count(open)} `;
  const look = open === 1 ? 'looks' : 'look';
  return `learned ${networks}, ${many}${look} public: ${networkRule().id} is inactive for anonymous reads`;
}

/** How many subjects the alert is about; an upper bound if it does not list all of them. */
export function subjectCount({ networks, totals, more }: Pick<Alert, 'networks' | 'totals' | 'more'>): number {
  return more > 0 ? totals.networks : new Set(networks.map(subjectName)).size;
}

/** `3 new addresses`, `up to 12 networks`: the number of subjects of the alert. */
function networkCountText({ networks, totals, more }: Alert, before: string, given?: string): string {
  const isAddresses = more === 0 && networks.every(isOneAddress);
  const noun = given ?? (isAddresses ? 'address' : 'network');
  return countOf(
    subjectCount({ networks, totals, more }),
    `${before}${noun}`,
    more === 0,
    `${before}${noun}${noun.endsWith('s') ? 'es' : 's'}`,
  );
}

/** The noun for the subjects of the alert: `network`, unless the rule has another kind of subject. */
export function nounOf({ rule }: Pick<Alert, 'rule'>): string {
  const detects = recordOf(rule)?.detects;
  return (detects?.kind === 'first-success' ? detects.of : NETWORK).noun;
}

/** The name of the subject, which may be untrusted text; `addressOrNetwork` if the subject is the network. */
export function subjectName(network: AlertNetwork): string {
  return network.subject?.name ?? addressOrNetwork(network);
}

/** The address if there is only one; otherwise the network. */
export function addressOrNetwork(network: Pick<AlertNetwork, 'network' | 'remoteIp' | 'addresses'>): string {
  return network.addresses.length === 1 ? network.remoteIp : network.network;
}

function isOneAddress({ network, addresses }: AlertNetwork): boolean {
  return addresses.length === 1 || !network.includes('/');
}

type Outcome = Pick<AlertTotals, 'requests' | 'successes' | 'denied' | 'effects'>;

/** The outcome of the requests: `all 3 requests denied`, `9 requests succeeded, 2 changed data`. */
export function outcomeOf({ requests, successes, denied, effects }: Outcome): string {
  if (successes === 0) {
    if (denied < requests)
      return requests === 1 ? '1 request, failed' : `none of ${count(requests)} requests succeeded`;
    return requests === 1 ? '1 request, denied' : `all ${count(requests)} requests denied`;
  }
  return `${plural(successes, 'request')} succeeded${changesText(effects)}`;
}

/** Operations that nobody knows are counted apart from changes: whether they changed anything is not known. */
function changesText(effects: Effects): string {
  const known = changesIn({ ...effects, unknown: 0 });
  const changed = known === 0 ? '' : `, ${count(known)} changed data`;
  return effects.unknown === 0 ? changed : `${changed}, ${count(effects.unknown)} may have changed data`;
}

/** The outcome with the volume: `13 of 22 requests succeeded, 9 denied; 374 MB sent`. */
export function volumeOf({
  requests,
  successes,
  denied,
  bytesSent,
}: Pick<AlertTotals, 'requests' | 'successes' | 'denied' | 'bytesSent'>): string {
  if (successes === 0)
    return `${outcomeOf({ requests, successes, denied, effects: NO_EFFECTS })}${deniedText(requests, denied)}; ${bytes(bytesSent)} sent`;
  const all = requests === 1 ? '1 request,' : `all ${count(requests)} requests`;
  const succeeded = successes === requests ? all : `${count(successes)} of ${plural(requests, 'request')}`;
  return `${succeeded} succeeded${deniedText(requests, denied)}; ${bytes(bytesSent)} sent`;
}

function deniedText(requests: number, denied: number): string {
  return denied === 0 || denied === requests ? '' : `, ${count(denied)} denied`;
}

/** The level of access in two or three words. */
export function levelText(level: Level): string {
  return LEVEL_TEXTS[level];
}

const LEVEL_TEXTS: Readonly<Record<Level, string>> = {
  denied: 'all denied',
  'no access': 'all failed',
  metadata: 'lists or metadata read',
  read: 'objects read',
  changed: 'DATA CHANGED',
};

const EFFECT_TEXTS: readonly (readonly [Effect, string])[] = [
  ['deleted', 'DELETED'],
  ['written', 'WRITTEN'],
  ['settings', 'SETTINGS CHANGED'],
  ['unknown', 'UNKNOWN OPERATION'],
  ['read', 'read'],
  ['listed', 'listed'],
];

/** The effects on objects: `DELETED by 3 requests, read by 9`, or that there were none. */
export function effectsText(effects: Effects, successes: number): string {
  const done = EFFECT_TEXTS.filter(([effect]) => effects[effect] > 0).map(([effect, text], index) => {
    const by = index === 0 ? plural(effects[effect], 'request') : count(effects[effect]);
    return `${text} by ${by}`;
  });
  if (done.length === 0)
    return successes === 0 ? 'nothing read, written or deleted' : 'at most metadata read; nothing written or deleted';
  return `${done.join(', ')}${changesIn(effects) === 0 ? '; nothing written or deleted' : ''}`;
}
