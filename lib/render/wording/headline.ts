import type { Alert, AlertNetwork, AlertTotals } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { isSetAside, isUnreadable } from '../../alert/set-aside';
import { changesIn, type Effect, type Effects, NO_EFFECTS } from '../../detection/effect';
import type { Level } from '../../detection/level';
import type { NamedSubject } from '../../rules/rule';
import { networkRule } from '../../rules/rule-of';
import { NETWORK } from '../../rules/subject';
import { bytes, count, plural } from '../../text/amounts';
import { cutText } from '../../text/cut';

/*
 * The answer to "what is it?" in a line, in the same words in subjects, in Slack and in the terminal. Names in it are
 * as they are in the alert: whoever shows it makes them fit.
 */

/** What S3 names a bucket at most; whatever is longer is not one. */
const LONGEST_NAME = 63;

/** Where, who, and whether it got through. `brief`: who is a number, for where there is little room. */
export function headline(alert: Alert, brief = false): string {
  return `${whereOf(alert)}${markOf(alert)}: ${whatOf(alert, brief)}`;
}

/** What says that it goes on with something; empty where it does not. */
export function markOf({ kind }: Alert): string {
  return kind === 'update' || kind === 'digest' ? ` (${kind})` : '';
}

/** Where it is, without what happened there. */
export function whereOf({ bucket, networks, notice, rule }: Alert): string {
  const place = recordOf(rule)?.wording.notice?.place;
  if (place !== undefined) return place;
  if (bucket !== null) return cutText(bucket, LONGEST_NAME);
  const buckets = new Set((notice?.buckets ?? networks).map((of) => of.bucket));
  return plural(buckets.size + (notice?.more ?? 0), 'bucket');
}

/** What happened, without where. */
export function whatOf(alert: Alert, brief = false): string {
  if (isSetAside(alert)) return setAsideText(alert);
  const record = recordOf(alert.rule);
  if (record === null) {
    return alert.rule.id === 'learning-started' ? 'logs are arriving, learning has started' : learnedOf(alert);
  }
  const { networks, totals } = alert;
  const one = totals.networks === 1 && !brief ? networks[0] : undefined;
  return record.wording.what({
    one: one === undefined ? null : namedSubject(one),
    counted: (before, noun) => countedOf(alert, before, noun),
    outcome: () => outcomeOf(totals),
    networks: totals.networks,
    requests: totals.requests,
    listed: networks.map(({ network }) => network),
  });
}

/** How a rule's wording names it. */
export function namedSubject(network: AlertNetwork): NamedSubject {
  return { name: nameOf(network), raised: network.raised, isForgotten: network.forgottenSince !== null };
}

function setAsideText(alert: Alert): string {
  const { totals } = alert;
  if (isUnreadable(alert)) return 'an alert could not be read and was not sent';
  if (totals.requests === 0) return 'a notice could not be sent';
  return `an alert could not be sent: ${countOf(totals.networks, 'network', true)}, ${outcomeOf(totals)}`;
}

/** `up to 12 networks`, where it is not known how many are the same. */
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

/** `3 new addresses`, `up to 12 networks`: how many it is about. */
function countedOf({ networks, totals, more }: Alert, before: string, given?: string): string {
  const distinct = more > 0 ? totals.networks : new Set(networks.map(nameOf)).size;
  const isAddresses = more === 0 && networks.every(isOneAddress);
  const noun = given ?? (isAddresses ? 'address' : 'network');
  return countOf(distinct, `${before}${noun}`, more === 0, `${before}${noun}${noun.endsWith('s') ? 'es' : 's'}`);
}

/** What the alert is about: `network`, where its rule does not say otherwise. */
export function nounOf({ rule }: Pick<Alert, 'rule'>): string {
  const detects = recordOf(rule)?.detects;
  return (detects?.kind === 'first-success' ? detects.of : NETWORK).noun;
}

/** The subject, where that is no network; else as `addressOf`. Its name may be untrusted text. */
export function nameOf(network: AlertNetwork): string {
  return network.subject?.name ?? addressOf(network);
}

/** The address, where it is known to be one; else the network. */
export function addressOf(network: Pick<AlertNetwork, 'network' | 'remoteIp' | 'addresses'>): string {
  return network.addresses.length === 1 ? network.remoteIp : network.network;
}

function isOneAddress({ network, addresses }: AlertNetwork): boolean {
  return addresses.length === 1 || !network.includes('/');
}

type Outcome = Pick<AlertTotals, 'requests' | 'successes' | 'denied' | 'effects'>;

/** Whether it got through. */
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

/** How much of it got through: `13 of 22 requests succeeded, 9 denied; 374 MB sent`. */
export function volumeOf({
  requests,
  successes,
  denied,
  bytesSent,
}: Pick<AlertTotals, 'requests' | 'successes' | 'denied' | 'bytesSent'>): string {
  if (successes === 0)
    return `${outcomeOf({ requests, successes, denied, effects: NO_EFFECTS })}${partly(requests, denied)}; ${bytes(bytesSent)} sent`;
  const all = requests === 1 ? '1 request,' : `all ${count(requests)} requests`;
  const succeeded = successes === requests ? all : `${count(successes)} of ${plural(requests, 'request')}`;
  return `${succeeded} succeeded${partly(requests, denied)}; ${bytes(bytesSent)} sent`;
}

function partly(requests: number, denied: number): string {
  return denied === 0 || denied === requests ? '' : `, ${count(denied)} denied`;
}

/** How far requests got, in two or three words. */
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

const DONE: readonly (readonly [Effect, string])[] = [
  ['deleted', 'DELETED'],
  ['written', 'WRITTEN'],
  ['settings', 'SETTINGS CHANGED'],
  ['unknown', 'UNKNOWN OPERATION'],
  ['read', 'read'],
  ['listed', 'listed'],
];

/** What became of objects: `DELETED by 3 requests, read by 9`, or that nothing did. */
export function effectsText(effects: Effects, successes: number): string {
  const done = DONE.filter(([effect]) => effects[effect] > 0).map(([effect, text], index) => {
    const by = index === 0 ? plural(effects[effect], 'request') : count(effects[effect]);
    return `${text} by ${by}`;
  });
  if (done.length === 0)
    return successes === 0 ? 'nothing read, written or deleted' : 'at most metadata read; nothing written or deleted';
  return `${done.join(', ')}${changesIn(effects) === 0 ? '; nothing written or deleted' : ''}`;
}
