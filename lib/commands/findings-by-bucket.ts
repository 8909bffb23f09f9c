import { type Finding, subjectTextOf } from '../detection/finding';
import type { Tally } from '../detection/tally';
import { type Weight, weightOf, worstFirst } from '../detection/worst-first';
import { isRemembering, ruleOf } from '../rules/rule-of';

/** The findings of a network, or other subject, of a bucket, at most one a rule, which are one story for the reader. */
export interface NetworkFindings {
  /** The address where there is only one, else the network; of another subject its name, which may be untrusted text. */
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
    const subject = subjectTextOf(finding);
    const group = networks.get(subject);
    if (group === undefined) networks.set(subject, [finding]);
    else group.push(finding);
  }
  return [...buckets]
    .map(([name, byNetwork]) => {
      const networks = [...byNetwork.values()].map(networkFindings);
      networks.sort((a, b) => worstFirst(b.weight, a.weight));
      return { name, networks };
    })
    .sort((a, b) => worstFirst(b.networks.at(-1)!.weight, a.networks.at(-1)!.weight));
}

function networkFindings(group: readonly Finding[]): NetworkFindings {
  // What a rule counted from its first success on is included in what another counted that does not remember.
  const all = group.find(({ rule }) => !isRemembering(ruleOf(rule))) ?? group[0]!;
  const weighed = [all, ...group.filter((finding) => finding !== all)].map((finding) => ({
    finding,
    weight: weightOf(finding),
  }));
  weighed.sort((a, b) => worstFirst(a.weight, b.weight));
  const findings = weighed.map(({ finding }) => finding);
  const addresses = [...new Set([findings[0]!.remoteIp, ...findings.flatMap(({ addresses }) => [...addresses])])];
  return {
    label: all.subject?.name ?? (addresses.length === 1 ? addresses[0]! : all.network),
    findings,
    addresses,
    addressCount: Math.max(addresses.length, ...findings.map(({ addressCount }) => addressCount)),
    tally: all.tally,
    weight: { ...weightOf(all), severity: weighed[0]!.weight.severity },
  };
}
