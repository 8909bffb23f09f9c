import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { STATE_TABLE } from '../adapters/aws/state-table-schema';
import type { Configuration } from '../config/configuration';

const { partitionKey, sortKey, timeToLiveAttribute, pendingIndex } = STATE_TABLE;

/** The state table, new or from an earlier deployment. It is retained when the stack is deleted. */
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
    // RETAIN, because deletion protection would block even the rollback of a failed first deployment.
    removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  table.addGlobalSecondaryIndex({
    indexName: pendingIndex.name,
    partitionKey: { name: pendingIndex.partitionKey, type: AttributeType.STRING },
    sortKey: { name: pendingIndex.sortKey, type: AttributeType.STRING },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: [...pendingIndex.nonKeyAttributes],
  });
  return table as ITable; // its optional properties may be undefined in the CDK's own types
}
