import { Stack, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { IConstruct } from 'constructs';
import type { DeployLocation } from '../config/location-problems';

/** A Region and its partition; null if the Region is unknown, or known only at deployment. */
export function deployLocationOf(region: string | undefined): DeployLocation | null {
  if (region === undefined || Token.isUnresolved(region)) return null;
  return { region, partition: RegionInfo.get(region).partition ?? 'aws' };
}

/** `aws`, `aws-cn`, …; `aws` for a stack without a fixed Region. */
export function partitionOf(scope: IConstruct): string {
  return deployLocationOf(Stack.of(scope).region)?.partition ?? 'aws';
}
