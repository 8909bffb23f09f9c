import { parseLine } from '../access-log/parse-line';
import type { AccessLogRecord } from '../access-log/record';

/**
 * What is counted of the records that belong together: those of one (bucket, network); for `new-ip`, from its first
 * success on. Times are epoch milliseconds.
 */
export interface Tally {
  requests: number;
  /** Records whose status counts as a success. */
  successes: number;
  /** Of these, with a requester: somebody's credentials signed them. */
  signedSuccesses: number;
  /** Of these, signed by a principal of the deployment's own account; of any, where that account is not known. */
  ownSuccesses: number;
  /** Records with 401 or 403. */
  denied: number;
  bytesSent: number;
  firstEventAt: number;
  lastEventAt: number;
  readonly operations: Map<string, OperationCount>;
  /** The worst request: of the highest level, and of these the earliest. As logged, without its LF. */
  sample: Sample | null;
}

export interface OperationCount {
  requests: number;
  successes: number;
}

export interface Sample {
  readonly line: Uint8Array;
  /** By which it is judged; the line itself may name one that cannot be. */
  readonly time: number;
  /** Of its level (`rankOf`). */
  readonly rank: number;
  /** The line as a record, read when it is first asked for; null where it is none. */
  record(): AccessLogRecord | null;
}

/** One record, as far as it is counted. */
export interface CountedRecord {
  /** By which it is judged. */
  time: number;
  /** Of the level that it reached (`rankOf`). */
  rank: number;
  success: boolean;
  /** Whether it has a requester. */
  signed: boolean;
  /** Whether that is a principal of the own account; said of successes only. */
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

/** What stands for the tally of what no portion has added to yet; never counted in. */
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

/** What decides between samples. */
export type SampleRank = Pick<Sample, 'time' | 'rank'>;

/** Whether this record is worse than the sample that the tally has, or as bad and earlier. */
export function isBetterSample({ sample }: Pick<Tally, 'sample'>, { time, rank }: SampleRank): boolean {
  if (sample === null) return true;
  return sample.rank === rank ? time < sample.time : rank > sample.rank;
}

/** Both rules show the same line, in alerts and on the screen: it is read once for all of them. */
export function createSample(line: Uint8Array, { time, rank }: SampleRank): Sample {
  let read: AccessLogRecord | null | undefined;
  return {
    line,
    time,
    rank,
    record() {
      if (read === undefined) {
        const record = parseLine(line);
        read = typeof record === 'string' ? null : record;
      }
      return read;
    },
  };
}

/** Adds what was counted later to what was counted before. */
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
