import type { RuleId } from '../rules/rule';
import type { Subject } from '../rules/subject';
import type { CountedSubject } from './counted-subject';
import type { WatchedBucket } from './pairs';
import type { Tally } from './tally';

/** The counts of a portion for one rule, bucket, and network or other subject. */
interface Observation {
  readonly rule: RuleId;
  readonly bucket: string;
  /** Canonical text; if the remote IP is not an address, the beginning of its text as logged. */
  readonly network: string;
  /** Addresses in canonical text, in the order of their first record; at most `MAX_ADDRESSES`. */
  readonly addresses: ReadonlySet<string>;
  /** How many distinct addresses there are, including those that are not in `addresses`. */
  readonly addressCount: number;
  readonly tally: Tally;
}

/**
 * A finding regardless of stored sightings: all records of one (bucket, network) that are neither approved nor trusted,
 * of one remote IP that is not an address, or of an implausible log object (`DOUBTS`).
 */
export interface FlaggedObservation extends Observation {
  /** The address of the sample. */
  readonly remoteIp: string;
}

/**
 * All records of one (bucket, subject) from its first success on, if a rule about first successes is on. `network` is
 * that of the first success in this portion; empty if there is none.
 */
export interface SubjectObservation extends Observation, Subject {
  /** The successful requests; null: none in this portion, but the subject was found before. Epoch milliseconds. */
  readonly success: { readonly firstAt: number; readonly lastAt: number; readonly remoteIp: string } | null;
  /** The counts that continue in the next portion; null: portions are independent. */
  readonly counted: CountedSubject | null;
}

/** The observations of a portion of a log object. The observer does not change them later. */
export interface Portion {
  /** Watched buckets that are new to the observer. If there are very many, a bucket may be new more than once. */
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
  /** Records with an implausible time. */
  recordsWithImplausibleTime: number;
  /** Records of another bucket than the one that the key of their log object names. */
  recordsOfOtherBuckets: number;
}

/** What is known about a log object before its records are read. */
export interface LogObjectFacts {
  /** The latest plausible time of a record; epoch milliseconds. */
  readonly latestTime: number;
  /** The bucket that its key names; null: the key names none. */
  readonly bucket: string | null;
  /** Whether its key names a bucket, and another account or Region than those of the deployment. */
  readonly isMisplaced: boolean;
  /** The account whose principals count as own. Null: not known, and every principal counts as own. */
  readonly accountId: string | null;
}

/**
 * Marks the subject of an observation as found: later portions then count all requests since this first success, and
 * not only those since their own. Has no effect unless the observer has `keepsAll`.
 */
export function markFound({ counted, success }: SubjectObservation): void {
  if (success === null || counted === null) return;
  counted.found = true;
  counted.firstSuccessAt = Math.min(counted.firstSuccessAt, success.firstAt);
}
