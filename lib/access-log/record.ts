/**
 * One line of an S3 server access log, read. Field names and order follow the AWS page "Amazon S3 server access log
 * format" (https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html). A field that the log prints as `-`
 * or `"-"`, and a field that the line's vintage does not have yet, is null.
 */
export interface AccessLogRecord {
  readonly bucketOwner: string | null;
  readonly bucket: string;
  /** When S3 received the request; epoch milliseconds, to the second. */
  readonly time: number;
  /** As logged, an address or any other token; null for requests that S3 made itself, among others. */
  readonly remoteIp: string | null;
  readonly requester: string | null;
  readonly requestId: string | null;
  /** `REST.GET.OBJECT`, `BATCH.DELETE.OBJECT`, `S3.COMPUTE.OBJECT.CHECKSUM`, … */
  readonly operation: string;
  /** URL-encoded as logged: twice for REST and WEBSITE operations, once for batch deletes and lifecycle. */
  readonly key: string | null;
  /** As the client sent it, quotes and all. */
  readonly requestUri: string | null;
  readonly httpStatus: number | null;
  readonly errorCode: string | null;
  /** Bytes of the answer's body; null stands for zero. */
  readonly bytesSent: number | null;
  /** Bytes. */
  readonly objectSize: number | null;
  /** Milliseconds from the first byte in to the last byte out. */
  readonly totalTime: number | null;
  /** Milliseconds that S3 spent on the request. */
  readonly turnAroundTime: number | null;
  /** As the client sent it. */
  readonly referer: string | null;
  /** As the client sent it. */
  readonly userAgent: string | null;
  readonly versionId: string | null;
  readonly hostId: string | null;
  readonly signatureVersion: string | null;
  readonly cipherSuite: string | null;
  readonly authenticationType: string | null;
  readonly hostHeader: string | null;
  readonly tlsVersion: string | null;
  readonly accessPointArn: string | null;
  readonly aclRequired: string | null;
  readonly sourceRegion: string | null;
  /** Fields after the 27th, raw, with their quotes. */
  readonly extra: readonly string[];
  /** What is not sure about this record; empty for a plain line. */
  readonly flags: readonly RecordFlag[];
}

/**
 * - `truncated`: the line ends where no vintage of the format ends; what is missing is null.
 * - `ambiguous-status`: client text holds something that looks like a status block; the likelier one was taken.
 * - `ambiguous-referer`: client text holds `" "`, so where the referer ends and the user agent begins is a guess.
 * - `ambiguous-user-agent`: client text holds something that looks like the fields behind it.
 * - `untyped-tail`: the fields behind the user agent are not what their places should hold.
 * - `invalid-status`, `invalid-number`: something else stands in that place; it is null here.
 * - `invalid-utf8`: bytes that are not UTF-8 were replaced by U+FFFD.
 */
export type RecordFlag =
  | 'truncated'
  | 'ambiguous-status'
  | 'ambiguous-referer'
  | 'ambiguous-user-agent'
  | 'untyped-tail'
  | 'invalid-status'
  | 'invalid-number'
  | 'invalid-utf8';
