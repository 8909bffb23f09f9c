import { createHash } from 'node:crypto';
import type { Stream } from '../../alerting/stream';
import type { PairName, RunName } from '../../detection/sighting';
import type { PartName } from '../../ports';
import type { SubjectKind } from '../../rules/rule';
import type { STATE_TABLE } from './state-table-schema';

/*
 * The keys of the items in the state table, all strings. The items of a bucket share a partition, and so do the parts of
 * a log object.
 */

export type Key = Readonly<Record<typeof STATE_TABLE.partitionKey | typeof STATE_TABLE.sortKey, string>>;

/** A partition key has at most 2,048 bytes. The name of a log object is rarely longer. */
const MAX_KEY_BYTES = 1900;

export const BUCKET_PREFIX = 'bucket#';

/** A sort key has at most 1,024 bytes. */
const MAX_NAME_BYTES = 960;

export function sightingKey({ bucket, kind, name }: PairName): Key {
  const text = escaped(name);
  return { pk: `${BUCKET_PREFIX}${bucket}`, sk: `${kindPrefix(kind)}${isLongName(text) ? hashed(name) : text}` };
}

/** The prefix of the sort keys of sightings of this kind of subject. */
export function kindPrefix(kind: SubjectKind['id']): string {
  return `${kind}#`;
}

export function isLongName(text: string): boolean {
  return Buffer.byteLength(text) > MAX_NAME_BYTES;
}

export function bucketKey(bucket: string): Key {
  return { pk: `${BUCKET_PREFIX}${bucket}`, sk: 'meta' };
}

export function partKey(part: PartName): Key {
  return { pk: outboxKey(part.logObject), sk: partSortKey(part.rule, part.bucket, part.number) };
}

export function outboxKey(logObject: string): string {
  const isLong = Buffer.byteLength(logObject) > MAX_KEY_BYTES;
  return `outbox#${isLong ? hashed(logObject) : logObject}`;
}

function hashed(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** The marker of a run is in the partition of its log object. */
export function runKey({ logObject, run }: RunName): Key {
  // guard: each run of a log object has its own marker
  return { pk: outboxKey(logObject), sk: `done#${run}` };
}

/** Sorts the parts of a log object, rule and bucket by number. */
export function partSortKey(rule: Stream['rule'], bucket: string, number: number): string {
  return `${rule}#${escaped(bucket)}#${String(number).padStart(NUMBER_DIGITS, '0')}`;
}

const NUMBER_DIGITS = 9;
export const MAX_NUMBER = 10 ** NUMBER_DIGITS - 1;

/** Escapes a name from a log, so that it cannot imitate another key. */
export function escaped(text: string): string {
  return text.replace(/[%#]/g, (character) => (character === '%' ? '%25' : '%23'));
}

export function streamItemKey({ rule, bucket, denied }: Stream): Key {
  return { pk: `stream#${rule}`, sk: `${denied ? 'denied' : 'other'}#${escaped(bucket)}` };
}

export function combinedPlanKey(combinedId: string): Key {
  return { pk: `combined#${combinedId}`, sk: 'plan' };
}

export const LEASE_KEY: Key = { pk: 'lease', sk: 'notify' };

/** The inverse of `escaped`. */
export function unescaped(text: string): string {
  return text.replace(/%2[53]/g, (code) => (code === '%25' ? '%' : '#'));
}
