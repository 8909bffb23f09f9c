import { type Line, MINUTE, type Reading, START, type TestObject } from './run';
import type { Outcome } from './stage';

/** Something that happens, by itself, at some minute after the start. */
export type Happening = { readonly at: number } & (
  | Delivery
  /** The schedule. */
  | { readonly announce: true }
  /** The log object is deleted from its bucket. */
  | { readonly deleted: TestObject }
  /** An operator has the pair of this host forgotten. */
  | { readonly forget: number }
  /** An operator brings this host along as known and then ends the learning. */
  | { readonly seed: number }
  /** The table cleans up whatever it may. */
  | { readonly sweep: true }
);

/** A message of the queue. */
export interface Delivery {
  readonly deliver: TestObject;
  /** The container that gets it first, which may be warm; else any. */
  readonly to?: string;
  /** Its first deliveries, so many, die whatever chance says: before or after their so-manieth part is put. */
  readonly dies?: { readonly times: number; readonly when: 'die-before' | 'die-after'; readonly part: number };
  /** How it is read the first time, and how after that. */
  readonly reading?: readonly [first: Reading, later: Reading];
}

/** How often something is told at least and at most. */
export type Times = readonly [least: number, most: number];

/** A story that the protocol has to survive, whatever dies in it, comes late, or comes between. */
export interface Situation {
  readonly number: string;
  readonly sentence: string;
  readonly happens: readonly Happening[];
  readonly learningDays?: number;
  readonly forgetDays?: number;
  readonly alertsPerMinute?: number;
  readonly alertWindowMinutes?: number;
  /** The queue: minutes until what failed comes again, how often it comes, and then, from its dead letters, when. */
  readonly retryAfter?: number;
  readonly receives?: number;
  readonly redriveAfter?: number;
  /** Whether what failed comes to a warm container, where there is one. */
  readonly retryInWarm?: boolean;
  /** Minutes that an announcing run may take; more than its lease is against the rules. */
  readonly announcerLives?: number;
  /** What is told if nothing goes wrong, message by message: the minute, rule, kind and hosts. */
  readonly told: readonly string[];
  /** How often each host of `open` is told as new, besides what holds always; at most once unless it is said here. */
  readonly owed: (outcome: Outcome) => Readonly<Record<number, Times>>;
  /** What else is wrong. */
  readonly also?: (outcome: Outcome) => readonly string[];
  /** Whether it is only tried by chance, since it has too much in it to try everything. */
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
 * tells which objects were told, and how often.
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

/** Somebody succeeds whom the watch may not know. */
export function open(host: number, atMinute = 0): Omit<Line, 'bit'> {
  return { bucket: 'open', host, time: START + atMinute * MINUTE };
}

/** Somebody anonymous reads. */
export function read(host: number, atMinute = 0): Omit<Line, 'bit'> {
  return { ...open(host, atMinute), anonymous: true };
}

/** Somebody whom the watch may not know deletes. */
export function deleted(host: number, atMinute = 0): Omit<Line, 'bit'> {
  return { ...open(host, atMinute), deletes: true };
}

/** Somebody comes who is not on the allowlist. */
export function guarded(host: number): Omit<Line, 'bit'> {
  return { bucket: 'guarded', host };
}

export function networkOf(host: number): string {
  return `203.0.113.${host}`;
}
