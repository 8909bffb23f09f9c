import { ruleOf } from '../rules/rule-of';
import { addParts, type Digest, EMPTY_DIGEST, reachedIn, worstSubjects } from './digest';
import { windowIdOf } from './identity';
import type { OutboxFinding, OutboxPart } from './outbox';
import { highest, isGrave, levelRank, type Reached, severityRank, subjectOf } from './reached';
import type { Stream } from './stream';
import { type Draft, isNews, isOpen, type MessageName, type StreamState } from './stream-state';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** How often people want to be notified; see the configuration keys of the same names. */
export interface AlertLimits {
  readonly alertWindowMinutes: number;
  readonly alertsPerWindow: number;
  readonly alertsPerMinute: number;
  readonly deniedWindowMinutes: number;
}

/** Messages below Medium in any 24 hours, of one rule and bucket; of these, at most so many about denied requests. */
export const MAX_MINOR_A_DAY = 12;
export const MAX_DENIED_A_DAY = 6;

/**
 * Once a window has had `alertsPerWindow` messages, the others are so far apart, unless something is worse than all that
 * it has sent: under attack, a message a minute is enough. Milliseconds.
 */
export const BETWEEN_UPDATES = 50_000;

export type Decision =
  | { readonly kind: 'send'; readonly as: MessageName['kind'] }
  /** Nothing may be sent before that moment; epoch milliseconds. */
  | { readonly kind: 'wait'; readonly until: number };

/** What of a stream's sibling counts: see `siblingOf`. */
export type Sibling = Pick<StreamState, 'minorSentAt'> | null;

/** The draft of a stream with the findings of more parts. */
export function drafted(state: StreamState, parts: readonly OutboxPart[], now: number): Draft {
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
 * Decides whether what a stream has drafted is sent now. The first finding is sent at once and opens a window; while it
 * is open, news is sent at once too: a network that was not named in it, or one that reaches a higher level or severity
 * than was sent of it. Everything else waits for its end, where one digest covers all of it. For conduct below Medium
 * there are limits, by window and by day; no conduct delays what is worse.
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
  const free = isGrave(reachedIn(draft.digest)) ? now : minorFreeAt(state, sibling, now, 1);
  if (free > now) return { kind: 'wait', until: free };
  return { kind: 'send', as: isWaitingSince(state, draft) ? 'digest' : 'new' };
}

/**
 * When a finding has to be looked at that is put into the outbox now, by what is known of its stream: at once, or when
 * what holds it back has passed. What is known may be out of date: then this is too early, and never too late, since a
 * window that is open stays open until its end.
 */
export function lookAt(state: StreamState | null, finding: OutboxFinding, now: number, limits: AlertLimits): number {
  if (state === null || !hasWindow(state)) return now;
  if (isOpen(state, now)) {
    // A network that does more than it was known for is not the one that was sent.
    if (finding.raised === null && !isNews(state, subjectOf(state.rule, finding), finding)) return state.closesAt + 1;
    return updateFreeAt(state, finding, null, now, limits);
  }
  return isGrave(finding) ? now : minorFreeAt(state, null, now, 1);
}

/** The message as which a draft is sent, by name. */
export function named(state: StreamState, kind: MessageName['kind'], first: string, at: number): MessageName {
  const goesOn = kind !== 'new';
  return {
    windowId: goesOn ? state.windowId : windowIdOf(state, first, state.windowId),
    sequence: goesOn ? state.sequence + 1 : 1,
    kind,
    at,
    combinedId: null,
  };
}

/** The window that a message opens or goes on with, if it is sent at that moment. */
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
  // Of what goes on without news, people are notified less and less often, but once a day.
  const hasNews = [...digest.reached].some(([subject, reached]) => isNews(state, subject, reached));
  const doubled = Math.min(2 * (state.closesAt - state.openedAt), Math.max(DAY, usual));
  return { openedAt: at, closesAt: at + (hasNews ? usual : Math.max(usual, doubled)) };
}

/** The stream once the draft is sent. */
export function afterSending(
  state: StreamState,
  draft: Draft,
  { windowId, sequence, kind }: MessageName,
  at: number,
  limits: AlertLimits,
): StreamState {
  const goesOn = kind === 'update';
  const reached = reachedIn(draft.digest);
  const worst = kind === 'update' ? (draft.news ?? reached) : reached;
  return {
    ...state,
    windowId,
    sequence,
    ...windowAfter(state, draft, kind, at, limits),
    sentAt: at,
    messages: (goesOn || !hasWindow(state) ? state.messages : 0) + 1,
    minorMessages: (goesOn ? state.minorMessages : 0) + (isQuotaed(worst) ? 1 : 0),
    minorSentAt: isGrave(worst) ? recent(state, at) : [...recent(state, at), at],
    sent: goesOn ? mergedSubjects(state.sent, draft.digest) : draft.digest.reached,
    draft: null,
  };
}

function hasWindow({ rule }: Stream): boolean {
  return ruleOf(rule).alerts.hasWindow;
}

/** When news may be sent while the window is open; at the latest it is in the digest after its end. */
function updateFreeAt(state: StreamState, news: Reached, sibling: Sibling, now: number, limits: AlertLimits): number {
  if (isGrave(news)) return now;
  const end = state.closesAt + 1;
  if (isQuotaed(news) && state.minorMessages >= limits.alertsPerWindow) return end;
  // The last of a day is left for the digest.
  return Math.min(end, minorFreeAt(state, sibling, now, 2));
}

/** Conduct of which a window has only so many messages. */
function isQuotaed({ level, severity }: Reached): boolean {
  return !isGrave({ level, severity }) && levelRank(level) <= levelRank('no access');
}

/** Whether it is worse than anything that the window has sent. */
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
  // A clock that has gone back holds up nothing.
  const isFree = messages < alertsPerWindow || now >= until || now < sentAt;
  return isFree ? { kind: 'send', as } : { kind: 'wait', until };
}

/** Whether some of it was found before the window closed, and so goes on with it. */
function isWaitingSince({ windowId, closesAt }: StreamState, { digest }: Draft): boolean {
  return windowId !== '' && digest.foundAt <= closesAt;
}

/** When the day of the rule and bucket has room for so many messages below Medium. */
function minorFreeAt(state: StreamState, sibling: Sibling, now: number, messages: number): number {
  const own = recent(state, now);
  const all = [...own, ...(sibling === null ? [] : recent(sibling, now))];
  if (!state.denied) return freeAt(all, MAX_MINOR_A_DAY, messages, now);
  // One is left for what was not denied: both may be decided at the same moment.
  return Math.max(freeAt(own, MAX_DENIED_A_DAY, messages, now), freeAt(all, MAX_MINOR_A_DAY, messages + 1, now));
}

function freeAt(sentAt: readonly number[], most: number, messages: number, now: number): number {
  const tooMany = sentAt.length + messages - most;
  if (tooMany <= 0) return now;
  // A clock that has gone back leaves them out of order.
  return sentAt.toSorted((a, b) => a - b)[Math.min(tooMany, sentAt.length) - 1]! + DAY;
}

function recent({ minorSentAt }: Pick<StreamState, 'minorSentAt'>, now: number): readonly number[] {
  // A clock that has gone back does not make anything forgotten.
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
