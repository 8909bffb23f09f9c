import { quote } from './fields/messages';
import type { Given } from './layers';
import type { KnownKey } from './schema';

/** The location of the deployment. */
export interface DeployLocation {
  readonly region: string;
  /** `aws`, `aws-cn`, … */
  readonly partition: string;
}

/**
 * Problems with resources in different locations: no resource can be reached from another partition, Amazon Q in Slack
 * exists in one partition only, and a KMS key must be in the Region of the resource that it encrypts. Ignores values
 * that are not ARNs, which are problems of their own. `location` null: not known yet.
 */
export function locationProblems(
  given: ReadonlyMap<KnownKey, Given>,
  location: DeployLocation | null,
): readonly string[] {
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
  if (location === null) return problems;
  const { region, partition } = location;
  if (topic !== null && topic.partition !== partition) {
    problems.push(
      `alertTopicArn: ${topic.text} cannot be reached from ${region}; write a topic in the partition ${partition}`,
    );
  }
  if (bucketKey !== null && !isSame(bucketKey, location)) {
    problems.push(
      `logBucketKeyArn: ${bucketKey.text} is in ${bucketKey.region}, but the log bucket is in ${region}; ${OWN_KEY} log bucket`,
    );
  }
  if (partition !== 'aws') {
    for (const key of ['slackWorkspaceId', 'slackElsewhere'] as const) {
      const value = given.get(key)?.value;
      if (value === undefined || value === false || value === 'false') continue;
      problems.push(
        `${key}: ${quote(value)} needs Amazon Q in Slack, which is not available in ${region}; use alertEmails`,
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
