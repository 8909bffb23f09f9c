import type { Network } from '../detection/address';
import type { AllowlistEntry } from '../detection/settings';
import type { PlacedEntry } from './allowlist-entries';
import { quote } from './messages';

/** An allowlist entry with its network. */
export interface NetworkEntry extends PlacedEntry {
  readonly network: Network;
}

/** Of one network, the entry of each scope that lasts longest. */
interface Level {
  readonly network: Network;
  readonly lasting: Map<string, NetworkEntry>;
}

/**
 * The entries without which everything would be as it is, and why: another one has their network or a wider one, for
 * the same buckets or for all, and lasts at least as long. Networks nest or are disjoint, so the networks around an
 * entry are a stack of at most 129 levels while one goes through them in order.
 */
export function redundancies(entries: readonly NetworkEntry[]): ReadonlyMap<NetworkEntry, string> {
  const found = new Map<NetworkEntry, string>();
  const around: Level[] = [];
  for (const one of entries.toSorted(coveringFirst)) {
    while (around.length > 0 && !encloses(around.at(-1)!.network, one.network)) around.pop();
    const scope = scopeOf(one.entry);
    const cover = around
      .flatMap(({ lasting }) => [lasting.get(ALL_BUCKETS), lasting.get(scope)])
      .findLast((other) => other !== undefined && endOf(other) >= endOf(one));
    if (cover !== undefined) found.set(one, reasonFor(one, cover));
    if (around.at(-1)?.network.prefixLength !== one.network.prefixLength) {
      around.push({ network: one.network, lasting: new Map() });
    }
    const { lasting } = around.at(-1)!;
    if (!lasting.has(scope)) lasting.set(scope, one);
  }
  return found;
}

const ALL_BUCKETS = 'all';

/** Equal for equal sets of names and globs. */
function scopeOf({ buckets }: AllowlistEntry): string {
  return buckets === null || buckets.includes('*') ? ALL_BUCKETS : JSON.stringify([...new Set(buckets)].sort());
}

/** An entry comes behind all that could cover it; of equal ones the first written comes first. */
function coveringFirst(a: NetworkEntry, b: NetworkEntry): number {
  if (a.network.family !== b.network.family) return a.network.family - b.network.family;
  if (a.network.first !== b.network.first) return a.network.first < b.network.first ? -1 : 1;
  if (a.network.prefixLength !== b.network.prefixLength) return a.network.prefixLength - b.network.prefixLength;
  const [aIsScoped, bIsScoped] = [a, b].map(({ entry }) => Number(scopeOf(entry) !== ALL_BUCKETS));
  if (aIsScoped !== bIsScoped) return aIsScoped! - bIsScoped!;
  return endOf(a) === endOf(b) ? 0 : endOf(b) - endOf(a);
}

function endOf({ entry }: NetworkEntry): number {
  return entry.until ?? Number.POSITIVE_INFINITY;
}

function encloses(outer: Network, inner: Network): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

function reasonFor(one: NetworkEntry, cover: NetworkEntry): string {
  const isSame = one.entry.cidr === cover.entry.cidr && scopeOf(one.entry) === scopeOf(cover.entry);
  if (isSame && endOf(one) === endOf(cover)) return `is the same entry as ${cover.place}; remove one of them`;
  return `is covered by ${cover.place}, ${quote(cover.entry.cidr)}; remove one of them`;
}
