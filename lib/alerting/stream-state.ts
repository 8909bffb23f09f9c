import type { Digest } from './digest';
import { exceeds, type Reached } from './reached';
import type { Stream } from './stream';

/**
 * The stored state of a stream: its alert window, and the findings taken from the outbox and not yet sent. Times are
 * processing time, epoch milliseconds.
 */
export interface StreamState extends Stream {
  /** Stays the same from window to window while each is opened by a digest. Empty if nothing was ever sent. */
  readonly windowId: string;
  /** How many messages have had this window id so far. */
  readonly sequence: number;
  readonly openedAt: number;
  /** The window is still open at exactly this time. */
  readonly closesAt: number;
  readonly sentAt: number;
  /** How many messages were sent in this window. */
  readonly messages: number;
  /** How many of these were about denied requests or requests without access. */
  readonly minorMessages: number;
  /** When the messages below Medium of the last 24 hours were sent. */
  readonly minorSentAt: readonly number[];
  /** The severity and level that this window's messages reported for each subject. */
  readonly sent: ReadonlyMap<string, Reached>;
  readonly draft: Draft | null;
}

/** Findings taken from the outbox and not yet sent. */
export interface Draft {
  readonly digest: Digest;
  /** The parts added last. If one is still pending, a run died in between, and the part only has to be marked. */
  readonly taking: readonly TakenPart[];
  /** The highest severity and level among the news for the open window; null: no news. */
  readonly news: Reached | null;
  /** When the draft is due; epoch milliseconds. */
  readonly notBefore: number;
  /** Set before the draft is first published. From then on nothing is added to it, and its id does not change. */
  readonly message: MessageName | null;
}

/** Identifies a part within its stream. */
export interface TakenPart {
  readonly logObject: string;
  readonly number: number;
}

export interface MessageName {
  readonly windowId: string;
  readonly sequence: number;
  readonly kind: 'new' | 'update' | 'digest';
  /** When the id was reserved; epoch milliseconds. */
  readonly at: number;
  /** The combined message that includes this one; null: sent alone. */
  readonly combinedId: string | null;
}

/**
 * A message that combines many streams. Stored after the ids of their drafts are reserved and before it is published,
 * and again once it is sent.
 */
export interface CombinedPlan {
  readonly combinedId: string;
  readonly rule: Stream['rule'];
  readonly streams: readonly Stream[];
  readonly sent: boolean;
}

/** The state of a stream that never sent anything. */
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

/** A window opened further in the future than this was opened by a wrong clock, and counts as closed; milliseconds. */
const MAX_CLOCK_SKEW = 10 * 60_000;

export function isOpen({ openedAt, closesAt }: Pick<StreamState, 'openedAt' | 'closesAt'>, now: number): boolean {
  return now <= closesAt && now >= openedAt - MAX_CLOCK_SKEW;
}

/** Whether the subject reached a higher severity or level than the open window has reported for it. */
export function isNews({ sent }: Pick<StreamState, 'sent'>, subject: string, reached: Reached): boolean {
  const before = sent.get(subject);
  return before === undefined || exceeds(reached, before);
}
