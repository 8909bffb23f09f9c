import type { PublishCommandInput, SNSClientConfig } from '@aws-sdk/client-sns';
import { announcementOf } from '../alerting/announcement';
import type { Publisher } from '../ports';

/**
 * Publishes alerts to a topic, in a form for machines and one for people. The topic may be in another Region than the
 * function. The client is loaded with the first message: most calls of the function have nothing to say.
 */
export function snsPublisher(topicArn: string, options: SNSClientConfig = {}): Publisher {
  const region = topicArn.split(':')[3];
  let send: ((input: PublishCommandInput) => Promise<unknown>) | null = null;

  async function load(): Promise<(input: PublishCommandInput) => Promise<unknown>> {
    const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
    const client = new SNSClient({ ...(region === undefined ? {} : { region }), ...options });
    return (input) => client.send(new PublishCommand(input));
  }

  return {
    async publish(alert) {
      const { subject, json, text, attributes } = announcementOf(alert);
      try {
        send ??= await load();
        await send({
          TopicArn: topicArn,
          Subject: subject,
          MessageStructure: 'json',
          Message: JSON.stringify({ default: json, email: text }),
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
          ),
        });
      } catch (error) {
        throw new Error(`alert ${alert.alertId} was not published: ${(error as Error).message}`, { cause: error });
      }
    },
  };
}
