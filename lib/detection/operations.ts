import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';
import { decode } from '../access-log/parse-line';
import { createByteTable } from './byte-table';
import { levelOfSuccess, rankOf } from './level';

/** The operations met, by number. */
export interface Operations {
  /** The number of the operation of the record at hand, which is mostly that of the record before. */
  numberOf(layout: LineLayout): number;
  /** By number; grows. */
  readonly names: readonly string[];
  /** By number: of the level that the operation reaches if it succeeds. */
  readonly ranks: readonly number[];
  /** Bytes of the names of all of them. */
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
