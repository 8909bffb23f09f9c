import type { Alert, AlertNetwork } from './alert';
import { isBucketName, isNetworkText } from './strangers-text';

/*
 * Where to look next: links, queries and commands, ready to be used. Only names that S3 gives and addresses that we
 * have read stand in them, so that nobody's text is run by a shell or a database.
 */

/** How many addresses a query asks for. */
const MOST_ADDRESSES = 10;

/** The first part of an ARN behind `arn:`, by Region. */
export function partitionOf(region: string | null): 'aws' | 'aws-cn' | 'aws-us-gov' {
  if (region?.startsWith('cn-')) return 'aws-cn';
  return region?.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

export function bucketArn(bucket: string, region: string | null): string {
  return `arn:${partitionOf(region)}:s3:::${bucket}`;
}

const CONSOLES = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
} as const;

/** The bucket's page in the console; null for what is no bucket's name. */
export function consoleLink(bucket: string, region: string | null): string | null {
  if (!isBucketName(bucket)) return null;
  const query = region !== null && /^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(region) ? `?region=${region}&tab=permissions` : '';
  return `https://${CONSOLES[partitionOf(region)]}/s3/buckets/${encodeURIComponent(bucket)}${query}`;
}

/** Addresses of the networks, the worst first, as queries can ask for them. */
export function addressesOf(networks: readonly AlertNetwork[]): readonly string[] {
  const addresses = networks.flatMap(({ remoteIp, addresses }) => [remoteIp, ...addresses]);
  return [...new Set(addresses)].filter(isNetworkText).slice(0, MOST_ADDRESSES);
}

/**
 * All requests of these addresses in the time of the alert, for the table of the S3 guide:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-s3-access-logs-to-identify-requests.html
 */
export function athenaQuery({ bucket, networks }: Alert): string[] {
  const addresses = addressesOf(networks);
  if (addresses.length === 0) return [];
  const from = networks.map(({ firstEventAt }) => firstEventAt).reduce((a, b) => (a < b ? a : b));
  const to = networks.map(({ lastEventAt }) => lastEventAt).reduce((a, b) => (a > b ? a : b));
  return [
    'SELECT requestdatetime, bucket_name, remoteip, requester, operation, key, httpstatus, useragent',
    'FROM s3_access_logs_db.mybucket_logs',
    ...listLines('WHERE remoteip IN (', addresses, "'", ')'),
    ...(bucket !== null && isBucketName(bucket) ? [`  AND bucket_name = '${apart(bucket, "' || '.")}'`] : []),
    "  AND parse_datetime(requestdatetime, 'dd/MMM/yyyy:HH:mm:ss Z')",
    `      BETWEEN from_iso8601_timestamp('${from}')`,
    `          AND from_iso8601_timestamp('${to}')`,
    "ORDER BY parse_datetime(requestdatetime, 'dd/MMM/yyyy:HH:mm:ss Z')",
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
