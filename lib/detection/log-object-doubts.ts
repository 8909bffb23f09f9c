import { detectorError } from '../rules/detector-error';
import { DOUBTS } from '../rules/doubts';
import type { FlaggedObservation } from './observation';
import { type CountedRecord, count, createSample, emptyTally, type Tally } from './tally';

type DoubtName = keyof typeof DOUBTS;

/** What makes a log object doubtful. Each doubt is a finding once a log object, in the portion that meets it first. */
export interface LogObjectDoubts {
  /** The records that follow are of another log object. */
  reset(): void;
  /** Whether it was a finding already: then its records are not even read. */
  isReported(doubt: DoubtName): boolean;
  /** Counts a record that shows it; the first one is the sample. `line`: keeps its bytes. */
  count(doubt: DoubtName, record: Readonly<CountedRecord>, line: () => Uint8Array): void;
  /** Ends a portion: what it met, of the bucket that the key of the log object names. */
  take(bucket: string): FlaggedObservation[];
}

interface Doubt {
  /** Null: not met in this portion. */
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
