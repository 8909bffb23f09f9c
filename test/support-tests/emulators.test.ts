import { connect } from 'node:net';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientOptions, type Emulator, startAws, startDynamo } from '../support/emulators';

describe('startDynamo', () => {
  let emulator: Emulator;
  let client: DynamoDBClient;
  beforeAll(async () => {
    emulator = await startDynamo();
    client = new DynamoDBClient(clientOptions(emulator.endpoint));
  });
  afterAll(async () => {
    client.destroy();
    await emulator.close();
  });

  const createTable = (TableName: string) =>
    client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      }),
    );
  const put = (TableName: string, writer: string) =>
    client.send(
      new PutItemCommand({
        TableName,
        Item: { id: { S: 'one' }, writer: { S: writer } },
        ConditionExpression: 'attribute_not_exists(id)',
      }),
    );

  test('is on 127.0.0.1', () => {
    expect(emulator.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('a new table accepts items at once', async () => {
    for (let n = 0; n < 10; n++) {
      await createTable(`table-${n}`);
      await put(`table-${n}`, 'only');
    }
  });

  test('exactly one of many conditional puts succeeds', async () => {
    await createTable('race');
    const writers = Array.from({ length: 20 }, (_, n) => `writer-${n}`);
    const puts = await Promise.allSettled(writers.map((writer) => put('race', writer)));
    const losers = puts.filter((result) => result.status === 'rejected');
    expect(losers).toHaveLength(19);
    for (const { reason } of losers) expect(reason).toMatchObject({ name: 'ConditionalCheckFailedException' });
    const { Item } = await client.send(new GetItemCommand({ TableName: 'race', Key: { id: { S: 'one' } } }));
    expect(Item?.writer?.S).toBe(writers[puts.findIndex(({ status }) => status === 'fulfilled')]);
  });

  test('survives a client that dies during a request', async () => {
    const socket = connect(Number(new URL(emulator.endpoint).port), '127.0.0.1');
    await new Promise<void>((resolve) =>
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{', () => resolve()),
    );
    socket.resetAndDestroy();
    await createTable('afterwards');
  });
});

describe('startAws', () => {
  let emulator: Emulator;
  let s3: S3Client;
  let sns: SNSClient;
  let sqs: SQSClient;
  beforeAll(async () => {
    emulator = await startAws();
    const options = clientOptions(emulator.endpoint);
    s3 = new S3Client(options);
    sns = new SNSClient(options);
    sqs = new SQSClient(options);
  });
  afterAll(async () => {
    for (const client of [s3, sns, sqs]) client.destroy();
    await emulator.close();
  });

  test('is on 127.0.0.1', () => {
    expect(emulator.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('returns an object as it was put', async () => {
    const Body = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
    await s3.send(new CreateBucketCommand({ Bucket: 'logs' }));
    await s3.send(new PutObjectCommand({ Bucket: 'logs', Key: 'source/2026-11-22-00-00-00-0A', Body }));
    const found = await s3.send(new GetObjectCommand({ Bucket: 'logs', Key: 'source/2026-11-22-00-00-00-0A' }));
    expect(Buffer.from(await found.Body!.transformToByteArray()).equals(Body)).toBe(true);
  });

  test('a missing object is NoSuchKey', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'empty' }));
    const get = s3.send(new GetObjectCommand({ Bucket: 'empty', Key: 'gone' }));
    await expect(get).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
  });

  test('a queue receives what is published to its topic', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'mail' }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'findings' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes!.QueueArn }));
    await sns.send(new PublishCommand({ TopicArn, Subject: 'An alert', Message: '{"é":1}' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    expect(Messages).toHaveLength(1);
    expect(JSON.parse(Messages![0]!.Body!)).toMatchObject({ TopicArn, Subject: 'An alert', Message: '{"é":1}' });
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages![0]!.ReceiptHandle }));
    const after = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(after.Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });
});
