/**
 * One parsed line of an S3 server access log. Field names and order follow the AWS page "Amazon S3 server access log
 * format" (https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html). A field is null if the log has `-` or
 * `"-"` there, or if the line was written before S3 added the field.
 */
export interface AccessLogRecord {
  readonly bucketOwner: string | null;
  readonly bucket: string;
  /** When S3 received the request; epoch milliseconds, to the second. */
  readonly time: number;
  /** As logged, an address or any other token; null, for example, for requests that S3 itself made. */
  readonly remoteIp: string | null;
  readonly requester: string | null;
  readonly requestId: string | null;
  /** `REST.GET.OBJECT`, `BATCH.DELETE.OBJECT`, `S3.COMPUTE.OBJECT.CHECKSUM`, … */
  readonly operation: string;
  /** URL-encoded as logged: twice for REST and WEBSITE operations, once for batch deletes and lifecycle. */
  readonly key: string | null;
  /** As the client sent it, including any quotes. */
  readonly requestUri: string | null;
  readonly httpStatus: number | null;
  readonly errorCode: string | null;
  /** Bytes of the response body; null means zero. */
  readonly bytesSent: number | null;
  /** Bytes. */
  readonly objectSize: number | null;
  /** Milliseconds from the first byte received to the last byte sent. */
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
  /** What is uncertain about this record; usually empty. */
  readonly flags: readonly RecordFlag[];
}

/**
 * - `truncated`: the line ends where no version of the format ends, or within the JSON object; the missing fields are null.
 * - `ambiguous-status`: client text contains something that looks like a status block; the likelier one was taken.
 * - `ambiguous-referer`: client text contains `" "`, so the end of the referer and the start of the user agent are a
 *   guess.
 * - `ambiguous-user-agent`: client text contains something that looks like the fields after the user agent.
 * - `untyped-tail`: a field after the user agent is not of the kind that belongs at its position.
 * - `invalid-status`, `invalid-number`: the token at that position is not a status or number; the field is null.
 * - `invalid-utf8`: bytes that are not UTF-8, or halves of a character in JSON, were replaced by U+FFFD.
 * - `damaged-json`: the rest of the object is not JSON; the fields in it are null.
 * - `repeated-field`: the object has a field twice; the first value was taken.
 */
export type RecordFlag =
  | 'truncated'
  | 'ambiguous-status'
  | 'ambiguous-referer'
  | 'ambiguous-user-agent'
  | 'untyped-tail'
  | 'invalid-status'
  | 'invalid-number'
  | 'invalid-utf8'
  | 'damaged-json'
  | 'repeated-field';
