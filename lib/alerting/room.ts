import type { Alert } from './alert';

/** How much of an alert's lists a body has room for. */
export interface Room {
  /** Of each list the first so many. */
  readonly listed: number;
  /** Of the networks the first so many with all that is known of them. */
  readonly detailed: number;
}

/** So many of the worst keep their evidence for as long as they are listed. */
const KEPT_IN_DETAIL = 3;

/** Room for everything, with the evidence of at most so many networks. */
export function wholeRoom({ networks, groups, logObjects, notice }: Alert, mostDetailed: number): Room {
  const buckets = notice?.buckets ?? [];
  const lists = [networks, groups, logObjects, buckets, ...buckets.map(({ learned }) => learned?.networks ?? [])];
  return { listed: Math.max(...lists.map(({ length }) => length)), detailed: Math.min(networks.length, mostDetailed) };
}

/** Less room, where only that share of a body fits: evidence goes before names, and the worst stay the longest. */
export function lessRoom({ listed, detailed }: Room, share: number): Room {
  const less = (size: number): number => Math.min(size - 1, Math.floor(size * share));
  if (detailed > KEPT_IN_DETAIL) return { listed, detailed: Math.max(KEPT_IN_DETAIL, less(detailed)) };
  const fewer = less(listed);
  return { listed: fewer, detailed: Math.min(detailed, fewer) };
}
