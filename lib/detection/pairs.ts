import { type Address, formatAddress, formatNetwork, networkOf, parseAddress } from './address';
import type { BucketPolicy } from './bucket-policy';
import type { CompiledSettings } from './compile-settings';
import {
  type CountedNetwork,
  type CountedPair,
  countNetwork,
  type FlaggedNetwork,
  flagNetwork,
} from './counted-network';

/** What is known of one (bucket, remote IP), decided once; most lines need no more than this. */
export type Pair =
  /** `settled`: nothing can flag it, whatever the record says. */
  { readonly kind: 'settled' } | { readonly kind: 'no-ip' } | JudgedPair;

export interface JudgedPair extends CountedPair {
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
  readonly flagged: FlaggedNetwork | null;
  /** Null where `new-ip` is off. */
  readonly network: CountedNetwork | null;
  /** The last portion in which it was counted in `flagged`. */
  flaggedIn: number;
}

/** Distinct remote IPs that are no addresses, of which each is reported. */
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
  /** Lets go of all that can be decided again in the same way; buckets are new again if there are more than `mostBuckets`. */
  drop(mostBuckets: number): void;
  /** Distinct networks met in watched buckets since the last `drop`. */
  readonly networkCount: number;
  /** Buckets that are not new. */
  readonly bucketCount: number;
}

/** What one bucket has: its policy and what is counted, by network, or by the text of what is no address. */
interface BucketPairs {
  readonly policy: BucketPolicy;
  readonly flagged: Map<string, FlaggedNetwork>;
  readonly networks: Map<string, CountedNetwork>;
  /** Apart: a remote IP that is no address may read like a network. */
  readonly texts: Map<string, FlaggedNetwork>;
}

/**
 * Decides what holds for pairs by these settings. All addresses of a network, and several spellings of one address,
 * share what is counted, in a row that `createRow` makes.
 */
export function createPairs({ settings, allowlist, policyOf }: CompiledSettings, createRow: () => number): Pairs {
  const { ipv4PrefixLength, ipv6PrefixLength } = settings;
  const known = new Set<string>();
  const buckets = new Map<string, BucketPairs>();
  const networkNames = new Set<string>();
  /** By bucket, the texts that are no addresses and are reported; they stay, whatever is dropped. */
  const invalid = new Map<string, Set<string>>();
  let invalidCount = 0;
  let newBuckets: WatchedBucket[] = [];

  function pairsOf(bucket: string): BucketPairs {
    let found = buckets.get(bucket);
    if (found !== undefined) return found;
    const policy = policyOf(bucket);
    if (!known.has(bucket)) {
      known.add(bucket);
      if (policy.watched && !policy.isTestBucket) newBuckets.push({ bucket, policy });
    }
    found = { policy, flagged: new Map(), networks: new Map(), texts: new Map() };
    buckets.set(bucket, found);
    return found;
  }

  /** Whether an address is remembered as it is, not cut to a network. */
  function isWhole({ family }: Address): boolean {
    return family === 4 ? ipv4PrefixLength === 32 : ipv6PrefixLength === 128;
  }

  function flag(
    byName: Map<string, FlaggedNetwork>,
    rule: FlaggedNetwork['rule'],
    bucket: string,
    name: string,
  ): FlaggedNetwork {
    let flagged = byName.get(name);
    if (flagged === undefined) {
      flagged = flagNetwork(rule, bucket, name, createRow());
      byName.set(name, flagged);
    }
    return flagged;
  }

  function countedNetwork({ networks }: BucketPairs, bucket: string, name: string): CountedNetwork {
    let network = networks.get(name);
    if (network === undefined) {
      network = countNetwork(bucket, name, createRow());
      networks.set(name, network);
    }
    return network;
  }

  /** Whether this text, which is no address, is one of those that are reported. */
  function isReported(bucket: string, text: string): boolean {
    const reported = invalid.get(bucket);
    if (reported?.has(text)) return true;
    if (invalidCount === MAX_INVALID_SAMPLES) return false;
    invalidCount++;
    if (reported === undefined) invalid.set(bucket, new Set([text]));
    else reported.add(text);
    return true;
  }

  /** A pair that is reported whatever its records are. */
  function reported(kind: 'invalid' | 'test', bucket: string, text: string, { texts }: BucketPairs): JudgedPair {
    const remoteIp = text.slice(0, MAX_INVALID_LENGTH);
    const rule = kind === 'test' ? 'test' : 'detector-error';
    return {
      kind,
      bucket,
      address: null,
      remoteIp,
      approvedUntil: Number.NEGATIVE_INFINITY,
      flagged: kind === 'test' || isReported(bucket, remoteIp) ? flag(texts, rule, bucket, remoteIp) : null,
      network: null,
      flaggedIn: -1,
      networkIn: -1,
    };
  }

  return {
    decide(bucket, text) {
      const here = pairsOf(bucket);
      const { watched, isTestBucket, unapprovedIp, newIp } = here.policy;
      if (isTestBucket) return reported('test', bucket, text, here);
      if (!watched) return { kind: 'settled' };
      if (text === '-' || text === '') return { kind: 'no-ip' };
      const address = parseAddress(text);
      if (address === null) return reported('invalid', bucket, text, here);
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
        flagged: unapprovedIp ? flag(here.flagged, 'unapproved-ip', bucket, network) : null,
        network: newIp ? countedNetwork(here, bucket, network) : null,
        flaggedIn: -1,
        networkIn: -1,
      };
    },
    takeNewBuckets() {
      const taken = newBuckets;
      newBuckets = [];
      return taken;
    },
    drop(mostBuckets) {
      buckets.clear();
      networkNames.clear();
      if (known.size > mostBuckets) known.clear();
    },
    get networkCount() {
      return networkNames.size;
    },
    get bucketCount() {
      return known.size;
    },
  };
}
