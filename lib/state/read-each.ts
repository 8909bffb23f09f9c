import type { Stored } from '../ports';
import { eachBounded } from './each-bounded';

const READS_AT_ONCE = 16;

/** The result of reading one item. */
export interface Read<Value> {
  readonly stored: Stored<Value> | null;
  /** Why it could not be read; null: it was read. */
  readonly error: unknown;
}

/** Reads items together. If that fails, reads them one by one, so that an unreadable item does not affect the others. */
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
