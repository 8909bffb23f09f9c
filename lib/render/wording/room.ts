import type { Alert } from '../../alert/alert';

/** How many items of an alert's lists a body contains. */
export interface Room {
  /** Maximum number of items in each list. */
  readonly listed: number;
  /** Number of networks with all details; in a notice, number of networks for each bucket. */
  readonly detailed: number;
}

/** The worst networks, this many, keep their details as long as they are listed. */
const KEPT_IN_DETAIL = 3;

/** Room for the whole alert, with at most `maxDetails` networks in detail. */
export function fullRoom({ networks, groups, logObjects, notice }: Alert, maxDetails: number): Room {
  const listed = Math.max(...[networks, groups, logObjects, notice?.buckets ?? []].map(({ length }) => length));
  if (notice === null) return { listed, detailed: Math.min(networks.length, maxDetails) };
  return { listed, detailed: Math.max(0, ...notice.buckets.map(({ learned }) => learned?.networks.length ?? 0)) };
}

/** Less room, if only `share` of a body fits: removes details before list items, and the worst networks last. */
export function reducedRoom({ listed, detailed }: Room, share: number): Room {
  const less = (size: number): number => Math.min(size - 1, Math.floor(size * share));
  if (detailed > KEPT_IN_DETAIL) return { listed, detailed: Math.max(KEPT_IN_DETAIL, less(detailed)) };
  const fewer = less(listed);
  return { listed: fewer, detailed: Math.min(detailed, fewer) };
}

/** Maximum number of networks in detail, if fewer are High; and of those without access. */
const MAX_BLOCKS = 10;
const MAX_WITHOUT_ACCESS = 3;

/** How many networks a message shows in detail: all of severity High, and a few of the others. */
export function maxDetailed({ kind, networks }: Alert): number {
  const high = networks.filter(({ severity }) => severity === 'High').length;
  if (kind === 'combined') return high;
  const withAccess = networks.filter(({ level }) => level !== 'denied' && level !== 'no access').length;
  return Math.max(high, Math.min(MAX_BLOCKS, Math.max(withAccess, MAX_WITHOUT_ACCESS)));
}
