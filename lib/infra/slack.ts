import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration } from '../config/configuration';
import { accountWideName } from './account-wide-name';
import { type AlertTopic, warnOfAnotherAccount } from './alert-topic';
import type { OperationsTopic } from './operations-topic';

/** Configures the Slack channel for alerts and alarms, if the configuration has one. */
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
 * Amazon Q in a Slack channel: it shows published messages and has no permissions. Without a guardrail policy, a
 * channel has AdministratorAccess as its guardrail. So it gets a guardrail that denies everything, and a role that
 * allows nothing.
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
      // Another workspace means another configuration, which coexists with the old one during the deployment.
      slackChannelConfigurationName: `${accountWideName(this)}-${workspaceId}`,
      slackWorkspaceId: workspaceId,
      slackChannelId: channelId,
      notificationTopics: [...topics],
      role,
      guardrailPolicies: [guardrail],
    });
  }
}
