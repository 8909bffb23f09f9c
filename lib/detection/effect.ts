import { isChange } from './severity';
import type { OperationCount } from './tally';

/**
 * What a successful request did to objects; `settings` is a change of a policy, an ACL, tags or any other configuration
 * of a bucket or an object.
 */
export type Effect = 'deleted' | 'written' | 'settings' | 'read' | 'listed';

/** Successful requests by effect. Requests that only read metadata or settings are not counted. */
export type Effects = Readonly<Record<Effect, number>>;

export const NO_EFFECTS: Effects = { deleted: 0, written: 0, settings: 0, read: 0, listed: 0 };

const OBJECTS = new Set(['OBJECT', 'PART', 'UPLOAD', 'UPLOADS']);
const LISTS = new Set(['BUCKET', 'BUCKETVERSIONS', 'UPLOAD', 'UPLOADS']);
const DELETIONS = new Set(['REST.POST.MULTI_OBJECT_DELETE', 'REST.DELETE.BUCKET', 'S3.CREATE.DELETEMARKER']);

/** The effect of a successful request; null if it changed nothing and returned no object content and no list. */
export function effectOf(operation: string): Effect | null {
  const [, method = '', resource = ''] = operation.split('.');
  if (isChange(operation)) {
    if (DELETIONS.has(operation)) return 'deleted';
    if (!OBJECTS.has(resource)) return 'settings';
    return method === 'DELETE' || method === 'EXPIRE' ? 'deleted' : 'written';
  }
  // The read half of a copy.
  if (operation.endsWith('_GET')) return 'read';
  if (method !== 'GET' && method !== 'SELECT') return null;
  if (resource === 'OBJECT') return 'read';
  return LISTS.has(resource) ? 'listed' : null;
}

/** The effects of the successful requests of these operations. */
export function effectsOf(operations: ReadonlyMap<string, Readonly<OperationCount>>): Effects {
  const effects = { ...NO_EFFECTS };
  for (const [operation, { successes }] of operations) {
    // S3 logs a separate line for each key of a multi-object delete, so the request itself is not counted.
    if (operation === 'REST.POST.MULTI_OBJECT_DELETE' && operations.has('BATCH.DELETE.OBJECT')) continue;
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
    read: a.read + b.read,
    listed: a.listed + b.listed,
  };
}

/** How many successful requests changed something. */
export function changesIn({ deleted, written, settings }: Effects): number {
  return deleted + written + settings;
}
