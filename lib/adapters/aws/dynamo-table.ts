import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type ConsumedCapacity,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './dynamo-items';
import type { Key } from './dynamo-keys';

/** The capacity units consumed so far. */
export interface Usage {
  reads: number;
  writes: number;
}

/**
 * The two conditions for a write. An item is replaced only if it is as it was read, because the decision to write depends
 * on what was read. An item is created only if it does not exist, so only one of several concurrent writers creates it.
 */
const IS_AS_READ = '#version = :replaced';
const IS_ABSENT = 'attribute_not_exists(pk)';

/** The maximum number of keys in a `BatchGetItem` request. */
const MAX_KEYS = 100;

/** The maximum number of concurrent batches. */
const MAX_BATCHES = 4;

/** How often unprocessed keys of a batch are requested before it is an error. The pauses in between double. */
const MAX_ROUNDS = 8;
/** Milliseconds. */
const FIRST_PAUSE = 50;

/** A table of items that each have a version, with conditional writes and batched reads; counts the capacity consumed. */
export interface DynamoTable {
  get(key: Key): Promise<Item | null>;
  /** In the order of the keys. */
  getMany(keys: readonly Key[], consistent: boolean): Promise<(Item | null)[]>;
  /** Resolves to the new version, or to null, without writing, if the stored version is not `replaces`. */
  put(item: Item, replaces: string | null): Promise<string | null>;
  /** Sets and removes attributes of an item without writing the others; otherwise like `put`. */
  change(key: Key, replaces: string, set: Item, remove: readonly string[]): Promise<string | null>;
  query(input: Omit<QueryCommandInput, 'TableName' | 'ReturnConsumedCapacity'>): AsyncGenerator<Item>;
  readonly usage: Usage;
}

export function dynamoTable(client: DynamoDBClient, tableName: string): DynamoTable {
  const usage: Usage = { reads: 0, writes: 0 };
  const common = { TableName: tableName, ReturnConsumedCapacity: 'TOTAL' } as const;

  function read(consumed: ConsumedCapacity | undefined): void {
    usage.reads += consumed?.CapacityUnits ?? 0;
  }

  async function get(key: Key): Promise<Item | null> {
    const answer = await client.send(new GetItemCommand({ ...common, Key: marshall(key), ConsistentRead: true }));
    read(answer.ConsumedCapacity);
    return answer.Item === undefined ? null : unmarshall(answer.Item);
  }

  /**
   * Runs a conditional write. If a response is lost, the client repeats the request, and the condition fails because of
   * the first attempt: so after more than one attempt, the stored version decides.
   */
  async function conditional(
    key: Key,
    version: string,
    write: () => Promise<{ ConsumedCapacity?: ConsumedCapacity | undefined }>,
  ): Promise<string | null> {
    try {
      const { ConsumedCapacity } = await write();
      usage.writes += ConsumedCapacity?.CapacityUnits ?? 0;
      return version;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      usage.writes++;
      if ((error.$metadata.attempts ?? 1) === 1) return null;
      return (await get(key))?.version === version ? version : null;
    }
  }

  async function getBatch(keys: readonly Key[], consistent: boolean, found: Map<string, Item>): Promise<void> {
    let left: Record<string, AttributeValue>[] = keys.map((key) => marshall(key));
    for (let round = 0; left.length > 0; round++) {
      if (round === MAX_ROUNDS) {
        throw new Error(
          `${tableName}: ${left.length} keys could not be read in ${MAX_ROUNDS} attempts: the table is throttled`,
        );
      }
      if (round > 0) await pause(FIRST_PAUSE * 2 ** (round - 1));
      const request = { [tableName]: { Keys: left, ConsistentRead: consistent } };
      const answer = await client.send(
        new BatchGetItemCommand({ RequestItems: request, ReturnConsumedCapacity: 'TOTAL' }),
      );
      for (const consumed of answer.ConsumedCapacity ?? []) read(consumed);
      for (const item of answer.Responses?.[tableName] ?? []) {
        const plain = unmarshall(item);
        found.set(keyText(plain as unknown as Key), plain);
      }
      left = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    }
  }

  return {
    get,
    async getMany(keys, consistent) {
      const found = new Map<string, Item>();
      const distinct = [...new Map(keys.map((key) => [keyText(key), key])).values()];
      const batches: Key[][] = [];
      for (let at = 0; at < distinct.length; at += MAX_KEYS) batches.push(distinct.slice(at, at + MAX_KEYS));
      for (let at = 0; at < batches.length; at += MAX_BATCHES) {
        await Promise.all(batches.slice(at, at + MAX_BATCHES).map((batch) => getBatch(batch, consistent, found)));
      }
      return keys.map((key) => found.get(keyText(key)) ?? null);
    },
    async put(item, replaces) {
      const version = randomUUID();
      const key = { pk: item.pk as string, sk: item.sk as string };
      const Item = marshall({ ...item, version }, { removeUndefinedValues: true });
      const condition =
        replaces === null
          ? { ConditionExpression: IS_ABSENT }
          : {
              ConditionExpression: IS_AS_READ,
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: marshall({ ':replaced': replaces }),
            };
      return conditional(key, version, () => client.send(new PutItemCommand({ ...common, Item, ...condition })));
    },
    async change(key, replaces, set, remove) {
      const version = randomUUID();
      const values = { ...set, version };
      const names = [...new Set([...Object.keys(values), ...remove])];
      const sets = Object.keys(values).map((name) => `#${name} = :${name}`);
      const removes = remove.map((name) => `#${name}`);
      const command = new UpdateItemCommand({
        ...common,
        Key: marshall(key),
        ConditionExpression: IS_AS_READ,
        UpdateExpression: `SET ${sets.join(', ')}${removes.length === 0 ? '' : ` REMOVE ${removes.join(', ')}`}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: marshall({
          ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
          ':replaced': replaces,
        }),
      });
      return conditional(key, version, () => client.send(command));
    },
    async *query(input) {
      let from: Record<string, AttributeValue> | undefined;
      do {
        const answer = await client.send(new QueryCommand({ ...common, ...input, ExclusiveStartKey: from }));
        read(answer.ConsumedCapacity);
        for (const item of answer.Items ?? []) yield unmarshall(item);
        from = answer.LastEvaluatedKey;
      } while (from !== undefined);
    },
    usage,
  };
}

function keyText({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
