import type { Alert, AlertGroup } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { groupOf, groupsAround, mergedGroups, worstGroupFirst } from '../../alerting/counted-group';
import { compareText } from '../../text/order';

/** The networks that a body does not list. */
export interface Unlisted {
  /** How many; at most, where `isExact` is false. */
  readonly networks: number;
  readonly isExact: boolean;
  /** The networks around them, the worst first; empty: they are only counted. */
  readonly groups: readonly AlertGroup[];
}

/** What a body does not list that lists the first so many networks. */
export function unlistedOf({ rule, kind, networks, more, groups }: Alert, listed: number): Unlisted {
  const dropped = networks.slice(listed);
  // Some rules are not about networks, and what a combined alert names is of many buckets.
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

/** So many networks of one country, or of one AS. */
export interface PlaceCount {
  readonly place: string;
  readonly networks: number;
}

/** The networks of the groups by country, as far as that is known; the most first. */
export function byCountry(groups: readonly AlertGroup[]): readonly PlaceCount[] {
  return counted(groups, ({ geo }) => geo?.country ?? null);
}

/** The same by AS. */
export function byAsn(groups: readonly AlertGroup[]): readonly PlaceCount[] {
  return counted(groups, ({ asn }) => (asn === null ? null : `AS${asn.number} ${asn.organization}`));
}

function counted(groups: readonly AlertGroup[], placeOf: (group: AlertGroup) => string | null): readonly PlaceCount[] {
  const networks = new Map<string, number>();
  for (const group of groups) {
    const place = placeOf(group);
    if (place !== null) networks.set(place, (networks.get(place) ?? 0) + group.networks);
  }
  return [...networks]
    .map(([place, count]) => ({ place, networks: count }))
    .sort((a, b) => b.networks - a.networks || compareText(a.place, b.place));
}
