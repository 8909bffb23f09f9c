import { formatNetwork, networkOf, parseCidr } from '../detection/address';
import { compareText } from '../text/order';
import type { OutboxFinding } from './outbox';
import { highest, type Reached, worstReachedFirst } from './reached';

/** Networks that are counted and not named, by the larger network around them. */
export interface CountedGroup extends Reached {
  /** Canonical CIDR text, or `UNREADABLE`. */
  readonly network: string;
  readonly networks: number;
  readonly requests: number;
  readonly bytesSent: number;
}

/** The group of remote IPs that are no addresses. */
const UNREADABLE = 'no address';

/** Prefix lengths of groups, the narrowest first: what a site gets, a provider, a registry; then everything. */
const PREFIX_LENGTHS = { 4: [24, 16, 8, 0], 6: [48, 32, 16, 0] } as const;

type Countable = Pick<OutboxFinding, 'network' | 'requests' | 'bytesSent' | 'severity' | 'level'>;

/** The narrowest group of a finding, with so many networks in it. */
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

/** The groups that a network could be counted in, the narrowest first. */
export function groupsAround(network: string): readonly string[] {
  return PREFIX_LENGTHS[4].map((_, step) => groupName(network, step));
}

/** For sorting: the worst first, and of these the largest. */
export function worstGroupFirst(a: CountedGroup, b: CountedGroup): number {
  return worstReachedFirst(a, b) || b.networks - a.networks || compareText(a.network, b.network);
}

/** The same networks in fewer groups, a step wider: one of a family in the end. */
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

/** How wide a group is: its place in `PREFIX_LENGTHS`. */
function stepOf(group: string): number {
  const network = parseCidr(group);
  if ('problem' in network) return Number.POSITIVE_INFINITY;
  const lengths: readonly number[] = PREFIX_LENGTHS[network.family];
  return lengths.findIndex((length) => length <= network.prefixLength);
}

/** Of a network that is wider than that step, itself. */
function groupName(text: string, step: number): string {
  const network = parseCidr(text);
  if ('problem' in network) return UNREADABLE;
  const { family, first: value, prefixLength } = network;
  const length = PREFIX_LENGTHS[family][step] ?? 0;
  return prefixLength <= length ? formatNetwork(network) : formatNetwork(networkOf({ family, value }, length, length));
}
