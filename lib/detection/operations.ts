import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';
import { decode } from '../access-log/parse-line';
import { createByteTable } from './byte-table';
import { levelOfSuccess, rankOf } from './level';

/** Numbers the distinct operations. */
export interface Operations {
  /** The number of the record's operation. Fast if the previous record had the same operation, as most have. */
  numberOf(layout: LineLayout): number;
  /** The names, by number; grows. */
  readonly names: readonly string[];
  /** The rank of the level that each operation reaches if it succeeds, by number. */
  readonly ranks: readonly number[];
  /** The total size of the names in bytes. */
  readonly bytes: number;
}

export function createOperations(): Operations {
  const numbers = createByteTable();
  const names: string[] = [];
  const ranks: number[] = [];
  let allBytes = 0;
  let number = -1;
  let run = -1;
  let layoutBefore: LineLayout | null = null;
  return {
    numberOf(layout) {
      if (layout.operationRun === run && layout === layoutBefore) return number;
      run = layout.operationRun;
      layoutBefore = layout;
      const start = layout.starts[FIELD.operation]!;
      const end = layout.ends[FIELD.operation]!;
      number = numbers.intern(layout.view, start, end, 0);
      if (number === names.length) {
        const name = decode(layout.bytes, start, end);
        names.push(name);
        ranks.push(rankOf(levelOfSuccess(name)));
        allBytes += end - start;
      }
      return number;
    },
    names,
    ranks,
    get bytes() {
      return allBytes;
    },
  };
}
