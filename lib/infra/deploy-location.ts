import { Stack, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { IConstruct } from 'constructs';
import type { DeployLocation } from '../config/location-problems';

/** A Region with its partition; null: it is not known, or only when it is deployed. */
export function placeOf(region: string | undefined): DeployLocation | null {
  if (region === undefined || Token.isUnresolved(region)) return null;
  return { region, partition: RegionInfo.get(region).partition ?? 'aws' };
}

/** `aws`, `aws-cn`, …; of a stack that is for no Region in particular, the one that most are in. */
export function partitionOf(scope: IConstruct): string {
  return placeOf(Stack.of(scope).region)?.partition ?? 'aws';
}
