import { NETWORK } from '../rules/subject';
import {
  addAddress,
  addressCountOf,
  type CountedPair,
  type CountedSubject,
  countEarlyRecords,
  countsNow,
  type FlaggedNetwork,
  resetCounts,
  resetSubject,
  startTally,
} from './counted-subject';
import { createCounters } from './counters';
import type { LineArena } from './line-arena';
import type { FlaggedObservation, SubjectObservation } from './observation';
import type { EvaluatedPair } from './pairs';
import { type CountedRecord, createSample, NOTHING, type Sample } from './tally';

/** Counts the records of a portion for flagged networks and for subjects. */
export interface PortionCounts {
  /** Creates the row of a flagged network or a subject. */
  createRow(): number;
  /** Counts the current record for a flagged network. Returns its sample if it is the best so far; otherwise null. */
  countFlagged(
    flagged: FlaggedNetwork,
    pair: EvaluatedPair,
    operation: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): Sample | null;
  /** Counts the current record for a subject. `sample`: the sample of the record, if one was created already. */
  countSubject(
    subject: CountedSubject,
    pair: CountedPair,
    sample: Sample | null,
    operation: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** Ends a portion: returns its observations and resets the counts. */
  take(): { readonly flagged: FlaggedObservation[]; readonly subjects: SubjectObservation[] };
  /** Drops all rows. */
  drop(operationNames: readonly string[]): void;
}

export interface PortionCountsOptions {
  /** The current record; the reader overwrites it. */
  readonly record: Readonly<CountedRecord>;
  readonly arena: LineArena;
  readonly operationNames: readonly string[];
  /** As in `ObserverOptions`. */
  readonly keepsAll: boolean;
  /** The network of an address in canonical text. */
  readonly networkOf: (remoteIp: string) => string;
}

export function createPortionCounts(options: PortionCountsOptions): PortionCounts {
  const { record, arena, keepsAll, networkOf } = options;
  let counters = createCounters(options.operationNames);
  let portion = 0;
  let touchedFlagged: FlaggedNetwork[] = [];
  let touchedSubjects: CountedSubject[] = [];

  function takeFlagged(flagged: FlaggedNetwork): FlaggedObservation {
    const { rule, bucket, network, addresses, remoteIp, tally, row } = flagged;
    counters.moveInto(row, tally);
    counters.forgetSample(row);
    const taken = { rule, bucket, network, addresses, addressCount: addressCountOf(flagged), remoteIp, tally };
    resetCounts(flagged);
    return taken;
  }

  /** Null: none of the subject's records count. */
  function takeSubject(counted: CountedSubject): SubjectObservation | null {
    const { row, success } = counted;
    countEarlyRecords(counted, portion);
    let taken: SubjectObservation | null = null;
    if (counted.tally !== NOTHING) {
      counters.moveInto(row, counted.tally);
      // A subject that was found already has a sample, so only a better one is stored.
      if (!counted.found) counters.forgetSample(row);
      const { rule, bucket, kind, name, addresses, tally } = counted;
      const network = kind === NETWORK.id ? name : success === null ? '' : networkOf(success.remoteIp);
      const addressCount = addressCountOf(counted);
      const continued = keepsAll ? counted : null;
      // One literal: built by a spread, it takes several times the memory, for each network of each portion.
      taken = { rule, bucket, kind, name, network, addresses, addressCount, tally, success, counted: continued };
    }
    resetSubject(counted);
    return taken;
  }

  return {
    createRow: () => counters.create(),
    countFlagged(flagged, pair, operation, bytes, start, end) {
      if (!flagged.touched) {
        flagged.touched = true;
        touchedFlagged.push(flagged);
        startTally(flagged);
      }
      if (pair.flaggedIn !== portion) {
        pair.flaggedIn = portion;
        addAddress(flagged, pair.remoteIp);
      }
      let sample: Sample | null = null;
      if (counters.isBetterSample(flagged.row, record.time, record.rank)) {
        sample = createSample(arena.keep(bytes, start, end), record);
        flagged.tally.sample = sample;
        flagged.remoteIp = pair.remoteIp;
      }
      counters.count(flagged.row, flagged.tally, record, operation);
      return sample;
    },
    countSubject(subject, pair, sample, operation, bytes, start, end) {
      if (!subject.touched) {
        subject.touched = true;
        touchedSubjects.push(subject);
      }
      if (!countsNow(subject, record, pair, portion)) return;
      if (counters.isBetterSample(subject.row, record.time, record.rank)) {
        subject.tally.sample = sample ?? createSample(arena.keep(bytes, start, end), record);
      }
      counters.count(subject.row, subject.tally, record, operation);
    },
    take() {
      const flagged = touchedFlagged.map(takeFlagged);
      const subjects = touchedSubjects.map(takeSubject).filter((taken) => taken !== null);
      touchedFlagged = [];
      touchedSubjects = [];
      portion++;
      return { flagged, subjects };
    },
    drop(operationNames) {
      counters = createCounters(operationNames);
    },
  };
}
