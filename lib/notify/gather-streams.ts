import type { PendingPart } from '../alerting/outbox';
import { isHigh } from '../alerting/plan';
import { type AlertLimits, addToDraft, type Decision, decide } from '../alerting/plan-stream';
import { type Stream, siblingOf, streamKey, streamOf } from '../alerting/stream';
import { newStream, type StreamState, type TakenPart } from '../alerting/stream-state';
import type { DueItems, DuePart, State, Stored } from '../ports';
import { eachBounded } from '../state/each-bounded';
import { readEach } from '../state/read-each';
import { type FreshPart, freshOf, markParts, type StreamDraft, takenOf, writeStream } from './stream-draft';

/** How many parts are read and added to a draft at a time. */
const PARTS_AT_ONCE = 100;

/**
 * How many parts and streams one round handles, worst first; the next round handles the others. Rounds are short, so
 * that worse findings that arrive in the meantime do not wait long.
 */
const MAX_PARTS = 5_000;
const MAX_STREAMS = 1_000;
const STREAMS_AT_ONCE = 8;

export interface Gathered {
  readonly drafts: readonly StreamDraft[];
  readonly failures: readonly StreamFailure[];
  /** How many streams are due; may be more than `drafts`, because one round does not handle all. */
  readonly due: number;
  /** Whether something was written, so that another round may find more. */
  readonly progress: boolean;
}

/** A stream, or a part of it, that could not be read. */
export interface StreamFailure {
  readonly stream: Stream;
  readonly error: unknown;
}

/** A stream with its due parts. */
interface DueStream {
  readonly stream: Stream;
  readonly parts: DuePart[];
  /** Whether there are more due parts than this round takes. */
  isMore: boolean;
}

/** Defers sending until the next round has taken the remaining parts. */
const TAKE_MORE: Decision = { kind: 'wait', until: Number.NEGATIVE_INFINITY };

/**
 * Reads the due parts of each stream and adds them to its draft. A failure of one stream goes into `failures` and does
 * not affect the others.
 */
export async function gatherStreams(
  state: State,
  due: DueItems,
  now: number,
  limits: AlertLimits,
  failuresOf: (stream: Stream) => number,
): Promise<Gathered> {
  const all = [...partsByStream(due).values()];
  const taken = all.slice(0, MAX_STREAMS);
  const streams = taken.map(({ stream }) => stream);
  const [own, siblings] = await Promise.all([
    readEach(streams, (names) => state.streams(names)),
    readEach(streams.map(siblingOf), (names) => state.streams(names)),
  ]);
  const failures: StreamFailure[] = [];
  let progress = false;
  const drafts = await eachBounded(
    [...taken.entries()],
    STREAMS_AT_ONCE,
    async ([index, { stream, parts, isMore }]): Promise<StreamDraft | null> => {
      try {
        // If the sibling cannot be read, its messages are not counted.
        const sibling = siblings[index]!.stored?.value ?? null;
        const { stored, error } = own[index]!;
        if (error !== null) throw error;
        const gathered = await gatherStream(state, stream, stored, parts, now);
        failures.push(...gathered.failures.map((cause) => ({ stream, error: cause })));
        if (gathered.isWritten) progress = true;
        const { draft, value } = gathered;
        if (draft === null) return null;
        const decided = draft.message === null ? decide(value, draft, sibling, now, limits) : null;
        // Take all parts before sending, so that none is left for a later window; but do not delay High.
        const decision = isMore && decided?.kind === 'send' && !isHigh(draft.digest) ? TAKE_MORE : decided;
        const { digest, message } = draft;
        const failed = failuresOf(stream);
        return {
          ...gathered,
          stream,
          state: value,
          draft,
          digest,
          decision,
          failures: failed,
          isNamed: message !== null,
        };
      } catch (error) {
        failures.push({ stream, error });
        return null;
      }
    },
  );
  return { drafts: drafts.filter((draft) => draft !== null), failures, due: all.length, progress };
}

function partsByStream({ parts, streams }: DueItems): Map<string, DueStream> {
  const byStream = new Map<string, DueStream>();
  function of(stream: Stream): DueStream {
    const key = streamKey(stream);
    const known = byStream.get(key) ?? { stream: streamOf(stream), parts: [], isMore: false };
    byStream.set(key, known);
    return known;
  }
  for (const part of parts.slice(0, MAX_PARTS)) of(part).parts.push(part);
  for (const part of parts.slice(MAX_PARTS)) {
    const known = byStream.get(streamKey(part));
    if (known !== undefined) known.isMore = true;
  }
  for (const stream of streams) of(stream);
  return byStream;
}

/**
 * Adds the due parts of a stream to its draft, in batches. Writes and marks every batch but the last on the way, so
 * that memory is bounded for any number of parts.
 */
async function gatherStream(
  state: State,
  stream: Stream,
  asRead: Stored<StreamState> | null,
  parts: readonly DuePart[],
  now: number,
) {
  let stored = asRead;
  let value = stored?.value ?? newStream(stream);
  const { taking = [], message = null } = value.draft ?? {};
  const taken = (await state.parts(taking.map((part) => ({ ...part, ...stream })))).flatMap(pendingOf);
  const failures: unknown[] = [];
  // A draft that is being sent gets no further parts, and its parts are marked once it is sent.
  if (message !== null)
    return { stored, value, draft: value.draft, fresh: taken, first: '', isWritten: false, failures };
  await markParts(state, taken, now);
  let isWritten = taken.length > 0;
  let fresh: FreshPart[] = [];
  let first = '';
  const isTaken = new Set(taking.map(partKey));
  const others = parts.filter((part) => !isTaken.has(partKey(part)));
  for (let at = 0; at < others.length; at += PARTS_AT_ONCE) {
    if (fresh.length > 0) {
      stored = await writeStream(state, { ...value, draft: { ...value.draft!, taking: fresh.map(takenOf) } }, stored);
      await markParts(state, fresh, now);
      fresh = [];
      isWritten = true;
    }
    const read = await readEach(others.slice(at, at + PARTS_AT_ONCE), (names) => state.parts(names));
    failures.push(...read.flatMap(({ error }) => (error === null ? [] : [error])));
    // guard: a part is taken only if the table says that it is due
    const due = read.flatMap(({ stored: part }) => (part !== null && isDue(part.value, now) ? [part] : []));
    if (due.length === 0) continue;
    first ||= `${due[0]!.value.logObject} ${due[0]!.value.number}`;
    const added = addToDraft(
      value,
      due.map(({ value: part }) => part),
      now,
    );
    value = { ...value, draft: added };
    fresh = due.map(freshOf);
  }
  const { draft } = value;
  // `value` keeps the stored draft until the next write; `draft` may contain more.
  return { stored, value: { ...value, draft: stored?.value.draft ?? null }, draft, fresh, first, isWritten, failures };
}

function partKey({ logObject, number }: TakenPart): string {
  return `${number} ${logObject}`;
}

function pendingOf(part: Stored<PendingPart> | null): readonly FreshPart[] {
  return part === null || part.value.pending === null ? [] : [freshOf(part)];
}

function isDue({ pending }: { readonly pending: 'now' | number | null }, now: number): boolean {
  return pending === 'now' || (pending !== null && pending <= now);
}
