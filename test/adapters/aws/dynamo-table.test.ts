import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoTable } from '../../../lib/adapters/aws/dynamo-table';
import { clientOptions } from '../../support/emulators';

type Keys = Record<string, unknown>[];

/** A DynamoDB client that processes only `answered` keys of each batch read. */
async function startSlow(answered: number): Promise<{ server: Server; endpoint: string; asked: number[] }> {
  const asked: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const { RequestItems } = JSON.parse(body) as { RequestItems: { table: { Keys: Keys } } };
      const { Keys: keys } = RequestItems.table;
      asked.push(keys.length);
      const items = keys.slice(0, answered).map((key) => ({ ...key, version: { S: 'v' } }));
      const left = keys.slice(answered);
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(
        JSON.stringify({
          Responses: { table: items },
          UnprocessedKeys: left.length === 0 ? {} : { table: { Keys: left } },
        }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const KEYS = Array.from({ length: 130 }, (_, n) => ({ pk: 'bucket#a', sk: `net#${n}` }));

test('requests unprocessed keys again, at most a hundred at a time', async () => {
  const { server, endpoint, asked } = await startSlow(40);
  const items = await dynamoTable(new DynamoDBClient(clientOptions(endpoint)), 'table').getMany(KEYS, false);
  expect(items.map((item) => item?.sk)).toEqual(KEYS.map(({ sk }) => sk));
  expect([...asked].sort((a, b) => b - a)).toEqual([100, 60, 30, 20]);
  server.closeAllConnections();
  server.close();
});

test('keys that stay unprocessed are an error, not missing', async () => {
  const { server, endpoint, asked } = await startSlow(0);
  const table = dynamoTable(new DynamoDBClient(clientOptions(endpoint)), 'table');
  await expect(table.getMany(KEYS.slice(0, 3), false)).rejects.toThrow('3 keys could not be read in 8 attempts');
  expect(asked).toHaveLength(8);
  server.closeAllConnections();
  server.close();
});
