import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type BucketState, silentFrom } from '../../alerting/bucket-state';
import { type Digest, reachedIn } from '../../alerting/digest';
import type { Lease } from '../../alerting/lease';
import { NO_SAMPLE, type OutboxFinding, type PendingPart } from '../../alerting/outbox';
import { levelRank, type Reached, severityRank } from '../../alerting/reached';
import { streamOf } from '../../alerting/stream';
import type { CombinedPlan, Draft, StreamState } from '../../alerting/stream-state';
import type { RunName, StoredSighting } from '../../detection/sighting';
import type { SetAside } from '../../ports';
import {
  BUCKET_PREFIX,
  bucketKey,
  combinedPlanKey,
  escaped,
  isLongName,
  LEASE_KEY,
  partKey,
  runKey,
  sightingKey,
  streamItemKey,
  unescaped,
} from './dynamo-keys';
import type { STATE_TABLE } from './state-table-schema';

/*
 * The format of the items in the state table. `expiresAt` is in epoch seconds, as DynamoDB's TTL requires; all other
 * times are in epoch milliseconds.
 */

export type Item = Record<string, unknown>;

/**
 * The partitions of the index of due items: the values of `pending`. Each is sorted by `due`. `NOW`: items that were
 * never deferred, worst first. `LATER`: deferred items, by due time. `NOTICE`: buckets with a notice, by due time.
 * `SILENCE`: buckets, by the time from which they count as silent.
 */
export const NOW = 'now';
export const LATER = 'later';
export const NOTICE = 'notice';
export const SILENCE = 'silence';

/** Does not repeat what the key contains: an item of at most 1 KB costs one write unit. */
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
    bucket: (item.pk as string).slice(BUCKET_PREFIX.length),
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

/** The attribute for `rememberedSince` is `newIpSince`, from the time when only `new-ip` remembered subjects. */
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

/** A text that sorts by time; epoch milliseconds. */
export function timeText(time: number): string {
  return String(Math.max(0, Math.ceil(time))).padStart(TIME_DIGITS, '0');
}

const TIME_DIGITS = 16;

/** A text that sorts worst first: by severity, level, bytes, then age. */
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
  // Parts that an earlier version stored have no subject.
  return { ...finding, subject: finding.subject ?? null, sample: sample === null ? NO_SAMPLE : () => sample };
}

/** Compresses a value: the table never queries it, its numbers stay exact, and repeated texts take little space. */
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
