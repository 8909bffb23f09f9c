import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import type { LogBucket } from './log-bucket';

/** How often the function may receive a message before it becomes a dead letter. */
const MAX_RECEIVES = 5;

/**
 * The visibility timeout of the queue as a multiple of the function's timeout, as AWS recommends:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const VISIBILITY_TIMEOUTS = 6;

export interface FeedProps {
  readonly logBucket: LogBucket;
  /** The timeout of the function that receives the messages. */
  readonly functionTimeout: Duration;
}

/**
 * Delivers events about new log objects to the function: from EventBridge through a queue, with a dead-letter queue for
 * each of the two steps.
 */
export class Feed extends Construct {
  readonly queue: Queue;
  /** Messages that the function could not process. */
  readonly deadLetters: Queue;
  /** Events that EventBridge could not put into the queue. */
  readonly undelivered: Queue;
  readonly rule: Rule;

  constructor(scope: Construct, id: string, { logBucket, functionTimeout }: FeedProps) {
    super(scope, id);
    this.deadLetters = this.deadLetterQueue('DeadLetters');
    this.undelivered = this.deadLetterQueue('Undelivered');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // SQS counts the age of a dead letter from its first enqueue, so it has at least ten days left there.
      retentionPeriod: Duration.days(4),
      visibilityTimeout: Duration.seconds(functionTimeout.toSeconds() * VISIBILITY_TIMEOUTS),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    const { bucket, prefix } = logBucket;
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    this.rule = new Rule(this, 'NewLogObject', {
      description: 'Sends an event for each new log object to the queue',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [bucket.bucketName] },
          ...(prefix === '' ? {} : { object: { key: [{ prefix }] } }),
        },
      },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.undelivered })],
    });
  }

  private deadLetterQueue(id: string): Queue {
    const queue = new Queue(this, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(queue, 'AwsSolutions-SQS3', 'It is itself a dead-letter queue.');
    return queue;
  }
}
