import type { Candidate } from '../alerting/plan';
import type { Decision } from '../alerting/plan-stream';
import { streamKey } from '../alerting/stream';
import type { Draft, MessageName, StreamState, TakenPart } from '../alerting/stream-state';
import type { PartName, State, Stored, Version } from '../ports';
import { eachBounded } from '../state/each-bounded';

/** How long the table keeps a part after it was taken, in case its log object is delivered again; milliseconds. */
// guard: a sent part is kept while its log object may be delivered again
export const TAKEN_KEPT = 45 * 86_400_000;

export const WRITES_AT_ONCE = 16;

/** A part that the draft includes and that still has to be marked as taken. */
export interface FreshPart {
  readonly name: PartName;
  readonly version: Version;
}

/** A stream that has something to send, and the state to write for it. */
export interface StreamDraft extends Candidate {
  /** The stored state that a write replaces; null: none is stored. */
  readonly stored: Stored<StreamState> | null;
  readonly state: StreamState;
  readonly draft: Draft;
  readonly fresh: readonly FreshPart[];
  /** Identifies the first new part; the id of a window that the message opens is derived from it. */
  readonly first: string;
  /** Null if the draft already has a message id: then it is sent again with that id. */
  readonly decision: Decision | null;
}

export function freshOf({ value, version }: Stored<PartName>): FreshPart {
  const { logObject, rule, bucket, number } = value;
  return { name: { logObject, rule, bucket, number }, version };
}

export function takenOf({ name: { logObject, number } }: FreshPart): TakenPart {
  return { logObject, number };
}

/** Marks parts as taken, so that they are no longer due. */
export async function markParts(state: State, parts: readonly FreshPart[], now: number): Promise<void> {
  await eachBounded(parts, WRITES_AT_ONCE, ({ name, version }) => state.markTaken(name, version, now + TAKEN_KEPT));
}

/**
 * Writes a stream, replacing the version that was read. Throws if another run has written it: only the holder of the
 * lease may.
 */
export async function writeStream(
  state: State,
  value: StreamState,
  replaces: Stored<StreamState> | null,
): Promise<Stored<StreamState>> {
  const version = await state.putStream(value, replaces?.version ?? null);
  if (version === null) throw new Error(`${streamKey(value)}: another run wrote it without holding the lease`);
  return { value, version };
}

/** Stores a draft that is not sent yet, with its new due time, and marks its parts. */
export async function keepDraft(
  state: State,
  { stored, state: value, draft, fresh }: StreamDraft,
  until: number,
  now: number,
): Promise<void> {
  await writeStream(state, { ...value, draft: { ...draft, taking: fresh.map(takenOf), notBefore: until } }, stored);
  await markParts(state, fresh, now);
}

/** Stores the message id of a draft before the draft is published. */
export async function reserveMessageId(state: State, of: StreamDraft, message: MessageName): Promise<StreamDraft> {
  // guard: a named draft keeps its name
  if (of.draft.message !== null) return of;
  const draft = {
    ...of.draft,
    message,
    // guard: a named draft lists the parts that it holds
    taking: of.fresh.map(takenOf),
    notBefore: message.at,
  };
  // guard: a name is stored before it is used
  const stored = await writeStream(state, { ...of.state, draft }, of.stored);
  return { ...of, stored, draft };
}

/** Removes the ids of drafts that were certainly not published with them: each stream continues alone. */
export async function releaseMessageIds(state: State, drafts: readonly StreamDraft[]): Promise<void> {
  await eachBounded(drafts, WRITES_AT_ONCE, ({ stored, state: value, draft }) =>
    writeStream(state, { ...value, draft: { ...draft, message: null } }, stored),
  );
}
