import type { SNSClientConfig } from '@aws-sdk/client-sns';
import type { Subscriptions } from '../../ports';

/** Reads the subscriptions of a topic. The SNS client is loaded on first use. */
export function snsSubscriptions(topicArn: string, options: SNSClientConfig = {}): Subscriptions {
  return {
    async confirmed() {
      const { GetTopicAttributesCommand, SNSClient } = await import('@aws-sdk/client-sns');
      const client = new SNSClient(options);
      try {
        const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
        return Number(Attributes?.SubscriptionsConfirmed ?? 0);
      } finally {
        client.destroy();
      }
    },
  };
}
