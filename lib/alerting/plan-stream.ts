import { ruleOf } from '../rules/rule-of';
import { addParts, type Digest, EMPTY_DIGEST, reachedIn, worstSubjects } from './digest';
import { windowIdOf } from './identity';
import type { OutboxFinding, OutboxPart } from './outbox';
import { highest, isAtLeastMedium, levelRank, type Reached, severityRank, subjectOf } from './reached';
import type { Stream } from './stream';
import { type Draft, isNews, isOpen, type MessageName, type StreamState } from './stream-state';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** Limits for how often people are notified; see the configuration keys of the same names. */
export interface AlertLimits {
  readonly alertWindowMinutes: number;
  readonly alertsPerWindow: number;
  readonly alertsPerMinute: number;
  readonly deniedWindowMinutes: number;
}

/** Messages below Medium in any 24 hours, per rule and bucket; and how many of these may be about denied requests. */
export const MAX_MINOR_A_DAY = 12;
export const MAX_DENIED_A_DAY = 6;

/**
 * The minimum gap between messages once a window has had `alertsPerWindow` of them; news worse than everything that the
 * window has sent is exempt. Under attack, a message a minute is enough. Milliseconds.
 */
export const BETWEEN_UPDATES = 50_000;

export type Decision =
  | { readonly kind: 'send'; readonly as: MessageName['kind'] }
  /** Nothing may be sent before `until`; epoch milliseconds. */
  | { readonly kind: 'wait'; readonly until: number };

/** The relevant state of a stream's sibling (see `siblingOf`). */
export type Sibling = Pick<StreamState, 'minorSentAt'> | null;

/** Adds the findings of more parts to the draft of a stream. */
export function addToDraft(state: StreamState, parts: readonly OutboxPart[], now: number): Draft {
  const { draft, rule } = state;
  const digest = addParts(draft?.digest ?? EMPTY_DIGEST, rule, parts);
  let news = draft?.news ?? null;
  if (isOpen(state, now)) {
    for (const finding of parts.flatMap(({ findings }) => findings)) {
      const { severity, level } = finding;
      if (finding.raised === null && !isNews(state, subjectOf(rule, finding), finding)) continue;
      news = news === null ? { severity, level } : highest(news, finding);
    }
  }
  return { digest, news, taking: [], notBefore: now, message: null };
}

/**
 * Decides whether a stream's draft is sent now. The first finding is sent at once and opens a window. While the window
 * is open, news is sent at once too: a network that the window has not named, or one that reaches a higher level or
 * severity than was reported for it. Everything else waits for the end of the window, when one digest covers it all.
 * Findings below Medium have limits per window and per day; they never delay anything worse.
 */
export function decide(state: StreamState, draft: Draft, sibling: Sibling, now: number, limits: AlertLimits): Decision {
  if (!hasWindow(state)) return spaced(state, 'new', now, limits);
  if (isOpen(state, now)) {
    const { news } = draft;
    if (news === null) return { kind: 'wait', until: state.closesAt + 1 };
    const free = updateFreeAt(state, news, sibling, now, limits);
    if (free > now) return { kind: 'wait', until: free };
    return isWorst(state, news) ? { kind: 'send', as: 'update' } : spaced(state, 'update', now, limits);
  }
  const free = isAtLeastMedium(reachedIn(draft.digest)) ? now : minorFreeAt(state, sibling, now, 1);
  if (free > now) return { kind: 'wait', until: free };
  return { kind: 'send', as: isWaitingSince(state, draft) ? 'digest' : 'new' };
}

/**
 * When a finding that goes into the outbox now is due: at once, or when the window or limit that defers it ends. The
 * given state of the stream may be out of date. Then the result may be too early but never too late, because an open
 * window stays open until its end.
 */
export function dueAt(state: StreamState | null, finding: OutboxFinding, now: number, limits: AlertLimits): number {
  if (state === null || !hasWindow(state)) return now;
  if (isOpen(state, now)) {
    // A raised finding is news by definition: the network did more than was known of it.
    // guard: news does not wait for the end of its window
    if (finding.raised === null && !isNews(state, subjectOf(state.rule, finding), finding)) return state.closesAt + 1;
    return updateFreeAt(state, finding, null, now, limits);
  }
  return isAtLeastMedium(finding) ? now : minorFreeAt(state, null, now, 1);
}

/** The id and kind of the message that sends a draft. `first` identifies the first part in it. */
export function nextMessageName(state: StreamState, kind: MessageName['kind'], first: string, at: number): MessageName {
  const continues = kind !== 'new';
  return {
    windowId: continues ? state.windowId : windowIdOf(state, first, state.windowId),
    sequence: continues ? state.sequence + 1 : 1,
    kind,
    at,
    combinedId: null,
  };
}

/** The window that a message opens or continues if it is sent at `at`. */
export function windowAfter(
  state: StreamState,
  { digest }: Draft,
  kind: MessageName['kind'],
  at: number,
  limits: AlertLimits,
): { readonly openedAt: number; readonly closesAt: number } {
  if (kind === 'update') return { openedAt: state.openedAt, closesAt: state.closesAt };
  const usual = hasWindow(state) ? usualLength(state, limits) : 0;
  if (kind === 'new') return { openedAt: at, closesAt: at + usual };
  // If the same conduct continues without news, digests become less frequent, down to one a day.
  const hasNews = [...digest.reached].some(([subject, reached]) => isNews(state, subject, reached));
  const doubled = Math.min(2 * (state.closesAt - state.openedAt), Math.max(DAY, usual));
  return { openedAt: at, closesAt: at + (hasNews ? usual : Math.max(usual, doubled)) };
}

/** The state of the stream after its draft was sent. */
export function afterSending(
  state: StreamState,
  draft: Draft,
  { windowId, sequence, kind }: MessageName,
  at: number,
  limits: AlertLimits,
): StreamState {
  const staysOpen = kind === 'update';
  const reached = reachedIn(draft.digest);
  const worst = kind === 'update' ? (draft.news ?? reached) : reached;
  return {
    ...state,
    windowId,
    sequence,
    ...windowAfter(state, draft, kind, at, limits),
    sentAt: at,
    messages: (staysOpen || !hasWindow(state) ? state.messages : 0) + 1,
    minorMessages: (staysOpen ? state.minorMessages : 0) + (isLimitedPerWindow(worst) ? 1 : 0),
    minorSentAt: isAtLeastMedium(worst) ? recent(state, at) : [...recent(state, at), at],
    sent: staysOpen ? mergedSubjects(state.sent, draft.digest) : draft.digest.reached,
    draft: null,
  };
}

function hasWindow({ rule }: Stream): boolean {
  return ruleOf(rule).alerts.hasWindow;
}

/** When news may be sent while the window is open; at the latest in the digest after the window's end. */
function updateFreeAt(state: StreamState, news: Reached, sibling: Sibling, now: number, limits: AlertLimits): number {
  if (isAtLeastMedium(news)) return now;
  const end = state.closesAt + 1;
  if (isLimitedPerWindow(news) && state.minorMessages >= limits.alertsPerWindow) return end;
  // The last message of the day is reserved for the digest.
  return Math.min(end, minorFreeAt(state, sibling, now, 2));
}

/** Whether the number of messages about such conduct is limited per window. */
function isLimitedPerWindow({ level, severity }: Reached): boolean {
  return !isAtLeastMedium({ level, severity }) && levelRank(level) <= levelRank('no access');
}

/** Whether the news has a higher severity than everything that the window has sent. */
function isWorst({ sent }: StreamState, news: Reached): boolean {
  for (const { severity } of sent.values()) if (severityRank(severity) >= severityRank(news.severity)) return false;
  return true;
}

function spaced(
  { sentAt, messages }: StreamState,
  as: MessageName['kind'],
  now: number,
  { alertsPerWindow }: AlertLimits,
): Decision {
  const until = sentAt + BETWEEN_UPDATES;
  // A clock that was set back must not delay a message.
  const isFree = messages < alertsPerWindow || now >= until || now < sentAt;
  return isFree ? { kind: 'send', as } : { kind: 'wait', until };
}

/** Whether some findings are from before the window closed, so that the message continues the window. */
function isWaitingSince({ windowId, closesAt }: StreamState, { digest }: Draft): boolean {
  return windowId !== '' && digest.foundAt <= closesAt;
}

/** When the daily limit of the rule and bucket allows this many further messages below Medium. */
function minorFreeAt(state: StreamState, sibling: Sibling, now: number, messages: number): number {
  const own = recent(state, now);
  const all = [...own, ...(sibling === null ? [] : recent(sibling, now))];
  if (!state.denied) return freeAt(all, MAX_MINOR_A_DAY, messages, now);
  // One message is reserved for the other stream: both may be decided at the same time.
  return Math.max(freeAt(own, MAX_DENIED_A_DAY, messages, now), freeAt(all, MAX_MINOR_A_DAY, messages + 1, now));
}

function freeAt(sentAt: readonly number[], max: number, messages: number, now: number): number {
  const tooMany = sentAt.length + messages - max;
  if (tooMany <= 0) return now;
  // The times are out of order if a clock was set back.
  return sentAt.toSorted((a, b) => a - b)[Math.min(tooMany, sentAt.length) - 1]! + DAY;
}

function recent({ minorSentAt }: Pick<StreamState, 'minorSentAt'>, now: number): readonly number[] {
  // The absolute difference, so that a clock that was set back does not drop any message from the count.
  return minorSentAt.filter((at) => Math.abs(now - at) < DAY);
}

function usualLength({ denied }: Stream, { alertWindowMinutes, deniedWindowMinutes }: AlertLimits): number {
  return (denied ? deniedWindowMinutes : alertWindowMinutes) * MINUTE;
}

function mergedSubjects(sent: ReadonlyMap<string, Reached>, { reached }: Digest): ReadonlyMap<string, Reached> {
  const merged = new Map(sent);
  for (const [subject, one] of reached) {
    const before = merged.get(subject);
    merged.set(subject, before === undefined ? one : highest(before, one));
  }
  return worstSubjects(merged);
}
