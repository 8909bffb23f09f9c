import { kindOf, type OperationKind } from './operation-table';
import type { OperationCount } from './tally';

/**
 * What a successful request did to objects; `settings` is a change of a policy, an ACL, tags or any other configuration
 * of a bucket or an object. `unknown`: the operation is not in the table (`OPERATIONS`) and may have changed something.
 */
export type Effect = 'deleted' | 'written' | 'settings' | 'unknown' | 'read' | 'listed';

/** Successful requests by effect. Requests that only read metadata or settings, or did nothing, are not counted. */
export type Effects = Readonly<Record<Effect, number>>;

export const NO_EFFECTS: Effects = { deleted: 0, written: 0, settings: 0, unknown: 0, read: 0, listed: 0 };

const EFFECTS: Readonly<Record<OperationKind, Effect | null>> = {
  read: 'read',
  list: 'listed',
  metadata: null,
  write: 'written',
  delete: 'deleted',
  settings: 'settings',
  other: null,
  none: null,
};

/** The effect of a successful request; null if it changed nothing and returned no object content and no list. */
export function effectOf(operation: string): Effect | null {
  const kind = kindOf(operation);
  return kind === null ? effectOfUnknown(operation) : EFFECTS[kind];
}

/**
 * The worst that an operation outside the table can have done. GET, HEAD and OPTIONS are safe methods
 * (https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1): they change nothing, but a GET may have returned object
 * content. `S3.action.resource_type` is work of S3 itself. Everything else may be a change.
 */
function effectOfUnknown(operation: string): Effect | null {
  const [api, method] = operation.split('.');
  if (api === 'S3') return null;
  if (api !== 'REST' && api !== 'WEBSITE') return 'unknown';
  if (method === 'HEAD' || method === 'OPTIONS') return null;
  return method === 'GET' ? 'read' : 'unknown';
}

/** Whether a request of this operation that succeeded wrote, deleted or changed settings, or may have. */
export function isChange(operation: string): boolean {
  const effect = effectOf(operation);
  return effect !== null && effect !== 'read' && effect !== 'listed';
}

/** The effects of the successful requests of these operations. */
export function effectsOf(operations: ReadonlyMap<string, Readonly<OperationCount>>): Effects {
  const effects = { ...NO_EFFECTS };
  for (const [operation, { successes }] of operations) {
    const effect = effectOf(operation);
    if (effect !== null) effects[effect] += successes;
  }
  return effects;
}

export function sumOfEffects(a: Effects, b: Effects): Effects {
  return {
    deleted: a.deleted + b.deleted,
    written: a.written + b.written,
    settings: a.settings + b.settings,
    unknown: a.unknown + b.unknown,
    read: a.read + b.read,
    listed: a.listed + b.listed,
  };
}

/** How many successful requests changed something, those that may have included. */
export function changesIn({ deleted, written, settings, unknown }: Effects): number {
  return deleted + written + settings + unknown;
}
