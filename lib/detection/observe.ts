import { DASH } from '../access-log/bytes';
import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';
import { decode, locateDecision } from '../access-log/parse-line';
import { createByteTable } from './byte-table';
import { type CountedNetwork, countsNow, restart, settleEarly } from './counted-network';
import { createCounters } from './counters';
import { createLineArena } from './line-arena';
import {
  type CountedAddress,
  createPairs,
  type InvalidPair,
  type InvalidRemoteIp,
  type JudgedPair,
  type Pair,
} from './pairs';
import type { DetectionSettings } from './settings';
import { compileStatuses, isDenied, isSuccessfulRequest } from './statuses';
import { type CountedRecord, emptyTally, setSample, type Tally } from './tally';
import { compileTrusted } from './trusted';

/** All records for one (bucket, remote IP) that nothing approved or trusted, where `unapproved-ip` is on. */
export interface AddressObservation {
  readonly bucket: string;
  /** Canonical text of the address. */
  readonly remoteIp: string;
  readonly network: string;
  readonly tally: Tally;
}

/** All records for one (bucket, network) from its first success on, where `new-ip` is on. */
export interface NetworkObservation {
  readonly bucket: string;
  readonly network: string;
  /** Addresses in canonical text, in the order met; at most `MAX_ADDRESSES`. */
  readonly addresses: ReadonlySet<string>;
  /** The successful requests of this portion; null if it holds only others, of a network that succeeded before. */
  readonly success: { readonly firstAt: number; readonly lastAt: number; readonly remoteIp: string } | null;
  readonly tally: Tally;
}

/**
 * Looks at what a portion added to. The functions of observations say whether the tally goes on counting with the next
 * portion (it is somebody's finding now), or begins anew.
 */
export interface PortionHandler {
  /** A watched bucket where `new-ip` is on, whatever its records are; once, before what else the portion added. */
  bucket(bucket: string): void;
  address(observation: AddressObservation): boolean;
  network(observation: NetworkObservation): boolean;
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
  /** Ends a portion: hands on what was observed since the last call, and begins the next. */
  endPortion(handler: PortionHandler): void;
  readonly counts: ObserverCounts;
  /** The distinct ones, at most `MAX_INVALID_SAMPLES`. */
  readonly invalid: readonly InvalidRemoteIp[];
  /** Distinct networks met in watched buckets so far. */
  readonly networkCount: number;
}

/**
 * Folds records into observations. Everything that depends only on bucket and address is decided once a pair; of a
 * pair that nothing can flag, a line costs its head and nothing more.
 */
export function createObserver(settings: DetectionSettings): Observer {
  const trusted = compileTrusted(settings.trusted);
  const isSuccessStatus = compileStatuses(settings.successStatuses);

  const arena = createLineArena();
  const pairNumbers = createByteTable();
  const pairOf: Pair[] = [];
  const bucketNumbers = createByteTable();
  const operationNumbers = createByteTable();
  const operationNames: string[] = [];
  const counters = createCounters(operationNames);
  const pairs = createPairs(settings, counters.create);
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
  const record: CountedRecord = { time: 0, success: false, denied: false, bytesSent: 0, operation: '' };

  function text(bytes: Uint8Array, layout: LineLayout, field: number): string {
    return decode(bytes, layout.starts[field]!, layout.ends[field]!);
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
  function isTrusted(pair: JudgedPair | InvalidPair, bytes: Uint8Array, layout: LineLayout): boolean {
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
    if (trusted.any && isTrusted(pair, bytes, layout)) return;
    locateDecision(bytes, layout);
    const status = integerAt(layout, FIELD.httpStatus);
    const operationNumber = operationOf(bytes, layout);
    record.operation = operationNames[operationNumber]!;
    record.time = layout.time;
    record.success = isSuccessfulRequest(isSuccessStatus, status, record.operation);
    record.denied = isDenied(status);
    record.bytesSent = integerAt(layout, FIELD.bytesSent) ?? 0;
    let line: Uint8Array | null = null;
    if (source !== null) {
      if (!source.touched) {
        source.touched = true;
        touchedAddresses.push(source);
      }
      if (counters.isBetterSample(source.row, record.time, record.success)) {
        line = arena.keep(bytes, start, end);
        setSample(source.tally, line, record);
      }
      counters.count(source.row, source.tally, record, operationNumber);
    }
    if (network !== null) {
      if (!network.touched) {
        network.touched = true;
        touchedNetworks.push(network);
      }
      if (!countsNow(network, record, pair.remoteIp)) return;
      if (counters.isBetterSample(network.row, record.time, record.success)) {
        setSample(network.tally, line ?? arena.keep(bytes, start, end), record);
      }
      counters.count(network.row, network.tally, record, operationNumber);
    }
  }

  return {
    record(bytes, start, end, layout) {
      counts.records++;
      const { starts, ends, view } = layout;
      const bucket = bucketNumbers.intern(view, starts[FIELD.bucket]!, ends[FIELD.bucket]!, 0);
      const number = pairNumbers.intern(view, starts[FIELD.remoteIp]!, ends[FIELD.remoteIp]!, bucket);
      if (number === pairOf.length) {
        pairOf.push(pairs.decide(text(bytes, layout, FIELD.bucket), text(bytes, layout, FIELD.remoteIp)));
      }
      const pair = pairOf[number]!;
      if (pair.kind === 'settled') return;
      if (pair.kind === 'judged') judged(pair, bytes, start, end, layout);
      else if (pair.kind === 'no-ip') counts.recordsWithoutIp++;
      else if (pair.kind === 'test') counts.testRecords++;
      else if (pair.kind === 'invalid') {
        if (trusted.any && isTrusted(pair, bytes, layout)) return;
        counts.invalidRemoteIps++;
        if (pair.sample !== null) pair.sample.requests++;
      }
    },
    endPortion(handler) {
      for (const bucket of pairs.takeNewBuckets()) handler.bucket(bucket);
      for (const address of touchedAddresses) {
        address.touched = false;
        counters.moveInto(address.row, address.tally);
        if (handler.address(address)) continue;
        address.tally = emptyTally();
        counters.forgetSample(address.row);
      }
      for (const network of touchedNetworks) {
        network.touched = false;
        counters.moveInto(network.row, network.tally);
        settleEarly(network);
        if (network.tally.requests > 0 && !handler.network(network)) {
          restart(network);
          counters.forgetSample(network.row);
        }
        network.success = null;
      }
      touchedAddresses = [];
      touchedNetworks = [];
    },
    counts,
    get invalid() {
      return pairs.invalid;
    },
    get networkCount() {
      return pairs.networkCount;
    },
  };
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
