import type { Alert, AlertNetwork, SampleRecord } from './alert';
import { bytes, count, minute, period, plural, second } from './amounts';
import { effectsText, nameOf, volumeOf } from './answer';
import { MOST_COLUMNS, sentences, strangersField } from './mail-lines';
import { placeText } from './place';
import { columnsOf, inMail } from './strangers-text';

/** How much of what strangers wrote is shown, in columns. */
const MOST_TEXT = 160;
const MOST_REQUESTER = 240;
/** How many addresses of a network, and operations, are named. */
const MOST_ADDRESSES = 5;
const MOST_OPERATIONS = 5;

/** Who it was: the first `listed` networks, each with what it did. */
export function networkBlocks({ networks, more }: Alert, listed: number): string[] {
  return [...networks.slice(0, listed).flatMap(block), ...moreLine(networks.length + more - listed)];
}

/** A line for each bucket and network, where there are too many for more. */
export function networkLines({ networks, more }: Alert, listed: number): string[] {
  const lines = networks.slice(0, listed).flatMap((network) => {
    const bucket = `  ${inMail(network.bucket, 66)}`;
    const who = `${nameInMail(network)}  ${volumeOf(network)}`;
    return columnsOf(bucket) + 2 + columnsOf(who) <= MOST_COLUMNS
      ? [`${bucket}  ${who}`]
      : [bucket, ...sentences(who, '    ')];
  });
  return [...lines, ...moreLine(networks.length + more - listed)];
}

function moreLine(more: number): string[] {
  return more > 0 ? [`  … and ${plural(more, 'more network')}, counted above.`] : [];
}

function block(network: AlertNetwork): string[] {
  const { addresses, effects, successes, firstEventAt, lastEventAt, operations, sample } = network;
  const place = placeText(network);
  const text = (label: string, value: string, most: number) => strangersField(label, value, most, 4);
  return [
    `  ${nameInMail(network)}${place === '' ? '' : `  ${place}`}`,
    ...sentences(volumeOf(network), '    '),
    ...sentences(effectsText(effects, successes), '    '),
    ...sentences(`first and last seen ${period(firstEventAt, lastEventAt)}`, '    '),
    ...knownAs(network),
    ...(addresses.length > 1 ? text('addresses', addressList(addresses), 400) : []),
    ...(operations.length > 0 ? text('operations', operationsText(network), 240) : []),
    ...(sample === null ? [] : sampleLines(sample)),
    '',
  ];
}

/** What was known of it before. */
function knownAs({ raised, forgottenSince }: AlertNetwork): string[] {
  if (raised) return ['    known until now only for anonymous reads'];
  return forgottenSince === null ? [] : [`    known before, forgotten since ${minute(forgottenSince)} UTC`];
}

/** The address or network as we wrote it; or what could not be read as one, as it stood there. */
function nameInMail(network: AlertNetwork): string {
  return inMail(nameOf(network), 80);
}

function addressList(addresses: readonly string[]): string {
  const more = addresses.length - MOST_ADDRESSES;
  return `${addresses.slice(0, MOST_ADDRESSES).join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`;
}

/** `REST.GET.OBJECT 12 (9 succeeded)`. */
export function operationsText({ operations }: Pick<AlertNetwork, 'operations'>): string {
  return operations
    .slice(0, MOST_OPERATIONS)
    .map(({ name, requests, successes }) =>
      successes === requests
        ? `${name} ${count(requests)}`
        : `${name} ${count(requests)} (${count(successes)} succeeded)`,
    )
    .join(', ');
}

function sampleLines(sample: SampleRecord): string[] {
  const { requester, userAgent, referer, time, operation, httpStatus, errorCode, requestUri, key, bytesSent } = sample;
  const text = (label: string, value: string, most: number) => strangersField(label, value, most, 4);
  const status = [httpStatus ?? '-', errorCode].filter((part) => part !== null).join(' ');
  const sent = bytesSent === null || bytesSent === 0 ? '' : `  ${bytes(bytesSent)}`;
  return [
    ...text('requester', requester ?? 'anonymous (no credentials)', MOST_REQUESTER),
    ...text('user agent', userAgent ?? '-', MOST_TEXT),
    ...text('evidence', `${second(time)} UTC  ${operation}  ${status}${sent}`, MOST_TEXT),
    ...(requestUri === null ? [] : text('', requestUri, MOST_TEXT)),
    ...(key === null || requestUri?.includes(key) === true ? [] : text('key', key, MOST_TEXT)),
    ...(referer === null ? [] : text('referer', referer, MOST_TEXT)),
  ];
}
