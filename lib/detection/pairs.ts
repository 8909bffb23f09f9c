import { type Address, formatAddress, formatNetwork, networkOf, parseAddress } from './address';
import { compileAllowlist } from './allowlist';
import { type BucketPolicy, compileBucketPolicies } from './bucket-policy';
import { type CountedNetwork, countNetwork } from './counted-network';
import type { DetectionSettings } from './settings';
import { emptyTally, type Tally } from './tally';

/** What is known of one (bucket, remote IP), decided once; most lines need no more than this. */
export type Pair =
  /** `settled`: nothing can flag it, whatever the record says. */
  { readonly kind: 'settled' | 'no-ip' | 'test' } | InvalidPair | JudgedPair;

export interface InvalidPair {
  readonly kind: 'invalid';
  readonly bucket: string;
  readonly address: null;
  /** Null if there were too many others before. */
  readonly sample: InvalidRemoteIp | null;
}

export interface JudgedPair {
  readonly kind: 'judged';
  readonly bucket: string;
  readonly address: Address;
  /** Canonical text of the address. */
  readonly remoteIp: string;
  /** Records before this moment are approved; epoch milliseconds. */
  readonly approvedUntil: number;
  /** Null where `unapproved-ip` is off. */
  readonly source: CountedAddress | null;
  /** Null where `new-ip` is off. */
  readonly network: CountedNetwork | null;
}

/** What is counted of one (bucket, remote IP) where `unapproved-ip` is on. */
export interface CountedAddress {
  readonly bucket: string;
  /** Canonical text. */
  readonly remoteIp: string;
  readonly network: string;
  tally: Tally;
  /** The row of `Counters` that stands before the tally. */
  readonly row: number;
  /** Whether this portion added to it. */
  touched: boolean;
}

/** A remote IP that is no address, and how often it was met. */
export interface InvalidRemoteIp {
  readonly bucket: string;
  /** As logged, at most `MAX_INVALID_LENGTH` characters of it. */
  readonly remoteIp: string;
  requests: number;
}

const MAX_INVALID_SAMPLES = 100;
const MAX_INVALID_LENGTH = 200;

export interface Pairs {
  decide(bucket: string, remoteIp: string): Pair;
  /** Watched buckets where `new-ip` is on, met since the last call. */
  takeNewBuckets(): readonly string[];
  /** The distinct ones, at most `MAX_INVALID_SAMPLES`. */
  readonly invalid: readonly InvalidRemoteIp[];
  /** Distinct networks met in watched buckets. */
  readonly networkCount: number;
}

/**
 * Decides what holds for pairs by these settings. Several spellings of one address share what is counted, in a row
 * that `createRow` makes.
 */
export function createPairs(settings: DetectionSettings, createRow: () => number): Pairs {
  const { ipv4PrefixLength, ipv6PrefixLength } = settings;
  const allowlist = compileAllowlist(settings.allowlist);
  const policyOf = compileBucketPolicies(settings, allowlist);
  const policies = new Map<string, BucketPolicy>();
  const addresses = new Map<string, CountedAddress>();
  const networks = new Map<string, CountedNetwork>();
  const networkNames = new Set<string>();
  const invalid: InvalidRemoteIp[] = [];
  let newBuckets: string[] = [];

  function policy(bucket: string): BucketPolicy {
    let known = policies.get(bucket);
    if (known === undefined) {
      known = policyOf(bucket);
      policies.set(bucket, known);
      if (known.watched && known.newIp) newBuckets.push(bucket);
    }
    return known;
  }

  /** Whether an address is remembered as it is, not cut to a network. */
  function isWhole({ family }: Address): boolean {
    return family === 4 ? ipv4PrefixLength === 32 : ipv6PrefixLength === 128;
  }

  function countedAddress(bucket: string, remoteIp: string, network: string): CountedAddress {
    const key = `${bucket} ${remoteIp}`;
    let address = addresses.get(key);
    if (address === undefined) {
      address = { bucket, remoteIp, network, tally: emptyTally(), row: createRow(), touched: false };
      addresses.set(key, address);
    }
    return address;
  }

  function countedNetwork(bucket: string, name: string): CountedNetwork {
    const key = `${bucket} ${name}`;
    let network = networks.get(key);
    if (network === undefined) {
      network = countNetwork(bucket, name, createRow());
      networks.set(key, network);
    }
    return network;
  }

  function sampleInvalid(bucket: string, remoteIp: string): InvalidRemoteIp | null {
    if (invalid.length >= MAX_INVALID_SAMPLES) return null;
    const sample = { bucket, remoteIp: remoteIp.slice(0, MAX_INVALID_LENGTH), requests: 0 };
    invalid.push(sample);
    return sample;
  }

  return {
    decide(bucket, text) {
      const { watched, isTestBucket, unapprovedIp, newIp } = policy(bucket);
      if (isTestBucket) return { kind: 'test' };
      if (!watched) return { kind: 'settled' };
      if (text === '-' || text === '') return { kind: 'no-ip' };
      const address = parseAddress(text);
      if (address === null) return { kind: 'invalid', bucket, address, sample: sampleInvalid(bucket, text) };
      const remoteIp = formatAddress(address);
      const network = isWhole(address)
        ? remoteIp
        : formatNetwork(networkOf(address, ipv4PrefixLength, ipv6PrefixLength));
      networkNames.add(network);
      const approvedUntil = allowlist.approvedUntil(bucket, address);
      if (approvedUntil === Number.POSITIVE_INFINITY || !(unapprovedIp || newIp)) return { kind: 'settled' };
      return {
        kind: 'judged',
        bucket,
        address,
        remoteIp,
        approvedUntil,
        source: unapprovedIp ? countedAddress(bucket, remoteIp, network) : null,
        network: newIp ? countedNetwork(bucket, network) : null,
      };
    },
    takeNewBuckets() {
      const taken = newBuckets;
      newBuckets = [];
      return taken;
    },
    invalid,
    get networkCount() {
      return networkNames.size;
    },
  };
}
