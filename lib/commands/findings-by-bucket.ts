import type { Finding } from '../detection/finding';
import type { Tally } from '../detection/tally';
import { type Weight, weightOf, worstFirst } from '../detection/worst-first';

/** The findings of a network of a bucket, at most one a rule, which are one story for the reader. */
export interface NetworkFindings {
  readonly network: string;
  /** The address where there is only one, else the network. */
  readonly label: string;
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** Distinct addresses, that of the worst finding first; not all of very many. */
  readonly addresses: readonly string[];
  /** How many distinct addresses there are, at least. */
  readonly addressCount: number;
  readonly tally: Tally;
  readonly weight: Weight;
}

export interface BucketFindings {
  readonly name: string;
  /** The worst last. */
  readonly networks: readonly NetworkFindings[];
}

/** Findings as a person reads them at the end of a screen: by bucket, and in it by network, the worst last. */
export function findingsByBucket(findings: readonly Finding[]): BucketFindings[] {
  const buckets = new Map<string, Map<string, Finding[]>>();
  for (const finding of findings) {
    const networks = buckets.get(finding.bucket) ?? new Map<string, Finding[]>();
    buckets.set(finding.bucket, networks);
    const group = networks.get(finding.network);
    if (group === undefined) networks.set(finding.network, [finding]);
    else group.push(finding);
  }
  return [...buckets]
    .map(([name, byNetwork]) => {
      const networks = [...byNetwork].map(([network, group]) => networkFindings(network, group));
      networks.sort((a, b) => worstFirst(b.weight, a.weight));
      return { name, networks };
    })
    .sort((a, b) => worstFirst(b.networks.at(-1)!.weight, a.networks.at(-1)!.weight));
}

function networkFindings(network: string, group: readonly Finding[]): NetworkFindings {
  // What unapproved-ip counted includes what new-ip counted, which begins with the first success.
  const all = group.find(({ rule }) => rule === 'unapproved-ip') ?? group[0]!;
  const weighed = [all, ...group.filter((finding) => finding !== all)].map((finding) => ({
    finding,
    weight: weightOf(finding),
  }));
  weighed.sort((a, b) => worstFirst(a.weight, b.weight));
  const findings = weighed.map(({ finding }) => finding);
  const addresses = [...new Set([findings[0]!.remoteIp, ...findings.flatMap(({ addresses }) => [...addresses])])];
  return {
    network,
    label: addresses.length === 1 ? addresses[0]! : network,
    findings,
    addresses,
    addressCount: Math.max(addresses.length, ...findings.map(({ addressCount }) => addressCount)),
    tally: all.tally,
    weight: { ...weightOf(all), severity: weighed[0]!.weight.severity },
  };
}
