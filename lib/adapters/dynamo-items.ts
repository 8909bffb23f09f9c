import { createHash } from 'node:crypto';
import { type BucketState, strangeFrom } from '../alerting/bucket-state';
import type { Lease } from '../alerting/lease';
import type { OutboxFinding, OutboxPart } from '../alerting/outbox';
import type { Stream } from '../alerting/stream';
import type { AlertWindow } from '../alerting/window';
import type { PairName, RunName, StoredSighting } from '../detection/sighting';
import type { PartName } from '../ports';

/*
 * What the table's items look like. Keys are strings; a bucket's items stand together, and so do the parts of a log
 * object. `expiresAt` is in epoch seconds, as the table's TTL wants it; everything else is in epoch milliseconds.
 */

export type Item = Record<string, unknown>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * The index of what is due: items that have `pending` and `notBefore`. One partition for what is to be told, since it
 * never holds much, and one for buckets, by when their silence becomes strange.
 */
export const PENDING_INDEX = 'pending';
export const PENDING = 'due';
export const SILENCE = 'silence';

/** DynamoDB takes 2,048 bytes as a partition key. A log object's name may be longer, if hardly ever. */
const MOST_KEY_BYTES = 1900;

const BUCKET = 'bucket#';
/** The keys of a bucket's sightings begin with it. */
export const NETWORK = 'net#';

export function sightingKey({ bucket, network }: PairName): Key {
  return { pk: `${BUCKET}${bucket}`, sk: `${NETWORK}${network}` };
}

export function bucketKey(bucket: string): Key {
  return { pk: `${BUCKET}${bucket}`, sk: 'meta' };
}

export function partKey(part: PartName): Key {
  return { pk: outboxKey(part.logObject), sk: `${partPrefix(part.rule, part.bucket)}${part.number}` };
}

export function outboxKey(logObject: string): string {
  const isLong = Buffer.byteLength(logObject) > MOST_KEY_BYTES;
  return `outbox#${isLong ? `sha256:${createHash('sha256').update(logObject).digest('hex')}` : logObject}`;
}

/** The marker of a run stands beside what it found. */
export function runKey({ logObject, run }: RunName): Key {
  return { pk: outboxKey(logObject), sk: `done#${run}` };
}

/** All parts of a log object, rule and bucket begin with it. */
export function partPrefix(rule: Stream['rule'], bucket: string): string {
  return `${rule}#${bucket}#`;
}

export function windowKey({ rule, bucket, denied }: Stream): Key {
  return { pk: `window#${rule}`, sk: `${bucket}${denied ? '#denied' : ''}` };
}

export const LEASE_KEY: Key = { pk: 'lease', sk: 'announce' };

/** What its key says is not said again: an item of up to 1 KB is one unit to write. */
export function sightingItem(stored: StoredSighting): Item {
  const { bucket, network, seenAs, expiresAt, publicOnly, raised, ...sighting } = stored;
  return {
    ...sightingKey({ bucket, network }),
    ...withoutNulls({ ...sighting, expiresAt: seconds(expiresAt), seenAs: seenAs() }),
    ...(publicOnly ? { publicOnly } : {}),
    ...(raised ? { raised } : {}),
  };
}

export function toSighting(item: Item): StoredSighting {
  const seenAs = (item.seenAs ?? null) as ReturnType<StoredSighting['seenAs']>;
  return {
    bucket: (item.pk as string).slice(BUCKET.length),
    network: (item.sk as string).slice(NETWORK.length),
    firstSeenAt: item.firstSeenAt as number,
    lastSeenAt: item.lastSeenAt as number,
    claimedBy: item.claimedBy as string,
    claimedIn: (item.claimedIn as string | undefined) ?? null,
    owedUntil: (item.owedUntil as number | undefined) ?? null,
    forgottenSince: (item.forgottenSince as number | undefined) ?? null,
    publicOnly: item.publicOnly === true,
    raised: item.raised === true,
    seenAs: () => seenAs,
    expiresAt: item.expiresAt === undefined ? null : (item.expiresAt as number) * 1000,
  };
}

export function runItem(run: RunName, expiresAt: number | null): Item {
  return { ...runKey(run), ...withoutNulls({ expiresAt: seconds(expiresAt) }) };
}

export function bucketItem({ notice, ...state }: BucketState): Item {
  return {
    ...bucketKey(state.bucket),
    ...withoutNulls(state),
    ...(notice === null ? silence(state) : { notice: notice.kind, pending: PENDING, notBefore: notice.notBefore }),
  };
}

function silence(state: Omit<BucketState, 'notice'>): Item {
  const notBefore = strangeFrom(state);
  return notBefore === null ? {} : { pending: SILENCE, notBefore };
}

export function toBucket(item: Item): BucketState {
  const kind = item.notice as 'started' | 'finished' | undefined;
  return {
    bucket: item.bucket as string,
    firstLogAt: item.firstLogAt as number,
    lastLogAt: item.lastLogAt as number,
    longestSilence: item.longestSilence as number,
    newIpSince: (item.newIpSince as number | undefined) ?? null,
    learningUntil: (item.learningUntil as number | undefined) ?? null,
    learned: item.learned as number,
    looksPublic: (item.looksPublic as boolean | undefined) ?? null,
    notice: kind === undefined ? null : { kind, notBefore: item.notBefore as number },
  };
}

export function partItem({ findings, notBefore, ...part }: OutboxPart): Item {
  return {
    ...partKey(part),
    ...withoutNulls(part),
    // As one text: nobody asks the table about what is in it, and numbers stay as they are.
    findings: JSON.stringify(findings.map(({ sample, ...finding }) => ({ ...finding, sample: sample() }))),
    findingCount: findings.length,
    ...(notBefore === null ? {} : { pending: PENDING, notBefore }),
  };
}

export function toPart(item: Item): OutboxPart {
  const stored = JSON.parse(item.findings as string) as (Omit<OutboxFinding, 'sample'> & {
    sample: ReturnType<OutboxFinding['sample']>;
  })[];
  return {
    logObject: item.logObject as string,
    rule: item.rule as OutboxPart['rule'],
    bucket: item.bucket as string,
    denied: item.denied as boolean,
    number: item.number as number,
    portion: item.portion as number,
    foundAt: item.foundAt as number,
    notBefore: (item.notBefore as number | undefined) ?? null,
    accountId: (item.accountId as string | undefined) ?? null,
    region: (item.region as string | undefined) ?? null,
    findings: stored.map(({ sample, ...finding }) => ({ ...finding, sample: () => sample })),
  };
}

export function windowItem(window: AlertWindow): Item {
  return { ...windowKey(window), ...window };
}

export function toWindow({ pk: _, sk: __, version: ___, ...window }: Item): AlertWindow {
  return window as unknown as AlertWindow;
}

export function leaseItem(lease: Lease): Item {
  return { ...LEASE_KEY, ...lease };
}

export function toLease({ pk: _, sk: __, version: ___, ...lease }: Item): Lease {
  return lease as unknown as Lease;
}

export function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.ceil(milliseconds / 1000);
}

function withoutNulls(values: object): Item {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
