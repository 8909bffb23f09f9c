import { DASH } from '../access-log/bytes';
import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';
import { decode, locateDecision } from '../access-log/parse-line';
import { createByteTable } from './byte-table';
import type { CompiledSettings } from './compile-settings';
import { type CountedNetwork, countsNow, restart, settleEarly } from './counted-network';
import { createCounters } from './counters';
import { createLineArena } from './line-arena';
import { type CountedAddress, createPairs, type JudgedPair, type Pair, type WatchedBucket } from './pairs';
import { isDenied, isSuccessfulRequest } from './statuses';
import { type CountedRecord, createSample, emptyTally, NOTHING, type Sample, type Tally } from './tally';

/** All records of a portion for one (bucket, remote IP) that nothing approved or trusted. */
export interface AddressObservation {
  readonly rule: CountedAddress['rule'];
  readonly bucket: string;
  /** Canonical text of the address; of what is none, the beginning as logged. */
  readonly remoteIp: string;
  readonly network: string;
  readonly tally: Tally;
}

/** All records of a portion for one (bucket, network) from its first success on, where `new-ip` is on. */
export interface NetworkObservation {
  readonly bucket: string;
  readonly network: string;
  /** Addresses in canonical text, in the order met; at most `MAX_ADDRESSES`. */
  readonly addresses: ReadonlySet<string>;
  /** The successful requests; null if it holds only others, of a network that succeeded before. Epoch milliseconds. */
  readonly success: { readonly firstAt: number; readonly lastAt: number; readonly remoteIp: string } | null;
  readonly tally: Tally;
  /** What goes on counting. */
  readonly counted: CountedNetwork;
}

/** What some part of a log object adds; the portion's own, not to be counted in any more. */
export interface Portion {
  /** Buckets met for the first time, whatever their records are. */
  readonly buckets: readonly WatchedBucket[];
  readonly addresses: readonly AddressObservation[];
  readonly networks: readonly NetworkObservation[];
}

export interface ObserverCounts {
  records: number;
  recordsWithoutIp: number;
  invalidRemoteIps: number;
  trustedRecords: number;
  /** Records of the reserved test bucket. */
  testRecords: number;
}

export interface Observer {
  /** Takes in one record of `bytes[start, end)` whose head `locateLine` has found. */
  record(bytes: Uint8Array, start: number, end: number, layout: LineLayout): void;
  /** Ends a portion: what was observed since the last call. */
  endPortion(): Portion;
  readonly counts: ObserverCounts;
  /** Distinct networks met in watched buckets so far. */
  readonly networkCount: number;
}

/**
 * Says that an observation is a finding: the portions after it count all requests since its first success, and not
 * only those since theirs.
 */
export function countOn({ counted, success }: NetworkObservation): void {
  if (success === null) return;
  counted.found = true;
  counted.firstSuccessAt = Math.min(counted.firstSuccessAt, success.firstAt);
}

/**
 * Folds records into observations. Everything that depends only on bucket and address is decided once a pair; of a
 * pair that nothing can flag, a line costs its head and nothing more.
 */
export function createObserver(compiled: CompiledSettings): Observer {
  const { trusted, isSuccessStatus } = compiled;
  const arena = createLineArena();
  const pairNumbers = createByteTable();
  const pairOf: Pair[] = [];
  /** 1 for each settled pair: bytes in a row, so that most lines need not fetch an object from afar. */
  let settled = new Uint8Array(64);
  const bucketNumbers = createByteTable();
  const operationNumbers = createByteTable();
  const operationNames: string[] = [];
  const counters = createCounters(operationNames);
  const pairs = createPairs(compiled, counters.create);
  /** The operation of the record at hand, which is mostly that of the record before. */
  let operation = -1;
  let operationRun = -1;
  let operationLayout: LineLayout | null = null;
  let touchedAddresses: CountedAddress[] = [];
  let touchedNetworks: CountedNetwork[] = [];
  const counts: ObserverCounts = {
    records: 0,
    recordsWithoutIp: 0,
    invalidRemoteIps: 0,
    trustedRecords: 0,
    testRecords: 0,
  };

  /** The record at hand, written anew for each: one object, however many lines. */
  const record: CountedRecord = {
    time: 0,
    success: false,
    signed: false,
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

  /** The place of the operation in `operationNames`. */
  function operationOf(bytes: Uint8Array, layout: LineLayout): number {
    if (layout.operationRun === operationRun && layout === operationLayout) return operation;
    operationRun = layout.operationRun;
    operationLayout = layout;
    const start = layout.starts[FIELD.operation]!;
    const end = layout.ends[FIELD.operation]!;
    operation = operationNumbers.intern(layout.view, start, end, 0);
    operationNames[operation] ??= decode(bytes, start, end);
    return operation;
  }

  /** Whether the record is trusted; counts it. */
  function isTrusted(pair: JudgedPair, bytes: Uint8Array, layout: LineLayout): boolean {
    const requester = text(bytes, layout, FIELD.requester);
    const trusts = trusted.matches({
      bucket: pair.bucket,
      address: pair.address,
      requester: requester === '-' ? null : requester,
      operation: operationNames[operationOf(bytes, layout)]!,
      time: layout.time,
    });
    if (trusts) counts.trustedRecords++;
    return trusts;
  }

  function judged(pair: JudgedPair, bytes: Uint8Array, start: number, end: number, layout: LineLayout): void {
    const { source, network } = pair;
    if (layout.time < pair.approvedUntil) return;
    if (trusted.any && pair.kind !== 'test' && isTrusted(pair, bytes, layout)) return;
    if (pair.kind === 'invalid') counts.invalidRemoteIps++;
    else if (pair.kind === 'test') counts.testRecords++;
    locateDecision(bytes, layout);
    const status = integerAt(layout, FIELD.httpStatus);
    const operationNumber = operationOf(bytes, layout);
    record.operation = operationNames[operationNumber]!;
    record.time = layout.time;
    record.success = isSuccessfulRequest(isSuccessStatus, status, record.operation);
    record.signed = isSigned(layout);
    record.denied = isDenied(status);
    record.bytesSent = integerAt(layout, FIELD.bytesSent) ?? 0;
    let sample: Sample | null = null;
    if (source !== null) {
      if (!source.touched) {
        source.touched = true;
        source.tally = emptyTally();
        touchedAddresses.push(source);
      }
      if (counters.isBetterSample(source.row, record.time, record.success)) {
        sample = createSample(arena.keep(bytes, start, end), record);
        source.tally.sample = sample;
      }
      counters.count(source.row, source.tally, record, operationNumber);
    }
    if (network !== null) {
      if (!network.touched) {
        network.touched = true;
        network.tally = emptyTally();
        touchedNetworks.push(network);
      }
      if (!countsNow(network, record, pair.remoteIp)) return;
      if (counters.isBetterSample(network.row, record.time, record.success)) {
        network.tally.sample = sample ?? createSample(arena.keep(bytes, start, end), record);
      }
      counters.count(network.row, network.tally, record, operationNumber);
    }
  }

  function takeAddress(counted: CountedAddress): AddressObservation {
    const { rule, bucket, remoteIp, network, tally, row } = counted;
    counters.moveInto(row, tally);
    counters.forgetSample(row);
    counted.touched = false;
    counted.tally = NOTHING;
    return { rule, bucket, remoteIp, network, tally };
  }

  function takeNetwork(counted: CountedNetwork): NetworkObservation {
    const { bucket, network, tally, row } = counted;
    counters.moveInto(row, tally);
    // What is found already has its sample; only a better one is worth keeping.
    if (!counted.found) counters.forgetSample(row);
    settleEarly(counted);
    const { addresses, success } = counted;
    restart(counted);
    return { bucket, network, addresses, success, tally, counted };
  }

  return {
    record(bytes, start, end, layout) {
      counts.records++;
      const { starts, ends, view } = layout;
      const bucket = bucketNumbers.intern(view, starts[FIELD.bucket]!, ends[FIELD.bucket]!, 0);
      const number = pairNumbers.intern(view, starts[FIELD.remoteIp]!, ends[FIELD.remoteIp]!, bucket);
      if (number === pairOf.length) {
        addPair(pairs.decide(text(bytes, layout, FIELD.bucket), text(bytes, layout, FIELD.remoteIp)));
      }
      if (settled[number] === 1) return;
      const pair = pairOf[number]!;
      if (pair.kind === 'no-ip') counts.recordsWithoutIp++;
      else if (pair.kind !== 'settled') judged(pair, bytes, start, end, layout);
    },
    endPortion() {
      const portion = {
        buckets: pairs.takeNewBuckets(),
        addresses: touchedAddresses.map(takeAddress),
        networks: touchedNetworks.map(takeNetwork).filter(({ tally }) => tally.requests > 0),
      };
      touchedAddresses = [];
      touchedNetworks = [];
      return portion;
    },
    counts,
    get networkCount() {
      return pairs.networkCount;
    },
  };
}

/** Whether the record names a requester: a dash is an anonymous one. */
function isSigned({ view, starts, ends }: LineLayout): boolean {
  const start = starts[FIELD.requester]!;
  const length = ends[FIELD.requester]! - start;
  return length > 1 || (length === 1 && view.getUint8(start) !== DASH);
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
