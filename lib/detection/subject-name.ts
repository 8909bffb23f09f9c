import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { jsonBytes } from '../text/cut';
import { cutToJson } from '../text/json-text';

/** Bytes of a name's JSON: the longest ARN of a role's session has fewer, and findings hold it beside their evidence. */
export const MAX_SUBJECT_BYTES = 180;

/** How much of a longer name is kept before its hash. */
const MAX_BEGINNING_BYTES = 120;

/**
 * The name of a subject as it is remembered and found. A record may hold a text of any length: of one that is too long,
 * its beginning, and 128 bits of its SHA-256, by which it still is another than those that begin alike.
 */
export function boundedName(text: string): string {
  if (jsonBytes(text) <= MAX_SUBJECT_BYTES) return text;
  return `${cutToJson(text, MAX_BEGINNING_BYTES)} sha256:${bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32)}`;
}
