import type { Stored, Version } from '../ports';

/** One item of the state, read consistently, and written only as it was read. */
export interface StoredItem<Value> {
  read(): Promise<Stored<Value> | null>;
  /** Resolves to null if the item is another by now. */
  put(value: Value, replaces: Version | null): Promise<Version | null>;
}

/** What is to become of an item: it is put, or it stays as it is. */
export type Change<Value, Result> =
  | { readonly put: Value; readonly written: (stored: Stored<Value>) => Result }
  | { readonly keep: Result };

/** More often than this, something is wrong: each time another has written the same item in between. */
export const MAX_ATTEMPTS = 20;

/**
 * Reads, decides, and writes an item until no other writer came in between: what holds by then decides, each time.
 * `asRead` is what the caller has read; it may be out of date. Null: others wrote the item between every read and write.
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
