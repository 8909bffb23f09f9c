import { DASH, DOT, isDigit, isLetter, SPACE } from './bytes';
import type { LineLayout } from './layout';
import { beginsAsRemembered, remember } from './remembered';

/** In characters. us-east-1 allowed 255 until 2018; newer names have at most 63. */
const MAX_BUCKET_NAME = 255;

/**
 * Returns the end of the token at `start` if the token is a possible bucket name, else -1. Allowed are letters, digits,
 * `.`, `-` and `_`: the rule of us-east-1 until 2018, which includes all later rules. S3 does not write any other
 * character there. Names of one or two characters pass although S3 requires three: published logs contain them, and
 * they do no harm.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function endOfBucket(start: number, end: number, { bucket, view }: LineLayout): number {
  const remembered = start + bucket.length;
  if (beginsAsRemembered(bucket, view, start, end) && (remembered === end || view.getUint8(remembered) === SPACE)) {
    return remembered;
  }
  let at = start;
  while (at < end && isNameByte(view.getUint8(at))) at++;
  if (at === start || at - start > MAX_BUCKET_NAME || (at < end && view.getUint8(at) !== SPACE)) return -1;
  remember(bucket, view, start, at);
  return at;
}

/** Whether `view[start, end)` is a possible bucket name, by the same rule. */
export function checkBucketName(start: number, end: number, { bucket, view }: LineLayout): boolean {
  if (end - start === bucket.length && beginsAsRemembered(bucket, view, start, end)) return true;
  if (end === start || end - start > MAX_BUCKET_NAME) return false;
  for (let at = start; at < end; at++) if (!isNameByte(view.getUint8(at))) return false;
  remember(bucket, view, start, end);
  return true;
}

function isNameByte(byte: number): boolean {
  return isLetter(byte) || isDigit(byte) || byte === DASH || byte === DOT || byte === 0x5f;
}
