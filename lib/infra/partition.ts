import { Stack, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { IConstruct } from 'constructs';

/** `aws`, `aws-cn`, …; of a stack that is for no Region in particular, the one that most are in. */
export function partitionOf(scope: IConstruct): string {
  const { region } = Stack.of(scope);
  return (Token.isUnresolved(region) ? undefined : RegionInfo.get(region).partition) ?? 'aws';
}
