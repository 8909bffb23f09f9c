import type { Configuration } from './configuration';

/** What only the stack has to know. Where others of an app give these, they may not be known before it is deployed. */
const OF_THE_STACK = [
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

/** The rest of the configuration, which travels beside the function as JSON. */
export type FunctionConfiguration = Omit<Configuration, (typeof OF_THE_STACK)[number]>;

/** What the function has to know: who else gets a mail is no reason to deploy it anew. */
export function functionConfiguration(configuration: Configuration): FunctionConfiguration {
  const left = new Set<string>(OF_THE_STACK);
  const entries = Object.entries(configuration).filter(([key]) => !left.has(key));
  return Object.fromEntries(entries) as unknown as FunctionConfiguration;
}
