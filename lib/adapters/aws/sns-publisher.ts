import type { PublishCommandInput, SNSClientConfig } from '@aws-sdk/client-sns';
import type { RenderedMessage } from '../../alert/rendered-message';
import { MessageRefused, type Publisher } from '../../ports';

/** The errors with which SNS refuses a subject, a size or an attribute. A retry would fail too. */
const REFUSALS = new Set([
  'InvalidParameter',
  'InvalidParameterException',
  'ParameterValueInvalid',
  'InvalidParameterValueException',
]);

/**
 * Publishes messages to a topic, which may be in another Region than the function. The SNS client is loaded for the
 * first message: most invocations of the function send none.
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
    async publish(message) {
      send ??= await load();
      try {
        await send(inputOf(topicArn, message));
      } catch (error) {
        if (!REFUSALS.has((error as Error).name)) throw error;
        throw new MessageRefused((error as Error).message, { cause: error });
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
