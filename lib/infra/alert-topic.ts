import { Annotations, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { type CfnTopic, type ITopic, Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration } from '../config/configuration';

export type AlertTopicProps = Pick<Configuration, 'alertTopicArn' | 'alertTopicKeyArn' | 'alertEmails'>;

/** Where alerts are published: a topic made here, to which only our own function publishes, or one by its ARN. */
export class AlertTopic extends Construct {
  readonly topic: ITopic;
  /** ARN of a key of its own that whoever publishes has to use; null: none, or one of AWS that needs no grant. */
  readonly keyArn: string | null;
  readonly isOurs: boolean;

  constructor(scope: Construct, id: string, props: AlertTopicProps) {
    super(scope, id);
    const { alertTopicArn, alertTopicKeyArn, alertEmails } = props;
    this.isOurs = alertTopicArn === null;
    this.keyArn = alertTopicKeyArn;
    this.topic = alertTopicArn === null ? this.make() : Topic.fromTopicArn(this, 'Topic', alertTopicArn);
    for (const email of alertEmails) subscribe(this, this.topic, email);
  }

  private make(): Topic {
    const topic = new Topic(this, 'Topic', { displayName: 'S3 access watch', enforceSSL: true });
    // SNS's own key costs nothing, and serves whoever publishes from this account; the construct takes only others.
    (topic.node.defaultChild as CfnTopic).kmsMasterKeyId = 'alias/aws/sns';
    return topic;
  }

  /** A policy takes the place of the one that a topic has from SNS, which lets the whole account publish. */
  isPublishedToBy(role: Role): void {
    if (!this.isOurs) return;
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TheWatch',
        principals: [role],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
      }),
    );
    // Nor may those whose own policies allow them to publish anywhere: nobody forges an alert.
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

/** An e-mail subscription, in the topic's own Region; the address has to confirm it. */
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

/** A topic of another account has to let this one subscribe somebody. */
export function warnOfAnotherAccount(scope: Construct, topic: ITopic, subscriber: string): void {
  const stack = Stack.of(scope);
  const { account } = stack.splitArn(topic.topicArn, ArnFormat.NO_RESOURCE_NAME);
  // Where the stack is for any account, it may be this one.
  if (account === undefined || Token.isUnresolved(account) || Token.isUnresolved(stack.account)) return;
  if (account === stack.account) return;
  Annotations.of(scope).addWarningV2(
    `s3-access-watch:subscribe-${subscriber}`,
    `${subscriber} is subscribed to a topic of account ${account}, whose policy must allow sns:Subscribe for this account`,
  );
}
