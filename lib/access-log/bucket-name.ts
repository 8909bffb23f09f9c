import { DASH, DOT, isDigit, isLetter, SPACE } from './bytes';
import type { LineLayout } from './layout';
import { beginsAsRemembered, remember } from './remembered';

/** Characters: us-east-1 allowed so many until 2018; newer names have at most 63. */
const MAX_BUCKET_NAME = 255;

/**
 * The end of the token at `start` if a bucket can have it as its name, else -1: letters, digits, `.`, `-` and `_`, the
 * rule of us-east-1 until 2018, which includes all later ones. A token with anything else was not written by S3. Names
 * of one or two characters pass although S3 demands three: published logs have them, and they do no harm.
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

function isNameByte(byte: number): boolean {
  return isLetter(byte) || isDigit(byte) || byte === DASH || byte === DOT || byte === 0x5f;
}
