import { type Address, formatAddress, formatNetwork, networkOf, parseAddress } from './address';
import type { BucketPolicy } from './bucket-policy';
import type { CompiledSettings } from './compile-settings';
import { type CountedNetwork, countNetwork } from './counted-network';
import type { FindingRule } from './rules';
import { NOTHING, type Tally } from './tally';

/** What is known of one (bucket, remote IP), decided once; most lines need no more than this. */
export type Pair =
  /** `settled`: nothing can flag it, whatever the record says. */
  { readonly kind: 'settled' } | { readonly kind: 'no-ip' } | JudgedPair;

export interface JudgedPair {
  /** `invalid`: the remote IP is no address. `test`: of the reserved test bucket. */
  readonly kind: 'judged' | 'invalid' | 'test';
  readonly bucket: string;
  /** Null where the remote IP is none. */
  readonly address: Address | null;
  /** Canonical text of the address; what is none as logged, at most `MAX_INVALID_LENGTH` characters of it. */
  readonly remoteIp: string;
  /** Records before this moment are approved; epoch milliseconds. */
  readonly approvedUntil: number;
  /** Null where `unapproved-ip` is off, and of further invalid addresses after very many. */
  readonly source: CountedAddress | null;
  /** Null where `new-ip` is off. */
  readonly network: CountedNetwork | null;
}

/** What is counted of one (bucket, remote IP): where `unapproved-ip` is on, of the test bucket, and of invalid ones. */
export interface CountedAddress {
  readonly rule: Exclude<FindingRule, 'new-ip'>;
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

/** Distinct remote IPs that are no addresses, of which each is told. */
export const MAX_INVALID_SAMPLES = 100;
const MAX_INVALID_LENGTH = 200;

/** A watched bucket, and what holds for it. */
export interface WatchedBucket {
  readonly bucket: string;
  readonly policy: BucketPolicy;
}

export interface Pairs {
  decide(bucket: string, remoteIp: string): Pair;
  /** Watched buckets met since the last call, but for the reserved test bucket. */
  takeNewBuckets(): readonly WatchedBucket[];
  /** Distinct networks met in watched buckets. */
  readonly networkCount: number;
}

/**
 * Decides what holds for pairs by these settings. Several spellings of one address share what is counted, in a row
 * that `createRow` makes.
 */
export function createPairs({ settings, allowlist, policyOf }: CompiledSettings, createRow: () => number): Pairs {
  const { ipv4PrefixLength, ipv6PrefixLength } = settings;
  const known = new Set<string>();
  const addresses = new Map<string, CountedAddress>();
  const networks = new Map<string, CountedNetwork>();
  const networkNames = new Set<string>();
  let invalid = 0;
  let newBuckets: WatchedBucket[] = [];

  function policy(bucket: string): BucketPolicy {
    const found = policyOf(bucket);
    if (!known.has(bucket)) {
      known.add(bucket);
      if (found.watched && !found.isTestBucket) newBuckets.push({ bucket, policy: found });
    }
    return found;
  }

  /** Whether an address is remembered as it is, not cut to a network. */
  function isWhole({ family }: Address): boolean {
    return family === 4 ? ipv4PrefixLength === 32 : ipv6PrefixLength === 128;
  }

  function countedAddress(
    rule: CountedAddress['rule'],
    bucket: string,
    remoteIp: string,
    network: string,
  ): CountedAddress {
    const key = `${bucket} ${remoteIp}`;
    let address = addresses.get(key);
    if (address === undefined) {
      address = { rule, bucket, remoteIp, network, tally: NOTHING, row: createRow(), touched: false };
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

  /** A pair that is told whatever its records are. */
  function told(kind: 'invalid' | 'test', bucket: string, text: string): JudgedPair {
    const remoteIp = text.slice(0, MAX_INVALID_LENGTH);
    const rule = kind === 'test' ? 'test' : 'detector-error';
    const source =
      kind === 'test' || invalid++ < MAX_INVALID_SAMPLES ? countedAddress(rule, bucket, remoteIp, remoteIp) : null;
    return { kind, bucket, address: null, remoteIp, approvedUntil: Number.NEGATIVE_INFINITY, source, network: null };
  }

  return {
    decide(bucket, text) {
      const { watched, isTestBucket, unapprovedIp, newIp } = policy(bucket);
      if (isTestBucket) return told('test', bucket, text);
      if (!watched) return { kind: 'settled' };
      if (text === '-' || text === '') return { kind: 'no-ip' };
      const address = parseAddress(text);
      if (address === null) return told('invalid', bucket, text);
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
        source: unapprovedIp ? countedAddress('unapproved-ip', bucket, remoteIp, network) : null,
        network: newIp ? countedNetwork(bucket, network) : null,
      };
    },
    takeNewBuckets() {
      const taken = newBuckets;
      newBuckets = [];
      return taken;
    },
    get networkCount() {
      return networkNames.size;
    },
  };
}
