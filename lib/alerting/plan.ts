import type { BucketState } from './bucket-state';
import {
  type AlertLimits,
  type DuePart,
  oldestFirst,
  planStream,
  type StreamMessage,
  type StreamPlan,
} from './plan-stream';
import { type Stream, streamKey } from './stream';
import type { AlertWindow } from './window';

/** A bucket whose notice is due, as it is stored now. */
export interface DueBucket {
  readonly value: BucketState;
  readonly version: string;
}

/** What is told in one message. */
export type PlannedMessage =
  | { readonly kind: 'stream'; readonly message: StreamMessage }
  | { readonly kind: 'combined'; readonly rule: Stream['rule']; readonly messages: readonly StreamMessage[] }
  | { readonly kind: 'test'; readonly parts: readonly DuePart[] }
  | { readonly kind: 'notice'; readonly notice: 'started' | 'finished'; readonly buckets: readonly DueBucket[] };

export interface Plan {
  /** In the order in which they are told. */
  readonly messages: readonly PlannedMessage[];
  readonly deferred: readonly { readonly part: DuePart; readonly until: number }[];
  /** Told by somebody who died before marking them. */
  readonly alreadyTold: readonly DuePart[];
}

export interface PlanInput {
  readonly parts: readonly DuePart[];
  readonly buckets: readonly DueBucket[];
  /** By `streamKey`. */
  readonly windows: ReadonlyMap<string, AlertWindow>;
  readonly now: number;
  readonly limits: AlertLimits;
}

/** Findings in one message of one stream: its window remembers their networks, and an item has its limits. */
const MOST_FINDINGS = 1000;

/** Findings in a combined message: each has its line, and names as long as they may be fit its sizes. */
const MOST_LINES = 150;

const RULES_WORST_FIRST: readonly Stream['rule'][] = ['unapproved-ip', 'detector-error', 'new-ip'];

/** Buckets in one notice. */
const MOST_BUCKETS = 50;

/**
 * Decides what is told now, in which messages and in which order, and what waits. Where there is more to tell than a
 * minute has messages, streams are told together, a rule at a time.
 */
export function plan(input: PlanInput): Plan {
  const tests = input.parts.filter(({ value }) => value.rule === 'test').toSorted(oldestFirst);
  const others: PlannedMessage[] = [
    ...(tests.length === 0 ? [] : [{ kind: 'test' as const, parts: tests }]),
    ...noticesOf(input),
  ];
  const alone = planStreams(input, MOST_FINDINGS);
  const isTooMuch = others.length + messagesOf(alone).length > input.limits.alertsPerMinute;
  const streams = isTooMuch ? planStreams(input, MOST_LINES) : alone;
  const messages = messagesOf(streams).toSorted(newFirst);
  const told = isTooMuch ? combined(messages) : messages.map((message) => ({ kind: 'stream' as const, message }));
  return {
    // Somebody sits and waits for the test; then who is there; then how the watch goes.
    messages: [...others.filter(isTest), ...told.filter(isNew), ...others.filter(isNotice), ...told.filter(isDigest)],
    deferred: streams
      .filter(({ waitUntil }) => waitUntil > input.now)
      .flatMap(({ waiting, waitUntil }) => waiting.map((part) => ({ part, until: waitUntil }))),
    alreadyTold: streams.flatMap(({ alreadyTold }) => alreadyTold),
  };
}

function planStreams({ parts, windows, now, limits }: PlanInput, most: number): StreamPlan[] {
  const streams = new Map<string, { stream: Stream; own: DuePart[] }>();
  for (const part of parts) {
    const { rule, bucket, denied } = part.value;
    if (rule === 'test') continue;
    const stream = { rule, bucket, denied };
    const known = streams.get(streamKey(stream));
    if (known === undefined) streams.set(streamKey(stream), { stream, own: [part] });
    else known.own.push(part);
  }
  return [...streams].map(([key, { stream, own }]) =>
    planStream(stream, own, windows.get(key) ?? null, now, limits, most),
  );
}

function messagesOf(plans: readonly StreamPlan[]): StreamMessage[] {
  return plans.flatMap(({ message }) => message ?? []);
}

function newFirst(a: StreamMessage, b: StreamMessage): number {
  return (
    Number(a.kind === 'digest') - Number(b.kind === 'digest') ||
    oldestFirst(a.parts[0]!, b.parts[0]!) ||
    // One log object tells of many streams at once: the worst first.
    rankOf(a.stream) - rankOf(b.stream) ||
    (streamKey(a.stream) < streamKey(b.stream) ? -1 : 1)
  );
}

function rankOf({ rule, denied }: Stream): number {
  return denied ? RULES_WORST_FIRST.length : RULES_WORST_FIRST.indexOf(rule);
}

function combined(messages: readonly StreamMessage[]): PlannedMessage[] {
  const open = new Map<string, { lines: number; messages: StreamMessage[] }>();
  const told: { kind: 'combined'; rule: Stream['rule']; messages: StreamMessage[] }[] = [];
  for (const message of messages) {
    const { rule } = message.stream;
    const lines = message.parts.reduce((sum, { value }) => sum + value.findings.length, 0);
    let fits = open.get(rule);
    if (fits === undefined || fits.lines + lines > MOST_LINES) {
      fits = { lines: 0, messages: [] };
      open.set(rule, fits);
      told.push({ kind: 'combined', rule, messages: fits.messages });
    }
    fits.lines += lines;
    fits.messages.push(message);
  }
  return told;
}

/** Notices due together are one message. What the index showed may be of before: only what is due now counts. */
function noticesOf({ buckets, now }: PlanInput): PlannedMessage[] {
  return (['started', 'finished'] as const).flatMap((notice) => {
    const due = buckets
      .filter(({ value }) => value.notice?.kind === notice && value.notice.notBefore <= now)
      .toSorted(longestDueFirst);
    const messages: PlannedMessage[] = [];
    for (let at = 0; at < due.length; at += MOST_BUCKETS) {
      messages.push({ kind: 'notice', notice, buckets: due.slice(at, at + MOST_BUCKETS) });
    }
    return messages;
  });
}

function longestDueFirst({ value: a }: DueBucket, { value: b }: DueBucket): number {
  return a.notice!.notBefore - b.notice!.notBefore || (a.bucket < b.bucket ? -1 : 1);
}

function isTest({ kind }: PlannedMessage): boolean {
  return kind === 'test';
}

function isNotice({ kind }: PlannedMessage): boolean {
  return kind === 'notice';
}

function isDigest(planned: PlannedMessage): boolean {
  if (planned.kind === 'combined') return planned.messages[0]!.kind === 'digest';
  return planned.kind === 'stream' && planned.message.kind === 'digest';
}

function isNew(planned: PlannedMessage): boolean {
  return !isDigest(planned);
}
