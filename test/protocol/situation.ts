import { type Line, MINUTE, type Reading, START, type TestObject } from './run';
import type { Outcome } from './stage';

/** An external event, some minutes after the start. */
export type Happening = { readonly at: number } & (
  | Delivery
  /** The schedule invokes the function. */
  | { readonly notify: true }
  /** The log object is deleted from its bucket. */
  | { readonly deleted: TestObject }
  /** An operator deletes the sighting of this host. */
  | { readonly forget: number }
  /** An operator seeds this host as known and then ends the learning. */
  | { readonly seed: number }
  /** The table deletes expired items. */
  | { readonly sweep: true }
);

/** A message of the queue. */
export interface Delivery {
  readonly deliver: TestObject;
  /** The container of the first delivery, which may be warm; default: any. */
  readonly to?: string;
  /** The first `times` deliveries die, independent of the chooser, before or after they put part number `part`. */
  readonly dies?: { readonly times: number; readonly when: 'die-before' | 'die-after'; readonly part: number };
  /** How the first delivery is read, and how later ones are. */
  readonly reading?: readonly [first: Reading, later: Reading];
}

/** The minimum and maximum number of messages about a host. */
export type Times = readonly [min: number, max: number];

/** A sequence of events that the protocol has to survive, whichever process dies, is late, or runs in between. */
export interface Situation {
  readonly number: string;
  readonly sentence: string;
  readonly happens: readonly Happening[];
  readonly learningDays?: number;
  readonly forgetDays?: number;
  readonly alertsPerMinute?: number;
  readonly alertWindowMinutes?: number;
  /** The queue: minutes until a retry, maximum receives, and minutes until a dead letter is redriven. */
  readonly retryAfter?: number;
  readonly receives?: number;
  readonly redriveAfter?: number;
  /** Whether retries run in a warm container if there is one. */
  readonly retryInWarm?: boolean;
  /** Minutes that a notify run may take; more than its lease lasts is against the rules. */
  readonly notifierLives?: number;
  /** The messages without deviations, each as its minute, rule, kind and hosts. */
  readonly sent: readonly string[];
  /** How often each host of `open` must be sent as new; at most once by default. The general rules hold as well. */
  readonly owed: (outcome: Outcome) => Readonly<Record<number, Times>>;
  /** Returns further violations. */
  readonly also?: (outcome: Outcome) => readonly string[];
  /** Whether only random choices are tried, because there are too many to try all. */
  readonly isRandom?: true;
}

export const ONCE: Times = [1, 1];
export const NEVER: Times = [0, 0];
export const AT_MOST_ONCE: Times = [0, 1];

/** Exactly once if the condition holds; else the finding may still wait. */
export function onceIf(holds: boolean): Times {
  return holds ? ONCE : AT_MOST_ONCE;
}

/**
 * A log object, named by one letter. Each of its lines sent the number of bytes that the letter stands for, so that a
 * sum of bytes shows which objects were sent, and how often.
 */
export function logObject(name: string, lines: readonly Omit<Line, 'bit'>[], inPortions = false): TestObject {
  return { name, inPortions, lines: lines.map((line) => ({ ...line, bit: unitOf(name) })) };
}

const LETTERS = 'ABCDEFGHIJKLMNOP';

/** Each letter is a digit of its own, to the base 8. */
const BASE = 8;

function unitOf(name: string): number {
  return BASE ** LETTERS.indexOf(name);
}

/** How many lines of this object a sum of bytes includes. */
export function linesIn(bytes: number, name: string): number {
  return Math.floor(bytes / unitOf(name)) % BASE;
}

/** A signed, successful read by a host that may be new. */
export function open(host: number, atMinute = 0): Omit<Line, 'bit'> {
  return { bucket: 'open', host, time: START + atMinute * MINUTE };
}

/** An anonymous read. */
export function read(host: number, atMinute = 0): Omit<Line, 'bit'> {
  return { ...open(host, atMinute), anonymous: true };
}

/** A deletion by a host that may be new. */
export function deleted(host: number, atMinute = 0): Omit<Line, 'bit'> {
  return { ...open(host, atMinute), deletes: true };
}

/** A request from an address that is not on the allowlist. */
export function guarded(host: number): Omit<Line, 'bit'> {
  return { bucket: 'guarded', host };
}

export function networkOf(host: number): string {
  return `203.0.113.${host}`;
}
