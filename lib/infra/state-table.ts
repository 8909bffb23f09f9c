import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { Configuration } from '../config/configuration';

/** The index of what is due; `lib/adapters/aws/dynamo-items.ts` says what stands in it. */
export const PENDING_INDEX = 'pending';

/** The state table: made here, or one that an earlier deployment left. It stays when the stack goes. */
export function stateTable(
  scope: Construct,
  id: string,
  { table: existing, deletionProtection }: Pick<Configuration, 'table' | 'deletionProtection'>,
): ITable {
  if (existing !== null) {
    return Table.fromTableAttributes(scope, id, { tableName: existing, globalIndexes: [PENDING_INDEX] });
  }
  const table = new Table(scope, id, {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: 'expiresAt',
    deletionProtection,
    // One that refuses to be deleted would hold up even the undoing of a first deployment that failed.
    removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  table.addGlobalSecondaryIndex({
    indexName: PENDING_INDEX,
    partitionKey: { name: 'pending', type: AttributeType.STRING },
    sortKey: { name: 'due', type: AttributeType.STRING },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['logObject', 'rule', 'bucket', 'denied', 'number', 'dueSince'],
  });
  return table as ITable; // whose optional properties the CDK's own types make undefined
}
