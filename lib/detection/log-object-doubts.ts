import { detectorError } from '../rules/detector-error';
import { DOUBTS } from '../rules/doubts';
import type { FlaggedObservation } from './observation';
import { type CountedRecord, count, createSample, emptyTally, type Tally } from './tally';

type DoubtName = keyof typeof DOUBTS;

/** Finds what makes a log object doubtful. Each doubt is one finding per log object, in the first portion with it. */
export interface LogObjectDoubts {
  /** Call this before the records of the next log object. */
  reset(): void;
  /** Whether an earlier portion reported this doubt: then further records of it need not be counted. */
  isReported(doubt: DoubtName): boolean;
  /** Counts a doubtful record; the first one is the sample. `line`: returns a copy of its line. */
  count(doubt: DoubtName, record: Readonly<CountedRecord>, line: () => Uint8Array): void;
  /** Ends a portion: returns its doubts as findings of this bucket, which the key of the log object names. */
  take(bucket: string): FlaggedObservation[];
}

interface Doubt {
  /** Null: this portion has no such record. */
  tally: Tally | null;
  isReported: boolean;
}

const NAMES = Object.keys(DOUBTS) as DoubtName[];

export function createDoubts(): LogObjectDoubts {
  let doubts = noDoubts();
  return {
    reset() {
      doubts = noDoubts();
    },
    isReported: (doubt) => doubts[doubt].isReported,
    count(name, record, line) {
      const doubt = doubts[name];
      doubt.tally ??= emptyTally();
      doubt.tally.sample ??= createSample(line(), record);
      count(doubt.tally, record);
    },
    take(bucket) {
      return NAMES.flatMap((name): FlaggedObservation[] => {
        const { tally } = doubts[name];
        if (tally === null) return [];
        doubts[name] = { tally: null, isReported: true };
        const text = DOUBTS[name];
        const named = { network: text, remoteIp: text, addresses: new Set([text]), addressCount: 1 };
        return [{ rule: detectorError.id, bucket, ...named, tally }];
      });
    },
  };
}

function noDoubts(): Record<DoubtName, Doubt> {
  return { otherBucket: { tally: null, isReported: false }, otherAccount: { tally: null, isReported: false } };
}
