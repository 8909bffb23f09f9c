import { DASH } from '../access-log/bytes';
import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';
import { decode, locateDecision } from '../access-log/parse-line';
import { type Address, formatAddress, formatNetwork, networkOf, parseAddress } from './address';
import { type Allowlist, compileAllowlist } from './allowlist';
import { type BucketPolicy, compileBucketPolicies } from './bucket-policy';
import { createByteTable } from './byte-table';
import { createLineArena } from './line-arena';
import type { DetectionSettings } from './settings';
import { compileStatuses, isDenied, isSuccessfulRequest } from './statuses';
import { type CountedRecord, count, emptyTally, isBetterSample, setSample, type Tally } from './tally';
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
 * Looks at what a portion added to. Each function says whether the tally goes on counting with the next portion (it
 * is somebody's finding now), or begins anew.
 */
export interface PortionHandler {
  address(observation: AddressObservation): boolean;
  network(observation: NetworkObservation): boolean;
}

/** A remote IP that is no address, and how often it was met. */
export interface InvalidRemoteIp {
  readonly bucket: string;
  readonly remoteIp: string;
  requests: number;
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

/** How many distinct addresses of one network are named. */
export const MAX_ADDRESSES = 20;
const MAX_INVALID_SAMPLES = 100;

/** What is known of one (bucket, remote IP), decided once; most lines need no more than this. */
type Pair =
  | { readonly kind: 'unwatched' | 'no-ip' | 'test' }
  | { readonly kind: 'invalid'; readonly sample: InvalidRemoteIp | null }
  | JudgedPair;

interface JudgedPair {
  readonly kind: 'judged';
  readonly bucket: string;
  readonly address: Address;
  readonly remoteIp: string;
  /** Records before this moment are approved. */
  readonly approvedUntil: number;
  readonly source: CountedAddress | null;
  readonly network: CountedNetwork | null;
}

interface CountedAddress extends AddressObservation {
  tally: Tally;
  touched: boolean;
}

interface CountedNetwork extends NetworkObservation {
  tally: Tally;
  addresses: Set<string>;
  success: { firstAt: number; lastAt: number; remoteIp: string } | null;
  /** The earliest success so far, over all portions. */
  firstSuccessAt: number;
  /** Unsuccessful records older than the first success known so far: a late record may still move that back. */
  early: { readonly record: Readonly<CountedRecord>; readonly remoteIp: string }[];
  touched: boolean;
}

/**
 * Folds records into observations. Everything that depends only on bucket and address is decided once a pair; of a
 * pair that nothing can flag, a line costs its head and nothing more.
 */
export function createObserver(settings: DetectionSettings): Observer {
  const allowlist: Allowlist = compileAllowlist(settings.allowlist);
  const policyOf = compileBucketPolicies(settings, allowlist);
  const trusted = compileTrusted(settings.trusted);
  const isSuccessStatus = compileStatuses(settings.successStatuses);

  const { ipv4PrefixLength, ipv6PrefixLength } = settings;

  const arena = createLineArena();
  const pairNumbers = createByteTable();
  const pairs: Pair[] = [];
  const bucketNumbers = createByteTable();
  const operationNumbers = createByteTable();
  const operationNames: string[] = [];
  /** The operation of the record at hand, which is mostly that of the record before. */
  let operation = '';
  let operationRun = -1;
  const policies = new Map<string, BucketPolicy>();
  const addresses = new Map<string, CountedAddress>();
  const networks = new Map<string, CountedNetwork>();
  const networkNames = new Set<string>();
  let touchedAddresses: CountedAddress[] = [];
  let touchedNetworks: CountedNetwork[] = [];
  const invalid: InvalidRemoteIp[] = [];
  const counts: ObserverCounts = {
    records: 0,
    recordsWithoutIp: 0,
    invalidRemoteIps: 0,
    trustedRecords: 0,
    testRecords: 0,
  };

  /** The record at hand, written anew for each: one object, however many lines. */
  const record: CountedRecord = { time: 0, success: false, denied: false, bytesSent: 0, operation: '' };

  function policy(bucket: string): BucketPolicy {
    let known = policies.get(bucket);
    if (known === undefined) {
      known = policyOf(bucket);
      policies.set(bucket, known);
    }
    return known;
  }

  /** Whether an address is remembered as it is, not cut to a network. */
  function isWhole({ family }: Address): boolean {
    return family === 4 ? ipv4PrefixLength === 32 : ipv6PrefixLength === 128;
  }

  function decidePair(bucket: string, remoteIp: string): Pair {
    const { watched, isTestBucket, unapprovedIp, newIp } = policy(bucket);
    if (isTestBucket) return { kind: 'test' };
    if (!watched) return { kind: 'unwatched' };
    if (remoteIp === '-' || remoteIp === '') return { kind: 'no-ip' };
    const address = parseAddress(remoteIp);
    if (address === null) return { kind: 'invalid', sample: sampleInvalid(bucket, remoteIp) };
    const canonical = formatAddress(address);
    const network = isWhole(address)
      ? canonical
      : formatNetwork(networkOf(address, ipv4PrefixLength, ipv6PrefixLength));
    networkNames.add(network);
    const approvedUntil = allowlist.approvedUntil(bucket, address);
    const flaggable = approvedUntil < Number.POSITIVE_INFINITY;
    return {
      kind: 'judged',
      bucket,
      address,
      remoteIp: canonical,
      approvedUntil,
      source: flaggable && unapprovedIp ? countedAddress(bucket, canonical, network) : null,
      network: flaggable && newIp ? countedNetwork(bucket, network) : null,
    };
  }

  /** One address can be spelled in several ways, so its tally is found by its canonical text. */
  function countedAddress(bucket: string, remoteIp: string, network: string): CountedAddress {
    const key = `${bucket} ${remoteIp}`;
    let address = addresses.get(key);
    if (address === undefined) {
      address = { bucket, remoteIp, network, tally: emptyTally(), touched: false };
      addresses.set(key, address);
    }
    return address;
  }

  function countedNetwork(bucket: string, name: string): CountedNetwork {
    const key = `${bucket} ${name}`;
    let network = networks.get(key);
    if (network === undefined) {
      network = {
        bucket,
        network: name,
        addresses: new Set(),
        success: null,
        tally: emptyTally(),
        firstSuccessAt: Number.POSITIVE_INFINITY,
        early: [],
        touched: false,
      };
      networks.set(key, network);
    }
    return network;
  }

  function sampleInvalid(bucket: string, remoteIp: string): InvalidRemoteIp | null {
    if (invalid.length >= MAX_INVALID_SAMPLES) return null;
    const sample = { bucket, remoteIp, requests: 0 };
    invalid.push(sample);
    return sample;
  }

  function text(bytes: Uint8Array, layout: LineLayout, field: number): string {
    return decode(bytes, layout.starts[field]!, layout.ends[field]!);
  }

  function operationOf(bytes: Uint8Array, layout: LineLayout): string {
    if (layout.operationRun === operationRun) return operation;
    operationRun = layout.operationRun;
    const start = layout.starts[FIELD.operation]!;
    const end = layout.ends[FIELD.operation]!;
    const number = operationNumbers.intern(layout.view, start, end, 0);
    operationNames[number] ??= decode(bytes, start, end);
    operation = operationNames[number]!;
    return operation;
  }

  function isTrusted(pair: JudgedPair, bytes: Uint8Array, layout: LineLayout): boolean {
    const requester = text(bytes, layout, FIELD.requester);
    return trusted.matches({
      bucket: pair.bucket,
      address: pair.address,
      requester: requester === '-' ? null : requester,
      operation: operationOf(bytes, layout),
      time: layout.time,
    });
  }

  function judged(pair: JudgedPair, bytes: Uint8Array, start: number, end: number, layout: LineLayout): void {
    const { source, network } = pair;
    if (source === null && network === null) return;
    if (layout.time < pair.approvedUntil) return;
    if (trusted.any && isTrusted(pair, bytes, layout)) {
      counts.trustedRecords++;
      return;
    }
    locateDecision(bytes, layout);
    const status = integerAt(layout, FIELD.httpStatus);
    record.operation = operationOf(bytes, layout);
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
      if (isBetterSample(source.tally, record)) {
        line = arena.keep(bytes, start, end);
        setSample(source.tally, line, record);
      }
      count(source.tally, record);
    }
    if (network !== null && countsNow(network, pair.remoteIp)) {
      if (isBetterSample(network.tally, record)) {
        setSample(network.tally, line ?? arena.keep(bytes, start, end), record);
      }
      count(network.tally, record);
    }
  }

  /** Whether the record is counted now, or kept because no success that old is known. */
  function countsNow(network: CountedNetwork, remoteIp: string): boolean {
    if (!network.touched) {
      network.touched = true;
      touchedNetworks.push(network);
    }
    const { time } = record;
    if (record.success) {
      if (time < network.firstSuccessAt) network.firstSuccessAt = time;
      const { success } = network;
      if (success === null) network.success = { firstAt: time, lastAt: time, remoteIp };
      else {
        if (time > success.lastAt) success.lastAt = time;
        if (time < success.firstAt) {
          success.firstAt = time;
          success.remoteIp = remoteIp;
        }
      }
    } else if (time < network.firstSuccessAt) {
      network.early.push({ record: { ...record }, remoteIp });
      return false;
    }
    if (network.addresses.size < MAX_ADDRESSES) network.addresses.add(remoteIp);
    return true;
  }

  /** Counts the early records that turned out to be younger than the first success, and drops the others. */
  function settleEarly(network: CountedNetwork): void {
    for (const { record: earlier, remoteIp } of network.early) {
      if (earlier.time < network.firstSuccessAt) continue;
      count(network.tally, earlier);
      if (network.addresses.size < MAX_ADDRESSES) network.addresses.add(remoteIp);
    }
    if (network.early.length > 0) network.early = [];
  }

  return {
    record(bytes, start, end, layout) {
      counts.records++;
      const { starts, ends, view } = layout;
      const bucket = bucketNumbers.intern(view, starts[FIELD.bucket]!, ends[FIELD.bucket]!, 0);
      const number = pairNumbers.intern(view, starts[FIELD.remoteIp]!, ends[FIELD.remoteIp]!, bucket);
      if (number === pairs.length) {
        pairs.push(decidePair(text(bytes, layout, FIELD.bucket), text(bytes, layout, FIELD.remoteIp)));
      }
      const pair = pairs[number]!;
      if (pair.kind === 'judged') judged(pair, bytes, start, end, layout);
      else if (pair.kind === 'no-ip') counts.recordsWithoutIp++;
      else if (pair.kind === 'test') counts.testRecords++;
      else if (pair.kind === 'invalid') {
        counts.invalidRemoteIps++;
        if (pair.sample !== null) pair.sample.requests++;
      }
    },
    endPortion(handler) {
      for (const address of touchedAddresses) {
        address.touched = false;
        if (!handler.address(address)) address.tally = emptyTally();
      }
      for (const network of touchedNetworks) {
        network.touched = false;
        settleEarly(network);
        if (network.tally.requests > 0 && !handler.network(network)) {
          network.tally = emptyTally();
          network.addresses = new Set();
        }
        network.success = null;
      }
      touchedAddresses = [];
      touchedNetworks = [];
    },
    counts,
    invalid,
    get networkCount() {
      return networkNames.size;
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
