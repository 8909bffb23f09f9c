import { changesIn, effectOf, effectsOf } from './effect';
import type { Tally } from './tally';

/**
 * How far a conduct got, from the least to the most: nothing but denials; failures of another kind, and so no access;
 * metadata or a list; the content of objects; a change. The numbers are the order, and never leave a process as a
 * measure.
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

/** The place of a level in `LEVELS`: of two requests, the higher rank is the worse. */
export function rankOf(level: Level): number {
  return LEVELS.indexOf(level);
}

/** Negative if `a` is the lower level. */
export function compareLevels(a: Level, b: Level): number {
  return rankOf(a) - rankOf(b);
}

/**
 * Whether all that succeeded is what a public object gives to everybody: nothing was signed by the own account, and
 * nothing was changed. Anybody has an account of AWS to sign with. Such conduct makes a network neither known nor
 * trustworthy.
 */
export function isPublicConduct(tally: Conduct & Pick<Tally, 'ownSuccesses'>): boolean {
  return tally.successes > 0 && tally.ownSuccesses === 0 && levelOf(tally) !== 'changed';
}

/** Whether nothing that succeeded was signed, by whomever, and nothing was changed: what a public bucket is there for. */
export function isAnonymousConduct(tally: Conduct & Pick<Tally, 'signedSuccesses'>): boolean {
  return tally.successes > 0 && tally.signedSuccesses === 0 && levelOf(tally) !== 'changed';
}
