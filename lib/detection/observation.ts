import type { RuleId } from '../rules/rule';
import type { Subject } from '../rules/subject';
import type { CountedSubject } from './counted-subject';
import type { WatchedBucket } from './pairs';
import type { Tally } from './tally';

/** Records of a portion that are counted for one rule, bucket, and network or other subject. */
interface Observation {
  readonly rule: RuleId;
  readonly bucket: string;
  /** Canonical text; of what is no address, the beginning as logged. */
  readonly network: string;
  /** Addresses in canonical text, in the order met; at most `MAX_ADDRESSES`. */
  readonly addresses: ReadonlySet<string>;
  /** How many distinct addresses there are, those that are not named too. */
  readonly addressCount: number;
  readonly tally: Tally;
}

/**
 * What is a finding whatever is remembered: all records of one (bucket, network) that nothing approved or trusted, or
 * of one remote IP that is no address, or of a log object that is not believed (`DOUBTS`).
 */
export interface FlaggedObservation extends Observation {
  /** The address of the sample. */
  readonly remoteIp: string;
}

/**
 * All records of one (bucket, subject) from its first success on, where a rule about that is on. `network`: of the
 * first success of this portion, empty if there is none.
 */
export interface SubjectObservation extends Observation, Subject {
  /** The successful requests; null if it holds only others, of a subject that succeeded before. Epoch milliseconds. */
  readonly success: { readonly firstAt: number; readonly lastAt: number; readonly remoteIp: string } | null;
  /** What goes on counting; null: each portion stands for itself. */
  readonly counted: CountedSubject | null;
}

/** What some part of a log object adds; the portion's own, not to be counted in any more. */
export interface Portion {
  /** Buckets met for the first time, whatever their records are; of very many, some more than once. */
  readonly buckets: readonly WatchedBucket[];
  readonly flagged: readonly FlaggedObservation[];
  readonly subjects: readonly SubjectObservation[];
}

export interface ObserverCounts {
  records: number;
  recordsWithoutIp: number;
  invalidRemoteIps: number;
  trustedRecords: number;
  /** Records of the reserved test bucket. */
  testRecords: number;
  /** Records whose time cannot be. */
  recordsWithOddTime: number;
  /** Records of another bucket than the key of their log object names. */
  recordsOfOtherBuckets: number;
}

/** What is known of a log object before its records. */
export interface LogObjectFacts {
  /** No record can be later; epoch milliseconds. */
  readonly latestTime: number;
  /** What its key says: the bucket whose records it holds; null: it does not say. */
  readonly bucket: string | null;
  /** Whether its key, which names a bucket, names another account or Region than it can be from. */
  readonly isMisplaced: boolean;
  /** Whose principals are the own ones. Null: nobody can say, and every principal counts as one. */
  readonly accountId: string | null;
}

/**
 * Says that an observation is a finding: the portions after it count all requests since its first success, and not
 * only those since theirs. It is for an observer that keeps everything; to others it makes no difference.
 */
export function markFound({ counted, success }: SubjectObservation): void {
  if (success === null || counted === null) return;
  counted.found = true;
  counted.firstSuccessAt = Math.min(counted.firstSuccessAt, success.firstAt);
}
