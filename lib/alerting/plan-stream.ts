import { windowIdOf } from './identity';
import type { OutboxPart } from './outbox';
import type { Stream } from './stream';
import { type AlertWindow, isOnlyNamed, isOpen } from './window';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** A window that has named so many networks is full: an item has its limits. */
const MOST_ANNOUNCED = 5000;

/** A part that is due, as it is stored now. */
export interface DuePart {
  readonly value: OutboxPart;
  readonly version: string;
}

/** How often people want to hear; see the configuration keys of the same names. */
export interface AlertLimits {
  readonly alertWindowMinutes: number;
  readonly alertsPerWindow: number;
  readonly alertsPerMinute: number;
  readonly deniedWindowMinutes: number;
}

export interface StreamPlan {
  readonly stream: Stream;
  /** What is told now; null: nothing. */
  readonly message: StreamMessage | null;
  /** What waits, and until when. */
  readonly waiting: readonly DuePart[];
  readonly waitUntil: number;
  /** What a message of before has told, whose sender died before marking it. */
  readonly alreadyTold: readonly DuePart[];
}

export interface StreamMessage {
  readonly stream: Stream;
  readonly kind: 'new' | 'update' | 'digest';
  /** The oldest first. */
  readonly parts: readonly DuePart[];
  /** The window once this is told. */
  readonly window: AlertWindow;
}

/**
 * Decides what of one stream is told now. The first finding is told at once and opens a window; in it whoever has not
 * been named is told too, up to a number of messages; the rest waits for its end, where one digest tells all of it and
 * opens the next. Of very many findings `most` are told at once, and the others wait their turn.
 */
export function planStream(
  stream: Stream,
  parts: readonly DuePart[],
  window: AlertWindow | null,
  now: number,
  limits: AlertLimits,
  most: number,
): StreamPlan {
  const told = new Set(window?.told);
  const alreadyTold = parts.filter(({ version }) => told.has(version));
  const pending = parts.filter(({ version }) => !told.has(version)).toSorted(oldestFirst);
  const plan = { stream, alreadyTold };
  if (pending.length === 0) return { ...plan, message: null, waiting: [], waitUntil: now };

  if (window === null || !isOpen(window, now)) {
    const { taken, left } = take(pending, most);
    const wasWaiting = window !== null && pending.some(({ value }) => value.foundAt <= window.closesAt);
    const message = wasWaiting
      ? digestOf(stream, taken, window, now, limits)
      : firstOf(stream, taken, window, now, limits);
    return { ...plan, message, waiting: left, waitUntil: now };
  }
  const isNew = newTo(window);
  const { taken, left } = take(pending.filter(isNew), most);
  const full = window.messages >= limits.alertsPerWindow || window.announced.length >= MOST_ANNOUNCED;
  if (full || taken.length === 0) return { ...plan, message: null, waiting: pending, waitUntil: window.closesAt + 1 };
  const message = messageOf(stream, 'update', taken, {
    ...window,
    sequence: window.sequence + 1,
    messages: window.messages + 1,
    announced: [...new Set([...window.announced, ...networksOf(taken)])],
  });
  // What is left over of the new ones is due at once, in the next message.
  const waiting = pending.filter((part) => !isNew(part));
  return { ...plan, message, waiting: left.length > 0 ? [] : waiting, waitUntil: window.closesAt + 1 };
}

function firstOf(
  stream: Stream,
  parts: readonly DuePart[],
  before: AlertWindow | null,
  now: number,
  limits: AlertLimits,
): StreamMessage {
  return messageOf(stream, 'new', parts, {
    ...stream,
    windowId: before !== null && isOnlyNamed(before) ? before.windowId : windowIdOf(stream, parts[0]!.value),
    sequence: 1,
    openedAt: now,
    closesAt: now + usualLength(stream, limits),
    messages: 1,
    announced: networksOf(parts),
    told: [],
  });
}

/** Of what goes on without anybody new, people hear less and less often, but once a day. */
function digestOf(
  stream: Stream,
  parts: readonly DuePart[],
  closed: AlertWindow,
  now: number,
  limits: AlertLimits,
): StreamMessage {
  const usual = usualLength(stream, limits);
  const doubled = Math.min(2 * (closed.closesAt - closed.openedAt), Math.max(DAY, usual));
  return messageOf(stream, 'digest', parts, {
    ...closed,
    sequence: closed.sequence + 1,
    openedAt: now,
    closesAt: now + (parts.some(newTo(closed)) ? usual : Math.max(usual, doubled)),
    messages: 1,
    announced: networksOf(parts),
  });
}

function messageOf(
  stream: Stream,
  kind: StreamMessage['kind'],
  parts: readonly DuePart[],
  window: AlertWindow,
): StreamMessage {
  const told = parts.map(({ version }) => version);
  return { stream, kind, parts, window: { ...window, told } };
}

function usualLength({ denied }: Stream, { alertWindowMinutes, deniedWindowMinutes }: AlertLimits): number {
  return (denied ? deniedWindowMinutes : alertWindowMinutes) * MINUTE;
}

/** Whether a part names a network that this window has not named. */
function newTo({ announced }: AlertWindow): (part: DuePart) => boolean {
  const known = new Set(announced);
  return ({ value }) => value.findings.some(({ network }) => !known.has(network));
}

function networksOf(parts: readonly DuePart[]): string[] {
  return [...new Set(parts.flatMap(({ value }) => value.findings.map(({ network }) => network)))];
}

/** The first parts, whole, with at most so many findings; at least one part. */
function take(parts: readonly DuePart[], most: number): { taken: readonly DuePart[]; left: readonly DuePart[] } {
  let findings = 0;
  const end = parts.findIndex(({ value }, index) => {
    findings += value.findings.length;
    return index > 0 && findings > most;
  });
  return end < 0 ? { taken: parts, left: [] } : { taken: parts.slice(0, end), left: parts.slice(end) };
}

export function oldestFirst({ value: a }: DuePart, { value: b }: DuePart): number {
  return (
    a.foundAt - b.foundAt || (a.logObject < b.logObject ? -1 : a.logObject > b.logObject ? 1 : a.number - b.number)
  );
}
