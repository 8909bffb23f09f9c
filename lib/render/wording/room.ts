import type { Alert } from '../../alert/alert';

/** How much of an alert's lists a body has room for. */
export interface Room {
  /** Of each list the first so many. */
  readonly listed: number;
  /** So many networks with all that is known of them; of a notice, so many of each bucket. */
  readonly detailed: number;
}

/** So many of the worst keep their evidence for as long as they are listed. */
const KEPT_IN_DETAIL = 3;

/** Room for everything, with the evidence of at most so many networks. */
export function wholeRoom({ networks, groups, logObjects, notice }: Alert, mostDetailed: number): Room {
  const listed = Math.max(...[networks, groups, logObjects, notice?.buckets ?? []].map(({ length }) => length));
  if (notice === null) return { listed, detailed: Math.min(networks.length, mostDetailed) };
  return { listed, detailed: Math.max(0, ...notice.buckets.map(({ learned }) => learned?.networks.length ?? 0)) };
}

/** Less room, where only that share of a body fits: evidence goes before names, and the worst stay the longest. */
export function lessRoom({ listed, detailed }: Room, share: number): Room {
  const less = (size: number): number => Math.min(size - 1, Math.floor(size * share));
  if (detailed > KEPT_IN_DETAIL) return { listed, detailed: Math.max(KEPT_IN_DETAIL, less(detailed)) };
  const fewer = less(listed);
  return { listed: fewer, detailed: Math.min(detailed, fewer) };
}

/** So many networks are shown with all that is known of them, besides those that are High; of those without access, only so many. */
const MAX_BLOCKS = 10;
const MAX_WITHOUT_ACCESS = 3;

/** How many networks a message shows with all that is known of them: those that are High, and of the others a few. */
export function maxDetailed({ kind, networks }: Alert): number {
  const high = networks.filter(({ severity }) => severity === 'High').length;
  if (kind === 'combined') return high;
  const withAccess = networks.filter(({ level }) => level !== 'denied' && level !== 'no access').length;
  return Math.max(high, Math.min(MAX_BLOCKS, Math.max(withAccess, MAX_WITHOUT_ACCESS)));
}
