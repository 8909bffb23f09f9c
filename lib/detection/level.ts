import { changesIn, effectOf, effectsOf } from './effect';
import type { Tally } from './tally';

/**
 * The level of access that requests reached, in ascending order: only denials; other failures, so no access; metadata
 * or a list; object content; a change. The index of a level only orders levels within a process: it is never stored or
 * sent.
 */
export const LEVELS = ['denied', 'no access', 'metadata', 'read', 'changed'] as const;

export type Level = (typeof LEVELS)[number];

type Conduct = Pick<Tally, 'requests' | 'successes' | 'denied' | 'operations'>;

/** The highest level that any of the counted requests reached. */
export function levelOf({ requests, successes, denied, operations }: Conduct): Level {
  if (successes === 0) return denied === requests ? 'denied' : 'no access';
  const effects = effectsOf(operations);
  if (changesIn(effects) > 0) return 'changed';
  return effects.read > 0 ? 'read' : 'metadata';
}

/** The level that a request of this operation reaches if it succeeds. */
export function levelOfSuccess(operation: string): Level {
  switch (effectOf(operation)) {
    case null:
    case 'listed':
      return 'metadata';
    case 'read':
      return 'read';
    default:
      return 'changed';
  }
}

/** The index of a level in `LEVELS`: the higher, the worse. */
export function rankOf(level: Level): number {
  return LEVELS.indexOf(level);
}

/** Negative if `a` is the lower level. */
export function compareLevels(a: Level, b: Level): number {
  return rankOf(a) - rankOf(b);
}

/**
 * Whether everything that succeeded is what a public object allows everybody: no request was signed by our own account,
 * and nothing was changed. A signature of another account proves nothing, because anybody can have an AWS account. Such
 * conduct makes a network neither known nor trustworthy.
 */
export function isPublicConduct(tally: Conduct & Pick<Tally, 'ownSuccesses'>): boolean {
  return tally.successes > 0 && tally.ownSuccesses === 0 && levelOf(tally) !== 'changed';
}

/** Whether no successful request was signed by any account, and nothing was changed: normal use of a public bucket. */
export function isAnonymousConduct(tally: Conduct & Pick<Tally, 'signedSuccesses'>): boolean {
  return tally.successes > 0 && tally.signedSuccesses === 0 && levelOf(tally) !== 'changed';
}
