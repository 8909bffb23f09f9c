import { type BucketState, silentFrom } from '../alerting/bucket-state';
import type { Lease } from '../alerting/lease';
import { worstFirst } from '../alerting/merge-findings';
import type { PendingPart } from '../alerting/outbox';
import { type Stream, streamKey, streamOf } from '../alerting/stream';
import type { CombinedPlan, StreamState } from '../alerting/stream-state';
import type { PairName, RunName, StoredSighting } from '../detection/sighting';
import type { DueItems, PartName, SetAside, State, Stored, Version } from '../ports';
import { subjectText } from '../rules/subject';
import { compareText } from '../text/order';

/** A state in memory that is lost when the process ends. */
export interface MemoryState extends State {
  /** When the next item is due, epoch milliseconds; null: no item will be due. */
  nextDueAt(): number | null;
  allBuckets(): Iterable<BucketState>;
  allSightings(): Iterable<StoredSighting>;
  allSetAside(): readonly SetAside[];
  /** Like `areClaimsConfirmed`, but synchronous. */
  hasMarker(run: RunName): boolean;
}

export interface MemoryOptions {
  /** Drops parts once they are taken: for a process that reads each log object only once. */
  readonly dropTaken?: boolean;
}

export function createMemoryState({ dropTaken = false }: MemoryOptions = {}): MemoryState {
  let writes = 0;
  const sightings = new Map<string, Map<string, Stored<StoredSighting>>>();
  const markers = new Set<string>();
  const buckets = new Map<string, Stored<BucketState>>();
  const parts = new Map<string, Stored<PendingPart>>();
  /** Keys of the parts of a log object, rule and bucket, in the order of their numbers. */
  const partsOfObject = new Map<string, string[]>();
  /** Keys of the parts that are due at once. */
  const atOnce = new Set<string>();
  /** Keys of deferred parts, by the time when they are due: usually the end of one of few windows. */
  const deferred = new Map<number, Set<string>>();
  const streams = new Map<string, Stored<StreamState>>();
  /** Keys of the streams that have a draft. */
  const drafts = new Set<string>();
  const plans = new Map<string, Stored<CombinedPlan>>();
  const aside: SetAside[] = [];
  /** Names of the buckets that have a notice to send. */
  const notices = new Set<string>();
  let lease: Stored<Lease> | null = null;

  function next(): Version {
    return String(++writes);
  }

  /** Puts the value if the stored version is `replaces`; returns the new version, or null. */
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

  function find(pair: PairName): Stored<StoredSighting> | null {
    return sightings.get(pair.bucket)?.get(subjectText(pair)) ?? null;
  }

  return {
    async sightings(pairs) {
      return pairs.map(find);
    },
    async sighting(pair) {
      return find(pair);
    },
    async putSighting(sighting, replaces) {
      return put(ofBucket(sighting.bucket), subjectText(sighting), sighting, replaces);
    },
    async *sightingsOf(bucket, kind) {
      for (const { value } of sightings.get(bucket)?.values() ?? []) if (value.kind === kind) yield value;
    },
    async confirmClaims(run) {
      markers.add(markerKey(run));
    },
    async areClaimsConfirmed(run) {
      return markers.has(markerKey(run));
    },
    hasMarker: (run) => markers.has(markerKey(run)),
    *allBuckets() {
      for (const { value } of buckets.values()) yield value;
    },
    *allSightings() {
      for (const subjects of sightings.values()) for (const { value } of subjects.values()) yield value;
    },

    async bucket(name) {
      return buckets.get(name) ?? null;
    },
    async putBucket(bucket, replaces) {
      const version = put(buckets, bucket.bucket, bucket, replaces);
      if (version !== null && bucket.notice !== null) notices.add(bucket.bucket);
      else if (version !== null) notices.delete(bucket.bucket);
      return version;
    },

    async silentBuckets(from, to) {
      return [...buckets.values()].flatMap(({ value }) => {
        const silentAt = value.notice === null ? silentFrom(value) : null;
        return silentAt !== null && silentAt >= from && silentAt <= to ? [value.bucket] : [];
      });
    },

    async putPart(part) {
      const key = partKey(part);
      const version = put(parts, key, part, null);
      if (version === null) return null;
      if (part.pending === 'now') atOnce.add(key);
      else if (part.pending !== null) {
        const others = deferred.get(part.pending);
        if (others === undefined) deferred.set(part.pending, new Set([key]));
        else others.add(key);
      }
      const group = groupKey(part.logObject, part.rule, part.bucket);
      const others = partsOfObject.get(group);
      if (others === undefined) partsOfObject.set(group, [key]);
      else others.push(key);
      return version;
    },
    async *partsOf(logObject, rule, bucket, from) {
      for (const key of partsOfObject.get(groupKey(logObject, rule, bucket)) ?? []) {
        const part = parts.get(key)?.value;
        if (part !== undefined && part.number >= from) yield part;
      }
    },
    async parts(names) {
      return names.map((name) => parts.get(partKey(name)) ?? null);
    },
    async markTaken(name, replaces) {
      const key = partKey(name);
      const part = parts.get(key)?.value;
      if (part === undefined) return null;
      const marked = put(parts, key, { ...part, pending: null }, replaces);
      if (marked === null) return null;
      if (part.pending === 'now') atOnce.delete(key);
      else if (part.pending !== null) {
        const others = deferred.get(part.pending);
        others?.delete(key);
        if (others?.size === 0) deferred.delete(part.pending);
      }
      if (dropTaken) {
        parts.delete(key);
        partsOfObject.delete(groupKey(name.logObject, name.rule, name.bucket));
      }
      return marked;
    },

    async due(now): Promise<DueItems> {
      const dueNow = [...deferred].filter(([until]) => until <= now).sort(([a], [b]) => a - b);
      const names = [...[...atOnce].sort(worstPartFirst), ...dueNow.flatMap(([, keys]) => [...keys])];
      return {
        parts: names.map((key) => {
          const { logObject, rule, bucket, denied, number, pending, foundAt } = parts.get(key)!.value;
          return { logObject, rule, bucket, denied, number, dueSince: typeof pending === 'number' ? pending : foundAt };
        }),
        streams: [...drafts].flatMap((key) => {
          const { value } = streams.get(key)!;
          const dueSince = draftDueAt(value);
          return dueSince <= now ? [{ ...streamOf(value), dueSince }] : [];
        }),
        notices: [...notices]
          .map((bucket) => ({ bucket, dueSince: buckets.get(bucket)!.value.notice!.notBefore }))
          .filter(({ dueSince }) => dueSince <= now)
          .sort((a, b) => a.dueSince - b.dueSince),
      };
    },
    nextDueAt() {
      let earliest = Number.POSITIVE_INFINITY;
      for (const key of atOnce) earliest = Math.min(earliest, parts.get(key)!.value.foundAt);
      for (const until of deferred.keys()) earliest = Math.min(earliest, until);
      for (const key of drafts) earliest = Math.min(earliest, draftDueAt(streams.get(key)!.value));
      for (const bucket of notices) earliest = Math.min(earliest, buckets.get(bucket)!.value.notice!.notBefore);
      return earliest === Number.POSITIVE_INFINITY ? null : earliest;
    },

    async streams(wanted) {
      return wanted.map((stream) => streams.get(streamKey(stream)) ?? null);
    },
    async putStream(stream, replaces) {
      const key = streamKey(stream);
      const version = put(streams, key, stream, replaces);
      if (version !== null && stream.draft !== null) drafts.add(key);
      else if (version !== null) drafts.delete(key);
      return version;
    },
    async combinedPlan(combinedId) {
      return plans.get(combinedId) ?? null;
    },
    async putCombinedPlan(plan, replaces) {
      return put(plans, plan.combinedId, plan, replaces);
    },
    async setAside(one) {
      aside.push(one);
    },
    allSetAside: () => aside,

    async lease() {
      return lease;
    },
    async putLease(value, replaces) {
      if ((lease?.version ?? null) !== replaces) return null;
      lease = { value, version: next() };
      return lease.version;
    },
  };

  function worstPartFirst(a: string, b: string): number {
    const [one, other] = [parts.get(a)!.value, parts.get(b)!.value];
    return worstFirst(one.findings[0]!, other.findings[0]!) || one.foundAt - other.foundAt || compareText(a, b);
  }
}

function draftDueAt({ draft }: StreamState): number {
  return draft!.message?.at ?? draft!.notBefore;
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
