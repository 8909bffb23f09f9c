import type { Stored } from '../ports';
import { eachBounded } from './each-bounded';

const READS_AT_ONCE = 16;

/** One of several items. */
export interface Read<Value> {
  readonly stored: Stored<Value> | null;
  /** Why it could not be read; null: it was. */
  readonly error: unknown;
}

/** Reads items together; where that fails, one by one, so that one that cannot be read keeps no other from being sent. */
export async function readEach<Name, Value>(
  names: readonly Name[],
  read: (names: readonly Name[]) => Promise<readonly (Stored<Value> | null)[]>,
): Promise<readonly Read<Value>[]> {
  try {
    return (await read(names)).map((stored) => ({ stored, error: null }));
  } catch {
    return eachBounded(names, READS_AT_ONCE, async (name): Promise<Read<Value>> => {
      try {
        const [stored = null] = await read([name]);
        return { stored, error: null };
      } catch (error) {
        return { stored: null, error: error ?? new Error('unknown reason') };
      }
    });
  }
}
