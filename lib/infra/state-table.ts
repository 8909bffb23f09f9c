import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { STATE_TABLE } from '../adapters/aws/state-table-schema';
import type { Configuration } from '../config/configuration';

const { partitionKey, sortKey, timeToLiveAttribute, pendingIndex } = STATE_TABLE;

/** The state table: made here, or one that an earlier deployment left. It stays when the stack goes. */
export function stateTable(
  scope: Construct,
  id: string,
  { table: existing, deletionProtection }: Pick<Configuration, 'table' | 'deletionProtection'>,
): ITable {
  if (existing !== null) {
    return Table.fromTableAttributes(scope, id, { tableName: existing, globalIndexes: [pendingIndex.name] });
  }
  const table = new Table(scope, id, {
    partitionKey: { name: partitionKey, type: AttributeType.STRING },
    sortKey: { name: sortKey, type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute,
    deletionProtection,
    // One that refuses to be deleted would hold up even the undoing of a first deployment that failed.
    removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  table.addGlobalSecondaryIndex({
    indexName: pendingIndex.name,
    partitionKey: { name: pendingIndex.partitionKey, type: AttributeType.STRING },
    sortKey: { name: pendingIndex.sortKey, type: AttributeType.STRING },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: [...pendingIndex.nonKeyAttributes],
  });
  return table as ITable; // whose optional properties the CDK's own types make undefined
}
