import type { LogObject } from '../lib/ports';
import { isObject } from '../lib/text/json-value';

/** What an event requests. */
export type Request =
  /** Detection on these log objects; an empty list for an event that requests nothing, such as S3's test event. */
  | { readonly kind: 'detect'; readonly logObjects: readonly NotifiedObject[] }
  /** Sending the alerts that are due. */
  | { readonly kind: 'notify' }
  /** A batch of messages from the queue; each is read separately, with `readMessage`. */
  | { readonly kind: 'batch'; readonly messages: readonly QueueMessage[] };

export interface NotifiedObject extends LogObject {
  /** Bytes; null if the event does not contain the size. */
  readonly size: number | null;
}

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
}

/** An event that neither S3 nor EventBridge nor the schedule sends. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
}

type Json = Record<string, unknown>;

/** Parses the event of an invocation. Throws UnknownEvent, which says what is missing. */
export function readEvent(event: unknown): Request {
  if (!isObject(event)) throw new UnknownEvent(`the event is ${typeof event}, not an object`);
  if (isBatch(event)) {
    return { kind: 'batch', messages: event.Records.map(({ messageId, body }) => ({ messageId, body })) };
  }
  if (event['detail-type'] === 'Scheduled Event' || event.notify === true) return { kind: 'notify' };
  return { kind: 'detect', logObjects: readNotification(event) };
}

/** Parses the body of a queue message. Throws UnknownEvent. */
export function readMessage(body: string): readonly NotifiedObject[] {
  let notification: unknown;
  try {
    notification = JSON.parse(body);
  } catch (error) {
    throw new UnknownEvent('the message is not JSON', { cause: error });
  }
  if (!isObject(notification)) throw new UnknownEvent('the message is not a JSON object');
  return readNotification(notification);
}

function readNotification(event: Json): readonly NotifiedObject[] {
  if (event.source === 'aws.s3' && event['detail-type'] === 'Object Created') return [fromEventBridge(event.detail)];
  // S3 sends this event once, when notifications are turned on.
  if (event.Event === 's3:TestEvent') return [];
  if (Array.isArray(event.Records) && event.Records.length > 0) return event.Records.map(fromNotification);
  const shape = Object.keys(event).slice(0, 10).join(', ');
  throw new UnknownEvent(`neither an "Object Created" event nor an S3 notification; its keys are: ${shape}`);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: the key is not URL-encoded. */
function fromEventBridge(detail: unknown): NotifiedObject {
  const { bucket, object } = isObject(detail) ? detail : {};
  const { key, etag, size } = isObject(object) ? object : {};
  const version = isObject(object) ? object['version-id'] : undefined;
  return notifiedObject(isObject(bucket) ? bucket.name : undefined, key, version, etag, size);
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html: the key is URL-encoded as
 * in a form, a space as `+`.
 */
function fromNotification(record: unknown): NotifiedObject {
  const { eventSource, s3 } = isObject(record) ? record : {};
  if (eventSource !== 'aws:s3' || !isObject(s3)) throw new UnknownEvent('a record of the message is not from S3');
  const { bucket, object } = s3;
  const { key, versionId, eTag, size } = isObject(object) ? object : {};
  const decoded = typeof key === 'string' ? decodeKey(key) : undefined;
  return notifiedObject(isObject(bucket) ? bucket.name : undefined, decoded, versionId, eTag, size);
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (error) {
    throw new UnknownEvent(`the key "${key}" is not URL-encoded`, { cause: error });
  }
}

function notifiedObject(bucket: unknown, key: unknown, version: unknown, etag: unknown, size: unknown): NotifiedObject {
  if (!isText(bucket) || !isText(key)) throw new UnknownEvent('the message has no bucket or no key');
  return {
    bucket,
    key,
    versionId: isText(version) ? version : null,
    etag: isText(etag) ? etag : null,
    size: typeof size === 'number' ? size : null,
  };
}

function isBatch(event: Json): event is { Records: QueueMessage[] } {
  const { Records } = event;
  return (
    Array.isArray(Records) &&
    Records.length > 0 &&
    Records.every((record) => isObject(record) && record.eventSource === 'aws:sqs' && isText(record.body))
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
