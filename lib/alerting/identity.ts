import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { OutboxPart } from './outbox';
import { type Stream, streamKey } from './stream';

/**
 * The name of a window: of its stream and of the oldest part that its first message tells. Not of the moment when that
 * message is sent: who dies between publish and mark leaves the same parts to the next holder of the lease, at another
 * moment, and that one's message has to have the same name.
 */
export function windowIdOf(stream: Stream, oldest: OutboxPart): string {
  return nameOf(`${streamKey(stream)} ${partText(oldest)}`);
}

/** The name of a message that opens windows of many streams. */
export function combinedIdOf(rule: OutboxPart['rule'], oldest: OutboxPart): string {
  return nameOf(`combined ${rule} ${partText(oldest)}`);
}

/** The name of a notice. */
export function noticeIdOf(kind: string, subject: string): string {
  return nameOf(`notice ${kind} ${subject}`);
}

function partText({ logObject, rule, bucket, number }: OutboxPart): string {
  return `${logObject} ${rule} ${bucket} ${number}`;
}

/** 128 bits of SHA-256, in hex. */
function nameOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32);
}
