import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { type Stream, streamKey } from './stream';

/**
 * The id of an alert window, derived from its stream, from the first part in its first message, and from the previous
 * window. The run stores the id before it sends that message, so a repeated message has the same id.
 */
export function windowIdOf(stream: Stream, first: string, before: string): string {
  return nameOf(JSON.stringify([streamKey(stream), first, before]));
}

/** The id of a combined message, derived from the alert ids that its streams would have alone. */
export function combinedIdOf(names: readonly string[]): string {
  return nameOf(JSON.stringify(['combined', ...names]));
}

/**
 * The id of a notice, derived from its kind and the first bucket only. If a run dies after it publishes a notice and
 * before it marks the buckets, the next run sends the notice again: by then other buckets may be part of it, and the
 * learning of one may have ended. So neither the list of buckets nor the text may change the id.
 */
export function noticeIdOf(kind: string, first: string): string {
  return nameOf(JSON.stringify(['notice', kind, first]));
}

/** The key under which the lease counts failures of a stream. */
export function failureIdOf(stream: Stream): string {
  return nameOf(streamKey(stream)).slice(0, 16);
}

/** 128 bits of SHA-256, in hex. */
function nameOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32);
}
