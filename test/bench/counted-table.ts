import { DynamoDBClient, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { type DynamoTable, dynamoTable } from '../../lib/adapters/aws/dynamo-table';
import { clientOptions } from '../support/emulators';
import { createStateTable } from '../support/state-table';

/** The requests to a table so far. */
export interface RequestCounts {
  requests: number;
  /** Writes of sightings. */
  pairWrites: number;
  /** Writes of items that are also in the index: the copy there, below 1 KB, costs DynamoDB one more unit. */
  indexWrites: number;
}

export interface CountedTable {
  readonly table: DynamoTable;
  readonly tableCounts: RequestCounts;
  close(): void;
}

/** A new state table, with a client that counts its requests. */
export async function newCountedTable(endpoint: string, name: string): Promise<CountedTable> {
  await createStateTable(endpoint, name);
  const client = new DynamoDBClient(clientOptions(endpoint));
  const tableCounts: RequestCounts = { requests: 0, pairWrites: 0, indexWrites: 0 };
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        tableCounts.requests++;
        if (commandName === 'PutItemCommand') {
          const { Item } = args.input as PutItemCommandInput;
          if (Item?.sk?.S?.startsWith('net#')) tableCounts.pairWrites++;
          if (Item?.pending !== undefined) tableCounts.indexWrites++;
        }
        return next(args);
      },
    { step: 'initialize', name: 'countRequests' },
  );
  return { table: dynamoTable(client, name), tableCounts, close: () => client.destroy() };
}

/** The units that the emulator counts, and those that DynamoDB counts. */
export interface Counting {
  readonly what: string;
  readonly counted: number;
  readonly expected: number;
}

/** The case that matters for the detect path. */
export const WRITE_INTO_INDEX = 'a write of 1 KB that stands in the index';

/**
 * Sends the kinds of requests of the detect path to an emulator, and compares its capacity units with DynamoDB's:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export async function probeCounting(endpoint: string): Promise<Counting[]> {
  const { table, close } = await newCountedTable(endpoint, 'probe');
  const key = (sk: string) => ({ pk: 'probe', sk });
  const item = (sk: string, bytes: number) => ({ ...key(sk), text: 'x'.repeat(bytes) });
  const cases: readonly (readonly [string, number, () => Promise<unknown>])[] = [
    ['a write of 1 KB', 1, () => table.put(item('small', 900), null)],
    ['a write of 5 KB', 5, () => table.put(item('large', 4900), null)],
    [WRITE_INTO_INDEX, 2, () => table.put({ ...item('due', 700), pending: 'due', notBefore: 1 }, null)],
    ['a consistent read of 1 KB', 1, () => table.get(key('small'))],
    ['a consistent read of what is not there', 1, () => table.get(key('absent'))],
    ['an eventually consistent read of 1 KB', 0.5, () => table.getMany([key('small')], false)],
    ['an eventually consistent read of 5 KB', 1, () => table.getMany([key('large')], false)],
    ['a batch of two, one of them not there', 1, () => table.getMany([key('small'), key('absent')], false)],
  ];
  const countings: Counting[] = [];
  for (const [what, expected, act] of cases) {
    const before = table.usage.reads + table.usage.writes;
    await act();
    countings.push({ what, expected, counted: table.usage.reads + table.usage.writes - before });
  }
  close();
  return countings;
}
