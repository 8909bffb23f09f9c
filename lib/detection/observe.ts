import { DASH } from '../access-log/bytes';
import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';
import { decode, locateDecision } from '../access-log/parse-line';
import { createByteTable } from './byte-table';
import type { CompiledSettings } from './compile-settings';
import {
  addAddress,
  addressCountOf,
  begin,
  type CountedNetwork,
  countsNow,
  type FlaggedNetwork,
  restart,
  restartNetwork,
  settleEarly,
} from './counted-network';
import { createCounters } from './counters';
import { DOUBTS } from './doubt';
import { believedTime, isOddTime } from './event-time';
import { levelOfSuccess, rankOf } from './level';
import { createLineArena } from './line-arena';
import { isOwn, isSigned } from './own-principal';
import { createPairs, type JudgedPair, type Pair, type WatchedBucket } from './pairs';
import { isDenied, isSuccessfulRequest } from './statuses';
import { type CountedRecord, count, createSample, emptyTally, NOTHING, type Sample, type Tally } from './tally';

/** Records of a portion for one (bucket, network). */
interface Observation {
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
  readonly rule: FlaggedNetwork['rule'];
  /** The address of the sample. */
  readonly remoteIp: string;
}

/** All records of one (bucket, network) from its first success on, where `new-ip` is on. */
export interface NetworkObservation extends Observation {
  /** The successful requests; null if it holds only others, of a network that succeeded before. Epoch milliseconds. */
  readonly success: { readonly firstAt: number; readonly lastAt: number; readonly remoteIp: string } | null;
  /** What goes on counting; null: each portion stands for itself. */
  readonly counted: CountedNetwork | null;
}

/** What some part of a log object adds; the portion's own, not to be counted in any more. */
export interface Portion {
  /** Buckets met for the first time, whatever their records are; of very many, some more than once. */
  readonly buckets: readonly WatchedBucket[];
  readonly flagged: readonly FlaggedObservation[];
  readonly networks: readonly NetworkObservation[];
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
 * Says that an observation is a finding: the portions after it count all requests since its first success, and not
 * only those since theirs. It is for an observer that keeps everything; to others it makes no difference.
 */
export function countOn({ counted, success }: NetworkObservation): void {
  if (success === null || counted === null) return;
  counted.found = true;
  counted.firstSuccessAt = Math.min(counted.firstSuccessAt, success.firstAt);
}

/** What makes a log object doubtful. It is a finding once a log object, in the portion that meets it first. */
interface Doubt {
  readonly text: string;
  /** Null: not met in this portion. */
  tally: Tally | null;
  isReported: boolean;
}

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
  let operationNumbers = createByteTable();
  let operationNames: string[] = [];
  /** Of the level that each operation reaches if it succeeds. */
  let operationRanks: number[] = [];
  let counters = createCounters(operationNames);
  const pairs = createPairs(compiled, () => counters.create());
  /** Of the names of all of them. */
  let keptBytes = 0;
  /** The operation of the record at hand, which is mostly that of the record before. */
  let operation = -1;
  let operationRun = -1;
  let operationLayout: LineLayout | null = null;
  let portion = 0;
  let touchedFlagged: FlaggedNetwork[] = [];
  let touchedNetworks: CountedNetwork[] = [];
  let latestTime = Number.POSITIVE_INFINITY;
  let bucketOfKey: string | null = null;
  let ownAccount: string | null = null;
  /** The number of that bucket, or `ANY_BUCKET`. */
  let expectedBucket = ANY_BUCKET;
  let otherBucket = newDoubt(DOUBTS.otherBucket);
  let otherPlace = newDoubt(DOUBTS.otherPlace);
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

  /** The record at hand, written anew for each: one object, however many lines. */
  const record: CountedRecord = {
    time: 0,
    rank: 0,
    success: false,
    signed: false,
    own: false,
    denied: false,
    bytesSent: 0,
    operation: '',
  };

  function text(bytes: Uint8Array, layout: LineLayout, field: number): string {
    return decode(bytes, layout.starts[field]!, layout.ends[field]!);
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

  /** The place of the operation in `operationNames`. */
  function operationOf(bytes: Uint8Array, layout: LineLayout): number {
    if (layout.operationRun === operationRun && layout === operationLayout) return operation;
    operationRun = layout.operationRun;
    operationLayout = layout;
    const start = layout.starts[FIELD.operation]!;
    const end = layout.ends[FIELD.operation]!;
    operation = operationNumbers.intern(layout.view, start, end, 0);
    if (operation === operationNames.length) {
      const name = decode(bytes, start, end);
      operationNames.push(name);
      operationRanks.push(rankOf(levelOfSuccess(name)));
      keptBytes += end - start;
    }
    return operation;
  }

  /** Whether the record is trusted; counts it. */
  function isTrusted(pair: JudgedPair, bytes: Uint8Array, layout: LineLayout, time: number): boolean {
    const requester = text(bytes, layout, FIELD.requester);
    const trusts = trusted.matches({
      bucket: pair.bucket,
      address: pair.address,
      requester: requester === '-' ? null : requester,
      operation: operationNames[operationOf(bytes, layout)]!,
      time,
    });
    if (trusts) counts.trustedRecords++;
    return trusts;
  }

  /** Fills `record`; returns the number of its operation. */
  function readRecord(bytes: Uint8Array, layout: LineLayout, time: number): number {
    locateDecision(bytes, layout);
    const status = integerAt(layout, FIELD.httpStatus);
    const number = operationOf(bytes, layout);
    record.operation = operationNames[number]!;
    record.time = time;
    record.success = isSuccessfulRequest(isSuccessStatus, status, record.operation);
    record.signed = isSigned(layout);
    record.own = record.success && record.signed && isOwn(layout, ownAccount);
    record.denied = isDenied(status);
    record.rank = record.success ? operationRanks[number]! : record.denied ? DENIED_RANK : NO_ACCESS_RANK;
    record.bytesSent = integerAt(layout, FIELD.bytesSent) ?? 0;
    return number;
  }

  function judged(pair: JudgedPair, bytes: Uint8Array, start: number, end: number, layout: LineLayout): void {
    const { flagged, network } = pair;
    const time = believedTime(layout.time, latestTime);
    if (time < pair.approvedUntil) return;
    if (trusted.any && pair.kind !== 'test' && isTrusted(pair, bytes, layout, time)) return;
    if (pair.kind === 'invalid') counts.invalidRemoteIps++;
    else if (pair.kind === 'test') counts.testRecords++;
    const operationNumber = readRecord(bytes, layout, time);
    let sample: Sample | null = null;
    if (flagged !== null) {
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
      counters.count(flagged.row, flagged.tally, record, operationNumber);
    }
    if (network !== null) {
      if (!network.touched) {
        network.touched = true;
        touchedNetworks.push(network);
      }
      if (!countsNow(network, record, pair, portion)) return;
      if (counters.isBetterSample(network.row, time, record.rank)) {
        network.tally.sample = sample ?? createSample(arena.keep(bytes, start, end), record);
      }
      counters.count(network.row, network.tally, record, operationNumber);
    }
  }

  /** Counts a record that shows why the log object is not believed; the first one is the sample. */
  function doubted(doubt: Doubt, bytes: Uint8Array, start: number, end: number, layout: LineLayout): void {
    if (doubt.isReported) return;
    doubt.tally ??= emptyTally();
    readRecord(bytes, layout, believedTime(layout.time, latestTime));
    doubt.tally.sample ??= createSample(arena.keep(bytes, start, end), record);
    count(doubt.tally, record);
  }

  function takeDoubt(doubt: Doubt): FlaggedObservation[] {
    const { text, tally } = doubt;
    if (tally === null || bucketOfKey === null) return [];
    doubt.tally = null;
    doubt.isReported = true;
    const named = { network: text, remoteIp: text, addresses: new Set([text]), addressCount: 1 };
    return [{ rule: 'detector-error', bucket: bucketOfKey, ...named, tally }];
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
  function takeNetwork(counted: CountedNetwork): NetworkObservation | null {
    const { row, success } = counted;
    settleEarly(counted, portion);
    let taken: NetworkObservation | null = null;
    if (counted.tally !== NOTHING) {
      counters.moveInto(row, counted.tally);
      // What is found already has its sample; only a better one is worth keeping.
      if (!counted.found) counters.forgetSample(row);
      const { bucket, network, addresses, tally } = counted;
      const addressCount = addressCountOf(counted);
      // In one literal: built by a spread, it takes several times the memory, for each network of each portion.
      taken = { bucket, network, addresses, addressCount, tally, success, counted: keepsAll ? counted : null };
    }
    restartNetwork(counted);
    return taken;
  }

  /** Lets go of everything that the records to come would make again. */
  function drop(): void {
    pairs.drop(mostKept);
    pairNumbers = createByteTable();
    pairOf = [];
    settled = new Uint8Array(64);
    bucketNumbers = createByteTable();
    bucketCount = 0;
    operationNumbers = createByteTable();
    operationNames = [];
    operationRanks = [];
    counters = createCounters(operationNames);
    keptBytes = 0;
    operationRun = -1;
    operationLayout = null;
    expectBucket();
  }

  return {
    begin(logObject) {
      latestTime = logObject.latestTime;
      bucketOfKey = logObject.bucket;
      ownAccount = logObject.accountId;
      isMisplaced = logObject.isMisplaced && bucketOfKey !== null;
      otherBucket = newDoubt(DOUBTS.otherBucket);
      otherPlace = newDoubt(DOUBTS.otherPlace);
      expectBucket();
    },
    record(bytes, start, end, layout) {
      counts.records++;
      if (isOddTime(layout.time, latestTime)) counts.recordsWithOddTime++;
      if (isMisplaced) {
        isMisplaced = false;
        doubted(otherPlace, bytes, start, end, layout);
      }
      const bucket = bucketOf(layout);
      if (bucket !== expectedBucket && expectedBucket !== ANY_BUCKET) {
        counts.recordsOfOtherBuckets++;
        doubted(otherBucket, bytes, start, end, layout);
        return;
      }
      const { starts, ends, view } = layout;
      const number = pairNumbers.intern(view, starts[FIELD.remoteIp]!, ends[FIELD.remoteIp]!, bucket);
      if (number === pairOf.length) {
        keptBytes += ends[FIELD.remoteIp]! - starts[FIELD.remoteIp]!;
        addPair(pairs.decide(text(bytes, layout, FIELD.bucket), text(bytes, layout, FIELD.remoteIp)));
      }
      if (settled[number] === 1) return;
      const pair = pairOf[number]!;
      if (pair.kind === 'no-ip') counts.recordsWithoutIp++;
      else if (pair.kind !== 'settled') judged(pair, bytes, start, end, layout);
    },
    endPortion() {
      const ended = {
        buckets: pairs.takeNewBuckets(),
        flagged: [...touchedFlagged.map(takeFlagged), ...takeDoubt(otherBucket), ...takeDoubt(otherPlace)],
        networks: touchedNetworks.map(takeNetwork).filter((taken) => taken !== null),
      };
      touchedFlagged = [];
      touchedNetworks = [];
      portion++;
      const most = Math.max(pairOf.length, bucketCount, operationNames.length, pairs.bucketCount);
      if (!keepsAll && (most > mostKept || keptBytes > MAX_KEPT_BYTES)) drop();
      return ended;
    },
    counts,
    get networkCount() {
      return keepsAll ? pairs.networkCount : null;
    },
    get kept() {
      return pairOf.length + bucketCount + operationNames.length + pairs.bucketCount;
    },
  };
}

const DENIED_RANK = rankOf('denied');
const NO_ACCESS_RANK = rankOf('no access');

function newDoubt(text: string): Doubt {
  return { text, tally: null, isReported: false };
}

/** The integer in a field of digits; null for a dash, and where the line has no such field. */
function integerAt({ view, starts, ends }: LineLayout, field: number): number | null {
  const start = starts[field]!;
  const end = ends[field]!;
  if (start < 0 || view.getUint8(start) === DASH) return null;
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + view.getUint8(at) - 0x30;
  return Number.isSafeInteger(value) ? value : null;
}
