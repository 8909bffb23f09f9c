import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { OutboxPart } from './outbox';
import { type Stream, streamKey } from './stream';

/**
 * The name of a window: of its stream and of the oldest part that its first message tells. It is written down before
 * that message is sent: who dies between publish and mark leaves to the next holder of the lease the same parts, and
 * perhaps an older one that was put late, and that one's message has to have the same name.
 */
export function windowIdOf(stream: Stream, oldest: OutboxPart): string {
  return nameOf(`${streamKey(stream)} ${partText(oldest)}`);
}

/** The name of a message that opens windows of many streams. */
export function combinedIdOf(rule: OutboxPart['rule'], oldest: OutboxPart): string {
  return nameOf(`combined ${rule} ${partText(oldest)}`);
}

/**
 * The name of a notice: of the first that it is about. Not of all, and not of what it says of them: who dies between
 * publish and mark leaves a notice that others may join, and learning that may be ended, before it is sent again.
 */
export function noticeIdOf(kind: string, first: string): string {
  return nameOf(`notice ${kind} ${first}`);
}

function partText({ logObject, rule, bucket, number }: OutboxPart): string {
  return `${logObject} ${rule} ${bucket} ${number}`;
}

/** 128 bits of SHA-256, in hex. */
function nameOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32);
}
