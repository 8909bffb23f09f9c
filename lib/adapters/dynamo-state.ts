import { marshall } from '@aws-sdk/util-dynamodb';
import type { Due, State, Stored } from '../ports';
import {
  bucketItem,
  bucketKey,
  type Item,
  LEASE_KEY,
  leaseItem,
  NETWORK,
  outboxKey,
  PENDING,
  PENDING_INDEX,
  partItem,
  partKey,
  partPrefix,
  runItem,
  runKey,
  SILENCE,
  seconds,
  sightingItem,
  sightingKey,
  toBucket,
  toLease,
  toPart,
  toSighting,
  toWindow,
  windowItem,
  windowKey,
} from './dynamo-items';
import type { DynamoTable } from './dynamo-table';

/** The state in a DynamoDB table. */
export function dynamoState(table: DynamoTable): State {
  return {
    async sightings(pairs) {
      return stored(await table.getMany(pairs.map(sightingKey), false), toSighting);
    },
    async sighting(pair) {
      return storedItem(await table.get(sightingKey(pair)), toSighting);
    },
    putSighting: (sighting, replaces) => table.put(sightingItem(sighting), replaces),
    async *sightingsOf(bucket) {
      const { pk } = bucketKey(bucket);
      for await (const item of table.query(beginningWith(pk, NETWORK, false))) yield toSighting(item);
    },
    async putRunDone(run, expiresAt) {
      await table.put(runItem(run, expiresAt), null);
    },
    async isRunDone(run) {
      return (await table.get(runKey(run))) !== null;
    },

    async bucket(name) {
      return storedItem(await table.get(bucketKey(name)), toBucket);
    },
    putBucket: (bucket, replaces) => table.put(bucketItem(bucket), replaces),

    async silentBuckets(from, to) {
      const names: string[] = [];
      const items = table.query({
        IndexName: PENDING_INDEX,
        KeyConditionExpression: 'pending = :silence AND notBefore BETWEEN :from AND :to',
        ExpressionAttributeValues: marshall({ ':silence': SILENCE, ':from': from, ':to': to }),
      });
      for await (const item of items) names.push(item.bucket as string);
      return names;
    },

    putPart: (part) => table.put(partItem(part), null),
    async partsOf(logObject, rule, bucket) {
      const parts = [];
      for await (const item of table.query(beginningWith(outboxKey(logObject), partPrefix(rule, bucket), true))) {
        parts.push(toPart(item));
      }
      return parts;
    },
    async parts(names) {
      return stored(await table.getMany(names.map(partKey), true), toPart);
    },
    deferPart: ({ value, version }, notBefore) => table.change(partKey(value), version, { notBefore }, []),
    markTold: ({ value, version }, expiresAt) =>
      table.change(partKey(value), version, { expiresAt: seconds(expiresAt) }, ['pending', 'notBefore']),

    async due(now, limit) {
      const due: Due[] = [];
      const items = table.query({
        IndexName: PENDING_INDEX,
        KeyConditionExpression: 'pending = :pending AND notBefore <= :now',
        ExpressionAttributeValues: marshall({ ':pending': PENDING, ':now': now }),
        Limit: Math.min(limit, 1000),
      });
      for await (const item of items) {
        due.push(toDue(item));
        if (due.length === limit) break;
      }
      return due;
    },

    async windows(streams) {
      return stored(await table.getMany(streams.map(windowKey), true), toWindow);
    },
    putWindow: (window, replaces) => table.put(windowItem(window), replaces),

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

/** The index holds these attributes of what is due, and no others. */
function toDue(item: Item): Due {
  const notBefore = item.notBefore as number;
  const bucket = item.bucket as string;
  if (item.logObject === undefined) return { kind: 'notice', notBefore, bucket };
  return {
    kind: 'part',
    notBefore,
    bucket,
    logObject: item.logObject as string,
    rule: item.rule as Extract<Due, { kind: 'part' }>['rule'],
    number: item.number as number,
    findings: item.findingCount as number,
  };
}

function storedItem<Value>(item: Item | null, make: (item: Item) => Value): Stored<Value> | null {
  return item === null ? null : { value: make(item), version: item.version as string };
}

function stored<Value>(items: readonly (Item | null)[], make: (item: Item) => Value): (Stored<Value> | null)[] {
  return items.map((item) => storedItem(item, make));
}
