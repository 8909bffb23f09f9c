import { formatNetwork, networkOf, parseCidr } from '../detection/address';
import { compareText } from '../text/order';
import type { OutboxFinding } from './outbox';
import { highest, type Reached, worstReachedFirst } from './reached';

/** Networks that an alert counts without naming them, grouped by a larger network that contains them. */
export interface CountedGroup extends Reached {
  /** Canonical CIDR text, or `UNREADABLE`. */
  readonly network: string;
  readonly networks: number;
  readonly requests: number;
  readonly bytesSent: number;
}

/** The group of remote IPs that are not addresses. */
const UNREADABLE = 'no address';

/** Prefix lengths of groups, narrowest first: the usual size of a site, a provider and a registry; then everything. */
const PREFIX_LENGTHS = { 4: [24, 16, 8, 0], 6: [48, 32, 16, 0] } as const;

type Countable = Pick<OutboxFinding, 'network' | 'requests' | 'bytesSent' | 'severity' | 'level'>;

/** The narrowest group for a finding, containing `networks` networks. */
export function groupOf({ network, requests, bytesSent, severity, level }: Countable, networks: number): CountedGroup {
  return { network: groupName(network, 0), networks, requests, bytesSent, severity, level };
}

export function mergedGroups(a: CountedGroup, b: CountedGroup): CountedGroup {
  return {
    network: a.network,
    networks: a.networks + b.networks,
    requests: a.requests + b.requests,
    bytesSent: a.bytesSent + b.bytesSent,
    ...highest(a, b),
  };
}

/** Names of the groups that may count a network, narrowest first. */
export function groupsAround(network: string): readonly string[] {
  return PREFIX_LENGTHS[4].map((_, step) => groupName(network, step));
}

/** Sorts the worst groups first; of equally bad groups, the one with most networks. */
export function worstGroupFirst(a: CountedGroup, b: CountedGroup): number {
  return worstReachedFirst(a, b) || b.networks - a.networks || compareText(a.network, b.network);
}

/** Merges the narrowest groups into groups one step wider. Repeated calls end with one group per address family. */
export function coarser(groups: ReadonlyMap<string, CountedGroup>): Map<string, CountedGroup> {
  const narrowest = Math.min(...[...groups.keys()].map(stepOf));
  const merged = new Map<string, CountedGroup>();
  for (const group of groups.values()) {
    const step = stepOf(group.network);
    const network = step === narrowest ? groupName(group.network, step + 1) : group.network;
    const same = merged.get(network);
    merged.set(network, same === undefined ? { ...group, network } : mergedGroups(same, group));
  }
  return merged;
}

/** How wide a group is: its index in `PREFIX_LENGTHS`. */
function stepOf(group: string): number {
  const network = parseCidr(group);
  if ('problem' in network) return Number.POSITIVE_INFINITY;
  const lengths: readonly number[] = PREFIX_LENGTHS[network.family];
  return lengths.findIndex((length) => length <= network.prefixLength);
}

/** The group around a network at this step; the network itself if it is wider than that. */
function groupName(text: string, step: number): string {
  const network = parseCidr(text);
  if ('problem' in network) return UNREADABLE;
  const { family, first: value, prefixLength } = network;
  const length = PREFIX_LENGTHS[family][step] ?? 0;
  return prefixLength <= length ? formatNetwork(network) : formatNetwork(networkOf({ family, value }, length, length));
}
