import { Names, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * A name of at most 110 characters for resources whose names an account shares between all Regions, such as dashboards
 * and Amazon Q channels. The same stack in another Region gets another name.
 */
export function accountWideName(scope: IConstruct): string {
  return `${Names.uniqueResourceName(scope, { maxLength: 90, separator: '-' })}-${Stack.of(scope).region}`;
}
