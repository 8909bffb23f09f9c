import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { BatchResponse } from '../../lambda/handle-event';
import { type Deployment, deploy } from '../support/deployment';
import { clientOptions } from '../support/emulators';
import type { LambdaFunction } from '../support/lambda-runtime';
import { lineOf } from '../support/observe-lines';
import { UNAPPROVED_IP } from '../support/rule-ids';

/** The feed of the template: its queues, and the poller of Lambda between them and the function. */
interface Feed {
  send(event: object): Promise<void>;
  /** Receives messages like the event source mapping, until none is left. Returns the number of invocations. */
  drain(): Promise<number>;
  /** Sends the dead letters again and returns their number. */
  redrive(): Promise<number>;
}

let deployment: Deployment;
let watcher: LambdaFunction;
let feed: Feed;

beforeAll(async () => {
  deployment = await deploy({ allowlist: ['192.0.2.0/24'], alertsPerWindow: 100, alertsPerMinute: 300 });
  watcher = await deployment.startFunction();
  feed = await createFeed();
});
afterAll(() => deployment.close());

async function createFeed(): Promise<Feed> {
  const { synthesized, aws } = deployment;
  const sqs = new SQSClient(clientOptions(aws.endpoint));
  const { BatchSize } = synthesized.one('AWS::Lambda::EventSourceMapping') as { BatchSize: number };
  const { MessageRetentionPeriod, RedrivePolicy } = synthesized.one('AWS::SQS::Queue', 'FeedQueue') as {
    MessageRetentionPeriod: number;
    RedrivePolicy: { maxReceiveCount: number };
  };
  const create = async (QueueName: string, Attributes: Record<string, string> = {}): Promise<string> =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl!;
  const dead = await create('dead');
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  );
  const queue = await create('feed', {
    MessageRetentionPeriod: String(MessageRetentionPeriod),
    VisibilityTimeout: '0', // the test must not wait for half an hour
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: Attributes!.QueueArn,
      maxReceiveCount: RedrivePolicy.maxReceiveCount,
    }),
  });

  async function receive(QueueUrl: string): Promise<Message[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(10, BatchSize),
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    return Messages;
  }

  const send = async (event: unknown): Promise<void> => {
    const MessageBody = typeof event === 'string' ? event : JSON.stringify(event);
    await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody }));
  };

  return {
    send,
    async drain() {
      for (let calls = 0; ; calls++) {
        const messages = await receive(queue);
        if (messages.length === 0) return calls;
        const answer = await watcher.invoke({ Records: messages.map(asRecord) });
        const failed = answer.kind === 'result' ? failures(answer.value as BatchResponse) : messages.map(idOf);
        for (const message of messages) {
          if (failed.includes(idOf(message))) continue;
          await sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: message.ReceiptHandle }));
        }
      }
    },
    async redrive() {
      let moved = 0;
      for (let messages = await receive(dead); messages.length > 0; messages = await receive(dead)) {
        for (const { Body, ReceiptHandle } of messages) {
          await sqs.send(new DeleteMessageCommand({ QueueUrl: dead, ReceiptHandle }));
          await send(Body!);
          moved++;
        }
      }
      return moved;
    },
  };
}

function idOf({ MessageId }: Message): string {
  return MessageId!;
}

function failures({ batchItemFailures }: BatchResponse): string[] {
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
function asRecord({ MessageId, ReceiptHandle, Body, Attributes }: Message): object {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: { ...Attributes },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:feed',
    awsRegion: 'us-east-1',
  };
}

const put = (remoteIp: string): Promise<object> =>
  deployment.putLog(`${randomUUID()}.log`, `${lineOf({ remoteIp })}\n`);

async function foundInAlerts(): Promise<string[]> {
  const alerts = await deployment.receiveAlerts();
  return alerts
    .filter(({ rule }) => rule.id === UNAPPROVED_IP)
    .flatMap(({ networks }) => networks.map(({ network }) => network))
    .sort();
}

test('processes batches of the size of the event source', async () => {
  const addresses = Array.from({ length: 25 }, (_, index) => `198.51.100.${10 + index}`);
  for (const address of addresses) await feed.send(await put(address));
  expect(await feed.drain()).toBe(3);
  expect(await foundInAlerts()).toEqual(addresses);
});

test('a message that fails five times is a dead letter; redriven after the fix, its alert is sent once', async () => {
  const good = await put('203.0.113.1');
  const bad = (await put('203.0.113.2')) as { detail: { object: { key: string } } };
  const { key } = bad.detail.object;
  let isBroken = true;
  deployment.wires.s3.fail('status-500', ({ path }) => isBroken && path.includes(key), Number.POSITIVE_INFINITY);
  await feed.send(bad);
  await feed.send(good);
  expect(await feed.drain()).toBe(5);
  expect(await foundInAlerts()).toEqual(['203.0.113.1']);

  isBroken = false;
  expect(await feed.redrive()).toBe(1);
  await feed.drain();
  expect(await foundInAlerts()).toEqual(['203.0.113.2']);
});
