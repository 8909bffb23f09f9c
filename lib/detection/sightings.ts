const DAY = 86_400_000;

/** The stored fact that a (bucket, network) has been seen. Times are event times in epoch milliseconds. */
export interface Sighting {
  readonly bucket: string;
  /** Canonical text; an address where the prefix is full. */
  readonly network: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** What a look at the memory says of a pair that has just succeeded. */
export type Newness =
  | { readonly kind: 'known' }
  /** Never seen, or `forgottenSince` the moment after which it counts as never seen. */
  | { readonly kind: 'new'; readonly forgottenSince: number | null };

/**
 * When a pair last seen at `lastSeenAt` is forgotten; `forgetDays` 0 is never. One day more than configured, because
 * a stored sighting is refreshed at most once a day. Both seeds are answered here: Splunk's never forgets, Panther's
 * memory runs out though the pair is in daily use.
 */
export function forgottenAt(lastSeenAt: number, forgetDays: number): number {
  return forgetDays === 0 ? Number.POSITIVE_INFINITY : lastSeenAt + (forgetDays + 1) * DAY;
}

export interface Sightings {
  /**
   * Records that a pair succeeded from `firstAt` to `lastAt` (event times) and says whether that is new. Logs may
   * come late and out of order: what is kept is the earliest and the latest.
   */
  see(bucket: string, network: string, firstAt: number, lastAt: number): Newness;
  /** Adds what is known from elsewhere; merges, never overwrites. */
  learn(sighting: Sighting): void;
  has(bucket: string): boolean;
  entries(): Iterable<Sighting>;
}

/** Sightings in memory, for one process. */
export function createSightings(forgetDays: number): Sightings {
  const byBucket = new Map<string, Map<string, Sighting>>();

  function ofBucket(bucket: string): Map<string, Sighting> {
    let networks = byBucket.get(bucket);
    if (networks === undefined) {
      networks = new Map();
      byBucket.set(bucket, networks);
    }
    return networks;
  }

  function learn({ bucket, network, firstSeenAt, lastSeenAt }: Sighting): void {
    const networks = ofBucket(bucket);
    const known = networks.get(network);
    networks.set(network, {
      bucket,
      network,
      firstSeenAt: Math.min(firstSeenAt, known?.firstSeenAt ?? firstSeenAt),
      lastSeenAt: Math.max(lastSeenAt, known?.lastSeenAt ?? lastSeenAt),
    });
  }

  return {
    see(bucket, network, firstAt, lastAt) {
      const known = byBucket.get(bucket)?.get(network);
      learn({ bucket, network, firstSeenAt: firstAt, lastSeenAt: lastAt });
      if (known === undefined) return { kind: 'new', forgottenSince: null };
      const forgotten = forgottenAt(known.lastSeenAt, forgetDays);
      return firstAt > forgotten ? { kind: 'new', forgottenSince: forgotten } : { kind: 'known' };
    },
    learn,
    has: (bucket) => byBucket.has(bucket),
    *entries() {
      for (const networks of byBucket.values()) yield* networks.values();
    },
  };
}
