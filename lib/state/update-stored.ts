import type { Stored, Version } from '../ports';

/** One item of the state, for optimistic locking. */
export interface StoredItem<Value> {
  /** A strongly consistent read. */
  read(): Promise<Stored<Value> | null>;
  /** Resolves to null, without writing, if the stored version is not `replaces`. */
  put(value: Value, replaces: Version | null): Promise<Version | null>;
}

/** What to do with an item: put a new value, or keep it. */
export type Change<Value, Result> =
  | { readonly put: Value; readonly written: (stored: Stored<Value>) => Result }
  | { readonly keep: Result };

/** Other runs rarely write an item between a read and a write. If they do so this often, something is wrong. */
export const MAX_ATTEMPTS = 20;

/**
 * Updates an item with optimistic locking: decides by the stored value and writes on condition that it is unchanged; if
 * it has changed, reads it again and decides again. `asRead` is the value that the caller has read; it may be out of
 * date. Resolves to null if other runs wrote the item in each of `maxAttempts` attempts.
 */
export async function updateStored<Value, Result>(
  { read, put }: StoredItem<Value>,
  asRead: Stored<Value> | null,
  decide: (stored: Stored<Value> | null) => Change<Value, Result> | Promise<Change<Value, Result>>,
  maxAttempts = MAX_ATTEMPTS,
): Promise<Result | null> {
  let stored = asRead;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const change = await decide(stored);
    if (!('put' in change)) return change.keep;
    // guard: a write replaces only what it was decided by
    const version = await put(change.put, stored?.version ?? null);
    // guard: a write that lost its race does not count
    if (version !== null) return change.written({ value: change.put, version });
    // guard: an item is read again after a lost race
    stored = await read();
  }
  return null;
}
