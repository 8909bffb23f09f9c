import { detectorError } from '../rules/detector-error';
import type { Rule, RuleId } from '../rules/rule';
import { isOfNetworks, isRemembering, type RememberingRule } from '../rules/rule-of';
import { NETWORK } from '../rules/subject';
import { testRecord } from '../rules/test-record';
import { type Address, formatAddress, formatNetwork, networkOf, parseAddress } from './address';
import type { BucketPolicy } from './bucket-policy';
import type { CompiledSettings } from './compile-settings';
import {
  type CountedPair,
  type CountedSubject,
  type FlaggedNetwork,
  newCountedSubject,
  newFlaggedNetwork,
} from './counted-subject';

/** The evaluation of one (bucket, remote IP), which is the same for all its records. Most lines need only this. */
export type Pair =
  /** `exempt`: no active rule can flag any record of the pair. */
  { readonly kind: 'exempt' } | { readonly kind: 'no-ip' } | EvaluatedPair;

export interface EvaluatedPair extends CountedPair {
  /** `invalid`: the remote IP is not an address. `reserved`: the bucket is the reserved test bucket. */
  readonly kind: 'evaluated' | 'invalid' | 'reserved';
  readonly bucket: string;
  /** Null: the remote IP is not an address. */
  readonly address: Address | null;
  /** Canonical text of the address; if it is not an address, its first `MAX_INVALID_LENGTH` characters as logged. */
  readonly remoteIp: string;
  /** Records before this time are approved; epoch milliseconds. */
  readonly approvedUntil: number;
  /** Null: no rule about the allowlist is on, or more than `MAX_INVALID_SAMPLES` remote IPs are not addresses. */
  readonly flagged: FlaggedNetwork | null;
  /** Null: no rule about the first success of a network is on. */
  readonly network: CountedSubject | null;
  /** The rules that can flag a record of this pair by a subject that the record names; null: none. */
  readonly ofRecords: readonly RememberingRule[] | null;
  /** The last portion in which `flagged` counted this pair. */
  flaggedIn: number;
}

/** How many distinct remote IPs that are not addresses are reported. */
export const MAX_INVALID_SAMPLES = 100;
const MAX_INVALID_LENGTH = 200;

/** A bucket and its settings. */
export interface WatchedBucket {
  readonly bucket: string;
  readonly policy: BucketPolicy;
}

export interface Pairs {
  decide(bucket: string, remoteIp: string): Pair;
  /** The watched buckets that are new since the last call, except the reserved test bucket. */
  takeNewBuckets(): readonly WatchedBucket[];
  /** Empties the caches. If there are more than `maxBuckets` known buckets, forgets those too: they are new again. */
  drop(maxBuckets: number): void;
  /** The network of an address in canonical text. */
  networkOf(remoteIp: string): string;
  /** The number of distinct networks in watched buckets since the last `drop`. */
  readonly networkCount: number;
  /** The number of known buckets. */
  readonly bucketCount: number;
}

/** The policy of a bucket, and its counts by network. */
interface BucketPairs {
  readonly policy: BucketPolicy;
  readonly rules: BucketRules;
  readonly flagged: Map<string, FlaggedNetwork>;
  readonly networks: Map<string, CountedSubject>;
  /** By remote IP that is not an address. A map of its own, because such a text may look like a network. */
  readonly texts: Map<string, FlaggedNetwork>;
}

/** The active rules of a bucket, by what they detect; null: none. */
interface BucketRules {
  readonly outsideAllowlist: Rule | null;
  readonly firstOfNetwork: RememberingRule | null;
  readonly ofRecords: readonly RememberingRule[] | null;
  /** Those of `ofRecords` that also flag requests from approved addresses. */
  readonly evenIfApproved: readonly RememberingRule[] | null;
}

function rulesOf(active: readonly Rule[]): BucketRules {
  const remembering = active.filter(isRemembering);
  const ofRecords = remembering.filter((rule) => !isOfNetworks(rule));
  const evenIfApproved = ofRecords.filter(({ detects }) => !detects.approvable);
  return {
    outsideAllowlist: active.find(({ detects }) => detects.kind === 'outside-allowlist') ?? null,
    firstOfNetwork: remembering.find(isOfNetworks) ?? null,
    ofRecords: ofRecords.length === 0 ? null : ofRecords,
    evenIfApproved: evenIfApproved.length === 0 ? null : evenIfApproved,
  };
}

/**
 * Evaluates pairs by these settings. All addresses of a network, and all spellings of an address, share their counts.
 * `createRow`: creates the row of `Counters` for new counts.
 */
export function createPairs({ settings, allowlist, policyOf }: CompiledSettings, createRow: () => number): Pairs {
  const { ipv4PrefixLength, ipv6PrefixLength } = settings;
  const known = new Set<string>();
  const buckets = new Map<string, BucketPairs>();
  const networkNames = new Set<string>();
  /** By bucket, the reported remote IPs that are not addresses. `drop` keeps them. */
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
    found = { policy, rules: rulesOf(policy.active), flagged: new Map(), networks: new Map(), texts: new Map() };
    buckets.set(bucket, found);
    return found;
  }

  /** Whether sightings store the whole address, and not only a network. */
  function isWhole({ family }: Address): boolean {
    return family === 4 ? ipv4PrefixLength === 32 : ipv6PrefixLength === 128;
  }

  function flag(byName: Map<string, FlaggedNetwork>, rule: RuleId, bucket: string, name: string): FlaggedNetwork {
    let flagged = byName.get(name);
    if (flagged === undefined) {
      flagged = newFlaggedNetwork(rule, bucket, name, createRow());
      byName.set(name, flagged);
    }
    return flagged;
  }

  function countedNetwork({ networks }: BucketPairs, rule: RuleId, bucket: string, name: string): CountedSubject {
    let network = networks.get(name);
    if (network === undefined) {
      network = newCountedSubject(rule, bucket, NETWORK.id, name, createRow());
      networks.set(name, network);
    }
    return network;
  }

  /** Whether this text, which is not an address, is one of the `MAX_INVALID_SAMPLES` that are reported. */
  function isReported(bucket: string, text: string): boolean {
    const reported = invalid.get(bucket);
    if (reported?.has(text)) return true;
    if (invalidCount === MAX_INVALID_SAMPLES) return false;
    invalidCount++;
    if (reported === undefined) invalid.set(bucket, new Set([text]));
    else reported.add(text);
    return true;
  }

  /** A pair that is reported regardless of its records. */
  function reported(kind: 'invalid' | 'reserved', bucket: string, text: string, { texts }: BucketPairs): EvaluatedPair {
    const remoteIp = text.slice(0, MAX_INVALID_LENGTH);
    const rule = kind === 'reserved' ? testRecord.id : detectorError.id;
    return {
      kind,
      bucket,
      address: null,
      remoteIp,
      approvedUntil: Number.NEGATIVE_INFINITY,
      flagged: kind === 'reserved' || isReported(bucket, remoteIp) ? flag(texts, rule, bucket, remoteIp) : null,
      network: null,
      ofRecords: null,
      flaggedIn: -1,
      countedIn: -1,
    };
  }

  function networkNameOf(address: Address, remoteIp: string): string {
    return isWhole(address) ? remoteIp : formatNetwork(networkOf(address, ipv4PrefixLength, ipv6PrefixLength));
  }

  return {
    decide(bucket, text) {
      const here = pairsOf(bucket);
      const { watched, isTestBucket } = here.policy;
      if (isTestBucket) return reported('reserved', bucket, text, here);
      if (!watched) return { kind: 'exempt' };
      if (text === '-' || text === '') return { kind: 'no-ip' };
      const address = parseAddress(text);
      if (address === null) return reported('invalid', bucket, text, here);
      const remoteIp = formatAddress(address);
      const network = networkNameOf(address, remoteIp);
      networkNames.add(network);
      const approvedUntil = allowlist.approvedUntil(bucket, address);
      const isApproved = approvedUntil === Number.POSITIVE_INFINITY;
      const outsideAllowlist = isApproved ? null : here.rules.outsideAllowlist;
      const firstOfNetwork = isApproved ? null : here.rules.firstOfNetwork;
      const ofRecords = isApproved ? here.rules.evenIfApproved : here.rules.ofRecords;
      if (outsideAllowlist === null && firstOfNetwork === null && ofRecords === null) return { kind: 'exempt' };
      return {
        kind: 'evaluated',
        bucket,
        address,
        remoteIp,
        approvedUntil,
        flagged: outsideAllowlist === null ? null : flag(here.flagged, outsideAllowlist.id, bucket, network),
        network: firstOfNetwork === null ? null : countedNetwork(here, firstOfNetwork.id, bucket, network),
        ofRecords,
        flaggedIn: -1,
        countedIn: -1,
      };
    },
    networkOf(remoteIp) {
      const address = parseAddress(remoteIp);
      return address === null ? remoteIp : networkNameOf(address, remoteIp);
    },
    takeNewBuckets() {
      const taken = newBuckets;
      newBuckets = [];
      return taken;
    },
    drop(maxBuckets) {
      buckets.clear();
      networkNames.clear();
      if (known.size > maxBuckets) known.clear();
    },
    get networkCount() {
      return networkNames.size;
    },
    get bucketCount() {
      return known.size;
    },
  };
}
