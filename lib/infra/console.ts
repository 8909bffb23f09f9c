import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { consoleHost } from '../text/aws-partition';
import { partitionOf } from './deploy-location';

/** The URL of a dashboard in the console of the stack's Region and partition. */
export function dashboardUrl(scope: IConstruct, dashboardName: string): string {
  const { region } = Stack.of(scope);
  const host = consoleHost(partitionOf(scope));
  return `https://${region}.${host}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
}
