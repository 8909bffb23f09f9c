import { type Line, MINUTE, type Reading, START, type TestObject } from './run';
import type { Outcome } from './run-situation';

/** An event at a minute after the start. */
export type Happening = { readonly at: number } & (
  | Delivery
  /** The schedule. */
  | { readonly notify: true }
  /** The log object is deleted from its bucket. */
  | { readonly deleted: TestObject }
  /** An operator deletes the pair of this host. */
  | { readonly forget: number }
  /** An operator seeds this host and then ends the learning. */
  | { readonly seed: number }
  /** The table deletes what has expired. */
  | { readonly sweep: true }
);

/** A message of the queue. */
export interface Delivery {
  readonly deliver: TestObject;
  /** The container of the first delivery, which may be warm; undefined: any. */
  readonly to?: string;
  /** How many of its first deliveries always die, before or after they put the part with this number. */
  readonly dies?: { readonly times: number; readonly when: 'die-before' | 'die-after'; readonly part: number };
  /** The chunks and portions of the first read and of later reads. */
  readonly reading?: readonly [first: Reading, later: Reading];
}

/** The minimum and maximum number of times that a network is sent. */
export type Times = readonly [least: number, most: number];

/** A sequence of events that the protocol has to survive with any deaths, stale reads and interleaving. */
export interface Situation {
  readonly number: string;
  readonly sentence: string;
  readonly happens: readonly Happening[];
  readonly learningDays?: number;
  readonly forgetDays?: number;
  readonly alertsPerMinute?: number;
  readonly alertWindowMinutes?: number;
  /** The queue: minutes until it delivers again what failed, how often it does, and when dead letters are redriven. */
  readonly retryAfter?: number;
  readonly receives?: number;
  readonly redriveAfter?: number;
  /** Whether a failed log object is delivered to a warm container, if there is one. */
  readonly retryInWarm?: boolean;
  /** How long a notifying run may take, in minutes; never longer than its lease. */
  readonly notifierLives?: number;
  /** The messages without any fault: minute, rule, kind and hosts of each. */
  readonly sent: readonly string[];
  /** How often each host of `open` is sent as new, besides what always holds; at most once unless it is given here. */
  readonly owed: (outcome: Outcome) => Readonly<Record<number, Times>>;
  /** Returns further violations. */
  readonly also?: (outcome: Outcome) => readonly string[];
  /** Whether it is only tried at random, because it has too many choices to try them all. */
  readonly isRandom?: true;
}

export const ONCE: Times = [1, 1];
export const NEVER: Times = [0, 0];
export const AT_MOST_ONCE: Times = [0, 1];

/** Once if that holds; else it may still wait. */
export function onceIf(holds: boolean): Times {
  return holds ? ONCE : AT_MOST_ONCE;
}

/**
 * A log object, named with one letter. All its lines sent as many bytes as the letter stands for, so that a sum of them
 * shows of which objects lines were sent, and how many.
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

/** How many lines of this object are in a sum of bytes. */
export function linesIn(bytes: number, name: string): number {
  return Math.floor(bytes / unitOf(name)) % BASE;
}

/** A host that may be new reads with a signed request. */
export function open(host: number, atMinute = 0): Omit<Line, 'bit'> {
  return { bucket: 'open', host, time: START + atMinute * MINUTE };
}

/** A host reads anonymously. */
export function read(host: number, atMinute = 0): Omit<Line, 'bit'> {
  return { ...open(host, atMinute), anonymous: true };
}

/** A host that may be new deletes. */
export function deleted(host: number, atMinute = 0): Omit<Line, 'bit'> {
  return { ...open(host, atMinute), deletes: true };
}

/** A host that is not on the allowlist reads. */
export function guarded(host: number): Omit<Line, 'bit'> {
  return { bucket: 'guarded', host };
}

export function networkOf(host: number): string {
  return `203.0.113.${host}`;
}
