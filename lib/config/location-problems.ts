import { quote } from './fields/messages';
import type { Given } from './layers';
import type { KnownKey } from './schema';

/** Where it is to be deployed. */
export interface DeployLocation {
  readonly region: string;
  /** `aws`, `aws-cn`, … */
  readonly partition: string;
}

/**
 * What cannot work where it is deployed, or not together: nothing reaches into another partition, Amazon Q is in one of
 * them, and what is encrypted has its key in its own Region. What is no ARN is told elsewhere.
 */
export function locationProblems(given: ReadonlyMap<KnownKey, Given>, place: DeployLocation | null): readonly string[] {
  const arn = (key: KnownKey): (DeployLocation & { readonly text: string }) | null => parseArn(given.get(key)?.value);
  const topic = arn('alertTopicArn');
  const topicKey = arn('alertTopicKeyArn');
  const bucketKey = arn('logBucketKeyArn');
  const problems: string[] = [];
  if (topic !== null && topicKey !== null && !isSame(topic, topicKey)) {
    problems.push(
      `alertTopicKeyArn: ${topicKey.text} is in ${topicKey.region}, but the topic is in ${topic.region}; ${OWN_KEY} topic`,
    );
  }
  if (place === null) return problems;
  if (topic !== null && topic.partition !== place.partition) {
    problems.push(
      `alertTopicArn: ${topic.text} cannot be reached from ${place.region}; write a topic in the partition ${place.partition}`,
    );
  }
  if (bucketKey !== null && !isSame(bucketKey, place)) {
    problems.push(
      `logBucketKeyArn: ${bucketKey.text} is in ${bucketKey.region}, but the log bucket is in ${place.region}; ${OWN_KEY} log bucket`,
    );
  }
  if (place.partition !== 'aws') {
    for (const key of ['slackWorkspaceId', 'slackElsewhere'] as const) {
      const value = given.get(key)?.value;
      if (value === undefined || value === false || value === 'false') continue;
      problems.push(
        `${key}: ${quote(value)} needs Amazon Q in Slack, which is not available in ${place.region}; use alertEmails`,
      );
    }
  }
  return problems;
}

const OWN_KEY = 'write the key that encrypts the';

function isSame(one: DeployLocation, other: DeployLocation): boolean {
  return one.region === other.region && one.partition === other.partition;
}

function parseArn(value: unknown): (DeployLocation & { readonly text: string }) | null {
  const parts = typeof value === 'string' ? /^arn:(aws(?:-[a-z]+)*):[a-z]+:([a-z0-9-]+):/.exec(value.trim()) : null;
  return parts === null ? null : { partition: parts[1]!, region: parts[2]!, text: quote(value) };
}
