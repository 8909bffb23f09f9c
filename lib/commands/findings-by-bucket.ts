import type { Finding } from '../detection/finding';
import { addTally, emptyTally, type Tally } from '../detection/tally';

/** The findings of both rules for one network of a bucket, which are one story for the reader. */
export interface NetworkFindings {
  readonly network: string;
  /** The address where there is only one, else the network. */
  readonly label: string;
  readonly findings: readonly Finding[];
  readonly addresses: readonly string[];
  readonly tally: Tally;
}

export interface BucketFindings {
  readonly name: string;
  readonly networks: readonly NetworkFindings[];
  readonly newest: number;
}

/** Findings as a person reads them: by bucket, and in it by network, the newest last. */
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
      networks.sort((a, b) => a.tally.lastEventAt - b.tally.lastEventAt || a.tally.firstEventAt - b.tally.firstEventAt);
      return { name, networks, newest: networks.at(-1)!.tally.lastEventAt };
    })
    .sort((a, b) => a.newest - b.newest);
}

function networkFindings(network: string, findings: readonly Finding[]): NetworkFindings {
  const addresses = [...new Set(findings.flatMap(({ addresses }) => [...addresses]))];
  const unapproved = findings.filter(({ rule }) => rule === 'unapproved-ip');
  // What unapproved-ip counted includes what new-ip counted, which begins with the first success.
  const tally = sumOf(unapproved.length > 0 ? unapproved : findings);
  return { network, label: addresses.length === 1 ? addresses[0]! : network, findings, addresses, tally };
}

/** What these findings, at least one, counted together. */
export function sumOf(findings: readonly Finding[]): Tally {
  if (findings.length === 1) return findings[0]!.tally;
  const sum = emptyTally();
  for (const { tally } of findings) addTally(sum, tally);
  return sum;
}
