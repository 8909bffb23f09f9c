import type { Alert, AlertGroup, AlertNetwork, SampleRecord } from '../../alert/alert';
import { locationText } from '../../alert/geo-location';
import { MAX_ADDRESSES } from '../../detection/counted-subject';
import { knownUntilNow } from '../../rules/wording';
import { bytes, count, plural } from '../../text/amounts';
import { columnsOf } from '../../text/columns';
import { minute, period, second } from '../../text/times';
import { inMail } from '../../text/untrusted-text';
import { countOf, effectsText, levelText, nounOf, subjectName, volumeOf } from '../wording/headline';
import { operationsText } from '../wording/operations';
import type { Room } from '../wording/room';
import { maxDetailed } from '../wording/room';
import { byAsn, byCountry, type NameCount, type Unlisted, unlistedOf } from '../wording/unlisted';
import { MAX_COLUMNS, sentences, trimmed, untrustedField } from './mail-lines';

/** Maximum width of untrusted text, in columns. */
const MAX_TEXT = 160;
const MAX_REQUESTER = 240;
/** Maximum number of addresses listed for a network. */
const MAX_NAMED_ADDRESSES = 5;

/** Maximum number of groups of unlisted networks, and of countries or ASs. */
const MAX_GROUPS = 10;
const MAX_COUNTS = 5;

/** The networks, the worst first: in detail, or in a combined alert mostly in one line each. */
export function networkLines(alert: Alert, { listed, detailed }: Room): string[] {
  const { networks, kind } = alert;
  const isCombined = kind === 'combined';
  const blocks = networks.slice(0, Math.min(detailed, maxDetailed(alert)));
  const shown = networks.slice(0, listed);
  const others = shown.slice(blocks.length);
  return [
    ...trimmed(blocks.flatMap((network) => block(network, isCombined))),
    ...(isCombined && blocks.length > 0 && others.length > 0 ? [''] : []),
    ...(isCombined ? others.flatMap((network) => networkLine(network, true)) : seeOthers(others.length, alert)),
    ...unlistedLines(unlistedOf(alert, listed), alert),
  ];
}

function seeOthers(others: number, alert: Alert): string[] {
  if (others === 0) return [];
  const subjects = subjectsOf(alert);
  const more = plural(others, `more ${nounOf(alert)}`);
  return ['', `  … and ${more}, listed below under OTHER ${subjects.toUpperCase()}.`];
}

/** `networks`: the plural noun for the subjects of the alert. */
export function subjectsOf(alert: Alert): string {
  return `${nounOf(alert)}s`;
}

/** The networks that have only one line, in an alert about one bucket. */
export function otherNetworks(alert: Alert, { listed, detailed }: Room): string[] {
  if (alert.kind === 'combined') return [];
  const blocks = Math.min(detailed, maxDetailed(alert));
  return alert.networks.slice(blocks, Math.max(blocks, listed)).flatMap((network) => networkLine(network, false));
}

function networkLine(network: AlertNetwork, withBucket: boolean): string[] {
  const place = locationText(network);
  const start = withBucket ? `  ${inMail(network.bucket, 66)}` : `  ${nameInMail(network)}`;
  const rest = [withBucket ? nameInMail(network) : '', volumeOf(network), place].filter((part) => part !== '');
  const line = `${start}  ${rest.join('  ')}`;
  if (columnsOf(line) <= MAX_COLUMNS) return [line];
  return [
    start,
    ...sentences(rest.slice(0, withBucket ? 2 : 1).join('  '), '    '),
    ...(place === '' ? [] : [`    ${place}`]),
  ];
}

/** The number of networks that are not listed, with their groups, countries and ASs. */
function unlistedLines({ networks, isExact, groups }: Unlisted, alert: Alert): string[] {
  if (networks === 0) return [];
  const { kind, totals } = alert;
  const noun = nounOf(alert);
  const counted = countOf(networks, networks === totals.networks ? noun : `more ${noun}`, isExact);
  const whole = 'For the whole list, see INVESTIGATE.';
  if (groups.length === 0) {
    const where = kind === 'combined' ? ' in these buckets' : '';
    return ['', ...sentences(`NOT LISTED: ${counted}${where}. ${whole}`, '  ')];
  }
  const shown = groups.slice(0, MAX_GROUPS);
  const rest = groups.slice(MAX_GROUPS);
  const width = Math.max(...shown.map(({ network }) => network.length));
  return [
    '',
    ...sentences(`NOT LISTED: ${counted}. ${whole} Grouped by surrounding network:`, '  '),
    ...shown.flatMap((group) => groupLines(group, width, isExact)),
    ...(rest.length === 0
      ? []
      : [
          `    … and ${plural(
            rest.reduce((sum, of) => sum + of.networks, 0),
            'network',
          )} in ${count(rest.length)} other groups`,
        ]),
    ...(groups.length === 1 ? [] : countLines('By country:', byCountry(groups))),
    ...(groups.length === 1 ? [] : countLines('By AS:', byAsn(groups))),
  ];
}

function groupLines(group: AlertGroup, width: number, isExact: boolean): string[] {
  const { network, networks, requests, bytesSent, level, severity } = group;
  const place = locationText(group);
  const start = `    ${network.padEnd(width)}  `;
  const volume = `${countOf(networks, 'network', isExact)}, ${plural(requests, 'request')}, ${bytes(bytesSent)} sent`;
  const line = `${start}${volume}; ${severity}: ${levelText(level)}`;
  if (place === '') return [line];
  return columnsOf(`${line}  ${place}`) <= MAX_COLUMNS
    ? [`${line}  ${place}`]
    : [line, `${' '.repeat(start.length)}${place}`];
}

function countLines(label: string, counts: readonly NameCount[]): string[] {
  if (counts.length === 0) return [];
  const shown = counts.slice(0, MAX_COUNTS).map(({ name, networks }) => `${inMail(name, 40)} ${count(networks)}`);
  const rest = counts.length - shown.length;
  return sentences(`${[...shown, ...(rest > 0 ? [`${count(rest)} others`] : [])].join(', ')}`, `    ${label} `);
}

function block(network: AlertNetwork, withBucket: boolean): string[] {
  const { subject, addresses, effects, successes, firstEventAt, lastEventAt, operations, sample } = network;
  const place = locationText(network);
  const text = (label: string, value: string, most: number) => untrustedField(label, value, most, 4);
  const who = `${nameInMail(network)}${place === '' ? '' : `  ${place}`}`;
  const bucket = inMail(network.bucket, 66);
  return [
    ...(!withBucket
      ? [`  ${who}`]
      : columnsOf(bucket) + columnsOf(who) + 4 <= MAX_COLUMNS
        ? [`  ${bucket}  ${who}`]
        : [`  ${bucket}`, `    ${who}`]),
    ...sentences(volumeOf(network), '    '),
    ...sentences(effectsText(effects, successes), '    '),
    ...sentences(`seen ${period(firstEventAt, lastEventAt)}`, '    '),
    ...earlierAccessText(network),
    ...(addresses.length > 1 || subject !== undefined ? text('addresses', addressList(addresses), 400) : []),
    ...(operations.length > 0 ? text('operations', operationsText(network.operations), 240) : []),
    ...(sample === null ? [] : sampleLines(sample)),
    '',
  ];
}

/** What the network did before, if the state has a sighting of it. */
function earlierAccessText({ raised, forgottenSince }: AlertNetwork): string[] {
  if (raised !== null) return sentences(knownUntilNow(raised), '    ');
  return forgottenSince === null ? [] : [`    known before, forgotten since ${minute(forgottenSince)} UTC`];
}

/** The address or network in canonical form; a remote IP that could not be parsed is untrusted text. */
function nameInMail(network: AlertNetwork): string {
  return inMail(subjectName(network), 80);
}

function addressList(addresses: readonly string[]): string {
  const more = addresses.length - MAX_NAMED_ADDRESSES;
  // The list is limited, so there may be more addresses than it contains.
  const atLeast = addresses.length >= MAX_ADDRESSES ? 'at least ' : '';
  return `${addresses.slice(0, MAX_NAMED_ADDRESSES).join(', ')}${more > 0 ? ` and ${atLeast}${count(more)} more` : ''}`;
}

function sampleLines(sample: SampleRecord): string[] {
  const { requester, userAgent, referer, time, operation, httpStatus, errorCode, requestUri, key, bytesSent } = sample;
  const text = (label: string, value: string, most: number) => untrustedField(label, value, most, 4);
  const status = [httpStatus ?? '-', errorCode].filter((part) => part !== null).join(' ');
  const sent = bytesSent === null || bytesSent === 0 ? '' : `  ${bytes(bytesSent)}`;
  return [
    ...text('requester', requester ?? 'anonymous (no credentials)', MAX_REQUESTER),
    ...text('user agent', userAgent ?? '-', MAX_TEXT),
    ...text('evidence', `${second(time)} UTC  ${operation}  ${status}${sent}`, MAX_TEXT),
    ...(requestUri === null ? [] : text('', requestUri, MAX_TEXT)),
    ...(key === null || requestUri?.includes(key) === true ? [] : text('key', key, MAX_TEXT)),
    ...(referer === null ? [] : text('referer', referer, MAX_TEXT)),
  ];
}
