import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { Configuration } from '../config/configuration';

/** The index of due items; `lib/adapters/aws/dynamo-items.ts` describes its content. */
export const PENDING_INDEX = 'pending';

/** The state table, new or from an earlier deployment. It is retained when the stack is deleted. */
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
    // RETAIN, because deletion protection would block even the rollback of a failed first deployment.
    removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  table.addGlobalSecondaryIndex({
    indexName: PENDING_INDEX,
    partitionKey: { name: 'pending', type: AttributeType.STRING },
    sortKey: { name: 'due', type: AttributeType.STRING },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['logObject', 'rule', 'bucket', 'denied', 'number', 'dueSince'],
  });
  return table as ITable; // its optional properties may be undefined in the CDK's own types
}
