import type { AccessLogRecord } from '../../lib/access-log/record';
import { writeLine } from '../support/write-line';

/** A plain download by a known user. */
export const DOWNLOAD: AccessLogRecord = {
  bucketOwner: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
  bucket: 'payroll',
  time: Date.parse('2026-03-02T09:15:33Z'),
  remoteIp: '192.0.2.10',
  requester: 'arn:aws:iam::111122223333:user/ana',
  requestId: '3E57427F33A59F07',
  operation: 'REST.GET.OBJECT',
  key: '2026/february.csv',
  requestUri: 'GET /2026/february.csv HTTP/1.1',
  httpStatus: 200,
  errorCode: null,
  bytesSent: 2000,
  objectSize: 2000,
  totalTime: 12,
  turnAroundTime: 10,
  referer: null,
  userAgent: 'curl/8.5.0',
  versionId: null,
  hostId: 's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=',
  signatureVersion: 'SigV4',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
  authenticationType: 'AuthHeader',
  hostHeader: 'payroll.s3.eu-central-1.amazonaws.com',
  tlsVersion: 'TLSv1.3',
  accessPointArn: null,
  aclRequired: null,
  sourceRegion: 'eu-central-1',
  extra: [],
  flags: [],
};

/** What a test says of a line; `at` is its time, ISO 8601. */
export type LineChanges = Partial<AccessLogRecord> & { readonly at?: string };

/** A line of an access log with its LF: `DOWNLOAD`, but for these fields. */
export function logLine({ at, ...changes }: LineChanges = {}): string {
  const record = { ...DOWNLOAD, ...changes, ...(at === undefined ? {} : { time: Date.parse(at) }) };
  return `${Buffer.from(writeLine(record, { vintage: 27, bareDashes: [] })).toString()}\n`;
}
