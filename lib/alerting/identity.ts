import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { type Stream, streamKey } from './stream';

/**
 * The name of a window: of its stream, of what its first message is about, and of the window before. It is written down
 * before that message is sent, and so stays the same where the message is repeated.
 */
export function windowIdOf(stream: Stream, first: string, before: string): string {
  return nameOf(JSON.stringify([streamKey(stream), first, before]));
}

/** The name of a message of many streams, of which each has its own. */
export function combinedIdOf(names: readonly string[]): string {
  return nameOf(JSON.stringify(['combined', ...names]));
}

/**
 * The name of a notice: of the first that it is about. Not of all, and not of what it says of them: who dies between
 * publish and mark leaves a notice that others may join, and learning that may be ended, before it is sent again.
 */
export function noticeIdOf(kind: string, first: string): string {
  return nameOf(JSON.stringify(['notice', kind, first]));
}

/** Names a stream where what failed is counted. */
export function failureIdOf(stream: Stream): string {
  return nameOf(streamKey(stream)).slice(0, 16);
}

/** 128 bits of SHA-256, in hex. */
function nameOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32);
}
