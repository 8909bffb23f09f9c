import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';
import { decode } from '../access-log/parse-line';
import type { DOUBTS } from '../rules/doubts';
import { createByteTable } from './byte-table';
import type { CompiledSettings } from './compile-settings';
import { isImplausibleTime, plausibleTime } from './event-time';
import { createLineArena } from './line-arena';
import { createDoubts } from './log-object-doubts';
import type { LogObjectFacts, ObserverCounts, Portion } from './observation';
import { createOperations } from './operations';
import { createPairs, type EvaluatedPair, type Pair } from './pairs';
import { createPortionCounts } from './portion-counts';
import { createRecordReader } from './record-reader';
import { createRecordSubjects } from './record-subjects';
import type { Sample } from './tally';

export interface Observer {
  /** Call this before the records of a log object. Without it, records of any bucket and time are evaluated as they are. */
  startLogObject(logObject: LogObjectFacts): void;
  /** Evaluates and counts the record `bytes[start, end)`, whose head `locateLine` has located. */
  record(bytes: Uint8Array, start: number, end: number, layout: LineLayout): void;
  /** Ends a portion: returns what was observed since the last call. */
  endPortion(): Portion;
  readonly counts: ObserverCounts;
  /** The number of distinct networks in watched buckets so far; null unless `keepsAll`. */
  readonly networkCount: number | null;
  /** How many pairs, buckets, operations and subjects are cached for the next records. */
  readonly kept: number;
}

export interface ObserverOptions {
  /**
   * Whether the observer counts over all its log objects: then counting continues for subjects that were found
   * (`markFound`), and nothing is ever dropped. Otherwise portions are independent of each other and memory is bounded.
   */
  readonly keepsAll?: boolean;
  /** The maximum number of pairs, buckets, operations or subjects to cache between portions. Above it, all are dropped. */
  readonly maxKept?: number;
}

const MAX_KEPT = 20_000;

/** The maximum total size of the cached names. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/** Stands for the number of a bucket if the key of the log object names none. */
const ANY_BUCKET = -1;

/**
 * Creates an observer, which turns records into observations. Everything that depends only on the bucket and the address
 * is decided once for each pair. For a pair that no rule can flag, only the head of a line is parsed.
 */
export function createObserver(compiled: CompiledSettings, options: ObserverOptions = {}): Observer {
  const { keepsAll = false, maxKept = MAX_KEPT } = options;
  const { trusted, isSuccessStatus } = compiled;
  const arena = createLineArena();
  let pairNumbers = createByteTable();
  let pairOf: Pair[] = [];
  /** 1 for each exempt pair. An array of bytes, so that most lines avoid a cache miss for the object of the pair. */
  let exempt = new Uint8Array(64);
  let bucketNumbers = createByteTable();
  let bucketCount = 0;
  let operations = createOperations();
  const { record, read } = createRecordReader(isSuccessStatus);
  const counting = createPortionCounts({
    record,
    arena,
    operationNames: operations.names,
    keepsAll,
    networkOf: (remoteIp) => pairs.networkOf(remoteIp),
  });
  const pairs = createPairs(compiled, counting.createRow);
  const subjects = createRecordSubjects(counting.createRow);
  const doubts = createDoubts();
  /** The total size of the names of pairs and buckets. */
  let keptBytes = 0;
  let latestTime = Number.POSITIVE_INFINITY;
  let bucketOfKey: string | null = null;
  let ownAccount: string | null = null;
  /** The number of `bucketOfKey`, or `ANY_BUCKET`. */
  let expectedBucket = ANY_BUCKET;
  /** Whether the log object is misplaced and the next record is the sample that reports this. */
  let isMisplaced = false;
  const counts: ObserverCounts = {
    records: 0,
    recordsWithoutIp: 0,
    invalidRemoteIps: 0,
    trustedRecords: 0,
    testRecords: 0,
    recordsWithImplausibleTime: 0,
    recordsOfOtherBuckets: 0,
  };

  function text(layout: LineLayout, field: number): string {
    return decode(layout.bytes, layout.starts[field]!, layout.ends[field]!);
  }

  function addPair(pair: Pair): void {
    const number = pairOf.push(pair) - 1;
    if (number === exempt.length) {
      const larger = new Uint8Array(number * 2);
      larger.set(exempt);
      exempt = larger;
    }
    exempt[number] = pair.kind === 'exempt' ? 1 : 0;
  }

  /** The number of the bucket of a record. */
  function bucketOf({ starts, ends, view }: LineLayout): number {
    const start = starts[FIELD.bucket]!;
    const end = ends[FIELD.bucket]!;
    const number = bucketNumbers.intern(view, start, end, 0);
    if (number === bucketCount) {
      bucketCount++;
      keptBytes += end - start;
    }
    return number;
  }

  /** Sets `expectedBucket` from the bucket that the key of the log object names. */
  function expectBucket(): void {
    expectedBucket = ANY_BUCKET;
    if (bucketOfKey === null) return;
    const name = new TextEncoder().encode(bucketOfKey);
    expectedBucket = bucketNumbers.intern(new DataView(name.buffer), 0, name.length, 0);
    bucketCount = bucketNumbers.size;
  }

  /** Whether the record is trusted; if so, counts it. */
  function isTrusted(pair: EvaluatedPair, layout: LineLayout, time: number): boolean {
    const { bucket, address } = pair;
    const operation = operations.names[operations.numberOf(layout)]!;
    const trusts = trusted.matches({ bucket, address, requester: requesterOf(layout), operation, time });
    if (trusts) counts.trustedRecords++;
    return trusts;
  }

  function requesterOf(layout: LineLayout): string | null {
    const requester = text(layout, FIELD.requester);
    return requester === '-' ? null : requester;
  }

  function evaluate(pair: EvaluatedPair, bytes: Uint8Array, start: number, end: number, layout: LineLayout): void {
    const { flagged, network, ofRecords } = pair;
    const time = plausibleTime(layout.time, latestTime);
    const isApproved = time < pair.approvedUntil;
    if (isApproved && ofRecords === null) return;
    if (trusted.any && pair.kind !== 'reserved' && isTrusted(pair, layout, time)) return;
    if (pair.kind === 'invalid') counts.invalidRemoteIps++;
    else if (pair.kind === 'reserved') counts.testRecords++;
    const operation = read(layout, time, operations, ownAccount);
    let sample: Sample | null = null;
    if (flagged !== null && !isApproved) sample = counting.countFlagged(flagged, pair, operation, bytes, start, end);
    if (network !== null && !isApproved) {
      counting.countSubject(network, pair, sample, operation, bytes, start, end);
    }
    if (ofRecords === null) return;
    const fields = { requester: requesterOf(layout), operation: record.operation };
    for (const rule of ofRecords) {
      const found = isApproved && rule.detects.approvable ? null : subjects.find(rule, pair, fields);
      if (found !== null) counting.countSubject(found.subject, found.pair, sample, operation, bytes, start, end);
    }
  }

  /** Counts a record that makes the log object doubtful. */
  function countDoubt(
    doubt: keyof typeof DOUBTS,
    bytes: Uint8Array,
    start: number,
    end: number,
    layout: LineLayout,
  ): void {
    if (doubts.isReported(doubt)) return;
    read(layout, plausibleTime(layout.time, latestTime), operations, ownAccount);
    doubts.count(doubt, record, () => arena.keep(bytes, start, end));
  }

  /** Empties the caches. The next records fill them again with the same results. */
  function drop(): void {
    pairs.drop(maxKept);
    pairNumbers = createByteTable();
    pairOf = [];
    exempt = new Uint8Array(64);
    bucketNumbers = createByteTable();
    bucketCount = 0;
    operations = createOperations();
    counting.drop(operations.names);
    subjects.drop();
    keptBytes = 0;
    expectBucket();
  }

  return {
    startLogObject(logObject) {
      latestTime = logObject.latestTime;
      bucketOfKey = logObject.bucket;
      ownAccount = logObject.accountId;
      isMisplaced = logObject.isMisplaced && bucketOfKey !== null;
      doubts.reset();
      expectBucket();
    },
    record(bytes, start, end, layout) {
      counts.records++;
      if (isImplausibleTime(layout.time, latestTime)) counts.recordsWithImplausibleTime++;
      if (isMisplaced) {
        isMisplaced = false;
        countDoubt('otherAccount', bytes, start, end, layout);
      }
      const bucket = bucketOf(layout);
      if (bucket !== expectedBucket && expectedBucket !== ANY_BUCKET) {
        counts.recordsOfOtherBuckets++;
        countDoubt('otherBucket', bytes, start, end, layout);
        return;
      }
      const { starts, ends, view } = layout;
      const number = pairNumbers.intern(view, starts[FIELD.remoteIp]!, ends[FIELD.remoteIp]!, bucket);
      if (number === pairOf.length) {
        keptBytes += ends[FIELD.remoteIp]! - starts[FIELD.remoteIp]!;
        addPair(pairs.decide(text(layout, FIELD.bucket), text(layout, FIELD.remoteIp)));
      }
      if (exempt[number] === 1) return;
      const pair = pairOf[number]!;
      if (pair.kind === 'no-ip') counts.recordsWithoutIp++;
      else if (pair.kind !== 'exempt') evaluate(pair, bytes, start, end, layout);
    },
    endPortion() {
      const taken = counting.take();
      const doubtful = bucketOfKey === null ? [] : doubts.take(bucketOfKey);
      const flagged = [...taken.flagged, ...doubtful];
      const ended = { buckets: pairs.takeNewBuckets(), flagged, subjects: taken.subjects };
      const { length } = operations.names;
      const most = Math.max(pairOf.length, bucketCount, length, pairs.bucketCount, subjects.size);
      const bytes = keptBytes + operations.bytes + subjects.bytes;
      if (!keepsAll && (most > maxKept || bytes > MAX_KEPT_BYTES)) drop();
      return ended;
    },
    counts,
    get networkCount() {
      return keepsAll ? pairs.networkCount : null;
    },
    get kept() {
      return pairOf.length + bucketCount + operations.names.length + pairs.bucketCount + subjects.size;
    },
  };
}
