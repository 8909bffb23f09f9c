import { FIELD } from '../access-log/fields';
import type { LineLayout } from '../access-log/layout';
import { decode, locateDecision } from '../access-log/parse-line';
import { type Address, formatAddress, formatNetwork, networkOf, parseAddress } from './address';
import { type Allowlist, compileAllowlist } from './allowlist';
import { type BucketPolicy, compileBucketPolicies } from './bucket-policy';
import { createByteTable } from './byte-table';
import type { DetectionSettings } from './settings';
import { compileStatuses, isDenied, isSuccessfulRequest } from './statuses';
import { type CountedRecord, count, emptyTally, isBetterSample, type Tally } from './tally';
import { compileTrusted } from './trusted';

/** All records of a portion for one (bucket, remote IP) that nothing approved or trusted, where `unapproved-ip` is on. */
export interface Observation {
  readonly bucket: string;
  /** Canonical text of the address. */
  readonly remoteIp: string;
  readonly network: string;
  readonly tally: Tally;
}

/** All records of a portion for one (bucket, network) from its first success on, where `new-ip` is on. */
export interface NetworkObservation {
  readonly bucket: string;
  readonly network: string;
  /** Addresses in canonical text, in the order met; at most `MAX_ADDRESSES`. */
  readonly addresses: readonly string[];
  /** The successful requests of this portion; null if it holds only others of a network that succeeded before. */
  readonly success: { readonly firstAt: number; readonly lastAt: number; readonly remoteIp: string } | null;
  readonly tally: Tally;
}

export interface Observed {
  readonly addresses: readonly Observation[];
  readonly networks: readonly NetworkObservation[];
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
  /** What was observed since the last call, and begins the next portion. */
  take(): Observed;
  readonly counts: ObserverCounts;
  /** The distinct ones, at most `MAX_INVALID_SAMPLES`. */
  readonly invalid: readonly InvalidRemoteIp[];
  /** Distinct networks met in watched buckets so far. */
  readonly networks: number;
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
  readonly source: AddressTally | null;
  readonly network: NetworkTally | null;
}

interface AddressTally {
  readonly bucket: string;
  readonly remoteIp: string;
  readonly network: string;
  tally: Tally | null;
}

interface NetworkTally {
  readonly bucket: string;
  readonly network: string;
  /** The earliest success so far, over all portions. */
  firstSuccessAt: number;
  portion: NetworkPortion | null;
}

interface NetworkPortion {
  readonly tally: Tally;
  readonly addresses: Set<string>;
  /** Unsuccessful records older than the first success known so far: a late record may still move that back. */
  early: { readonly record: CountedRecord; readonly remoteIp: string }[];
  success: { firstAt: number; lastAt: number; remoteIp: string } | null;
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

  const pairNumbers = createByteTable();
  const pairs: Pair[] = [];
  const operationNumbers = createByteTable();
  const operationNames: string[] = [];
  const policies = new Map<string, BucketPolicy>();
  const addressTallies = new Map<string, AddressTally>();
  const networkTallies = new Map<string, NetworkTally>();
  const networkNames = new Set<string>();
  let touchedAddresses: AddressTally[] = [];
  let touchedNetworks: NetworkTally[] = [];
  const invalid: InvalidRemoteIp[] = [];
  const counts: ObserverCounts = {
    records: 0,
    recordsWithoutIp: 0,
    invalidRemoteIps: 0,
    trustedRecords: 0,
    testRecords: 0,
  };

  function policy(bucket: string): BucketPolicy {
    let known = policies.get(bucket);
    if (known === undefined) {
      known = policyOf(bucket);
      policies.set(bucket, known);
    }
    return known;
  }

  function decidePair(bucket: string, remoteIp: string): Pair {
    const { watched, isTestBucket, unapprovedIp, newIp } = policy(bucket);
    if (isTestBucket) return { kind: 'test' };
    if (!watched) return { kind: 'unwatched' };
    if (remoteIp === '-' || remoteIp === '') return { kind: 'no-ip' };
    const address = parseAddress(remoteIp);
    if (address === null) return { kind: 'invalid', sample: sampleInvalid(bucket, remoteIp) };
    const canonical = formatAddress(address);
    const network = formatNetwork(networkOf(address, settings.ipv4PrefixLength, settings.ipv6PrefixLength));
    networkNames.add(network);
    const approvedUntil = allowlist.approvedUntil(bucket, address);
    const flaggable = approvedUntil < Number.POSITIVE_INFINITY;
    return {
      kind: 'judged',
      bucket,
      address,
      remoteIp: canonical,
      approvedUntil,
      source: flaggable && unapprovedIp ? addressTally(bucket, canonical, network) : null,
      network: flaggable && newIp ? networkTally(bucket, network) : null,
    };
  }

  /** One address can be spelled in several ways, so its tally is found by its canonical text. */
  function addressTally(bucket: string, remoteIp: string, network: string): AddressTally {
    const key = `${bucket} ${remoteIp}`;
    let tally = addressTallies.get(key);
    if (tally === undefined) {
      tally = { bucket, remoteIp, network, tally: null };
      addressTallies.set(key, tally);
    }
    return tally;
  }

  function networkTally(bucket: string, network: string): NetworkTally {
    const key = `${bucket} ${network}`;
    let tally = networkTallies.get(key);
    if (tally === undefined) {
      tally = { bucket, network, firstSuccessAt: Number.POSITIVE_INFINITY, portion: null };
      networkTallies.set(key, tally);
    }
    return tally;
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
    const start = layout.starts[FIELD.operation]!;
    const end = layout.ends[FIELD.operation]!;
    const number = operationNumbers.intern(bytes, start, end, end, end);
    operationNames[number] ??= decode(bytes, start, end);
    return operationNames[number]!;
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
    const status = integerAt(bytes, layout, FIELD.httpStatus);
    const operation = operationOf(bytes, layout);
    const record: CountedRecord = {
      time: layout.time,
      success: isSuccessfulRequest(isSuccessStatus, status, operation),
      denied: isDenied(status),
      bytesSent: integerAt(bytes, layout, FIELD.bytesSent) ?? 0,
      operation,
    };
    let line: Uint8Array | null = null;
    const sampleInto = (tally: Tally): void => {
      if (!isBetterSample(tally, record.time, record.success)) return;
      line ??= Uint8Array.from(bytes.subarray(start, end));
      tally.sample = { line, time: record.time, success: record.success };
    };
    if (source !== null) {
      if (source.tally === null) {
        source.tally = emptyTally();
        touchedAddresses.push(source);
      }
      count(source.tally, record);
      sampleInto(source.tally);
    }
    if (network !== null) countNetwork(network, record, pair.remoteIp, sampleInto);
  }

  function countNetwork(
    network: NetworkTally,
    record: CountedRecord,
    remoteIp: string,
    sampleInto: (tally: Tally) => void,
  ): void {
    if (network.portion === null) {
      network.portion = { tally: emptyTally(), addresses: new Set(), early: [], success: null };
      touchedNetworks.push(network);
    }
    const { portion } = network;
    if (record.success) {
      network.firstSuccessAt = Math.min(network.firstSuccessAt, record.time);
      const { success } = portion;
      if (success === null) portion.success = { firstAt: record.time, lastAt: record.time, remoteIp };
      else {
        if (record.time < success.firstAt) portion.success = { ...success, firstAt: record.time, remoteIp };
        if (record.time > success.lastAt) portion.success!.lastAt = record.time;
      }
    } else if (record.time < network.firstSuccessAt) {
      portion.early.push({ record, remoteIp });
      return;
    }
    count(portion.tally, record);
    if (portion.addresses.size < MAX_ADDRESSES) portion.addresses.add(remoteIp);
    sampleInto(portion.tally);
  }

  function closeNetwork({ bucket, network, firstSuccessAt, portion }: NetworkTally): NetworkObservation | null {
    const { tally, addresses, early, success } = portion!;
    for (const { record, remoteIp } of early) {
      if (record.time < firstSuccessAt) continue;
      count(tally, record);
      if (addresses.size < MAX_ADDRESSES) addresses.add(remoteIp);
    }
    return tally.requests === 0 ? null : { bucket, network, addresses: [...addresses], success, tally };
  }

  return {
    record(bytes, start, end, layout) {
      counts.records++;
      const { starts, ends } = layout;
      const number = pairNumbers.intern(
        bytes,
        starts[FIELD.bucket]!,
        ends[FIELD.bucket]!,
        starts[FIELD.remoteIp]!,
        ends[FIELD.remoteIp]!,
      );
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
    take() {
      const addresses = touchedAddresses.map(({ bucket, remoteIp, network, tally }) => ({
        bucket,
        remoteIp,
        network,
        tally: tally!,
      }));
      for (const touched of touchedAddresses) touched.tally = null;
      const networks = touchedNetworks.map(closeNetwork).filter((observation) => observation !== null);
      for (const touched of touchedNetworks) touched.portion = null;
      touchedAddresses = [];
      touchedNetworks = [];
      return { addresses, networks };
    },
    counts,
    invalid,
    get networks() {
      return networkNames.size;
    },
  };
}

/** The integer in a field of digits; null for a dash, and where the line has no such field. */
function integerAt(bytes: Uint8Array, layout: LineLayout, field: number): number | null {
  const start = layout.starts[field]!;
  const end = layout.ends[field]!;
  if (start < 0 || bytes[start] === 0x2d) return null;
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + bytes[at]! - 0x30;
  return Number.isSafeInteger(value) ? value : null;
}
