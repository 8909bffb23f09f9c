import type { Alert, AlertNetwork } from '../../alert/alert';
import { consoleHost, partitionOfRegion } from '../../text/aws-partition';
import { isBucketName, isNetworkText } from '../../text/untrusted-text';
import { unlistedOf } from './unlisted';

/*
 * Where to look next: links, queries and commands, ready to be used. Only names that S3 gives and addresses that we
 * have read stand in them, so that nobody's text is run by a shell or a database.
 */

/** How many addresses a query asks for. */
export const MAX_ADDRESSES = 10;

export function bucketArn(bucket: string, region: string | null): string {
  return `arn:${partitionOfRegion(region)}:s3:::${bucket}`;
}

/** The bucket's page in the console; null for what is no bucket's name. */
export function consoleLink(bucket: string, region: string | null): string | null {
  if (!isBucketName(bucket)) return null;
  const query = region !== null && /^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(region) ? `?region=${region}&tab=permissions` : '';
  return `https://${consoleHost(partitionOfRegion(region))}/s3/buckets/${encodeURIComponent(bucket)}${query}`;
}

/** Addresses of the networks, as queries can ask for them: one of each network, the worst first, and then the others. */
function addressesOf(networks: readonly AlertNetwork[]): readonly string[] {
  const addresses = [
    ...networks.map(({ remoteIp }) => remoteIp),
    ...networks.slice(0, MAX_ADDRESSES).flatMap((network) => network.addresses),
  ];
  return [...new Set(addresses)].filter(isNetworkText).slice(0, MAX_ADDRESSES);
}

/** Addresses, and what the text of each address of a network begins with. */
interface Sought {
  readonly addresses: readonly string[];
  readonly beginnings: readonly string[];
}

/** What to ask for to find all that the worst networks did: one with many addresses as a whole, where that can be said. */
function soughtOf(networks: readonly AlertNetwork[]): Sought {
  const wholes = networks.slice(0, MAX_ADDRESSES).filter(({ addresses }) => addresses.length > 1);
  const beginnings = wholes.map(({ network }) => beginningOf(network)).filter((beginning) => beginning !== null);
  const isCovered = ({ network, addresses }: AlertNetwork): boolean =>
    addresses.length > 1 && beginningOf(network) !== null;
  return { addresses: addressesOf(networks.filter((network) => !isCovered(network))), beginnings };
}

/**
 * What the texts of all addresses in a network begin with: `203.0.113.` of 203.0.113.0/24, `2001:db8:4:` of
 * 2001:db8:4::/48. Null: nothing does, since it ends within a part of them, or since zeros are left out of them.
 */
function beginningOf(network: string): string | null {
  const [address, length] = network.split('/');
  if (address === undefined || length === undefined || !isNetworkText(network)) return null;
  const isIpv6 = address.includes(':');
  const parts = Number(length) / (isIpv6 ? 16 : 8);
  const known = isIpv6 ? address.split('::')[0]!.split(':') : address.split('.').slice(0, parts);
  if (!Number.isInteger(parts) || parts === 0 || known.length !== parts) return null;
  return known.map((part) => `${part}${isIpv6 ? ':' : '.'}`).join('');
}

/**
 * All requests of these addresses in the time of the alert, for the table of the S3 guide:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-s3-access-logs-to-identify-requests.html
 */
export function athenaQuery(alert: Alert): string[] {
  const { addresses, beginnings } = soughtOf(alert.networks);
  const either = [
    ...(addresses.length === 0 ? [] : [listLines('remoteip IN (', addresses, "'", ')')]),
    ...beginnings.map((beginning) => [likeLine(beginning)]),
  ];
  if (either.length === 0) return [];
  return [
    'SELECT requestdatetime, bucket_name, remoteip, requester, operation, key, httpstatus, useragent',
    TABLE,
    ...whereLines([anyOf(either), ...placeAndTime(alert)]),
    `ORDER BY ${REQUEST_TIME}`,
  ];
}

/**
 * Who sent requests in the time of the alert, named in it or not, and how many: where not all of its networks are among
 * the first `listed`. Only from the networks around them, where they are few and can be asked for.
 */
export function unlistedQuery(alert: Alert, listed: number): string[] {
  const { networks, groups } = unlistedOf(alert, listed);
  if (networks === 0) return [];
  const known = [...new Set(groups.map(({ network }) => beginningOf(network)))];
  const isKnown = known.length > 0 && known.length <= MAX_BEGINNINGS && !known.includes(null);
  return [
    'SELECT bucket_name, remoteip, requester, count(*) AS requests, sum(bytessent) AS bytes',
    TABLE,
    ...whereLines([...(isKnown ? [anyOf(known.map((one) => [likeLine(one!)]))] : []), ...placeAndTime(alert)]),
    'GROUP BY bucket_name, remoteip, requester',
    'ORDER BY bytes DESC, requests DESC',
  ];
}

const TABLE = 'FROM s3_access_logs_db.mybucket_logs';
const REQUEST_TIME = "parse_datetime(requestdatetime, 'dd/MMM/yyyy:HH:mm:ss Z')";

/** How many networks around others a query asks for. */
const MAX_BEGINNINGS = 5;

function likeLine(beginning: string): string {
  return `remoteip LIKE '${beginning}%'`;
}

/** One condition of which each is enough. */
function anyOf(conditions: readonly string[][]): string[] {
  if (conditions.length === 1) return conditions[0]!;
  const lines = conditions.flatMap(([first, ...others], index) => [
    `${index === 0 ? '(' : ' OR '}${first}`,
    ...others.map((line) => `    ${line}`),
  ]);
  return [...lines.slice(0, -1), `${lines.at(-1)})`];
}

/** Conditions of one line or more. */
function whereLines(conditions: readonly string[][]): string[] {
  return conditions.flatMap(([first, ...others], index) => [
    `${index === 0 ? 'WHERE ' : '  AND '}${first}`,
    ...others.map((line) => `      ${line}`),
  ]);
}

function placeAndTime({ bucket, networks, firstEventAt, lastEventAt }: Alert): string[][] {
  const named = bucket === null ? networks.map((network) => network.bucket) : [bucket];
  const buckets = [...new Set(named)]
    .filter(isBucketName)
    .slice(0, MAX_BUCKETS)
    .map((name) => apart(name, "' || '."));
  return [
    ...(buckets.length === 0
      ? []
      : [buckets.length === 1 ? [`bucket_name = '${buckets[0]}'`] : listLines('bucket_name IN (', buckets, "'", ')')]),
    ...(firstEventAt === null || lastEventAt === null
      ? []
      : [
          [
            REQUEST_TIME,
            `BETWEEN from_iso8601_timestamp('${firstEventAt}')`,
            `    AND from_iso8601_timestamp('${lastEventAt}')`,
          ],
        ]),
  ];
}

/** How many buckets a query asks for. */
const MAX_BUCKETS = 10;

/** Every finding in these log objects, with the command line; where not all networks are listed. */
export function scanCommand(alert: Alert, listed: number): string[] {
  if (alert.bucket === null || unlistedOf(alert, listed).networks === 0) return [];
  const uris = alert.logObjects.map(logObjectUri).filter((uri) => uri !== null);
  const prefix = commonPrefix(uris);
  if (prefix === null) return [];
  const scan = 'npx s3-access-watch scan --format json';
  if (uris.length === 1) return [`aws s3 cp '${apart(prefix, "'.'")}' - | ${scan} -`];
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const names = prefix.slice(folder.length);
  return [
    `aws s3 cp --recursive '${apart(folder, "'.'")}' logs --exclude '*' --include '${apart(names, "'.'")}*' \\`,
    `  && ${scan} logs`,
  ];
}

/** What all of them begin with, up to a part of a name that is whole: mostly a folder and a day. */
function commonPrefix(uris: readonly string[]): string | null {
  const [first, ...others] = uris;
  if (first === undefined || others.length === 0) return first ?? null;
  let prefix = first;
  for (const uri of others) while (!uri.startsWith(prefix)) prefix = prefix.slice(0, -1);
  const [whole] = /^s3:\/\/[^/]+\/(?:.*[-/])?/.exec(prefix) ?? [];
  return whole ?? null;
}

/** Prints what the state table holds of an alert that could not be sent. */
export function setAsideCommand(key: string): string[] {
  return [
    'aws dynamodb get-item --table-name STATE_TABLE --output text --query Item.draft.S \\',
    `  --key '{"pk": {"S": "aside"}, "sk": {"S": "${key}"}}'`,
  ];
}

/** What else these addresses did, for CloudWatch Logs Insights on the log group of a trail of CloudTrail. */
export function cloudTrailQuery({ networks }: Alert): string[] {
  const addresses = addressesOf(networks);
  if (addresses.length === 0) return [];
  return [
    'fields @timestamp, eventSource, eventName, userIdentity.arn, errorCode',
    ...listLines('| filter sourceIPAddress in [', addresses, '"', ']'),
    '| sort @timestamp desc',
  ];
}

/** The lines themselves, from the first log object; nothing where its name is none to be pasted. */
export function logLinesCommand({ networks, logObjects }: Alert): string[] {
  const addresses = addressesOf(networks).slice(0, 5);
  const uri = logObjects[0] === undefined ? null : logObjectUri(logObjects[0]);
  if (uri === null) return [];
  const copy = `aws s3 cp '${apart(uri, "'.'")}' -`;
  if (addresses.length === 0) return [copy];
  return [
    `${copy} \\`,
    ...listLines(
      '  | grep -F ',
      addresses.map((address) => `-e ${address}`),
      '',
      '',
      ' \\',
    ),
  ];
}

/** `s3://…` of `bucket/key@version`; null where it is not of what log delivery and operators use in names. */
export function logObjectUri(logObject: string): string | null {
  const [, bucket, key] = /^([^/]+)\/([A-Za-z0-9_./=+,-]{1,1024}?)(?:@[A-Za-z0-9._-]*)?$/.exec(logObject) ?? [];
  return bucket === undefined || key === undefined || !isBucketName(bucket) ? null : `s3://${bucket}/${key}`;
}

/** A name with its dots written in another way, which means the same there and is no link in a mail. */
function apart(name: string, dot: string): string {
  return name.replace(/\.(?=[A-Za-z])/g, dot);
}

/** A list after `start`, a few to a line. */
function listLines(start: string, items: readonly string[], quote: string, end: string, continued?: string): string[] {
  const separator = continued === undefined ? ',' : '';
  const indent = ' '.repeat(start.length);
  const lines: string[] = [];
  for (const [index, item] of items.entries()) {
    const text = `${quote}${item}${quote}${index === items.length - 1 ? end : separator}`;
    const line = lines.at(-1);
    if (line === undefined) lines.push(start + text);
    else if (line.length + text.length + 1 <= 90) lines[lines.length - 1] = `${line} ${text}`;
    else lines.push(indent + text);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? line + (continued ?? '') : line));
}
