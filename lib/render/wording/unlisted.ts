import type { Alert, AlertGroup } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { groupOf, groupsAround, mergedGroups, worstGroupFirst } from '../../alerting/counted-group';
import { compareText } from '../../text/order';

/** The networks that a body does not list. */
export interface Unlisted {
  /** Their number; an upper bound if `isExact` is false. */
  readonly networks: number;
  readonly isExact: boolean;
  /** Groups by surrounding network, the worst first; empty: they are only counted. */
  readonly groups: readonly AlertGroup[];
}

/** The networks that a body does not list if it lists the first `listed`. */
export function unlistedOf({ rule, kind, networks, more, groups }: Alert, listed: number): Unlisted {
  const dropped = networks.slice(listed);
  // Some rules are not about networks, and the networks of a combined alert belong to many buckets.
  const isGrouped = recordOf(rule)?.alerts.isGrouped !== false && kind !== 'combined';
  const all = new Map(groups.map((group) => [group.network, group] as const));
  for (const network of isGrouped ? dropped : []) {
    const { specialUse, geo, asn } = network;
    const around = groupsAround(network.network);
    const known = around.map((name) => all.get(name)).find((group) => group !== undefined);
    const own = groupOf(network, 1);
    if (known === undefined) all.set(own.network, { ...own, specialUse, geo, asn });
    else all.set(known.network, { ...known, ...mergedGroups(known, own) });
  }
  return {
    networks: more + dropped.length,
    isExact: more === 0,
    groups: isGrouped ? [...all.values()].sort(worstGroupFirst) : [],
  };
}

/** The number of networks in one country or one AS. */
export interface NameCount {
  readonly name: string;
  readonly networks: number;
}

/** The networks of the groups by country, as far as it is known, in descending order. */
export function byCountry(groups: readonly AlertGroup[]): readonly NameCount[] {
  return counted(groups, ({ geo }) => geo?.country ?? null);
}

/** The networks of the groups by AS, as far as it is known, in descending order. */
export function byAsn(groups: readonly AlertGroup[]): readonly NameCount[] {
  return counted(groups, ({ asn }) => (asn === null ? null : `AS${asn.number} ${asn.organization}`));
}

function counted(groups: readonly AlertGroup[], nameOf: (group: AlertGroup) => string | null): readonly NameCount[] {
  const networks = new Map<string, number>();
  for (const group of groups) {
    const name = nameOf(group);
    if (name !== null) networks.set(name, (networks.get(name) ?? 0) + group.networks);
  }
  return [...networks]
    .map(([name, count]) => ({ name, networks: count }))
    .sort((a, b) => b.networks - a.networks || compareText(a.name, b.name));
}
