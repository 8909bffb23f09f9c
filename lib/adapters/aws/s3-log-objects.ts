import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { type LogObject, type LogObjects, ReadFailure } from '../../ports';
import { readLogBytes } from '../log-bytes';
import { UnreadableContent } from '../unreadable-content';

/** The options that the S3 client needs. */
export const S3_CLIENT_OPTIONS = {
  /**
   * By default the SDK computes a checksum of every object in JavaScript, which takes longer than reading it. TLS
   * protects the transfer, and a truncated body does not match its `Content-Length`.
   */
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

/**
 * The most that a log object may unpack to. The largest that S3 is known to write are some megabytes. An invocation
 * reads up to ten log objects in five minutes, six at a time; ten that reach this limit leave it 17 MiB a second, which
 * it unpacks and parses several times over. Memory does not depend on it: chunks are unpacked as they are parsed.
 */
export const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

/**
 * Streams log objects from S3. Reads exactly the version or ETag in the event, because that is part of the identity of a
 * log object. If the object was deleted or overwritten (which causes an event of its own), `read` resolves to null.
 */
export function s3LogObjects(client: S3Client): LogObjects {
  return {
    async read({ bucket, key, versionId, etag }: LogObject) {
      try {
        const { Body, LastModified } = await client.send(
          new GetObjectCommand({
            Bucket: bucket,
            Key: key,
            ...(versionId === null ? {} : { VersionId: versionId }),
            ...(versionId !== null || etag === null ? {} : { IfMatch: `"${etag}"` }),
          }),
        );
        return {
          chunks: readBody(`s3://${bucket}/${key}`, (Body ?? []) as AsyncIterable<Uint8Array>),
          writtenAt: LastModified?.getTime() ?? null,
        };
      } catch (error) {
        if (isGone(error)) return null;
        throw new Error(`s3://${bucket}/${key} cannot be read: ${(error as Error).message}`, { cause: error });
      }
    },
  };
}

/** Errors of the connection stay as they are: the object can be read again. */
async function* readBody(name: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* readLogBytes(body, MAX_UNPACKED_BYTES);
  } catch (error) {
    if (!(error instanceof UnreadableContent)) throw error;
    throw new ReadFailure(error.kind, `${name}: ${error.message}`, { cause: error });
  }
}

/** Whether the object was deleted or overwritten. S3 returns this, and not 403, only with permission `s3:ListBucket`. */
function isGone(error: unknown): boolean {
  if (error instanceof NoSuchKey) return true;
  const { name } = error as Error;
  return name === 'NoSuchVersion' || name === 'PreconditionFailed';
}
