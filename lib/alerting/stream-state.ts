import type { Digest } from './digest';
import { exceeds, type Reached } from './reached';
import type { Stream } from './stream';

/**
 * What is remembered of a stream: its alert window, and what was taken from the outbox and not yet sent. Times are
 * processing time, epoch milliseconds.
 */
export interface StreamState extends Stream {
  /** Names what goes on from window to window, as long as one digest follows the other. Empty: nothing was ever sent. */
  readonly windowId: string;
  /** Messages under this name so far. */
  readonly sequence: number;
  readonly openedAt: number;
  /** At this very moment it is still open. */
  readonly closesAt: number;
  readonly sentAt: number;
  /** Messages in this window. */
  readonly messages: number;
  /** Of these, about denied requests and requests without access. */
  readonly minorMessages: number;
  /** When the messages below Medium were sent, of the last day. */
  readonly minorSentAt: readonly number[];
  /** What was sent in this window of each subject. */
  readonly sent: ReadonlyMap<string, Reached>;
  readonly draft: Draft | null;
}

/** What was taken from the outbox and not yet sent. */
export interface Draft {
  readonly digest: Digest;
  /** The parts taken last: one that is still pending only has to be marked. */
  readonly taking: readonly TakenPart[];
  /** The worst of what is news in the open window; null: nothing is. */
  readonly news: Reached | null;
  /** When it is due; epoch milliseconds. */
  readonly notBefore: number;
  /** Set before it is published for the first time: from then on nothing is added, and it keeps its name. */
  readonly message: MessageName | null;
}

/** A part of the stream, by what tells it from the others. */
export interface TakenPart {
  readonly logObject: string;
  readonly number: number;
}

export interface MessageName {
  readonly windowId: string;
  readonly sequence: number;
  readonly kind: 'new' | 'update' | 'digest';
  /** When it was named; epoch milliseconds. */
  readonly at: number;
  /** The combined message in which it is sent; null: it is sent alone. */
  readonly combinedId: string | null;
}

/** A message of many streams; written before their drafts are named, and once more when it is sent. */
export interface CombinedPlan {
  readonly combinedId: string;
  readonly rule: Stream['rule'];
  readonly streams: readonly Stream[];
  readonly sent: boolean;
}

/** Of which nothing was ever sent. */
export function newStream({ rule, bucket, denied }: Stream): StreamState {
  return {
    rule,
    bucket,
    denied,
    windowId: '',
    sequence: 0,
    openedAt: 0,
    closesAt: 0,
    sentAt: 0,
    messages: 0,
    minorMessages: 0,
    minorSentAt: [],
    sent: new Map(),
    draft: null,
  };
}

/** A window that seems to have been opened in the future was opened by a clock that was wrong; milliseconds. */
const CLOCKS_DIFFER = 10 * 60_000;

export function isOpen({ openedAt, closesAt }: Pick<StreamState, 'openedAt' | 'closesAt'>, now: number): boolean {
  return now <= closesAt && now >= openedAt - CLOCKS_DIFFER;
}

/** Whether the subject reached something above what was sent of it in the open window. */
export function isNews({ sent }: Pick<StreamState, 'sent'>, subject: string, reached: Reached): boolean {
  const before = sent.get(subject);
  return before === undefined || exceeds(reached, before);
}
