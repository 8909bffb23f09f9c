import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';
import { decode } from '../access-log/parse-line';
import type { DOUBTS } from '../rules/doubts';
import { NETWORK } from '../rules/subject';
import { createByteTable } from './byte-table';
import type { CompiledSettings } from './compile-settings';
import {
  addAddress,
  addressCountOf,
  begin,
  type CountedPair,
  type CountedSubject,
  countsNow,
  type FlaggedNetwork,
  restart,
  restartSubject,
  settleEarly,
} from './counted-subject';
import { createCounters } from './counters';
import { believedTime, isOddTime } from './event-time';
import { createLineArena } from './line-arena';
import { createDoubts } from './log-object-doubts';
import type { FlaggedObservation, LogObjectFacts, ObserverCounts, Portion, SubjectObservation } from './observation';
import { createOperations } from './operations';
import { createPairs, type JudgedPair, type Pair } from './pairs';
import { createRecordReader } from './record-reader';
import { createRecordSubjects } from './record-subjects';
import { createSample, NOTHING, type Sample } from './tally';

export interface Observer {
  /** The records that follow are of this log object. Without it, any record of any time is believed. */
  begin(logObject: LogObjectFacts): void;
  /** Takes in one record of `bytes[start, end)` whose head `locateLine` has found. */
  record(bytes: Uint8Array, start: number, end: number, layout: LineLayout): void;
  /** Ends a portion: what was observed since the last call. */
  endPortion(): Portion;
  readonly counts: ObserverCounts;
  /** Distinct networks met in watched buckets so far; null unless it keeps everything. */
  readonly networkCount: number | null;
  /** How many pairs, buckets and operations it keeps for the records to come. */
  readonly kept: number;
}

export interface ObserverOptions {
  /**
   * Whether it counts over all log objects that are read with it: then what is found counts on (`countOn`), and nothing
   * is ever dropped. Else each portion stands for itself, and the memory has a bound.
   */
  readonly keepsAll?: boolean;
  /** How many pairs, buckets or operations are kept from one portion to the next; of more, none is. */
  readonly mostKept?: number;
}

const MAX_KEPT = 20_000;

/** How many bytes their names may have together. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/** No number of a bucket. */
const ANY_BUCKET = -1;

/**
 * Folds records into observations. Everything that depends only on bucket and address is decided once a pair; of a
 * pair that nothing can flag, a line costs its head and nothing more.
 */
export function createObserver(compiled: CompiledSettings, options: ObserverOptions = {}): Observer {
  const { keepsAll = false, mostKept = MAX_KEPT } = options;
  const { trusted, isSuccessStatus } = compiled;
  const arena = createLineArena();
  let pairNumbers = createByteTable();
  let pairOf: Pair[] = [];
  /** 1 for each settled pair: bytes in a row, so that most lines need not fetch an object from afar. */
  let settled = new Uint8Array(64);
  let bucketNumbers = createByteTable();
  let bucketCount = 0;
  let operations = createOperations();
  let counters = createCounters(operations.names);
  const createRow = (): number => counters.create();
  const pairs = createPairs(compiled, createRow);
  const subjects = createRecordSubjects(createRow);
  const { record, read } = createRecordReader(isSuccessStatus);
  const doubts = createDoubts();
  /** Of the names of all of them. */
  let keptBytes = 0;
  let portion = 0;
  let touchedFlagged: FlaggedNetwork[] = [];
  let touchedSubjects: CountedSubject[] = [];
  let latestTime = Number.POSITIVE_INFINITY;
  let bucketOfKey: string | null = null;
  let ownAccount: string | null = null;
  /** The number of that bucket, or `ANY_BUCKET`. */
  let expectedBucket = ANY_BUCKET;
  /** Whether the next record is to be the one that shows that the log object is misplaced. */
  let isMisplaced = false;
  const counts: ObserverCounts = {
    records: 0,
    recordsWithoutIp: 0,
    invalidRemoteIps: 0,
    trustedRecords: 0,
    testRecords: 0,
    recordsWithOddTime: 0,
    recordsOfOtherBuckets: 0,
  };

  function text(layout: LineLayout, field: number): string {
    return decode(layout.bytes, layout.starts[field]!, layout.ends[field]!);
  }

  function addPair(pair: Pair): void {
    const number = pairOf.push(pair) - 1;
    if (number === settled.length) {
      const larger = new Uint8Array(number * 2);
      larger.set(settled);
      settled = larger;
    }
    settled[number] = pair.kind === 'settled' ? 1 : 0;
  }

  /** The number of the record's bucket. */
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

  /** Finds the number of the bucket that the log object's key names. */
  function expectBucket(): void {
    expectedBucket = ANY_BUCKET;
    if (bucketOfKey === null) return;
    const name = new TextEncoder().encode(bucketOfKey);
    expectedBucket = bucketNumbers.intern(new DataView(name.buffer), 0, name.length, 0);
    bucketCount = bucketNumbers.size;
  }

  /** Whether the record is trusted; counts it. */
  function isTrusted(pair: JudgedPair, layout: LineLayout, time: number): boolean {
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

  function judged(pair: JudgedPair, bytes: Uint8Array, start: number, end: number, layout: LineLayout): void {
    const { flagged, network, ofRecords } = pair;
    const time = believedTime(layout.time, latestTime);
    const isApproved = time < pair.approvedUntil;
    if (isApproved && ofRecords === null) return;
    if (trusted.any && pair.kind !== 'reserved' && isTrusted(pair, layout, time)) return;
    if (pair.kind === 'invalid') counts.invalidRemoteIps++;
    else if (pair.kind === 'reserved') counts.testRecords++;
    const operation = read(layout, time, operations, ownAccount);
    let sample: Sample | null = null;
    if (flagged !== null && !isApproved) {
      if (!flagged.touched) {
        flagged.touched = true;
        touchedFlagged.push(flagged);
        begin(flagged);
      }
      if (pair.flaggedIn !== portion) {
        pair.flaggedIn = portion;
        addAddress(flagged, pair.remoteIp);
      }
      if (counters.isBetterSample(flagged.row, time, record.rank)) {
        sample = createSample(arena.keep(bytes, start, end), record);
        flagged.tally.sample = sample;
        flagged.remoteIp = pair.remoteIp;
      }
      counters.count(flagged.row, flagged.tally, record, operation);
    }
    if (network !== null && !isApproved) countIn(network, pair, sample, operation, bytes, start, end);
    if (ofRecords === null) return;
    const fields = { requester: requesterOf(layout), operation: record.operation };
    for (const rule of ofRecords) {
      const found = isApproved && rule.detects.approvable ? null : subjects.find(rule, pair, fields);
      if (found !== null) countIn(found.subject, found.pair, sample, operation, bytes, start, end);
    }
  }

  /** Counts the record at hand in a subject. `sample`: the record, if it is kept already. */
  function countIn(
    subject: CountedSubject,
    pair: CountedPair,
    sample: Sample | null,
    operation: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (!subject.touched) {
      subject.touched = true;
      touchedSubjects.push(subject);
    }
    if (!countsNow(subject, record, pair, portion)) return;
    if (counters.isBetterSample(subject.row, record.time, record.rank)) {
      subject.tally.sample = sample ?? createSample(arena.keep(bytes, start, end), record);
    }
    counters.count(subject.row, subject.tally, record, operation);
  }

  /** Counts a record that shows why the log object is not believed. */
  function doubted(
    doubt: keyof typeof DOUBTS,
    bytes: Uint8Array,
    start: number,
    end: number,
    layout: LineLayout,
  ): void {
    if (doubts.isReported(doubt)) return;
    read(layout, believedTime(layout.time, latestTime), operations, ownAccount);
    doubts.count(doubt, record, () => arena.keep(bytes, start, end));
  }

  function takeFlagged(flagged: FlaggedNetwork): FlaggedObservation {
    const { rule, bucket, network, addresses, remoteIp, tally, row } = flagged;
    counters.moveInto(row, tally);
    counters.forgetSample(row);
    const taken = { rule, bucket, network, addresses, addressCount: addressCountOf(flagged), remoteIp, tally };
    restart(flagged);
    return taken;
  }

  /** Null: nothing of it counts. */
  function takeSubject(counted: CountedSubject): SubjectObservation | null {
    const { row, success } = counted;
    settleEarly(counted, portion);
    let taken: SubjectObservation | null = null;
    if (counted.tally !== NOTHING) {
      counters.moveInto(row, counted.tally);
      // What is found already has its sample; only a better one is worth keeping.
      if (!counted.found) counters.forgetSample(row);
      const { rule, bucket, kind, name, addresses, tally } = counted;
      const network = kind === NETWORK.id ? name : success === null ? '' : pairs.networkOf(success.remoteIp);
      const addressCount = addressCountOf(counted);
      const goesOn = keepsAll ? counted : null;
      // In one literal: built by a spread, it takes several times the memory, for each network of each portion.
      taken = { rule, bucket, kind, name, network, addresses, addressCount, tally, success, counted: goesOn };
    }
    restartSubject(counted);
    return taken;
  }

  /** Drops everything that the records to come would make again. */
  function drop(): void {
    pairs.drop(mostKept);
    pairNumbers = createByteTable();
    pairOf = [];
    settled = new Uint8Array(64);
    bucketNumbers = createByteTable();
    bucketCount = 0;
    operations = createOperations();
    counters = createCounters(operations.names);
    subjects.drop();
    keptBytes = 0;
    expectBucket();
  }

  return {
    begin(logObject) {
      latestTime = logObject.latestTime;
      bucketOfKey = logObject.bucket;
      ownAccount = logObject.accountId;
      isMisplaced = logObject.isMisplaced && bucketOfKey !== null;
      doubts.restart();
      expectBucket();
    },
    record(bytes, start, end, layout) {
      counts.records++;
      if (isOddTime(layout.time, latestTime)) counts.recordsWithOddTime++;
      if (isMisplaced) {
        isMisplaced = false;
        doubted('otherPlace', bytes, start, end, layout);
      }
      const bucket = bucketOf(layout);
      if (bucket !== expectedBucket && expectedBucket !== ANY_BUCKET) {
        counts.recordsOfOtherBuckets++;
        doubted('otherBucket', bytes, start, end, layout);
        return;
      }
      const { starts, ends, view } = layout;
      const number = pairNumbers.intern(view, starts[FIELD.remoteIp]!, ends[FIELD.remoteIp]!, bucket);
      if (number === pairOf.length) {
        keptBytes += ends[FIELD.remoteIp]! - starts[FIELD.remoteIp]!;
        addPair(pairs.decide(text(layout, FIELD.bucket), text(layout, FIELD.remoteIp)));
      }
      if (settled[number] === 1) return;
      const pair = pairOf[number]!;
      if (pair.kind === 'no-ip') counts.recordsWithoutIp++;
      else if (pair.kind !== 'settled') judged(pair, bytes, start, end, layout);
    },
    endPortion() {
      const ended = {
        buckets: pairs.takeNewBuckets(),
        flagged: [...touchedFlagged.map(takeFlagged), ...(bucketOfKey === null ? [] : doubts.take(bucketOfKey))],
        subjects: touchedSubjects.map(takeSubject).filter((taken) => taken !== null),
      };
      touchedFlagged = [];
      touchedSubjects = [];
      portion++;
      const { length } = operations.names;
      const most = Math.max(pairOf.length, bucketCount, length, pairs.bucketCount, subjects.size);
      const bytes = keptBytes + operations.bytes + subjects.bytes;
      if (!keepsAll && (most > mostKept || bytes > MAX_KEPT_BYTES)) drop();
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
