import type { Configuration } from './configuration';

/** Keys that only the stack uses. In a CDK app, some of their values may be known only at deployment. */
const STACK_KEYS = [
  'logBucket',
  'logPrefix',
  'logBucketKeyArn',
  'logExpiryDays',
  'alertEmails',
  'operationsEmails',
  'slackWorkspaceId',
  'alertTopicArn',
  'alertTopicKeyArn',
  'noDestination',
  'runbookUrl',
  'noLogsAlarmHours',
  'table',
  'deletionProtection',
  'stage',
] as const satisfies readonly (keyof Configuration)[];

/** The rest of the configuration, which is deployed beside the function as JSON. */
export type FunctionConfiguration = Omit<Configuration, (typeof STACK_KEYS)[number]>;

/** The part that the function uses, so that a change of an e-mail address does not redeploy the function. */
export function functionConfiguration(configuration: Configuration): FunctionConfiguration {
  const omitted = new Set<string>(STACK_KEYS);
  const entries = Object.entries(configuration).filter(([key]) => !omitted.has(key));
  return Object.fromEntries(entries) as unknown as FunctionConfiguration;
}
