import { Names, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * A name, of at most 110 characters, for what an account has once for all Regions, as dashboards and Amazon Q's
 * channels: the same stack in another Region has another one.
 */
export function accountWideName(scope: IConstruct): string {
  return `${Names.uniqueResourceName(scope, { maxLength: 90, separator: '-' })}-${Stack.of(scope).region}`;
}
