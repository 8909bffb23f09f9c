import { type Address, type Network, parseCidr } from './address';
import { compileNames, isGlob, matchesGlob } from './glob';
import type { AllowlistEntry } from './settings';

/** The allowlist of a configuration, ready to be asked about any number of records. */
export interface Allowlist {
  /**
   * Until when the address is approved for this bucket, in epoch milliseconds: a record is approved if its time is
   * before. -Infinity where no entry covers it, +Infinity where an entry without an end does, else the latest end.
   */
  approvedUntil(bucket: string, address: Address): number;
  /** Whether some entry, even an expired one, holds for this bucket, whatever its network. */
  appliesTo(bucket: string): boolean;
}

/**
 * Compiles allowlist entries; 10,000 of them are expected. A look-up is a binary search and a climb through the
 * enclosing networks (at most one per prefix length), never a walk over the list. Throws an Error that names the entry
 * if a CIDR is not valid: the configuration has been validated before.
 */
export function compileAllowlist(entries: readonly AllowlistEntry[]): Allowlist {
  const approvals = entries.map(approvalOf);
  const stretches = {
    4: stretchesOf(approvals.filter(({ network }) => network.family === 4)),
    6: stretchesOf(approvals.filter(({ network }) => network.family === 6)),
  };
  return {
    approvedUntil: (bucket, { family, value }) => {
      let until = Number.NEGATIVE_INFINITY;
      for (let node = innermostAt(stretches[family], value); node !== null; node = node.enclosing) {
        until = Math.max(until, untilFor(node, bucket));
      }
      return until;
    },
    appliesTo: compileNames([...new Set(entries.flatMap((entry) => entry.buckets ?? ['*']))]),
  };
}

/** An entry, read: its network, its end in epoch milliseconds or +Infinity, its buckets or null for all. */
interface Approval {
  readonly network: Network;
  readonly until: number;
  readonly buckets: readonly string[] | null;
}

/** A network that entries name, and until when they approve it for which buckets. */
interface ApprovedNetwork {
  readonly network: Network;
  /** The smallest other network of the list around this one. */
  readonly enclosing: ApprovedNetwork | null;
  readonly untilForAll: number;
  readonly untilByName: ReadonlyMap<string, number>;
  readonly untilByGlob: ReadonlyMap<string, number>;
}

/**
 * CIDR networks nest or are disjoint, so the addresses of a family fall into stretches that each have one innermost
 * network, or none. Stretch i begins at `starts[i]` and ends before the next; of those that begin at one place, where
 * networks begin or end together, all but the last are empty.
 */
interface Stretches {
  readonly starts: readonly bigint[];
  readonly innermost: readonly (ApprovedNetwork | null)[];
}

function stretchesOf(approvals: readonly Approval[]): Stretches {
  const starts: bigint[] = [];
  const innermost: (ApprovedNetwork | null)[] = [];
  const begin = (start: bigint, node: ApprovedNetwork | null) => {
    starts.push(start);
    innermost.push(node);
  };
  let open: ApprovedNetwork | null = null;
  for (const group of groupByNetwork(approvals)) {
    const { network } = group[0]!;
    while (open !== null && open.network.last < network.first) {
      begin(open.network.last + 1n, open.enclosing);
      open = open.enclosing;
    }
    open = { network, enclosing: open, ...untilsOf(group) };
    begin(network.first, open);
  }
  for (; open !== null; open = open.enclosing) begin(open.network.last + 1n, open.enclosing);
  return { starts, innermost };
}

/** Puts together what names the same network; a network comes after all that enclose it. */
function groupByNetwork(approvals: readonly Approval[]): Approval[][] {
  const groups: Approval[][] = [];
  for (const approval of approvals.toSorted(compareNetworks)) {
    const group = groups.at(-1);
    if (group !== undefined && compareNetworks(group[0]!, approval) === 0) group.push(approval);
    else groups.push([approval]);
  }
  return groups;
}

function compareNetworks({ network: a }: Approval, { network: b }: Approval): number {
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.prefixLength - b.prefixLength;
}

function untilsOf(group: readonly Approval[]) {
  let untilForAll = Number.NEGATIVE_INFINITY;
  const untilByName = new Map<string, number>();
  const untilByGlob = new Map<string, number>();
  for (const { buckets, until } of group) {
    if (buckets === null) untilForAll = Math.max(untilForAll, until);
    for (const bucket of buckets ?? []) {
      const untils = isGlob(bucket) ? untilByGlob : untilByName;
      untils.set(bucket, Math.max(until, untils.get(bucket) ?? until));
    }
  }
  return { untilForAll, untilByName, untilByGlob };
}

function innermostAt({ starts, innermost }: Stretches, value: bigint): ApprovedNetwork | null {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return innermost[low - 1] ?? null;
}

function untilFor({ untilForAll, untilByName, untilByGlob }: ApprovedNetwork, bucket: string): number {
  let latest = Math.max(untilForAll, untilByName.get(bucket) ?? Number.NEGATIVE_INFINITY);
  for (const [glob, until] of untilByGlob) {
    if (until > latest && matchesGlob(glob, bucket)) latest = until;
  }
  return latest;
}

function approvalOf(entry: AllowlistEntry): Approval {
  const network = parseCidr(entry.cidr);
  if ('problem' in network) throw new Error(`allowlist entry "${entry.cidr}" ${network.problem}`);
  return { network, until: entry.until ?? Number.POSITIVE_INFINITY, buckets: entry.buckets };
}
