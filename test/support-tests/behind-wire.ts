import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientOptions, type Emulator, startAws, startDynamo } from '../support/emulators';
import { type FaultyWire, startFaultyWire } from '../support/wire-faults';

/** Shared by all tests of a file. Wires and clients belong to one test. */
export let aws: Emulator;
export let dynamo: Emulator;
beforeAll(async () => {
  [aws, dynamo] = await Promise.all([startAws(), startDynamo()]);
});
afterAll(() => Promise.all([aws.close(), dynamo.close()]));

/** Clean-up after the test, run in reverse order. */
export const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export async function wireTo(emulator: Emulator): Promise<FaultyWire> {
  const wire = await startFaultyWire(emulator.endpoint);
  closing.push(() => wire.close());
  return wire;
}

export function use<T extends { destroy(): void }>(client: T): T {
  closing.push(() => client.destroy());
  return client;
}

export const ONCE = { maxAttempts: 1 };
export const LOG = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);

/** S3 behind a wire, with the object `log` in the bucket `logs`, whose content is `LOG`. */
export async function s3Behind(options: { readonly maxAttempts?: number } = {}) {
  const wire = await wireTo(aws);
  const direct = use(new S3Client(clientOptions(aws.endpoint)));
  await direct.send(new CreateBucketCommand({ Bucket: 'logs' }));
  await direct.send(new PutObjectCommand({ Bucket: 'logs', Key: 'log', Body: LOG }));
  const s3 = use(new S3Client({ ...clientOptions(wire.endpoint), ...options }));
  const read = async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'logs', Key: 'log' }));
    return Buffer.from(await Body!.transformToByteArray());
  };
  return { wire, s3, read };
}

/** DynamoDB behind a wire, with a table for a counter. */
export async function dynamoBehind(options: { readonly maxAttempts?: number } = {}) {
  const wire = await wireTo(dynamo);
  const direct = use(new DynamoDBClient(clientOptions(dynamo.endpoint)));
  const TableName = `counts-${randomUUID()}`;
  await direct.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
  const Key = { id: { S: 'one' } };
  const client = use(new DynamoDBClient({ ...clientOptions(wire.endpoint), ...options }));
  const count = (options: { readonly abortSignal?: AbortSignal } = {}) =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: 'ADD times :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      }),
      options,
    );
  /** The counter in the table, read without the wire. */
  const counted = async () => {
    const { Item } = await direct.send(new GetItemCommand({ TableName, Key }));
    return Number(Item?.times?.N ?? 0);
  };
  return { wire, client, TableName, count, counted };
}

export async function snsBehind(options: { readonly maxAttempts?: number } = {}) {
  const wire = await wireTo(aws);
  const sns = use(new SNSClient({ ...clientOptions(wire.endpoint), ...options }));
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'findings' }));
  return { wire, publish: () => sns.send(new PublishCommand({ TopicArn, Message: 'text' })) };
}
