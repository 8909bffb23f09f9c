import { DASH, isDigit } from '../access-log/bytes';
import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';

const COLON = 0x3a;
const CANONICAL_ID_LENGTH = 64;
const ACCOUNT_ID_LENGTH = 12;
/** Colons before the account in an ARN: `arn:<partition>:<service>:<region>:`. */
const COLONS_BEFORE_ACCOUNT = 4;

/** Whether the record names a requester; a dash means an anonymous request. */
export function isSigned({ view, starts, ends }: LineLayout): boolean {
  const start = starts[FIELD.requester]!;
  const length = ends[FIELD.requester]! - start;
  return length > 1 || (length === 1 && view.getUint8(start) !== DASH);
}

/**
 * Whether the requester of a signed record belongs to this account. An ARN names its account; a canonical user id
 * either equals the bucket owner's id or belongs to another account. Other requesters, such as AWS services, act for
 * the account that owns the bucket. True if `accountId` is null, because then nothing can be decided. Runs for each
 * success, so it creates no strings.
 */
export function isOwn(layout: LineLayout, accountId: string | null): boolean {
  if (accountId === null) return true;
  const { view, starts, ends } = layout;
  const start = starts[FIELD.requester]!;
  const end = ends[FIELD.requester]!;
  const account = accountOf(view, start, end);
  if (account >= 0) return hasText(view, account, accountId);
  return !isCanonicalId(view, start, end) || isBucketOwner(layout, start, end);
}

/** The index of the account in an ARN; -1 if the text is not an ARN or names no account. */
function accountOf(view: DataView, start: number, end: number): number {
  if (end - start < 4 || !hasText(view, start, 'arn:')) return -1;
  let at = start;
  for (let colons = 0; colons < COLONS_BEFORE_ACCOUNT; at++) {
    if (at === end) return -1;
    if (view.getUint8(at) === COLON) colons++;
  }
  const after = at + ACCOUNT_ID_LENGTH;
  if (after >= end || view.getUint8(after) !== COLON) return -1;
  for (let digit = at; digit < after; digit++) if (!isDigit(view.getUint8(digit))) return -1;
  return at;
}

function hasText(view: DataView, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (view.getUint8(at + i) !== text.charCodeAt(i)) return false;
  return true;
}

function isCanonicalId(view: DataView, start: number, end: number): boolean {
  if (end - start !== CANONICAL_ID_LENGTH) return false;
  for (let at = start; at < end; at++) if (!isHexDigit(view.getUint8(at))) return false;
  return true;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

function isBucketOwner({ view, starts, ends }: LineLayout, start: number, end: number): boolean {
  const owner = starts[FIELD.bucketOwner]!;
  if (owner < 0 || ends[FIELD.bucketOwner]! - owner !== end - start) return false;
  for (let i = 0; i < end - start; i++) if (view.getUint8(owner + i) !== view.getUint8(start + i)) return false;
  return true;
}
