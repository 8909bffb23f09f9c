import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Alert } from '../../lib/alert/alert';
import { contextOf } from './configuration';
import { clientOptions, type Emulator, startAws, startDynamo } from './emulators';
import { type FunctionOptions, type LambdaFunction, startFunction } from './lambda-runtime';
import { createStateTable } from './state-table';
import { type Synthesized, synthesize, textOf } from './synthesized';
import { type FaultyWire, startFaultyWire } from './wire-faults';

export const LOG_BUCKET = 'logs';

/** The bundled function of the deployment and the services that it uses, each behind a wire that can fail. */
export interface Deployment {
  /** Starts another process of the function. `env` is added to the environment of the stack. */
  startFunction(options?: Partial<FunctionOptions>): Promise<LambdaFunction>;
  readonly wires: Readonly<Record<'s3' | 'dynamo' | 'sns', FaultyWire>>;
  /** Puts a log object and returns the event that EventBridge sends for it. */
  putLog(key: string, content: string | Uint8Array): Promise<object>;
  deleteLog(key: string): Promise<void>;
  /** The messages published to the topic since the last call of this function or of `receiveAlerts`. */
  receiveMessages(): Promise<ReceivedMessage[]>;
  /** The alerts in these messages. */
  receiveAlerts(): Promise<Alert[]>;
  readonly tableName: string;
  readonly dynamo: Emulator;
  /** S3, SNS and SQS. */
  readonly aws: Emulator;
  readonly synthesized: Synthesized;
  close(): Promise<void>;
}

/** A published message, with a body for each protocol. */
export interface ReceivedMessage {
  readonly subject: string;
  readonly bodies: { readonly default: string; readonly email: string; readonly https?: string };
  readonly attributes: Readonly<Record<string, string>>;
}

export async function deploy(given: Record<string, unknown>): Promise<Deployment> {
  const synthesized = synthesize(contextOf(given));
  const { Handler, Timeout, Environment, MemorySize } = synthesized.one('AWS::Lambda::Function', 'Watcher');
  const [aws, dynamo] = await Promise.all([startAws(), startDynamo()]);
  const tableName = 'state';
  await createStateTable(dynamo.endpoint, tableName, synthesized.one('AWS::DynamoDB::Table'));
  const s3 = new S3Client(clientOptions(aws.endpoint));
  const sns = new SNSClient(clientOptions(aws.endpoint));
  const sqs = new SQSClient(clientOptions(aws.endpoint));
  await s3.send(new CreateBucketCommand({ Bucket: LOG_BUCKET }));
  const [TopicArn, operationsArn] = await Promise.all(
    ['alerts', 'operations'].map(async (Name) => (await sns.send(new CreateTopicCommand({ Name }))).TopicArn!),
  );
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'alerts' }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  for (const topic of [TopicArn, operationsArn]) {
    await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: Attributes!.QueueArn }));
  }
  const wires = {
    s3: await startFaultyWire(aws.endpoint),
    dynamo: await startFaultyWire(dynamo.endpoint),
    sns: await startFaultyWire(aws.endpoint),
  };
  const functions: LambdaFunction[] = [];

  async function receiveMessages(): Promise<ReceivedMessage[]> {
    const received: ReceivedMessage[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return received;
      for (const { Body, ReceiptHandle } of Messages) {
        // SNS sends the body under `default` to a queue; fauxqs sends all bodies.
        const { Subject, Message, MessageAttributes } = JSON.parse(Body!) as {
          Subject: string;
          Message: string;
          MessageAttributes: Record<string, { Value: string }>;
        };
        const attributes = Object.entries(MessageAttributes).map(([name, { Value }]) => [name, Value] as const);
        const bodies = JSON.parse(Message) as ReceivedMessage['bodies'];
        received.push({ subject: Subject, bodies, attributes: Object.fromEntries(attributes) });
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  }
  const layers = layersTogether(synthesized.layerFolders);
  const variables = deployedVariables((Environment as { Variables: Record<string, unknown> }).Variables, {
    'AWS::AccountId': '111122223333',
    WatchAlertsTopic: TopicArn!,
    WatchOperationsTopic: operationsArn!,
    WatchState: tableName,
  });

  return {
    async startFunction({ env, ...options } = {}) {
      const started = await startFunction({
        bundle: join(synthesized.codeFolder, 'handler.js'),
        handler: Handler as string,
        timeoutSeconds: Timeout as number,
        env: {
          ...variables,
          GEO_FOLDER: layers,
          AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
          AWS_ENDPOINT_URL_S3: wires.s3.endpoint,
          AWS_ENDPOINT_URL_DYNAMODB: wires.dynamo.endpoint,
          AWS_ENDPOINT_URL_SNS: wires.sns.endpoint,
          ...env,
        },
        ...options,
      });
      functions.push(started);
      return started;
    },
    wires,
    async putLog(key, content) {
      const { ETag } = await s3.send(
        new PutObjectCommand({ Bucket: LOG_BUCKET, Key: key, Body: Buffer.from(content) }),
      );
      return objectCreated(key, ETag!.replaceAll('"', ''), content.length);
    },
    async deleteLog(key) {
      await s3.send(new DeleteObjectCommand({ Bucket: LOG_BUCKET, Key: key }));
    },
    receiveMessages,
    async receiveAlerts() {
      const messages = await receiveMessages();
      return messages.map(({ bodies }) => (JSON.parse(bodies.default) as { unmapped: Alert }).unmapped);
    },
    tableName,
    dynamo,
    aws,
    synthesized,
    async close() {
      await Promise.all(functions.map((started) => started.close()));
      for (const wire of Object.values(wires)) await wire.close();
      await Promise.all([aws.close(), dynamo.close()]);
      for (const client of [s3, sns, sqs]) client.destroy();
      rmSync(layers, { recursive: true, force: true });
    },
  };
}

/** Merges all layers into one folder, like Lambda in /opt. */
function layersTogether(folders: readonly string[]): string {
  const together = mkdtempSync(join(tmpdir(), 's3-access-watch-layers-'));
  for (const folder of folders) {
    for (const file of readdirSync(folder)) cpSync(join(folder, file), join(together, file), { force: true });
  }
  return together;
}

/** The environment variables of the template, with references replaced by these names. */
function deployedVariables(
  variables: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
): Record<string, string> {
  const deployed = (value: unknown): string =>
    textOf(value).replace(/\{([\w:]+?)[0-9A-F]{0,8}\}/g, (_, id) => names[id]!);
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, deployed(value)]));
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function objectCreated(key: string, etag: string, size: number): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-03-02T10:00:00Z',
    region: 'us-east-1',
    resources: [`arn:aws:s3:::${LOG_BUCKET}`],
    detail: {
      version: '0',
      bucket: { name: LOG_BUCKET },
      object: { key, size, etag, sequencer: '00617F08299329D189' },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      reason: 'PutObject',
    },
  };
}

/** An SQS batch of messages with these bodies; the ids of the messages are their indexes. */
export function batchOf(bodies: readonly unknown[]): object {
  return {
    Records: bodies.map((body, index) => ({
      messageId: String(index),
      receiptHandle: 'handle',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:feed',
      awsRegion: 'us-east-1',
    })),
  };
}

/** The event of the schedule. */
export const SCHEDULED = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
