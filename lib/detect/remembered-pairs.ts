import { needsRefresh, raiseOf, type SeenPair } from '../detection/claim';
import { pairText, type RunName, type StoredSighting } from '../detection/sighting';

/**
 * Pairs that a warm function need not ask about again: known, nothing owed, no refresh due. A steady stream so costs
 * hardly a read. It forgets after a quarter of an hour, since others write, too.
 */
export interface RememberedPairs {
  has(pair: SeenPair, now: number): boolean;
  /** Only what was read or written without anything owed: the finding of another may still be lost otherwise. */
  remember(sighting: StoredSighting, now: number): void;
  /** Whether it is known that this run has put its marker, which never goes away. */
  hasMarker(run: RunName): boolean;
  rememberMarker(run: RunName): void;
}

const KEPT_FOR = 15 * 60_000;
const MAX_PAIRS = 200_000;
const MAX_MARKERS = 10_000;

interface Remembered {
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly publicOnly: boolean;
  readonly foundReadingAt: number | null;
  readonly at: number;
}

export function rememberPairs(): RememberedPairs {
  const pairs = new Map<string, Remembered>();
  const markers = new Set<string>();
  return {
    has(pair, now) {
      const known = pairs.get(pairText(pair));
      if (known === undefined || now - known.at > KEPT_FOR) return false;
      // guard: a remembered pair that does more is looked up again
      return !needsRefresh(known, pair) && raiseOf(known, pair) === null;
    },
    remember(sighting, now) {
      // guard: a pair is remembered only if nothing is owed
      if (sighting.owedUntil !== null) return;
      const key = pairText(sighting);
      pairs.delete(key);
      const { firstSeenAt, lastSeenAt, publicOnly, foundReadingAt } = sighting;
      pairs.set(key, { firstSeenAt, lastSeenAt, publicOnly, foundReadingAt, at: now });
      if (pairs.size > MAX_PAIRS) pairs.delete(pairs.keys().next().value!); // the one remembered longest ago
    },
    hasMarker(run) {
      const key = markerKey(run);
      if (!markers.delete(key)) return false;
      markers.add(key); // as the one that was asked about last
      return true;
    },
    rememberMarker(run) {
      const key = markerKey(run);
      markers.delete(key);
      markers.add(key);
      if (markers.size > MAX_MARKERS) markers.delete(markers.values().next().value!);
    },
  };
}

function markerKey({ logObject, run }: RunName): string {
  return JSON.stringify([logObject, run]);
}
