import { type Address, type Network, parseCidr } from './address';
import { compileNames, isGlob, matchesGlob } from './glob';
import type { AllowlistEntry } from './settings';

/** A compiled allowlist. */
export interface Allowlist {
  /**
   * When the approval of the address for this bucket ends, in epoch milliseconds: a record is approved if its time is
   * earlier. -Infinity if no entry covers the address, +Infinity if an entry without an end does, else the latest end.
   */
  approvedUntil(bucket: string, address: Address): number;
  /** Whether any entry, even an expired one, applies to this bucket, whatever its network. */
  appliesTo(bucket: string): boolean;
}

/**
 * Compiles allowlist entries; expect up to 10,000. A lookup is a binary search and a walk up the enclosing networks (at
 * most one per prefix length), never a scan of the list. Throws an Error that names the entry if a CIDR is invalid,
 * which the validation of the configuration should have caught.
 */
export function compileAllowlist(entries: readonly AllowlistEntry[]): Allowlist {
  const approvals = entries.map(approvalOf);
  const intervals = {
    4: intervalsOf(approvals.filter(({ network }) => network.family === 4)),
    6: intervalsOf(approvals.filter(({ network }) => network.family === 6)),
  };
  return {
    approvedUntil: (bucket, { family, value }) => {
      let until = Number.NEGATIVE_INFINITY;
      for (let node = innermostAt(intervals[family], value); node !== null; node = node.enclosing) {
        until = Math.max(until, untilFor(node, bucket));
      }
      return until;
    },
    appliesTo: compileNames([...new Set(entries.flatMap((entry) => entry.buckets ?? ['*']))]),
  };
}

/** A parsed entry: its network, its end in epoch milliseconds or +Infinity, and its buckets, or null for all. */
interface Approval {
  readonly network: Network;
  readonly until: number;
  readonly buckets: readonly string[] | null;
}

/** A network that entries name, and when its approval ends for which buckets. */
interface ApprovedNetwork {
  readonly network: Network;
  /** The smallest other network in the list that contains this one. */
  readonly enclosing: ApprovedNetwork | null;
  readonly untilForAll: number;
  readonly untilByName: ReadonlyMap<string, number>;
  readonly untilByGlob: ReadonlyMap<string, number>;
}

/**
 * CIDR networks are nested or disjoint, so they divide the addresses of a family into intervals with one innermost
 * network, or none, each. Interval i begins at `starts[i]` and ends before the next. Where networks begin or end at the
 * same address, several intervals have the same start; all but the last of these are empty.
 */
interface Intervals {
  readonly starts: readonly bigint[];
  readonly innermost: readonly (ApprovedNetwork | null)[];
}

function intervalsOf(approvals: readonly Approval[]): Intervals {
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

/** Groups entries of the same network, and sorts the groups so that a network comes after all networks around it. */
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

function innermostAt({ starts, innermost }: Intervals, value: bigint): ApprovedNetwork | null {
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
