import { type BucketState, strangeFrom } from '../alerting/bucket-state';
import type { Lease } from '../alerting/lease';
import type { OutboxPart } from '../alerting/outbox';
import { type Stream, streamKey } from '../alerting/stream';
import type { AlertWindow } from '../alerting/window';
import type { PairName, RunName, StoredSighting } from '../detection/sighting';
import type { Due, PartName, State, Stored, Version } from '../ports';

/** The state of one process; it forgets with it. */
export interface MemoryState extends State {
  /** When the next thing is due, epoch milliseconds; null: nothing ever will be. */
  nextDueAt(): number | null;
  allBuckets(): Iterable<BucketState>;
  /** All sightings there are. */
  allSightings(): Iterable<StoredSighting>;
  /** As `isRunDone`, at once. */
  hasMarker(run: RunName): boolean;
}

export interface MemoryOptions {
  /** Drops what has been told: for a process that reads each log object once. */
  readonly dropTold?: boolean;
}

export function createMemoryState({ dropTold = false }: MemoryOptions = {}): MemoryState {
  let writes = 0;
  const sightings = new Map<string, Map<string, Stored<StoredSighting>>>();
  const markers = new Set<string>();
  const buckets = new Map<string, Stored<BucketState>>();
  const parts = new Map<string, Stored<OutboxPart>>();
  /** Names of the parts of a log object, rule and bucket. */
  const partsOfObject = new Map<string, string[]>();
  const pending = new Set<string>();
  const windows = new Map<string, Stored<AlertWindow>>();
  let lease: Stored<Lease> | null = null;

  function next(): Version {
    return String(++writes);
  }

  /** Puts the value if what is there is what it is to replace. */
  function put<Value>(
    map: Map<string, Stored<Value>>,
    key: string,
    value: Value,
    replaces: Version | null,
  ): Version | null {
    if ((map.get(key)?.version ?? null) !== replaces) return null;
    const version = next();
    map.set(key, { value, version });
    return version;
  }

  function ofBucket(bucket: string): Map<string, Stored<StoredSighting>> {
    let known = sightings.get(bucket);
    if (known === undefined) {
      known = new Map();
      sightings.set(bucket, known);
    }
    return known;
  }

  function find({ bucket, network }: PairName): Stored<StoredSighting> | null {
    return sightings.get(bucket)?.get(network) ?? null;
  }

  return {
    async sightings(pairs) {
      return pairs.map(find);
    },
    async sighting(pair) {
      return find(pair);
    },
    async putSighting(sighting, replaces) {
      return put(ofBucket(sighting.bucket), sighting.network, sighting, replaces);
    },
    async *sightingsOf(bucket) {
      for (const { value } of sightings.get(bucket)?.values() ?? []) yield value;
    },
    async putRunDone(run) {
      markers.add(markerKey(run));
    },
    async isRunDone(run) {
      return markers.has(markerKey(run));
    },
    hasMarker: (run) => markers.has(markerKey(run)),
    *allBuckets() {
      for (const { value } of buckets.values()) yield value;
    },
    *allSightings() {
      for (const networks of sightings.values()) for (const { value } of networks.values()) yield value;
    },

    async bucket(name) {
      return buckets.get(name) ?? null;
    },
    async putBucket(bucket, replaces) {
      return put(buckets, bucket.bucket, bucket, replaces);
    },

    async silentBuckets(from, to) {
      return [...buckets.values()].flatMap(({ value }) => {
        const strange = value.notice === null ? strangeFrom(value) : null;
        return strange !== null && strange >= from && strange <= to ? [value.bucket] : [];
      });
    },

    async putPart(part) {
      const key = partKey(part);
      const version = put(parts, key, part, null);
      if (version === null) return null;
      pending.add(key);
      const group = groupKey(part.logObject, part.rule, part.bucket);
      const others = partsOfObject.get(group);
      if (others === undefined) partsOfObject.set(group, [key]);
      else others.push(key);
      return version;
    },
    async partsOf(logObject, rule, bucket) {
      const keys = partsOfObject.get(groupKey(logObject, rule, bucket)) ?? [];
      return keys.flatMap((key) => parts.get(key)?.value ?? []);
    },
    async parts(names) {
      return names.map((name) => parts.get(partKey(name)) ?? null);
    },
    async deferPart({ value, version }, notBefore) {
      return put(parts, partKey(value), { ...value, notBefore }, version);
    },
    async markTold({ value, version }) {
      const key = partKey(value);
      const marked = put(parts, key, { ...value, notBefore: null }, version);
      if (marked === null) return null;
      pending.delete(key);
      if (dropTold) {
        parts.delete(key);
        partsOfObject.delete(groupKey(value.logObject, value.rule, value.bucket));
      }
      return marked;
    },

    async due(now, limit) {
      return dueItems()
        .filter(({ notBefore }) => notBefore <= now)
        .sort((a, b) => a.notBefore - b.notBefore)
        .slice(0, limit);
    },
    nextDueAt() {
      let earliest: number | null = null;
      for (const { notBefore } of dueItems()) if (earliest === null || notBefore < earliest) earliest = notBefore;
      return earliest;
    },

    async windows(streams) {
      return streams.map((stream) => windows.get(streamKey(stream)) ?? null);
    },
    async putWindow(window, replaces) {
      return put(windows, streamKey(window), window, replaces);
    },

    async lease() {
      return lease;
    },
    async putLease(value, replaces) {
      if ((lease?.version ?? null) !== replaces) return null;
      lease = { value, version: next() };
      return lease.version;
    },
  };

  function dueItems(): Due[] {
    const due: Due[] = [];
    for (const key of pending) {
      const { logObject, rule, bucket, number, findings, notBefore } = parts.get(key)!.value;
      due.push({ kind: 'part', notBefore: notBefore!, logObject, rule, bucket, number, findings: findings.length });
    }
    for (const { value } of buckets.values()) {
      if (value.notice !== null) due.push({ kind: 'notice', notBefore: value.notice.notBefore, bucket: value.bucket });
    }
    return due;
  }
}

function markerKey({ logObject, run }: RunName): string {
  return `${run}\n${logObject}`;
}

function partKey({ logObject, rule, bucket, number }: PartName): string {
  return `${groupKey(logObject, rule, bucket)}\n${number}`;
}

function groupKey(logObject: string, rule: Stream['rule'], bucket: string): string {
  return `${logObject}\n${rule}\n${bucket}`;
}
