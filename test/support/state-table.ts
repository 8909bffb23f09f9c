import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoState } from '../../lib/adapters/aws/dynamo-state';
import { type DynamoTable, dynamoTable } from '../../lib/adapters/aws/dynamo-table';
import { STATE_TABLE as SCHEMA } from '../../lib/adapters/aws/state-table-schema';
import type { State } from '../../lib/ports';
import { clientOptions } from './emulators';

type TableDefinition = Omit<CreateTableCommandInput, 'TableName'>;

/** The definition of the state table; a test compares it with the template of the stack. */
export const STATE_TABLE: TableDefinition = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'pending', AttributeType: 'S' },
    { AttributeName: 'due', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: SCHEMA.pendingIndex.name,
      KeySchema: [
        { AttributeName: 'pending', KeyType: 'HASH' },
        { AttributeName: 'due', KeyType: 'RANGE' },
      ],
      Projection: {
        ProjectionType: 'INCLUDE',
        NonKeyAttributes: [...SCHEMA.pendingIndex.nonKeyAttributes],
      },
    },
  ],
};

export async function createStateTable(
  endpoint: string,
  name: string,
  { BillingMode, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = STATE_TABLE,
): Promise<void> {
  const client = new DynamoDBClient(clientOptions(endpoint));
  await client.send(
    new CreateTableCommand({ TableName: name, BillingMode, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes }),
  );
  client.destroy();
}

let tables = 0;

/** Creates a new table and returns its name. */
export async function newStateTable(endpoint: string): Promise<DynamoTable & { readonly name: string }> {
  const name = `state-${tables++}`;
  await createStateTable(endpoint, name);
  return { ...dynamoTable(new DynamoDBClient(clientOptions(endpoint)), name), name };
}

export async function newDynamoState(endpoint: string): Promise<State> {
  return dynamoState(await newStateTable(endpoint));
}
