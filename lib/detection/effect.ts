import { isChange } from './severity';
import type { OperationCount } from './tally';

/**
 * What a request did that succeeded: to objects, or (`settings`) to a policy, an ACL, tags or whatever else says how a
 * bucket or an object is kept.
 */
export type Effect = 'deleted' | 'written' | 'settings' | 'read' | 'listed';

/** Successful requests by what they did. Requests that only looked at metadata or settings are in none. */
export type Effects = Readonly<Record<Effect, number>>;

export const NO_EFFECTS: Effects = { deleted: 0, written: 0, settings: 0, read: 0, listed: 0 };

const OBJECTS = new Set(['OBJECT', 'PART', 'UPLOAD', 'UPLOADS']);
const LISTS = new Set(['BUCKET', 'BUCKETVERSIONS', 'UPLOAD', 'UPLOADS']);
const DELETIONS = new Set(['REST.POST.MULTI_OBJECT_DELETE', 'REST.DELETE.BUCKET', 'S3.CREATE.DELETEMARKER']);

/** Null: it neither changed anything nor showed the content of an object or a list. */
export function effectOf(operation: string): Effect | null {
  const [, method = '', resource = ''] = operation.split('.');
  if (isChange(operation)) {
    if (DELETIONS.has(operation)) return 'deleted';
    if (!OBJECTS.has(resource)) return 'settings';
    return method === 'DELETE' || method === 'EXPIRE' ? 'deleted' : 'written';
  }
  // The reading half of a copy.
  if (operation.endsWith('_GET')) return 'read';
  if (method !== 'GET' && method !== 'SELECT') return null;
  if (resource === 'OBJECT') return 'read';
  return LISTS.has(resource) ? 'listed' : null;
}

/** What the successful requests of these operations did. */
export function effectsOf(operations: ReadonlyMap<string, Readonly<OperationCount>>): Effects {
  const effects = { ...NO_EFFECTS };
  for (const [operation, { successes }] of operations) {
    // Each key of a multi-object delete has a line of its own.
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
