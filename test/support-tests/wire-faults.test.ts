import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { clientOptions, startDynamo } from '../support/emulators';
import { startFunction } from '../support/lambda-runtime';
import { type Fault, startFaultyWire, type WireRequest } from '../support/wire-faults';
import { closing, dynamo, dynamoBehind, LOG, ONCE, s3Behind, snsBehind, use, wireTo } from './behind-wire';

/**
 * An error of a client: these properties, or this text for an error of Node.js itself. In the realm of jest, the SDK
 * keeps only the message of such an error; outside of jest, it is the original error with a `code`.
 */
const sdkError = (error: object | string) =>
  expect.objectContaining(typeof error === 'string' ? { message: expect.stringContaining(error) } : error);

describe('without a fault', () => {
  test('objects pass unchanged, in both directions', async () => {
    const { s3, read } = await s3Behind();
    expect((await read()).equals(LOG)).toBe(true);
    const large = { Bucket: 'logs', Key: 'a/large é+%2F' };
    // Large enough that the client sends `Expect: 100-continue` first.
    const Body = Buffer.concat(Array.from({ length: 10 }, () => LOG));
    await s3.send(new PutObjectCommand({ ...large, Body }));
    const { ContentLength } = await s3.send(new HeadObjectCommand(large));
    expect(ContentLength).toBe(3_000_000);
    const found = await s3.send(new GetObjectCommand(large));
    expect(Buffer.from(await found.Body!.transformToByteArray()).equals(Body)).toBe(true);
  });

  test('errors pass unchanged', async () => {
    const { s3 } = await s3Behind();
    const missing = s3.send(new GetObjectCommand({ Bucket: 'logs', Key: 'missing' }));
    await expect(missing).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('requests are recorded', async () => {
    const { wire, count } = await dynamoBehind();
    await count();
    expect(wire.requests).toEqual([
      {
        method: 'POST',
        path: '/',
        target: 'DynamoDB_20120810.UpdateItem',
        contentType: 'application/x-amz-json-1.0',
        body: expect.any(Buffer),
      },
    ]);
    expect(JSON.parse(String(wire.requests[0]!.body))).toMatchObject({ UpdateExpression: 'ADD times :one' });
    const s3 = await s3Behind();
    await s3.read();
    expect(s3.wire.requests).toMatchObject([{ method: 'GET', path: '/logs/log?x-id=GetObject', target: undefined }]);
  });
});

describe('DynamoDB', () => {
  test.each<[Fault, object | string, number]>([
    ['reset', 'ECONNRESET', 0],
    ['lost-answer', 'ECONNRESET', 1],
    ['status-500', { name: 'InternalServerError', $metadata: expect.objectContaining({ httpStatusCode: 500 }) }, 0],
    [
      'throttled',
      { name: 'ProvisionedThroughputExceededException', $metadata: expect.objectContaining({ httpStatusCode: 400 }) },
      0,
    ],
    ['cut-body', 'aborted', 1],
  ])('%s is an error in one attempt, and no more with a second one', async (fault, error, done) => {
    const { wire, count, counted } = await dynamoBehind(ONCE);
    wire.fail(fault);
    await expect(count()).rejects.toEqual(sdkError(error));
    expect(await counted()).toBe(done);
    expect(wire.requests).toHaveLength(1);

    const again = await dynamoBehind();
    again.wire.fail(fault);
    const { Attributes } = await again.count();
    expect(Attributes?.times?.N).toBe(String(done + 1));
    expect(again.wire.requests).toHaveLength(2);
  });
});

describe('S3', () => {
  test.each<[Fault, object | string]>([
    ['reset', 'ECONNRESET'],
    ['lost-answer', 'ECONNRESET'],
    ['status-500', { name: 'InternalError', $metadata: expect.objectContaining({ httpStatusCode: 500 }) }],
    ['slow-down', { name: 'SlowDown', $metadata: expect.objectContaining({ httpStatusCode: 503 }) }],
    ['throttled', { name: 'SlowDown', $metadata: expect.objectContaining({ httpStatusCode: 503 }) }],
  ])('%s is an error in one attempt, and no more with a second one', async (fault, error) => {
    const { wire, read } = await s3Behind(ONCE);
    wire.fail(fault);
    await expect(read()).rejects.toEqual(sdkError(error));

    const again = await s3Behind();
    again.wire.fail(fault);
    expect((await again.read()).equals(LOG)).toBe(true);
    expect(again.wire.requests).toHaveLength(2);
  });

  test('cut-body fails while the object is read, and the client does not retry', async () => {
    const { wire, s3, read } = await s3Behind();
    wire.fail('cut-body');
    const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket: 'logs', Key: 'log' }));
    expect(ContentLength).toBe(LOG.length);
    const chunks: Uint8Array[] = [];
    const reading = async () => {
      for await (const chunk of Body as AsyncIterable<Uint8Array>) chunks.push(chunk);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(Buffer.concat(chunks).equals(LOG.subarray(0, LOG.length / 2))).toBe(true);
    expect(wire.requests).toHaveLength(1);
    expect((await read()).equals(LOG)).toBe(true);
  });

  test('slow-body arrives complete, in pieces', async () => {
    const { wire, read } = await s3Behind(ONCE);
    wire.fail('slow-body', undefined, 2);
    expect((await read()).equals(LOG)).toBe(true);
    const lengths = await new Promise<number[]>((resolve) => {
      get(`${wire.endpoint}/logs/log`, async (response) => {
        const found: number[] = [];
        for await (const chunk of response) found.push((chunk as Buffer).length);
        resolve(found);
      });
    });
    expect(lengths.length).toBeGreaterThanOrEqual(10);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(LOG.length);
  });
});

describe('SNS', () => {
  test.each<[Fault, object | string]>([
    ['reset', 'ECONNRESET'],
    ['lost-answer', 'ECONNRESET'],
    ['status-500', { name: 'InternalErrorException', $metadata: expect.objectContaining({ httpStatusCode: 500 }) }],
    ['throttled', { name: 'ThrottledException', $metadata: expect.objectContaining({ httpStatusCode: 429 }) }],
  ])('%s is an error in one attempt, and no more with a second one', async (fault, error) => {
    const { wire, publish } = await snsBehind(ONCE);
    wire.fail(fault);
    await expect(publish()).rejects.toEqual(sdkError(error));

    const again = await snsBehind();
    again.wire.fail(fault);
    expect((await again.publish()).MessageId).toEqual(expect.any(String));
  });
});

describe('which requests fail', () => {
  test('those that match, as often as given, in the order given', async () => {
    const { wire, client, TableName, count } = await dynamoBehind(ONCE);
    const isUpdate = ({ target }: WireRequest) => target === 'DynamoDB_20120810.UpdateItem';
    wire.fail('status-500', isUpdate, 2);
    wire.fail('throttled', isUpdate);
    await client.send(new PutItemCommand({ TableName, Item: { id: { S: 'other' } } }));
    const names: string[] = [];
    for (let n = 0; n < 3; n++) await count().catch(({ name }: Error) => names.push(name));
    expect(names).toEqual(['InternalServerError', 'InternalServerError', 'ProvisionedThroughputExceededException']);
    await count();
  });

  test('all if the emulator is down', async () => {
    const gone = await startDynamo();
    const wire = await wireTo(gone);
    await gone.close();
    const client = use(new DynamoDBClient({ ...clientOptions(wire.endpoint), ...ONCE }));
    const get = client.send(new GetItemCommand({ TableName: 'counts', Key: { id: { S: 'one' } } }));
    await expect(get).rejects.toEqual(sdkError('ECONNRESET'));
  });
});

/** Counts like `dynamoBehind`, but without the SDK. */
const COUNTING_HANDLER = `
  exports.handler = async () => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.UpdateItem',
      'x-amz-date': '20261122T000000Z',
      authorization: 'AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    };
    const body = JSON.stringify({
      TableName: process.env.TABLE_NAME,
      Key: { id: { S: 'one' } },
      UpdateExpression: 'ADD times :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    });
    return (await fetch(process.env.ENDPOINT, { method: 'POST', headers, body })).status;
  };
`;

describe('a hook', () => {
  test('delays a request', async () => {
    const { wire, count, counted } = await dynamoBehind();
    const seen: string[] = [];
    wire.onRequest(async ({ target }) => {
      seen.push(`${target} ${await counted()}`);
    });
    await count();
    await count();
    expect(seen).toEqual(['DynamoDB_20120810.UpdateItem 0', 'DynamoDB_20120810.UpdateItem 1']);
  });

  test('can abort the client, and the upstream receives nothing', async () => {
    const { wire, count } = await dynamoBehind(ONCE);
    const abort = new AbortController();
    wire.onRequest(() => abort.abort());
    await expect(count({ abortSignal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect((await count()).Attributes?.times?.N).toBe('1');
    expect(wire.requests).toHaveLength(2);
  });

  test('can kill the calling function, and the upstream receives nothing', async () => {
    const { wire, counted, TableName } = await dynamoBehind();
    const bundle = join(mkdtempSync(join(tmpdir(), 's3-access-watch-test-')), 'handler.js');
    closing.push(() => rmSync(dirname(bundle), { recursive: true }));
    writeFileSync(bundle, COUNTING_HANDLER);
    const env = { ENDPOINT: wire.endpoint, TABLE_NAME: TableName };
    const lambda = await startFunction({ bundle, env, timeoutSeconds: 20 });
    closing.push(() => lambda.close());
    wire.onRequest(() => (wire.requests.length === 1 ? lambda.kill() : undefined));
    expect(await lambda.invoke({})).toEqual({ kind: 'died' });
    expect(await lambda.invoke({})).toEqual({ kind: 'result', value: 200 });
    expect(await counted()).toBe(1);
  });

  test('that throws makes the close of the wire reject', async () => {
    const wire = await startFaultyWire(dynamo.endpoint);
    closing.push(() => wire.close().catch(() => {}));
    const client = use(new DynamoDBClient({ ...clientOptions(wire.endpoint), ...ONCE }));
    wire.onRequest(() => {
      throw new Error('not expected');
    });
    const get = client.send(new GetItemCommand({ TableName: 'counts', Key: { id: { S: 'one' } } }));
    await expect(get).rejects.toEqual(sdkError('ECONNRESET'));
    await expect(wire.close()).rejects.toThrow('not expected');
  });
});
