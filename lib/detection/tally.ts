import { parseLine } from '../access-log/parse-line';
import type { AccessLogRecord } from '../access-log/record';

/**
 * The counts of the records of one (bucket, network); for `new-ip`, only from its first success on. Times are epoch
 * milliseconds.
 */
export interface Tally {
  requests: number;
  /** Records whose status counts as a success. */
  successes: number;
  /** Successes with a requester: they were signed with some account's credentials. */
  signedSuccesses: number;
  /** Signed successes by a principal of the deployment's account; by any principal if that account is not known. */
  ownSuccesses: number;
  /** Records with status 401 or 403. */
  denied: number;
  bytesSent: number;
  firstEventAt: number;
  lastEventAt: number;
  readonly operations: Map<string, OperationCount>;
  /** The worst request: the earliest of those with the highest level. */
  sample: Sample | null;
}

export interface OperationCount {
  requests: number;
  successes: number;
}

export interface Sample {
  /** The line as logged, without its LF. */
  readonly line: Uint8Array;
  /** The time used for evaluation (`plausibleTime`); the line may contain an implausible one. */
  readonly time: number;
  /** The rank of its level (`rankOf`). */
  readonly rank: number;
  /** The parsed line, parsed at the first call; null if the line is not a record. */
  record(): AccessLogRecord | null;
}

/** The parts of a record that tallies count. */
export interface CountedRecord {
  /** The time used for evaluation (`plausibleTime`). */
  time: number;
  /** The rank of the level that it reached (`rankOf`). */
  rank: number;
  success: boolean;
  /** Whether it has a requester. */
  signed: boolean;
  /** Whether the requester is a principal of our own account; set only for successes. */
  own: boolean;
  denied: boolean;
  bytesSent: number;
  operation: string;
}

export function emptyTally(): Tally {
  return {
    requests: 0,
    successes: 0,
    signedSuccesses: 0,
    ownSuccesses: 0,
    denied: 0,
    bytesSent: 0,
    firstEventAt: Number.POSITIVE_INFINITY,
    lastEventAt: Number.NEGATIVE_INFINITY,
    operations: new Map(),
    sample: null,
  };
}

/** Placeholder for a tally to which no portion has added yet; never add to it. */
export const NOTHING: Tally = emptyTally();

export function count(tally: Tally, record: Readonly<CountedRecord>): void {
  tally.requests++;
  if (record.success) tally.successes++;
  if (record.success && record.signed) tally.signedSuccesses++;
  if (record.success && record.own) tally.ownSuccesses++;
  if (record.denied) tally.denied++;
  tally.bytesSent += record.bytesSent;
  if (record.time < tally.firstEventAt) tally.firstEventAt = record.time;
  if (record.time > tally.lastEventAt) tally.lastEventAt = record.time;
  addOperation(tally, record.operation, 1, record.success ? 1 : 0);
}

export function addOperation({ operations }: Tally, name: string, requests: number, successes: number): void {
  const known = operations.get(name);
  if (known === undefined) operations.set(name, { requests, successes });
  else {
    known.requests += requests;
    known.successes += successes;
  }
}

/** The values by which samples are compared. */
type SampleRank = Pick<Sample, 'time' | 'rank'>;

/** Whether this record is worse than the sample of the tally, or equally bad and earlier. */
export function isBetterSample({ sample }: Pick<Tally, 'sample'>, { time, rank }: SampleRank): boolean {
  if (sample === null) return true;
  return sample.rank === rank ? time < sample.time : rank > sample.rank;
}

/** Creates a sample that parses its line once: both rules may show it, in alerts and on the screen. */
export function createSample(line: Uint8Array, { time, rank }: SampleRank): Sample {
  let parsed: AccessLogRecord | null | undefined;
  return {
    line,
    time,
    rank,
    record() {
      if (parsed === undefined) {
        const record = parseLine(line);
        parsed = typeof record === 'string' ? null : record;
      }
      return parsed;
    },
  };
}

/** Adds the later tally `from` to the earlier tally `into`. */
export function addTally(into: Tally, from: Tally): void {
  into.requests += from.requests;
  into.successes += from.successes;
  into.signedSuccesses += from.signedSuccesses;
  into.ownSuccesses += from.ownSuccesses;
  into.denied += from.denied;
  into.bytesSent += from.bytesSent;
  into.firstEventAt = Math.min(into.firstEventAt, from.firstEventAt);
  into.lastEventAt = Math.max(into.lastEventAt, from.lastEventAt);
  for (const [name, { requests, successes }] of from.operations) addOperation(into, name, requests, successes);
  if (from.sample !== null && isBetterSample(into, from.sample)) into.sample = from.sample;
}
