import type { AccessLogRecord } from './record';

export type FieldName = Exclude<keyof AccessLogRecord, 'extra' | 'flags'>;

/** How the text of a field becomes its value; `-` becomes null in every kind. */
type FieldKind = 'text' | 'time' | 'status' | 'integer' | 'quoted';

/**
 * The fields in the order in which the line has them: the only place that defines positions. `[time]` is one field.
 * The versions of the format end after the 17th field (2006), 18th (before 2010), 24th (2019), 25th (2021), 26th (2022)
 * and 27th (2026).
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
 */
export const FIELDS: readonly { readonly name: FieldName; readonly kind: FieldKind; readonly example: string }[] = [
  { name: 'bucketOwner', kind: 'text', example: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be' },
  { name: 'bucket', kind: 'text', example: 'payroll' },
  { name: 'time', kind: 'time', example: '[06/Feb/2026:00:00:38 +0000]' },
  { name: 'remoteIp', kind: 'text', example: '192.0.2.3' },
  { name: 'requester', kind: 'text', example: 'arn:aws:iam::111122223333:user/ana' },
  { name: 'requestId', kind: 'text', example: '3E57427F33A59F07' },
  { name: 'operation', kind: 'text', example: 'REST.GET.OBJECT' },
  { name: 'key', kind: 'text', example: '2026/february.csv' },
  { name: 'requestUri', kind: 'quoted', example: '"GET /payroll/2026/february.csv HTTP/1.1"' },
  { name: 'httpStatus', kind: 'status', example: '200' },
  { name: 'errorCode', kind: 'text', example: 'NoSuchKey' },
  { name: 'bytesSent', kind: 'integer', example: '2662992' },
  { name: 'objectSize', kind: 'integer', example: '3462992' },
  { name: 'totalTime', kind: 'integer', example: '70' },
  { name: 'turnAroundTime', kind: 'integer', example: '10' },
  { name: 'referer', kind: 'quoted', example: '"https://example.com/page"' },
  { name: 'userAgent', kind: 'quoted', example: '"curl/8.5.0"' },
  { name: 'versionId', kind: 'text', example: '3HL4kqtJvjVBH40Nrjfkd' },
  {
    name: 'hostId',
    kind: 'text',
    example: 's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=',
  },
  { name: 'signatureVersion', kind: 'text', example: 'SigV4' },
  { name: 'cipherSuite', kind: 'text', example: 'TLS_AES_128_GCM_SHA256' },
  { name: 'authenticationType', kind: 'text', example: 'AuthHeader' },
  { name: 'hostHeader', kind: 'text', example: 'payroll.s3.eu-central-1.amazonaws.com' },
  { name: 'tlsVersion', kind: 'text', example: 'TLSv1.3' },
  { name: 'accessPointArn', kind: 'text', example: 'arn:aws:s3:eu-central-1:111122223333:accesspoint/reports' },
  { name: 'aclRequired', kind: 'text', example: 'Yes' },
  { name: 'sourceRegion', kind: 'text', example: 'eu-central-1' },
];

/** The position of each field in `FIELDS`. */
export const FIELD = Object.fromEntries(FIELDS.map(({ name }, index) => [name, index])) as Readonly<
  Record<FieldName, number>
>;
