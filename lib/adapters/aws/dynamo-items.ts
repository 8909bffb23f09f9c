import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type BucketState, silentFrom } from '../../alerting/bucket-state';
import { type Digest, reachedIn } from '../../alerting/digest';
import type { Lease } from '../../alerting/lease';
import { NO_SAMPLE, type OutboxFinding, type PendingPart } from '../../alerting/outbox';
import { levelRank, type Reached, severityRank } from '../../alerting/reached';
import { type Stream, streamOf } from '../../alerting/stream';
import type { CombinedPlan, Draft, StreamState } from '../../alerting/stream-state';
import type { PairName, RunName, StoredSighting } from '../../detection/sighting';
import type { PartName, SetAside } from '../../ports';
import type { SubjectKind } from '../../rules/rule';
import type { STATE_TABLE } from './state-table-schema';

/*
 * What the table's items look like. Keys are strings; a bucket's items stand together, and so do the parts of a log
 * object. `expiresAt` is in epoch seconds, as the table's TTL wants it; everything else is in epoch milliseconds.
 */

export type Item = Record<string, unknown>;

export type Key = Readonly<Record<typeof STATE_TABLE.partitionKey | typeof STATE_TABLE.sortKey, string>>;

/**
 * The index of what is due: items that have `pending`, its partition, and `due`, by which it is sorted. `NOW`: what is
 * to be looked at once, the worst first. `LATER`: what waits, by when that ends. `NOTICE`: buckets with a notice, by
 * when it is due. `SILENCE`: buckets, by when their silence becomes strange.
 */
export const NOW = 'now';
export const LATER = 'later';
export const NOTICE = 'notice';
export const SILENCE = 'silence';

/** DynamoDB takes 2,048 bytes as a partition key. A log object's name may be longer, if hardly ever. */
const MAX_KEY_BYTES = 1900;

const BUCKET = 'bucket#';

/** DynamoDB takes 1,024 bytes as a sort key. */
const MAX_NAME_BYTES = 960;

export function sightingKey({ bucket, kind, name }: PairName): Key {
  const text = escaped(name);
  return { pk: `${BUCKET}${bucket}`, sk: `${kindPrefix(kind)}${isLongName(text) ? hashed(name) : text}` };
}

/** The keys of a bucket's sightings of subjects of one kind begin with it. */
export function kindPrefix(kind: SubjectKind['id']): string {
  return `${kind}#`;
}

function isLongName(text: string): boolean {
  return Buffer.byteLength(text) > MAX_NAME_BYTES;
}

export function bucketKey(bucket: string): Key {
  return { pk: `${BUCKET}${bucket}`, sk: 'meta' };
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

/** The marker of a run stands beside what it found. */
export function runKey({ logObject, run }: RunName): Key {
  // guard: each run of a log object has its own marker
  return { pk: outboxKey(logObject), sk: `done#${run}` };
}

/** The parts of a log object, rule and bucket stand in the order of their numbers. */
export function partSortKey(rule: Stream['rule'], bucket: string, number: number): string {
  return `${rule}#${escaped(bucket)}#${String(number).padStart(NUMBER_DIGITS, '0')}`;
}

const NUMBER_DIGITS = 9;
export const MAX_NUMBER = 10 ** NUMBER_DIGITS - 1;

/** A name from a log cannot look like another key. */
function escaped(text: string): string {
  return text.replace(/[%#]/g, (character) => (character === '%' ? '%25' : '%23'));
}

export function streamItemKey({ rule, bucket, denied }: Stream): Key {
  return { pk: `stream#${rule}`, sk: `${denied ? 'denied' : 'other'}#${escaped(bucket)}` };
}

export function combinedPlanKey(combinedId: string): Key {
  return { pk: `combined#${combinedId}`, sk: 'plan' };
}

export const LEASE_KEY: Key = { pk: 'lease', sk: 'notify' };

/** `escaped` the other way round. */
function unescaped(text: string): string {
  return text.replace(/%2[53]/g, (code) => (code === '%25' ? '%' : '#'));
}

/** What its key says is not said again: an item of up to 1 KB is one unit to write. */
export function sightingItem(stored: StoredSighting): Item {
  const { bucket, kind, name, firstSeenBy, expiresAt, publicOnly, ...sighting } = stored;
  return {
    ...sightingKey({ bucket, kind, name }),
    ...(isLongName(escaped(name)) ? { name } : {}),
    ...withoutNulls({ ...sighting, expiresAt: seconds(expiresAt), firstSeenBy: firstSeenBy() }),
    ...(publicOnly ? { publicOnly } : {}),
  };
}

export function toSighting(item: Item): StoredSighting {
  const firstSeenBy = (item.firstSeenBy ?? null) as ReturnType<StoredSighting['firstSeenBy']>;
  const key = item.sk as string;
  const kindEnd = key.indexOf('#');
  return {
    bucket: (item.pk as string).slice(BUCKET.length),
    kind: key.slice(0, kindEnd),
    name: (item.name as string | undefined) ?? unescaped(key.slice(kindEnd + 1)),
    firstSeenAt: item.firstSeenAt as number,
    lastSeenAt: item.lastSeenAt as number,
    claimedBy: item.claimedBy as string,
    claimedIn: (item.claimedIn as string | undefined) ?? null,
    owedUntil: (item.owedUntil as number | undefined) ?? null,
    forgottenSince: (item.forgottenSince as number | undefined) ?? null,
    publicOnly: item.publicOnly === true,
    raised: (item.raised as StoredSighting['raised'] | undefined) ?? null,
    foundReadingAt: (item.foundReadingAt as number | undefined) ?? null,
    firstSeenBy: () => firstSeenBy,
    expiresAt: item.expiresAt === undefined ? null : (item.expiresAt as number) * 1000,
  };
}

export function runItem(run: RunName, expiresAt: number | null): Item {
  return { ...runKey(run), ...withoutNulls({ expiresAt: seconds(expiresAt) }) };
}

/** `newIpSince` is the table's name for since when a rule remembers: at first there was only one. */
export function bucketItem({ notice, ...state }: BucketState): Item {
  const { rememberedSince, learnedOthers, ...attributes } = state;
  return {
    ...bucketKey(state.bucket),
    ...withoutNulls({ ...attributes, newIpSince: rememberedSince }),
    ...(learnedOthers === 0 ? {} : { learnedOthers }),
    ...(notice === null
      ? silence(state)
      : {
          notice: notice.kind,
          notBefore: notice.notBefore,
          ...indexed(NOTICE, timeText(notice.notBefore), notice.notBefore),
        }),
  };
}

function silence(state: Omit<BucketState, 'notice'>): Item {
  const notBefore = silentFrom(state);
  return notBefore === null ? {} : indexed(SILENCE, timeText(notBefore), notBefore);
}

export function toBucket(item: Item): BucketState {
  const kind = item.notice as 'started' | 'finished' | undefined;
  return {
    bucket: item.bucket as string,
    firstLogAt: item.firstLogAt as number,
    lastLogAt: item.lastLogAt as number,
    longestSilence: item.longestSilence as number,
    rememberedSince: (item.newIpSince as number | undefined) ?? null,
    learningUntil: (item.learningUntil as number | undefined) ?? null,
    learned: item.learned as number,
    learnedOthers: (item.learnedOthers as number | undefined) ?? 0,
    looksPublic: (item.looksPublic as boolean | undefined) ?? null,
    notice: kind === undefined ? null : { kind, notBefore: item.notBefore as number },
  };
}

type IndexedAttributes = Readonly<
  Record<typeof STATE_TABLE.pendingIndex.partitionKey | typeof STATE_TABLE.pendingIndex.sortKey, string>
> & { readonly dueSince: number };

function indexed(pending: string, due: string, dueSince: number): IndexedAttributes {
  return { pending, due, dueSince };
}

/** So that texts are in the order of the times; epoch milliseconds. */
export function timeText(time: number): string {
  return String(Math.max(0, Math.ceil(time))).padStart(TIME_DIGITS, '0');
}

const TIME_DIGITS = 16;

/** So that the worst comes first: by severity, level, bytes, then age. */
function rankText({ severity, level }: Reached, bytesSent: number, time: number): string {
  const bytes = String(Number.MAX_SAFE_INTEGER - Math.max(0, bytesSent)).padStart(TIME_DIGITS, '0');
  return `${9 - severityRank(severity)}${9 - levelRank(level)} ${bytes} ${timeText(time)}`;
}

export function partItem({ findings, pending, ...part }: PendingPart): Item {
  const worst = findings[0]!;
  return {
    ...partKey(part),
    ...withoutNulls(part),
    // guard: a part does not expire before it is sent
    findings: packed(findings.map(storedFinding)),
    ...(pending === null
      ? {}
      : pending === 'now'
        ? indexed(NOW, rankText(worst, worst.bytesSent, part.foundAt), part.foundAt)
        : indexed(LATER, timeText(pending), pending)),
  };
}

export function toPart(item: Item): PendingPart {
  return {
    logObject: item.logObject as string,
    rule: item.rule as PendingPart['rule'],
    bucket: item.bucket as string,
    denied: item.denied as boolean,
    number: item.number as number,
    portion: item.portion as number,
    foundAt: item.foundAt as number,
    pending: item.pending === undefined ? null : item.pending === NOW ? 'now' : (item.dueSince as number),
    accountId: (item.accountId as string | undefined) ?? null,
    region: (item.region as string | undefined) ?? null,
    findings: (unpacked(item.findings) as StoredFinding[]).map(toFinding),
  };
}

type StoredFinding = Omit<OutboxFinding, 'sample'> & { readonly sample: ReturnType<OutboxFinding['sample']> };

function storedFinding({ sample, ...finding }: OutboxFinding): StoredFinding {
  return { ...finding, sample: sample() };
}

function toFinding({ sample, ...finding }: StoredFinding): OutboxFinding {
  // Parts from before there were subjects say nothing of them.
  return { ...finding, subject: finding.subject ?? null, sample: sample === null ? NO_SAMPLE : () => sample };
}

/** Nobody asks the table about what is in it, numbers stay as they are, and what repeats costs little. */
function packed(value: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(value));
}

function unpacked(bytes: unknown): unknown {
  return JSON.parse(inflateRawSync(bytes as Uint8Array).toString('utf8'));
}

export function streamItem({ sent, draft, ...stream }: StreamState): Item {
  return {
    ...streamItemKey(stream),
    ...stream,
    minorSentAt: [...stream.minorSentAt],
    sent: packed([...sent]),
    ...(draft === null ? {} : { draft: packed(storedDraft(draft)), ...draftIndexed(draft) }),
  };
}

function draftIndexed({ message, notBefore, digest }: Draft): Item {
  if (message === null) return indexed(LATER, timeText(notBefore), notBefore);
  return indexed(NOW, rankText(reachedIn(digest), digest.totals.bytesSent, message.at), message.at);
}

/** A draft as JSON. */
function storedDraft({ digest, ...draft }: Draft): unknown {
  return {
    ...draft,
    digest: { ...digest, reached: [...digest.reached], findings: digest.findings.map(storedFinding) },
  };
}

function toDraft(value: unknown): Draft {
  const { digest, ...draft } = value as Draft & {
    readonly digest: Omit<Digest, 'findings' | 'reached'> & {
      readonly findings: StoredFinding[];
      readonly reached: [string, Reached][];
    };
  };
  return {
    ...draft,
    digest: { ...digest, reached: new Map(digest.reached), findings: digest.findings.map(toFinding) },
  };
}

export function toStream(item: Item): StreamState {
  const { pk: _, sk: __, version: ___, pending: ____, due: _____, dueSince: ______, sent, draft, ...stream } = item;
  return {
    ...(stream as unknown as Omit<StreamState, 'sent' | 'draft'>),
    sent: new Map(unpacked(sent) as [string, Reached][]),
    draft: draft === undefined ? null : toDraft(unpacked(draft)),
  };
}

export function combinedPlanItem(plan: CombinedPlan, expiresAt: number): Item {
  const streams = plan.streams.map(streamOf);
  return { ...combinedPlanKey(plan.combinedId), ...plan, streams, expiresAt: seconds(expiresAt) };
}

export function toCombinedPlan({ pk: _, sk: __, version: ___, expiresAt: ____, ...plan }: Item): CombinedPlan {
  return plan as unknown as CombinedPlan;
}

/** As text, for people to read. */
export function setAsideItem({ alertId, stream, draft, at, reason }: SetAside): Item {
  return {
    pk: 'aside',
    sk: alertId,
    ...streamOf(stream),
    at: new Date(at).toISOString(),
    reason,
    draft: JSON.stringify(storedDraft(draft)),
  };
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
