import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Item, SILENCE, toBucket, toLease, toSighting } from '../../lib/adapters/aws/dynamo-items';
import type { Key } from '../../lib/adapters/aws/dynamo-keys';
import { LEASE_KEY, runKey } from '../../lib/adapters/aws/dynamo-keys';
import { dynamoState } from '../../lib/adapters/aws/dynamo-state';
import type { DynamoTable } from '../../lib/adapters/aws/dynamo-table';
import { STATE_TABLE } from '../../lib/adapters/aws/state-table-schema';
import type { MemoryState } from '../../lib/adapters/memory-state';
import type { Chooser } from './choices';

/** How long after a write a read that is not consistent may show what was there before, and the index; milliseconds. */
const READS_LAG = 60_000;
const INDEX_LAGS = 5 * 60_000;

/** How many writes the index is behind at most. */
const MAX_BEHIND = 2;

/** What the state needs of DynamoDB, in memory: reads and an index that lag, and items that expire. */
export interface LaggingTable {
  /** The state of the deployment, on this table. */
  readonly state: MemoryState;
  /** Deletes what has expired. */
  sweep(): void;
  /** Deletes a pair, as an operator may. */
  forget(bucket: string, network: string): void;
  /** Writes of the lease by runs that do not hold it. */
  readonly leaseWrongs: readonly string[];
}

/** What a read shows that may be late is one choice each: usually, it is not. */
export function createLaggingTable(now: () => number, choose: Chooser['choose']): LaggingTable {
  let writes = 0;
  const items = new Map<string, Item>();
  /** What was there before the last write of an item. */
  const before = new Map<string, { readonly at: number; readonly item: Item | null }>();
  /** What the index showed before its last changes, the latest first. */
  let pendingBefore: { readonly at: number; readonly items: readonly Item[] }[] = [];
  const leaseWrongs: string[] = [];

  function write(key: string, item: Item | null): void {
    const old = items.get(key) ?? null;
    if (isPending(old) || isPending(item)) {
      pendingBefore = [{ at: now(), items: pending() }, ...pendingBefore].slice(0, MAX_BEHIND);
    }
    before.set(key, { at: now(), item: old });
    if (key === keyText(LEASE_KEY)) leaseWrongs.push(...wrongLease(old, item!, now()));
    if (item === null) items.delete(key);
    else items.set(key, item);
  }

  function pending(): Item[] {
    return [...items.values()].filter(isPending);
  }

  function putItem(key: string, item: Item): string {
    const version = String(++writes);
    write(key, { ...item, version });
    return version;
  }

  const table: DynamoTable = {
    usage: { reads: 0, writes: 0 },
    async get(key) {
      return items.get(keyText(key)) ?? null;
    },
    async getMany(keys, consistent) {
      return keys.map((key) => {
        const text = keyText(key);
        const old = before.get(text);
        const mayLag = !consistent && old !== undefined && now() - old.at <= READS_LAG;
        if (mayLag && choose(2, () => `the read of ${text} is late`) === 1) return old.item;
        return items.get(text) ?? null;
      });
    },
    async put(item, replaces) {
      const key = keyText(item as unknown as Key);
      return (items.get(key)?.version ?? null) === replaces ? putItem(key, item) : null;
    },
    async change(key, replaces, set, remove) {
      const text = keyText(key);
      const old = items.get(text);
      if (old?.version !== replaces) return null;
      const kept = Object.entries(old).filter(([name]) => !remove.includes(name));
      return putItem(text, { ...Object.fromEntries(kept), ...set });
    },
    async *query({ IndexName, ExpressionAttributeValues }) {
      const given = unmarshall(ExpressionAttributeValues!);
      if (IndexName === STATE_TABLE.pendingIndex.name) {
        const late = pendingBefore.filter(({ at }) => now() - at <= INDEX_LAGS);
        const behind = choose(1 + late.length, (by) => `the index is late by ${by}`);
        yield* (behind === 0 ? pending() : late[behind - 1]!.items)
          .filter((item) => item.pending === given[':partition'])
          .filter(({ due }) => given[':until'] === undefined || (due as string) <= given[':until'])
          .toSorted((a, b) => ((a.due as string) < (b.due as string) ? -1 : 1));
        return;
      }
      const { ':pk': pk, ':prefix': prefix, ':from': from, ':to': to } = given;
      const found = [...items.values()]
        .filter((item) => item.pk === pk)
        .filter(({ sk }) =>
          prefix === undefined ? (sk as string) >= from && (sk as string) <= to : (sk as string).startsWith(prefix),
        )
        .toSorted((a, b) => ((a.sk as string) < (b.sk as string) ? -1 : 1));
      yield* found;
    },
  };
  const ofBuckets = (isWanted: (sk: string) => boolean): Item[] =>
    [...items.values()].filter(({ pk, sk }) => String(pk).startsWith('bucket#') && isWanted(String(sk)));

  return {
    state: {
      ...dynamoState(table),
      hasMarker: (run) => items.has(keyText(runKey(run))),
      nextDueAt: () => pending().reduce<number | null>((next, { dueSince }) => earlier(next, dueSince as number), null),
      allBuckets: () => ofBuckets((sk) => sk === 'meta').map(toBucket),
      allSetAside: () => [],
      allSightings: () => ofBuckets((sk) => sk !== 'meta').map(toSighting),
    },
    sweep() {
      for (const [key, { expiresAt }] of items) if ((expiresAt as number) * 1000 < now()) write(key, null);
    },
    forget: (bucket, network) => write(keyText({ pk: `bucket#${bucket}`, sk: `net#${network}` }), null),
    leaseWrongs,
  };
}

function isPending(item: Item | null): item is Item {
  return item?.pending !== undefined && item.pending !== SILENCE;
}

/** No run takes a lease that another holds, or gives back one that it does not hold. */
function wrongLease(old: Item | null, item: Item, now: number): string[] {
  if (old === null) return [];
  const [held, next] = [toLease(old), toLease(item)];
  if (held.holder === next.holder || held.until < now) return [];
  return [`LEASE: ${next.holder} wrote it, though ${held.holder} held it`];
}

function keyText({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

function earlier(one: number | null, other: number): number {
  return one === null ? other : Math.min(one, other);
}
