import type { Alert, AlertNetwork } from '../../alert/alert';
import { consoleHost, partitionOfRegion } from '../../text/aws-partition';
import { isBucketName, isNetworkText } from '../../text/untrusted-text';
import { unlistedOf } from './unlisted';

/*
 * Links, queries and commands for the investigation, ready to be used. They contain only valid bucket names and parsed
 * addresses, so that no shell and no database executes untrusted text.
 */

/** Maximum number of addresses in a query. */
export const MAX_ADDRESSES = 10;

export function bucketArn(bucket: string, region: string | null): string {
  return `arn:${partitionOfRegion(region)}:s3:::${bucket}`;
}

/** The URL of the bucket in the console; null if the name is not a valid bucket name. */
export function consoleLink(bucket: string, region: string | null): string | null {
  if (!isBucketName(bucket)) return null;
  const query = region !== null && /^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(region) ? `?region=${region}&tab=permissions` : '';
  return `https://${consoleHost(partitionOfRegion(region))}/s3/buckets/${encodeURIComponent(bucket)}${query}`;
}

/** The addresses for a query: first one of each network, the worst network first, and then the others. */
function addressesOf(networks: readonly AlertNetwork[]): readonly string[] {
  const addresses = [
    ...networks.map(({ remoteIp }) => remoteIp),
    ...networks.slice(0, MAX_ADDRESSES).flatMap((network) => network.addresses),
  ];
  return [...new Set(addresses)].filter(isNetworkText).slice(0, MAX_ADDRESSES);
}

/** Addresses, and the common text prefixes of all addresses of networks. */
interface SearchTerms {
  readonly addresses: readonly string[];
  readonly prefixes: readonly string[];
}

/** The search terms for the requests of the worst networks: for a network with several addresses its prefix, if any. */
function searchTermsOf(networks: readonly AlertNetwork[]): SearchTerms {
  const wholes = networks.slice(0, MAX_ADDRESSES).filter(({ addresses }) => addresses.length > 1);
  const prefixes = wholes.map(({ network }) => textPrefixOf(network)).filter((prefix) => prefix !== null);
  const isCovered = ({ network, addresses }: AlertNetwork): boolean =>
    addresses.length > 1 && textPrefixOf(network) !== null;
  return { addresses: addressesOf(networks.filter((network) => !isCovered(network))), prefixes };
}

/**
 * The common text prefix of all addresses in a network: `203.0.113.` for 203.0.113.0/24, `2001:db8:4:` for
 * 2001:db8:4::/48. Null: there is none, because the network ends inside a part, or because zeros are omitted.
 */
function textPrefixOf(network: string): string | null {
  const [address, length] = network.split('/');
  if (address === undefined || length === undefined || !isNetworkText(network)) return null;
  const isIpv6 = address.includes(':');
  const parts = Number(length) / (isIpv6 ? 16 : 8);
  const known = isIpv6 ? address.split('::')[0]!.split(':') : address.split('.').slice(0, parts);
  if (!Number.isInteger(parts) || parts === 0 || known.length !== parts) return null;
  return known.map((part) => `${part}${isIpv6 ? ':' : '.'}`).join('');
}

/**
 * Selects all requests of these addresses in the period of the alert, from the table in the S3 user guide:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-s3-access-logs-to-identify-requests.html
 */
export function athenaQuery(alert: Alert): string[] {
  const { addresses, prefixes } = searchTermsOf(alert.networks);
  const either = [
    ...(addresses.length === 0 ? [] : [listLines('remoteip IN (', addresses, "'", ')')]),
    ...prefixes.map((prefix) => [likeLine(prefix)]),
  ];
  if (either.length === 0) return [];
  return [
    'SELECT requestdatetime, bucket_name, remoteip, requester, operation, key, httpstatus, useragent',
    TABLE,
    ...whereLines([anyOf(either), ...bucketAndTime(alert)]),
    `ORDER BY ${REQUEST_TIME}`,
  ];
}

/**
 * Counts the requests of every requester in the period of the alert, listed or not. Empty if all networks are among the
 * first `listed`. Limited to the groups of the unlisted networks, if these are few and have text prefixes.
 */
export function unlistedQuery(alert: Alert, listed: number): string[] {
  const { networks, groups } = unlistedOf(alert, listed);
  if (networks === 0) return [];
  const known = [...new Set(groups.map(({ network }) => textPrefixOf(network)))];
  const isKnown = known.length > 0 && known.length <= MAX_PREFIXES && !known.includes(null);
  return [
    'SELECT bucket_name, remoteip, requester, count(*) AS requests, sum(bytessent) AS bytes',
    TABLE,
    ...whereLines([...(isKnown ? [anyOf(known.map((one) => [likeLine(one!)]))] : []), ...bucketAndTime(alert)]),
    'GROUP BY bucket_name, remoteip, requester',
    'ORDER BY bytes DESC, requests DESC',
  ];
}

const TABLE = 'FROM s3_access_logs_db.mybucket_logs';
const REQUEST_TIME = "parse_datetime(requestdatetime, 'dd/MMM/yyyy:HH:mm:ss Z')";

/** Maximum number of text prefixes in a query. */
const MAX_PREFIXES = 5;

function likeLine(prefix: string): string {
  return `remoteip LIKE '${prefix}%'`;
}

/** The disjunction of the conditions, each of one or more lines. */
function anyOf(conditions: readonly string[][]): string[] {
  if (conditions.length === 1) return conditions[0]!;
  const lines = conditions.flatMap(([first, ...others], index) => [
    `${index === 0 ? '(' : ' OR '}${first}`,
    ...others.map((line) => `    ${line}`),
  ]);
  return [...lines.slice(0, -1), `${lines.at(-1)})`];
}

/** The WHERE clause of the conditions, each of one or more lines. */
function whereLines(conditions: readonly string[][]): string[] {
  return conditions.flatMap(([first, ...others], index) => [
    `${index === 0 ? 'WHERE ' : '  AND '}${first}`,
    ...others.map((line) => `      ${line}`),
  ]);
}

function bucketAndTime({ bucket, networks, firstEventAt, lastEventAt }: Alert): string[][] {
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

/** Maximum number of buckets in a query. */
const MAX_BUCKETS = 10;

/** The command that lists all findings in the log objects; empty if all networks are listed. */
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

/** The common prefix of the URIs, up to the last complete part: usually a folder and a day. */
function commonPrefix(uris: readonly string[]): string | null {
  const [first, ...others] = uris;
  if (first === undefined || others.length === 0) return first ?? null;
  let prefix = first;
  for (const uri of others) while (!uri.startsWith(prefix)) prefix = prefix.slice(0, -1);
  const [whole] = /^s3:\/\/[^/]+\/(?:.*[-/])?/.exec(prefix) ?? [];
  return whole ?? null;
}

/** The command that prints an alert that was set aside in the state table. */
export function setAsideCommand(key: string): string[] {
  return [
    'aws dynamodb get-item --table-name STATE_TABLE --output text --query Item.draft.S \\',
    `  --key '{"pk": {"S": "aside"}, "sk": {"S": "${key}"}}'`,
  ];
}

/** Other activity of these addresses, for CloudWatch Logs Insights on the log group of a CloudTrail trail. */
export function cloudTrailQuery({ networks }: Alert): string[] {
  const addresses = addressesOf(networks);
  if (addresses.length === 0) return [];
  return [
    'fields @timestamp, eventSource, eventName, userIdentity.arn, errorCode',
    ...listLines('| filter sourceIPAddress in [', addresses, '"', ']'),
    '| sort @timestamp desc',
  ];
}

/** The command that prints the log lines in the first log object; empty if its name is not safe to paste. */
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

/** `s3://…` for `bucket/key@version`; null if it contains characters that are unusual in names of log objects. */
export function logObjectUri(logObject: string): string | null {
  const [, bucket, key] = /^([^/]+)\/([A-Za-z0-9_./=+,-]{1,1024}?)(?:@[A-Za-z0-9._-]*)?$/.exec(logObject) ?? [];
  return bucket === undefined || key === undefined || !isBucketName(bucket) ? null : `s3://${bucket}/${key}`;
}

/** Replaces the dots of a name with an equivalent expression, so that mail programs do not turn it into a link. */
function apart(name: string, dot: string): string {
  return name.replace(/\.(?=[A-Za-z])/g, dot);
}

/** A list after `start`, wrapped at 90 characters. */
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
