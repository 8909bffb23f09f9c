import type { PublishCommandInput, SNSClientConfig } from '@aws-sdk/client-sns';
import { MessageRefused, type Publisher } from '../../ports';
import { type RenderedMessage, renderMessage } from '../../render/message';

export interface SnsPublisherOptions {
  /** Whether the topic's https subscriber is Amazon Q, which shows it in Slack. */
  readonly slack: boolean;
  readonly client?: SNSClientConfig;
}

/** What SNS answers where the subject, the size or an attribute is not to its liking; sent again, it would be neither. */
const REFUSALS = new Set([
  'InvalidParameter',
  'InvalidParameterException',
  'ParameterValueInvalid',
  'InvalidParameterValueException',
]);

/**
 * Publishes alerts to a topic, in a form for machines, one for people and one for Slack. The topic may be in another
 * Region than the function. What SNS refuses for its form is sent in a reduced one: an alert is not lost for its
 * subject or its size. The client is loaded with the first message: most calls of the function have nothing to say.
 */
export function snsPublisher(topicArn: string, { slack, client: options = {} }: SnsPublisherOptions): Publisher {
  const region = topicArn.split(':')[3];
  let send: ((input: PublishCommandInput) => Promise<unknown>) | null = null;

  async function load(): Promise<(input: PublishCommandInput) => Promise<unknown>> {
    const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
    const client = new SNSClient({ ...(region === undefined ? {} : { region }), ...options });
    return (input) => client.send(new PublishCommand(input));
  }

  return {
    async publish(alert) {
      try {
        send ??= await load();
        try {
          await send(inputOf(topicArn, renderMessage(alert, { slack })));
        } catch (error) {
          if (!REFUSALS.has((error as Error).name)) throw error;
          await send(inputOf(topicArn, renderMessage(alert, { slack, reduced: true })));
        }
      } catch (error) {
        const what = `alert ${alert.alertId} was not published: ${(error as Error).message}`;
        if (REFUSALS.has((error as Error).name)) throw new MessageRefused(what, { cause: error });
        throw new Error(what, { cause: error });
      }
    },
  };
}

function inputOf(topicArn: string, { subject, bodies, attributes }: RenderedMessage): PublishCommandInput {
  return {
    TopicArn: topicArn,
    Subject: subject,
    MessageStructure: 'json',
    Message: JSON.stringify(bodies),
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    ),
  };
}
