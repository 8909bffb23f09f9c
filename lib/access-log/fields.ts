import type { AccessLogRecord } from './record';

export type FieldName = Exclude<keyof AccessLogRecord, 'extra' | 'flags'>;

/** How the text of a field becomes its value; `-` becomes null in every kind. */
type FieldKind = 'text' | 'time' | 'status' | 'integer' | 'quoted';

interface Field {
  readonly name: FieldName;
  /** The name in the JSON form. */
  readonly json: string;
  readonly kind: FieldKind;
  /** As in the text form. */
  readonly example: string;
}

/**
 * The fields in the order in which the line has them: the only place that defines positions. `[time]` is one field.
 * The versions of the format end after the 17th field (2006), 18th (before 2010), 24th (2019), 25th (2021), 26th (2022)
 * and 27th (2026).
 * Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
 * and https://docs.aws.amazon.com/AmazonS3/latest/userguide/sal-cw-log-format.html (the JSON form)
 */
export const FIELDS: readonly Field[] = [
  {
    name: 'bucketOwner',
    json: 'bucket_owner_id',
    kind: 'text',
    example: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
  },
  { name: 'bucket', json: 'bucket_name', kind: 'text', example: 'payroll' },
  { name: 'time', json: 'request_time', kind: 'time', example: '[06/Feb/2026:00:00:38 +0000]' },
  { name: 'remoteIp', json: 'remote_ip', kind: 'text', example: '192.0.2.3' },
  { name: 'requester', json: 'requester', kind: 'text', example: 'arn:aws:iam::111122223333:user/ana' },
  { name: 'requestId', json: 'request_id', kind: 'text', example: '3E57427F33A59F07' },
  { name: 'operation', json: 'operation', kind: 'text', example: 'REST.GET.OBJECT' },
  { name: 'key', json: 'key_name', kind: 'text', example: '2026/february.csv' },
  { name: 'requestUri', json: 'request_uri', kind: 'quoted', example: '"GET /payroll/2026/february.csv HTTP/1.1"' },
  { name: 'httpStatus', json: 'http_status', kind: 'status', example: '200' },
  { name: 'errorCode', json: 'error_code', kind: 'text', example: 'NoSuchKey' },
  { name: 'bytesSent', json: 'bytes_sent_size', kind: 'integer', example: '2662992' },
  { name: 'objectSize', json: 'object_size', kind: 'integer', example: '3462992' },
  { name: 'totalTime', json: 'total_duration', kind: 'integer', example: '70' },
  { name: 'turnAroundTime', json: 'turn_around_duration', kind: 'integer', example: '10' },
  { name: 'referer', json: 'referer', kind: 'quoted', example: '"https://example.com/page"' },
  { name: 'userAgent', json: 'user_agent', kind: 'quoted', example: '"curl/8.5.0"' },
  { name: 'versionId', json: 'version_id', kind: 'text', example: '3HL4kqtJvjVBH40Nrjfkd' },
  {
    name: 'hostId',
    json: 'host_id',
    kind: 'text',
    example: 's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=',
  },
  { name: 'signatureVersion', json: 'signature_version', kind: 'text', example: 'SigV4' },
  { name: 'cipherSuite', json: 'cipher_suite', kind: 'text', example: 'TLS_AES_128_GCM_SHA256' },
  { name: 'authenticationType', json: 'authentication_type', kind: 'text', example: 'AuthHeader' },
  { name: 'hostHeader', json: 'host_header', kind: 'text', example: 'payroll.s3.eu-central-1.amazonaws.com' },
  { name: 'tlsVersion', json: 'tls_version', kind: 'text', example: 'TLSv1.3' },
  {
    name: 'accessPointArn',
    json: 'access_point_arn',
    kind: 'text',
    example: 'arn:aws:s3:eu-central-1:111122223333:accesspoint/reports',
  },
  { name: 'aclRequired', json: 'acl_required', kind: 'text', example: 'Yes' },
  { name: 'sourceRegion', json: 'source_region', kind: 'text', example: 'eu-central-1' },
];

/** The position of each field in `FIELDS`. */
export const FIELD = Object.fromEntries(FIELDS.map(({ name }, index) => [name, index])) as Readonly<
  Record<FieldName, number>
>;
