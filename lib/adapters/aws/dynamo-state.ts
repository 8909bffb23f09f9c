import { marshall } from '@aws-sdk/util-dynamodb';
import type { DueItems, DuePart, State, Stored } from '../../ports';
import {
  bucketItem,
  combinedPlanItem,
  type Item,
  LATER,
  leaseItem,
  NOTICE,
  NOW,
  partItem,
  runItem,
  SILENCE,
  seconds,
  setAsideItem,
  sightingItem,
  streamItem,
  timeText,
  toBucket,
  toCombinedPlan,
  toLease,
  toPart,
  toSighting,
  toStream,
} from './dynamo-items';
import {
  bucketKey,
  combinedPlanKey,
  kindPrefix,
  LEASE_KEY,
  MAX_NUMBER,
  outboxKey,
  partKey,
  partSortKey,
  runKey,
  sightingKey,
  streamItemKey,
} from './dynamo-keys';
import type { DynamoTable } from './dynamo-table';
import { STATE_TABLE } from './state-table-schema';

/** How many items one read of the index returns of each partition: the worst, and those that have been due longest. */
const MAX_NOW = 5_000;
const MAX_LATER = 20_000;
const MAX_NOTICES = 5_000;

/** The state in a DynamoDB table. */
export function dynamoState(table: DynamoTable): State {
  /** Reads a partition of the index in its order. `until`: reads only items that are due by then; epoch milliseconds. */
  async function indexed(partition: string, until: number | null, limit: number): Promise<Item[]> {
    const found: Item[] = [];
    const bound = until === null ? {} : { ':until': timeText(until) };
    const items = table.query({
      IndexName: STATE_TABLE.pendingIndex.name,
      KeyConditionExpression: `pending = :partition${until === null ? '' : ' AND due <= :until'}`,
      ExpressionAttributeValues: marshall({ ':partition': partition, ...bound }),
      Limit: Math.min(limit, 1000),
    });
    for await (const item of items) {
      found.push(item);
      if (found.length === limit) break;
    }
    return found;
  }

  return {
    async sightings(pairs) {
      return stored(await table.getMany(pairs.map(sightingKey), false), toSighting);
    },
    async sighting(pair) {
      return storedItem(await table.get(sightingKey(pair)), toSighting);
    },
    putSighting: (sighting, replaces) => table.put(sightingItem(sighting), replaces),
    async *sightingsOf(bucket, kind) {
      const { pk } = bucketKey(bucket);
      for await (const item of table.query(beginningWith(pk, kindPrefix(kind), false))) yield toSighting(item);
    },
    async confirmClaims(run, expiresAt) {
      await table.put(runItem(run, expiresAt), null);
    },
    async areClaimsConfirmed(run) {
      return (await table.get(runKey(run))) !== null;
    },

    async bucket(name) {
      return storedItem(await table.get(bucketKey(name)), toBucket);
    },
    putBucket: (bucket, replaces) => table.put(bucketItem(bucket), replaces),

    async silentBuckets(from, to) {
      const names: string[] = [];
      const items = table.query({
        IndexName: STATE_TABLE.pendingIndex.name,
        KeyConditionExpression: 'pending = :silence AND due BETWEEN :from AND :to',
        ExpressionAttributeValues: marshall({ ':silence': SILENCE, ':from': timeText(from), ':to': timeText(to) }),
      });
      for await (const item of items) names.push(item.bucket as string);
      return names;
    },

    putPart: (part) => table.put(partItem(part), null),
    async *partsOf(logObject, rule, bucket, from) {
      const range = { ':from': partSortKey(rule, bucket, from), ':to': partSortKey(rule, bucket, MAX_NUMBER) };
      const items = table.query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: marshall({ ':pk': outboxKey(logObject), ...range }),
        ConsistentRead: true,
      });
      for await (const item of items) yield toPart(item);
    },
    async parts(names) {
      return stored(await table.getMany(names.map(partKey), true), toPart);
    },
    markTaken: (part, replaces, expiresAt) =>
      table.change(partKey(part), replaces, { expiresAt: seconds(expiresAt) }, ['pending', 'due', 'dueSince']),

    async due(now) {
      const [atOnce, deferred, notices] = await Promise.all([
        indexed(NOW, null, MAX_NOW),
        indexed(LATER, now, MAX_LATER),
        indexed(NOTICE, now, MAX_NOTICES),
      ]);
      const all = [...atOnce, ...deferred];
      return {
        parts: all.filter(({ logObject }) => logObject !== undefined).map(toDuePart),
        streams: all.filter(({ logObject }) => logObject === undefined).map(toDueStream),
        notices: notices.map(({ bucket, dueSince }) => ({ bucket: bucket as string, dueSince: dueSince as number })),
      };
    },

    async streams(streams) {
      return stored(await table.getMany(streams.map(streamItemKey), true), toStream);
    },
    putStream: (stream, replaces) => table.put(streamItem(stream), replaces),
    async combinedPlan(combinedId) {
      return storedItem(await table.get(combinedPlanKey(combinedId)), toCombinedPlan);
    },
    putCombinedPlan: (plan, replaces, expiresAt) => table.put(combinedPlanItem(plan, expiresAt), replaces),
    async setAside(aside) {
      await table.put(setAsideItem(aside), null);
    },

    async lease() {
      return storedItem(await table.get(LEASE_KEY), toLease);
    },
    putLease: (lease, replaces) => table.put(leaseItem(lease), replaces),
  };
}

function beginningWith(pk: string, prefix: string, consistent: boolean) {
  return {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: marshall({ ':pk': pk, ':prefix': prefix }),
    ConsistentRead: consistent,
  };
}

function toDuePart({ logObject, rule, bucket, denied, number, dueSince }: Item): DuePart {
  return { logObject, rule, bucket, denied, number, dueSince } as DuePart;
}

function toDueStream({ rule, bucket, denied, dueSince }: Item): DueItems['streams'][number] {
  return { rule, bucket, denied, dueSince } as DueItems['streams'][number];
}

function storedItem<Value>(item: Item | null, make: (item: Item) => Value): Stored<Value> | null {
  return item === null ? null : { value: make(item), version: item.version as string };
}

function stored<Value>(items: readonly (Item | null)[], make: (item: Item) => Value): (Stored<Value> | null)[] {
  return items.map((item) => storedItem(item, make));
}
