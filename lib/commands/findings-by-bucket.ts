import { type Finding, subjectTextOf } from '../detection/finding';
import type { Tally } from '../detection/tally';
import { type Weight, weightOf, worstFirst } from '../detection/worst-first';
import { isRemembering, ruleOf } from '../rules/rule-of';

/** The findings about one network or other subject in one bucket: at most one per rule. They are shown together. */
export interface NetworkFindings {
  /** The address if there is only one, else the network; for another subject its name, which may be untrusted text. */
  readonly label: string;
  /** The worst finding first. */
  readonly findings: readonly Finding[];
  /** Distinct addresses, that of the worst finding first; incomplete if there are very many. */
  readonly addresses: readonly string[];
  /** Lower bound of the number of distinct addresses. */
  readonly addressCount: number;
  readonly tally: Tally;
  readonly weight: Weight;
}

export interface BucketFindings {
  readonly name: string;
  /** The worst network last. */
  readonly networks: readonly NetworkFindings[];
}

/** Groups findings by bucket, and in a bucket by network. The worst is last, where the reader of a terminal looks. */
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
  // A rule that remembers counts from the first success on; a rule that does not counts all requests, these included.
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
