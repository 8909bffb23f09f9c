import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { jsonBytes } from '../text/cut';
import { cutToJson } from '../text/json-text';

/** The maximum, in bytes of JSON. The ARN of a role session is shorter, and a finding must have room for its evidence. */
const MAX_SUBJECT_BYTES = 180;

/** How much of a longer name is kept before its hash. */
const MAX_BEGINNING_BYTES = 120;

/**
 * The name of a subject as stored in sightings and findings. A record may contain a text of any length. A name that is
 * too long is replaced by its beginning and 128 bits of its SHA-256, which distinguish it from other names with that beginning.
 */
export function boundedName(text: string): string {
  if (jsonBytes(text) <= MAX_SUBJECT_BYTES) return text;
  return `${cutToJson(text, MAX_BEGINNING_BYTES)} sha256:${bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32)}`;
}
