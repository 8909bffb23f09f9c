import type { SNSClientConfig } from '@aws-sdk/client-sns';
import type { Subscriptions } from '../ports';

/** The subscriptions of topics, at least one, in the client's Region. The client is loaded when they are first asked for. */
export function snsSubscriptions(topicArns: readonly string[], options: SNSClientConfig = {}): Subscriptions {
  return {
    async confirmed() {
      const { GetTopicAttributesCommand, SNSClient } = await import('@aws-sdk/client-sns');
      const client = new SNSClient(options);
      try {
        const answers = await Promise.all(
          topicArns.map((TopicArn) => client.send(new GetTopicAttributesCommand({ TopicArn }))),
        );
        return Math.min(...answers.map(({ Attributes }) => Number(Attributes?.SubscriptionsConfirmed ?? 0)));
      } finally {
        client.destroy();
      }
    },
  };
}
