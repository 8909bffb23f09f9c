import { Annotations, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { type CfnTopic, type ITopic, Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration } from '../config/configuration';

export type AlertTopicProps = Pick<Configuration, 'alertTopicArn' | 'alertTopicKeyArn' | 'alertEmails'>;

/** The topic for alerts: a new topic, to which only our own function may publish, or an existing one by its ARN. */
export class AlertTopic extends Construct {
  readonly topic: ITopic;
  /** ARN of the customer managed key that publishers have to use; null: none, or an AWS managed key without grants. */
  readonly keyArn: string | null;
  readonly isOurs: boolean;

  constructor(scope: Construct, id: string, props: AlertTopicProps) {
    super(scope, id);
    const { alertTopicArn, alertTopicKeyArn, alertEmails } = props;
    this.isOurs = alertTopicArn === null;
    this.keyArn = alertTopicKeyArn;
    this.topic = alertTopicArn === null ? this.create() : Topic.fromTopicArn(this, 'Topic', alertTopicArn);
    for (const email of alertEmails) subscribe(this, this.topic, email);
  }

  private create(): Topic {
    const topic = new Topic(this, 'Topic', { displayName: 'S3 access watch', enforceSSL: true });
    // The AWS managed key for SNS is free and works for every publisher of this account. The L2 construct takes only
    // customer managed keys.
    (topic.node.defaultChild as CfnTopic).kmsMasterKeyId = 'alias/aws/sns';
    return topic;
  }

  /**
   * Lets only this role publish. The policy replaces the default policy of SNS, which lets the whole account publish.
   */
  allowOnlyPublisher(role: Role): void {
    if (!this.isOurs) return;
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TheWatch',
        principals: [role],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
      }),
    );
    // Denies principals whose own policies allow publishing to any topic, so that nobody can forge an alert.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NobodyElse',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': role.roleArn } },
      }),
    );
  }
}

/** Adds an e-mail subscription in the Region of the topic; the recipient has to confirm it. */
export function subscribe(scope: Construct, topic: ITopic, email: string): void {
  const stack = Stack.of(scope);
  const { region } = stack.splitArn(topic.topicArn, ArnFormat.NO_RESOURCE_NAME);
  new Subscription(scope, `Email ${email}`, {
    topic,
    protocol: SubscriptionProtocol.EMAIL,
    endpoint: email,
    ...(region === undefined || Token.isUnresolved(region) || region === stack.region ? {} : { region }),
  });
  warnOfAnotherAccount(scope, topic, email);
}

/** Warns if the topic belongs to another account, whose policy has to allow the subscription. */
export function warnOfAnotherAccount(scope: Construct, topic: ITopic, subscriber: string): void {
  const stack = Stack.of(scope);
  const { account } = stack.splitArn(topic.topicArn, ArnFormat.NO_RESOURCE_NAME);
  // An environment-agnostic stack may be deployed to the account of the topic.
  if (account === undefined || Token.isUnresolved(account) || Token.isUnresolved(stack.account)) return;
  if (account === stack.account) return;
  Annotations.of(scope).addWarningV2(
    `s3-access-watch:subscribe-${subscriber}`,
    `${subscriber} is subscribed to a topic of account ${account}, whose policy must allow sns:Subscribe for this account`,
  );
}
