import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration } from '../config/configuration';
import { accountWideName } from './account-wide-name';
import { type AlertTopic, warnOfAnotherAccount } from './alert-topic';
import type { OperationsTopic } from './operations-topic';

/** The channel in which alerts and alarms are shown, if there is to be one. */
export function slackChannel(
  scope: Construct,
  {
    slackWorkspaceId: workspaceId,
    slackChannelId: channelId,
  }: Pick<Configuration, 'slackWorkspaceId' | 'slackChannelId'>,
  alerts: AlertTopic,
  operations: OperationsTopic,
): void {
  if (workspaceId === null || channelId === null) return;
  new Slack(scope, 'Slack', { workspaceId, channelId, topics: [alerts.topic, operations.topic] });
  warnOfAnotherAccount(scope, alerts.topic, channelId);
}

interface SlackProps {
  readonly workspaceId: string;
  readonly channelId: string;
  readonly topics: readonly ITopic[];
}

/**
 * Amazon Q in a Slack channel: it shows what is published, and may do nothing. A channel without a guardrail policy
 * has AdministratorAccess as its guardrail, so it gets one that denies everything, beside a role that allows nothing.
 */
class Slack extends Construct {
  constructor(scope: Construct, id: string, { workspaceId, channelId, topics }: SlackProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: 'Amazon Q in the Slack channel of s3-access-watch: allows nothing',
      assumedBy: new ServicePrincipal('chatbot.amazonaws.com'),
    });
    const guardrail = new ManagedPolicy(this, 'DenyAll', {
      description: 'Guardrail of the Slack channel of s3-access-watch: denies every action',
      statements: [new PolicyStatement({ effect: Effect.DENY, actions: ['*'], resources: ['*'] })],
    });
    new SlackChannelConfiguration(this, 'Channel', {
      // Another workspace makes another configuration, beside which this one still stands for a moment.
      slackChannelConfigurationName: `${accountWideName(this)}-${workspaceId}`,
      slackWorkspaceId: workspaceId,
      slackChannelId: channelId,
      notificationTopics: [...topics],
      role,
      guardrailPolicies: [guardrail],
    });
  }
}
