import { needsRefresh, raiseOf, type SeenPair } from '../detection/claim';
import { pairText, type RunName, type StoredSighting } from '../detection/sighting';

/**
 * Caches pairs that a warm function need not read again: known, nothing owed, no refresh due. So regular traffic causes
 * almost no reads. An entry is valid for a quarter of an hour, because other processes write sightings too.
 */
export interface RememberedPairs {
  /** Whether the pair is known and nothing has to be written for it. */
  has(pair: SeenPair, now: number): boolean;
  /** Caches the sighting, unless its finding is owed: that finding may still be missing from the outbox. */
  remember(sighting: StoredSighting, now: number): void;
  /** Whether this run is known to have put its marker. Markers are never removed while a claim needs them. */
  hasMarker(run: RunName): boolean;
  rememberMarker(run: RunName): void;
}

/** Milliseconds. */
const KEPT_FOR = 15 * 60_000;
const MAX_PAIRS = 200_000;
const MAX_MARKERS = 10_000;

interface Remembered {
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly publicOnly: boolean;
  readonly foundReadingAt: number | null;
  /** When it was cached; epoch milliseconds. */
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
      if (pairs.size > MAX_PAIRS) pairs.delete(pairs.keys().next().value!); // the oldest entry
    },
    hasMarker(run) {
      const key = markerKey(run);
      if (!markers.delete(key)) return false;
      markers.add(key); // moves it to the end: the least recently used entry is dropped first
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
