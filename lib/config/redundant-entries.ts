import type { Network } from '../detection/address';
import type { AllowlistEntry } from '../detection/settings';
import type { LabelledEntry } from './fields/allowlist-entries';
import { quote } from './fields/messages';

/** An allowlist entry with its network. */
export interface NetworkEntry extends LabelledEntry {
  readonly network: Network;
}

interface Candidate {
  readonly source: NetworkEntry;
  readonly network: Network;
  /** Equal for equal sets of names and globs. */
  readonly scope: string;
  /** Epoch milliseconds or +Infinity. */
  readonly end: number;
}

/** A network, and for each scope its entry with the latest end. */
interface Level {
  readonly network: Network;
  readonly latest: Map<string, Candidate>;
}

const ALL_BUCKETS = 'all';

/**
 * The redundant entries, and why each is redundant: another entry has the same or a wider network, for the same buckets
 * or for all, and does not end earlier. Networks are nested or disjoint, so in sorted order the networks that contain
 * an entry form a stack of at most 129 levels.
 */
export function redundancies(entries: readonly NetworkEntry[]): ReadonlyMap<NetworkEntry, string> {
  const found = new Map<NetworkEntry, string>();
  const around: Level[] = [];
  for (const one of entries.map(candidateOf).sort(coveringFirst)) {
    while (around.length > 0 && !encloses(around.at(-1)!.network, one.network)) around.pop();
    const cover = closestCover(one, around);
    if (cover !== undefined) found.set(one.source, reasonFor(one, cover));
    if (around.at(-1)?.network.prefixLength !== one.network.prefixLength) {
      around.push({ network: one.network, latest: new Map() });
    }
    const { latest } = around.at(-1)!;
    if (!latest.has(one.scope)) latest.set(one.scope, one);
  }
  return found;
}

function candidateOf(source: NetworkEntry): Candidate {
  const { network, entry } = source;
  return { source, network, scope: scopeOf(entry), end: entry.until ?? Number.POSITIVE_INFINITY };
}

function scopeOf({ buckets }: AllowlistEntry): string {
  return buckets === null || buckets.includes('*') ? ALL_BUCKETS : JSON.stringify([...new Set(buckets)].sort());
}

/** Sorts an entry after all entries that could cover it. The sort is stable, so equal entries keep their order. */
function coveringFirst(a: Candidate, b: Candidate): number {
  if (a.network.family !== b.network.family) return a.network.family - b.network.family;
  if (a.network.first !== b.network.first) return a.network.first < b.network.first ? -1 : 1;
  if (a.network.prefixLength !== b.network.prefixLength) return a.network.prefixLength - b.network.prefixLength;
  if ((a.scope === ALL_BUCKETS) !== (b.scope === ALL_BUCKETS)) return a.scope === ALL_BUCKETS ? -1 : 1;
  return a.end === b.end ? 0 : b.end - a.end;
}

function encloses(outer: Network, inner: Network): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

function closestCover(one: Candidate, around: readonly Level[]): Candidate | undefined {
  for (let index = around.length - 1; index >= 0; index--) {
    const { latest } = around[index]!;
    const cover = [latest.get(one.scope), latest.get(ALL_BUCKETS)].find((other) => other && other.end >= one.end);
    if (cover !== undefined) return cover;
  }
  return undefined;
}

function reasonFor(one: Candidate, cover: Candidate): string {
  const { label, entry } = cover.source;
  const isSame = one.source.entry.cidr === entry.cidr && one.scope === cover.scope && one.end === cover.end;
  if (isSame) return `is the same entry as ${label}; remove one of them`;
  return `is covered by ${label}, ${quote(entry.cidr)}; remove one of them`;
}
