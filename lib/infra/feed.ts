import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import type { LogBucket } from './log-bucket';

/** How often a message comes again before it is given up as a dead letter. */
const MAX_RECEIVES = 5;

/**
 * A message is hidden from others for so many of the function's time-outs, as AWS asks for:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const TIMEOUTS_HIDDEN = 6;

export interface FeedProps {
  readonly logBucket: LogBucket;
  /** Of the function that takes the messages. */
  readonly functionTimeout: Duration;
}

/** The way of a new log object to the function: EventBridge, then a queue, with a place for what fails at either. */
export class Feed extends Construct {
  readonly queue: Queue;
  /** Messages that the function could not do. */
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
      // A dead letter's age counts from here, so there it has ten days left.
      retentionPeriod: Duration.days(4),
      visibilityTimeout: Duration.seconds(functionTimeout.toSeconds() * TIMEOUTS_HIDDEN),
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
