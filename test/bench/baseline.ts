/**
 * A straightforward implementation: readline, a regular expression (or JSON.parse) for each line, ipaddr.js for the
 * address, Date for the time, and a map of pairs. Counts the same as `scan`, as the baseline for comparisons.
 * Usage: baseline.ts FILE [ALLOWED-CIDR,…]
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import ipaddr from 'ipaddr.js';
import { FIELDS } from '../../lib/access-log/fields';

const LINE =
  /^([^ ]*) ([^ ]*) \[(.*?)\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) (-|[0-9]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) ("[^"]*"|-) ([^ ]*)(?: ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*))?(?: ([^ ]*))?(?: ([^ ]*))?(?: ([^ ]*))?.*$/;

function parse(line: string) {
  return line.startsWith('{') ? parseJson(line) : parseText(line);
}

function parseJson(line: string): ReturnType<typeof parseText> {
  const object = JSON.parse(line) as Record<string, string | number | boolean | null>;
  const record = Object.fromEntries(FIELDS.map(({ name, json }) => [name, object[json]]));
  return { ...record, time: Date.parse(String(object.request_time)) } as unknown as ReturnType<typeof parseText>;
}

function parseText(line: string) {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [
    ,
    bucketOwner,
    bucket,
    time,
    remoteIp,
    requester,
    requestId,
    operation,
    key,
    requestUri,
    httpStatus,
    errorCode,
    bytesSent,
    objectSize,
    totalTime,
    turnAroundTime,
    referer,
    userAgent,
    versionId,
    hostId,
    signatureVersion,
    cipherSuite,
    authenticationType,
    hostHeader,
    tlsVersion,
    accessPointArn,
    aclRequired,
    sourceRegion,
  ] = match.map((field) => (field === undefined || field === '-' || field === '"-"' ? null : field));
  return {
    bucketOwner,
    bucket: bucket!,
    // Converts `06/Feb/2026:00:00:38 +0000` to a format that Date can parse.
    time: Date.parse(time!.replace(/\//g, ' ').replace(':', ' ')),
    remoteIp,
    requester,
    requestId,
    operation: operation!,
    key,
    requestUri: unquoted(requestUri),
    httpStatus: number(httpStatus),
    errorCode,
    bytesSent: number(bytesSent),
    objectSize: number(objectSize),
    totalTime: number(totalTime),
    turnAroundTime: number(turnAroundTime),
    referer: unquoted(referer),
    userAgent: unquoted(userAgent),
    versionId,
    hostId,
    signatureVersion,
    cipherSuite,
    authenticationType,
    hostHeader,
    tlsVersion,
    accessPointArn,
    aclRequired,
    sourceRegion,
  };
}

function unquoted(text: string | null | undefined): string | null {
  return text?.replace(/^"|"$/g, '') ?? null;
}

function number(digits: string | null | undefined): number | null {
  return digits === null || digits === undefined ? null : Number(digits);
}

interface Pair {
  requests: number;
  successes: number;
  denied: number;
  bytesSent: number;
  firstEventAt: number;
  lastEventAt: number;
  operations: Map<string, number>;
  sample: NonNullable<ReturnType<typeof parse>>;
}

async function main(path: string, allowlist: string): Promise<void> {
  const allowed = allowlist === '' ? [] : allowlist.split(',').map((cidr) => ipaddr.parseCIDR(cidr));
  const pairs = new Map<string, Pair>();
  let records = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const record = parse(line);
    if (record === null || record.remoteIp === null || record.remoteIp === undefined) continue;
    records++;
    const address = ipaddr.parse(record.remoteIp);
    if (allowed.some((network) => address.kind() === network[0].kind() && address.match(network))) continue;
    const { time } = record;
    const key = `${record.bucket} ${address.toString()}`;
    const pair = pairs.get(key) ?? {
      requests: 0,
      successes: 0,
      denied: 0,
      bytesSent: 0,
      firstEventAt: time,
      lastEventAt: time,
      operations: new Map(),
      sample: record,
    };
    pairs.set(key, pair);
    pair.requests++;
    const status = record.httpStatus ?? 0;
    if ((status >= 200 && status < 300) || status === 304) pair.successes++;
    if (status === 401 || status === 403) pair.denied++;
    pair.bytesSent += record.bytesSent ?? 0;
    pair.firstEventAt = Math.min(pair.firstEventAt, time);
    pair.lastEventAt = Math.max(pair.lastEventAt, time);
    pair.operations.set(record.operation, (pair.operations.get(record.operation) ?? 0) + 1);
  }
  const counted = [...pairs.values()];
  const sum = (key: 'requests' | 'successes' | 'bytesSent'): number =>
    counted.reduce((total, pair) => total + pair[key], 0);
  const successfulPairs = counted.filter(({ successes }) => successes > 0).length;
  const totals = { requests: sum('requests'), successes: sum('successes'), bytesSent: sum('bytesSent') };
  console.log(JSON.stringify({ records, pairs: counted.length, successfulPairs, ...totals }));
}

void main(process.argv[2]!, process.argv[3] ?? '');
