import { METRICS, METRICS_NAMESPACE } from '../../lib/config/deployed-names';
import { type Synthesized, synthesize, textOf } from '../support/synthesized';

/*
 * Whether the parts are connected as their names say: metrics, targets and permissions.
 */

const EMAILS = { alertEmails: ['security@example.com'] };
const stack = synthesize({ ...EMAILS, logPrefix: 's3/' });
const plain = (value: unknown): string => textOf(value).replace(/[0-9A-F]{8}(?=[.}])/g, '');
const statements = (p: Record<string, unknown>, name = 'PolicyDocument') =>
  (p[name] as { Statement: Record<string, unknown>[] }).Statement;
const trusts = (s: Synthesized, role: string) =>
  statements(s.one('AWS::IAM::Role', role), 'AssumeRolePolicyDocument').map(({ Principal }) => Principal);

test('each alarm uses the metric that its name says', () => {
  const service = (
    stack.one('AWS::Lambda::Function', 'WatcherFunction').Environment as { Variables: Record<string, string> }
  ).Variables.POWERTOOLS_SERVICE_NAME;
  const looksAt = stack.ofType('AWS::CloudWatch::Alarm').map(([id, { Namespace, Dimensions }]) => {
    const at = (Dimensions as { Name: string; Value: unknown }[]).map(({ Name, Value }) => `${Name}=${plain(Value)}`);
    return `${/^WatchAlarms(\w+)[0-9A-F]{8}$/.exec(id)![1]}: ${Namespace} ${at.join().replace(service!, 'SERVICE')}`;
  });
  expect(looksAt).toEqual([
    'QueueStuck: AWS/SQS QueueName={WatchFeedQueue.QueueName}',
    'DeadLetters: AWS/SQS QueueName={WatchFeedDeadLetters.QueueName}',
    'EventsUndelivered: AWS/SQS QueueName={WatchFeedUndelivered.QueueName}',
    'EventsLost: AWS/Events RuleName={WatchFeedNewLogObject}',
    'FunctionErrors: AWS/Lambda FunctionName={WatchWatcherFunction}',
    'FunctionThrottled: AWS/Lambda FunctionName={WatchWatcherFunction}',
    'ParseFailures: S3AccessWatch service=SERVICE',
    'LogObjectsUnreadable: S3AccessWatch service=SERVICE',
    'ImplausibleLogs: S3AccessWatch service=SERVICE',
    'FindingsNotStored: S3AccessWatch service=SERVICE',
    'AlertsDelayed: S3AccessWatch service=SERVICE',
    'NotifierStopped: S3AccessWatch service=SERVICE',
    'PublishFailures: S3AccessWatch service=SERVICE',
    'AlertsSetAside: S3AccessWatch service=SERVICE',
    'AlertsUndelivered: AWS/SNS TopicName={WatchAlertsTopic.TopicName}',
    'NoAlertSubscribers: S3AccessWatch service=SERVICE',
    'NoAlarmSubscribers: S3AccessWatch service=SERVICE',
    'LogObjectsDeleted: S3AccessWatch service=SERVICE',
    'NoLogObjects: S3AccessWatch service=SERVICE',
    'BucketSilent: S3AccessWatch service=SERVICE',
  ]);
});

test('the path of a log object is complete and enabled', () => {
  const { RedrivePolicy } = stack.one('AWS::SQS::Queue', 'FeedQueue') as {
    RedrivePolicy: { deadLetterTargetArn: unknown };
  };
  expect(plain(RedrivePolicy.deadLetterTargetArn)).toBe('{WatchFeedDeadLetters.Arn}');
  expect(stack.one('AWS::Events::Rule', 'NewLogObject').State).toBe('ENABLED');
  const { EventSourceArn, FunctionName, Enabled, MaximumBatchingWindowInSeconds } = stack.one(
    'AWS::Lambda::EventSourceMapping',
  );
  expect([plain(EventSourceArn), plain(FunctionName)]).toEqual(['{WatchFeedQueue.Arn}', '{WatchWatcherFunction}']);
  expect(Enabled).not.toBe(false);
  expect(MaximumBatchingWindowInSeconds).toBe(5);
  const { Targets } = stack.one('AWS::Events::Rule', 'EveryMinute') as { Targets: Record<string, unknown>[] };
  expect(Targets.map(({ Arn }) => plain(Arn))).toEqual(['{WatchWatcherFunction.Arn}']);
});

test('the function: its log group, its role, its sizes', () => {
  const { LoggingConfig, Timeout, MemorySize } = stack.one('AWS::Lambda::Function', 'WatcherFunction');
  expect(plain((LoggingConfig as { LogGroup: unknown }).LogGroup)).toBe('{WatchWatcherLogs}');
  expect({ Timeout, MemorySize }).toEqual({ Timeout: 300, MemorySize: 1024 });
  expect(trusts(stack, 'WatcherRole')).toEqual([{ Service: 'lambda.amazonaws.com' }]);
  expect(stack.one('AWS::Lambda::EventInvokeConfig')).toMatchObject({
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 60,
  });
  for (const type of ['AWS::Lambda::Function', 'AWS::Lambda::EventSourceMapping']) {
    const { DependsOn } = Object.values(stack.resources).find(({ Type }) => Type === type) as unknown as {
      DependsOn: string[];
    };
    expect(DependsOn).toContainEqual(expect.stringContaining('WatcherRoleDefaultPolicy'));
  }
  const conditions = statements(stack.one('AWS::IAM::Policy', 'WatcherRole')).flatMap(({ Action, Condition }) =>
    Condition === undefined ? [] : [Action],
  );
  expect(conditions).toEqual(['s3:ListBucket']);
  const all = statements(synthesize(EMAILS).one('AWS::IAM::Policy', 'WatcherRole')).find(
    ({ Action }) => Action === 's3:ListBucket',
  );
  expect(all).not.toHaveProperty('Condition');
});

test('the operations topic: TLS, its key, and no more than CloudWatch needs', () => {
  const account = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
  const Principal = { Service: 'cloudwatch.amazonaws.com' };
  const topic = { Ref: expect.stringContaining('WatchOperationsTopic') };
  expect(plain(stack.one('AWS::SNS::Topic', 'Operations').KmsMasterKeyId)).toBe('{WatchOperationsKey.Arn}');
  expect(statements(stack.one('AWS::SNS::TopicPolicy', 'Operations'))).toEqual([
    expect.objectContaining({
      Effect: 'Deny',
      Action: 'sns:Publish',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
    { Sid: 'Alarms', Effect: 'Allow', Principal, Action: 'sns:Publish', Resource: topic, Condition: account },
  ]);
  const key = stack.one('AWS::KMS::Key');
  expect(key.EnableKeyRotation).toBe(true);
  expect(statements(key, 'KeyPolicy').slice(1)).toEqual([
    {
      Sid: 'Alarms',
      Effect: 'Allow',
      Principal,
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Resource: '*',
      Condition: account,
    },
  ]);
});

test('the role that turns EventBridge on can write only its own log', () => {
  const there = synthesize({ ...EMAILS, logBucket: 'acme-logs', logPrefix: 's3/' });
  expect(there.one('AWS::IAM::Role', 'NotificationsRole').ManagedPolicyArns).toBeUndefined();
  expect(trusts(there, 'NotificationsRole')).toEqual([{ Service: 'lambda.amazonaws.com' }]);
  const [logs, ...others] = statements(there.one('AWS::IAM::Policy', 'NotificationsRole'));
  expect(others).toEqual([]);
  expect(logs!.Action).toEqual(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']);
  expect(plain(logs!.Resource)).toMatch(/:log-group:\/aws\/lambda\/S3AccessWatch\*$/);
});

test('the dashboard shows every metric, and every alarm', () => {
  const body = textOf(stack.one('AWS::CloudWatch::Dashboard').DashboardBody);
  const { widgets } = JSON.parse(body) as {
    widgets: { type: string; properties: { metrics?: unknown[][]; alarms?: unknown[] } }[];
  };
  const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);
  const own = metrics.filter(([namespace]) => namespace === METRICS_NAMESPACE).map(([, name]) => name);
  // An alarm shows these well enough.
  const onlyAlarmed = [
    'UnstoredFindingAge',
    'LogObjectsDeleted',
    'AlertSubscriptions',
    'OperationsSubscriptions',
    'SilentBuckets',
    'ImplausibleLogs',
  ];
  const alarmed = stack
    .ofType('AWS::CloudWatch::Alarm')
    .filter(([, { Namespace }]) => Namespace === METRICS_NAMESPACE)
    .map(([, { MetricName }]) => MetricName);
  expect(alarmed).toEqual(expect.arrayContaining(onlyAlarmed));
  expect([...new Set([...own, ...onlyAlarmed])].sort()).toEqual([...METRICS].sort());
  expect(metrics.map(([, name]) => name)).toEqual(
    expect.arrayContaining([
      'ApproximateAgeOfOldestMessage',
      'ApproximateNumberOfMessagesVisible',
      'Errors',
      'Throttles',
      'Invocations',
      'Duration',
    ]),
  );
  const [status] = widgets.filter(({ type }) => type === 'alarm');
  expect(status!.properties.alarms).toHaveLength(stack.ofType('AWS::CloudWatch::Alarm').length);
});

test('the outputs have the values that their names say', () => {
  const values = Object.entries(stack.outputs).map(([name, { Value }]) => `${name} ${plain(Value)}`);
  expect(values.slice(0, 3)).toEqual([
    'LogBucket {WatchLogsBucket}',
    'StateTable {WatchState}',
    'AlertTopic {WatchAlertsTopic}',
  ]);
});

test('noLogsAlarmHours', () => {
  const { EvaluationPeriods } = synthesize({ ...EMAILS, noLogsAlarmHours: 48 }).one(
    'AWS::CloudWatch::Alarm',
    'NoLogObjects',
  );
  expect(EvaluationPeriods).toBe(48);
});

test('Slack: the role is Amazon Q’s', () => {
  const slack = synthesize({ slackWorkspaceId: 'T0123ABCDEF', slackChannelId: 'C0123ABCDEF' });
  expect(trusts(slack, 'SlackRole')).toEqual([{ Service: 'chatbot.amazonaws.com' }]);
  const { IamRoleArn } = slack.one('AWS::Chatbot::SlackChannelConfiguration');
  expect(plain(IamRoleArn)).toBe('{WatchSlackRole.Arn}');
});
