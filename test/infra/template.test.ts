import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KNOWN_KEYS } from '../../lib/config/schema';
import { configurationOf } from '../support/configuration';
import { ROOT } from '../support/root';
import { temporaryFolder } from '../support/run-cli';
import { STATE_TABLE } from '../support/state-table';
import { type Synthesized, synthesize, textOf } from '../support/synthesized';
import { keptContext } from './contexts';

const EMAILS = { alertEmails: ['security@example.com'] };

const temporary = temporaryFolder();
let stack: Synthesized;
beforeAll(() => {
  stack = synthesize({ ...EMAILS, logPrefix: 's3/' });
});

function policyOf(properties: { PolicyDocument?: unknown }): Record<string, unknown>[] {
  return (properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement;
}

/** The statement that denies everything without TLS. */
function tlsOnly(action: string, resource: unknown) {
  return expect.objectContaining({
    Effect: 'Deny',
    Action: action,
    Resource: resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
}

describe('the log bucket', () => {
  test('is private, encrypted, and sends events about new objects', () => {
    expect(stack.one('AWS::S3::Bucket')).toEqual({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  test('accepts logs of this account only, and nothing without TLS', () => {
    const arn = { 'Fn::GetAtt': [expect.stringContaining('WatchLogsBucket'), 'Arn'] };
    const under = (path: string) => ({ 'Fn::Join': ['', [arn, path]] });
    expect(policyOf(stack.one('AWS::S3::BucketPolicy'))).toEqual([
      tlsOnly('s3:*', [arn, under('/*')]),
      {
        Sid: 'S3LogDelivery',
        Effect: 'Allow',
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: under('/s3/*'),
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });

  test('deletes old logs if configured', () => {
    expect(synthesize({ ...EMAILS, logExpiryDays: 400 }).one('AWS::S3::Bucket').LifecycleConfiguration).toEqual({
      Rules: [{ ExpirationInDays: 400, Status: 'Enabled' }],
    });
  });

  test('that exists already keeps its policy and its other notifications', () => {
    const there = synthesize({ ...EMAILS, logBucket: 'acme-logs', logPrefix: 's3/', logBucketKeyArn: KEY });
    expect(there.ofType('AWS::S3::Bucket')).toEqual([]);
    expect(there.ofType('AWS::S3::BucketPolicy')).toEqual([]);
    expect(there.one('Custom::S3BucketNotifications')).toMatchObject({
      BucketName: 'acme-logs',
      Managed: false,
      SkipDestinationValidation: true,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    });
    expect(there.notes).toContainEqual({ level: 'info', text: expect.stringMatching(/^logBucket: .*stays on when/) });
    const may = policyOf(there.one('AWS::IAM::Policy', 'WatcherRole'));
    expect(may).toContainEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY });
    const bucket = arnOf(':s3:::acme-logs');
    expect(may).toContainEqual({
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: bucket,
      Condition: { StringLikeIfExists: { 's3:prefix': 's3/*' } },
    });
    expect(policyOf(there.one('AWS::IAM::Policy', 'HandlerPolicy'))).toEqual(
      ['s3:PutBucketNotification', 's3:GetBucketNotification'].map((Action) => ({
        Effect: 'Allow',
        Action,
        Resource: bucket,
      })),
    );
  });
});

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

function arnOf(rest: string) {
  return { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, rest]] };
}

describe('the feed', () => {
  test('receives events about objects under the prefix', () => {
    expect(stack.one('AWS::Events::Rule', 'NewLogObject').EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [{ Ref: expect.stringContaining('WatchLogsBucket') }] },
        object: { key: [{ prefix: 's3/' }] },
      },
    });
    expect(synthesize(EMAILS).one('AWS::Events::Rule', 'NewLogObject').EventPattern).not.toHaveProperty(
      'detail.object',
    );
  });

  test('keeps events that EventBridge cannot put into the queue', () => {
    const { Targets } = stack.one('AWS::Events::Rule', 'NewLogObject') as { Targets: Record<string, unknown>[] };
    expect(Targets).toHaveLength(1);
    expect(Targets[0]).toMatchObject({
      Arn: { 'Fn::GetAtt': [expect.stringContaining('FeedQueue'), 'Arn'] },
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringContaining('Undelivered'), 'Arn'] } },
    });
  });

  test('a message is hidden for six timeouts, tried five times, and kept for four days, then fourteen', () => {
    const { Timeout } = stack.one('AWS::Lambda::Function', 'WatcherFunction') as { Timeout: number };
    const queue = stack.one('AWS::SQS::Queue', 'FeedQueue') as Record<string, number>;
    expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout);
    expect(queue).toMatchObject({
      MessageRetentionPeriod: 4 * 86_400,
      RedrivePolicy: { maxReceiveCount: 5 },
      SqsManagedSseEnabled: true,
    });
    for (const id of ['DeadLetters', 'Undelivered']) {
      const dead = stack.ofType('AWS::SQS::Queue').find(([name]) => name.includes(id))![1];
      expect(dead).toEqual({ MessageRetentionPeriod: 14 * 86_400, SqsManagedSseEnabled: true });
    }
  });

  test('every queue requires TLS', () => {
    const queues = stack.ofType('AWS::SQS::Queue');
    const policies = stack.ofType('AWS::SQS::QueuePolicy');
    expect(policies).toHaveLength(queues.length);
    for (const [id] of queues) {
      const statements = policies.flatMap(([, policy]) =>
        JSON.stringify(policy.Queues) === JSON.stringify([{ Ref: id }]) ? policyOf(policy) : [],
      );
      expect(statements).toContainEqual(tlsOnly('sqs:*', { 'Fn::GetAtt': [id, 'Arn'] }));
    }
  });

  test('the function gets batches, reports failed items, and leaves concurrency for others in the account', () => {
    expect(stack.one('AWS::Lambda::EventSourceMapping')).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });
});

describe('the function', () => {
  test('runs on the tested runtime, with its own role', () => {
    const { Runtime, Architectures, Handler, Role, ReservedConcurrentExecutions } = stack.one(
      'AWS::Lambda::Function',
      'WatcherFunction',
    );
    expect({ Runtime, Architectures, Handler, ReservedConcurrentExecutions }).toEqual({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'handler.handler',
      ReservedConcurrentExecutions: undefined,
    });
    expect(Role).toEqual({ 'Fn::GetAtt': [expect.stringContaining('WatcherRole'), 'Arn'] });
    expect(stack.one('AWS::IAM::Role', 'WatcherRole').ManagedPolicyArns).toBeUndefined();
    expect(stack.one('AWS::Logs::LogGroup').RetentionInDays).toBe(90);
  });

  test('is invoked every minute, without retries', () => {
    expect(stack.one('AWS::Events::Rule', 'EveryMinute')).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0 } }],
    });
    expect(stack.one('AWS::Lambda::EventInvokeConfig')).toMatchObject({ MaximumRetryAttempts: 0 });
  });

  test('is one file with its configuration, without any part of the CDK', () => {
    const many = synthesize(keptContext('many-entries'));
    expect(readdirSync(many.codeFolder).sort()).toEqual(['configuration.json', 'handler.js']);
    const configuration = JSON.parse(readFileSync(join(many.codeFolder, 'configuration.json'), 'utf8')) as {
      allowlist: unknown[];
    };
    expect(configuration.allowlist).toHaveLength(10_000);
    const bundle = readFileSync(join(many.codeFolder, 'handler.js'), 'utf8');
    expect(bundle).not.toMatch(/aws-cdk-lib/);
    expect(bundle.length).toBeLessThan(MAX_BUNDLE_BYTES);
  });
});

/** Lambda parses the file at every cold start. */
const MAX_BUNDLE_BYTES = 690_000;

describe('the state table', () => {
  test('is the same as in the tests of the adapters', () => {
    const { BillingMode, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = stack.one('AWS::DynamoDB::Table');
    expect({ BillingMode, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes }).toEqual(STATE_TABLE);
  });

  test('has point-in-time recovery and TTL, and is retained when the stack is deleted', () => {
    expect(stack.one('AWS::DynamoDB::Table')).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      DeletionProtectionEnabled: false,
    });
    const kept = Object.values(stack.resources).filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'));
    expect(kept.map(({ Type }) => Type).sort()).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::KMS::Key',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy', // otherwise S3 could no longer deliver logs
    ]);
    for (const { UpdateReplacePolicy, DeletionPolicy } of kept) {
      expect(UpdateReplacePolicy).toBe('Retain');
      // A failed first deployment leaves nothing behind.
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
    }
  });

  test('with deletion protection does not block the rollback of a first deployment', () => {
    const { resources } = synthesize({ ...EMAILS, deletionProtection: true });
    const table = Object.values(resources).find(({ Type }) => Type === 'AWS::DynamoDB::Table');
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', Properties: { DeletionProtectionEnabled: true } });
  });

  test('can be one from an earlier deployment', () => {
    const taken = synthesize({ ...EMAILS, table: 'left-behind' });
    expect(taken.ofType('AWS::DynamoDB::Table')).toEqual([]);
    expect(taken.one('AWS::Lambda::Function', 'WatcherFunction')).toMatchObject({
      Environment: { Variables: { TABLE_NAME: 'left-behind' } },
    });
    const may = JSON.stringify(policyOf(taken.one('AWS::IAM::Policy', 'WatcherRole')));
    expect(may).toMatch(/:table\/left-behind"/);
    expect(may).toMatch(/:table\/left-behind\/index\/pending"/);
  });
});

describe('the alert topic', () => {
  test('is encrypted, and only the function publishes to it', () => {
    expect(stack.one('AWS::SNS::Topic', 'Alerts').KmsMasterKeyId).toBe('alias/aws/sns');
    const topic = { Ref: expect.stringContaining('WatchAlertsTopic') };
    const role = { 'Fn::GetAtt': [expect.stringContaining('WatcherRole'), 'Arn'] };
    expect(policyOf(stack.one('AWS::SNS::TopicPolicy', 'Alerts'))).toEqual([
      tlsOnly('sns:Publish', topic),
      {
        Sid: 'TheWatch',
        Effect: 'Allow',
        Principal: { AWS: role },
        Action: 'sns:Publish',
        Resource: topic,
      },
      {
        Sid: 'NobodyElse',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'sns:Publish',
        Resource: topic,
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': role } },
      },
    ]);
  });

  test('every address is subscribed, to alarms too unless there are others for them', () => {
    const two = ['one@example.com', 'two@example.com'];
    const subscribed = (context: Record<string, unknown>, topic: string) =>
      synthesize(context)
        .ofType('AWS::SNS::Subscription')
        .flatMap(([, { TopicArn, Protocol, Endpoint }]) => {
          expect(Protocol).toBe('email');
          return JSON.stringify(TopicArn).includes(topic) ? [Endpoint] : [];
        });
    expect(subscribed({ alertEmails: two }, 'Alerts')).toEqual(two);
    expect(subscribed({ alertEmails: two }, 'Operations')).toEqual(two);
    const apart = { alertEmails: two, operationsEmails: ['three@example.com'] };
    expect(subscribed(apart, 'Operations')).toEqual(['three@example.com']);
  });

  test('of another account and Region is used with its key, and subscribed to in its Region', () => {
    const alertTopicArn = 'arn:aws:sns:eu-west-1:444455556666:alerts';
    const alertTopicKeyArn = KEY.replace('eu-central-1', 'eu-west-1');
    const channel = { slackWorkspaceId: 'T0123ABCDEF', slackChannelId: 'C0123ABCDEF' };
    const other = synthesize({ ...EMAILS, ...channel, alertTopicArn, alertTopicKeyArn }, 'us-east-1');
    const may = policyOf(other.one('AWS::IAM::Policy', 'WatcherRole'));
    expect(may).toContainEqual({ Effect: 'Allow', Action: 'sns:Publish', Resource: alertTopicArn });
    // The owner of the topic knows its subscriptions.
    const topics = may
      .filter(({ Action }) => Action === 'sns:GetTopicAttributes')
      .map(({ Resource }) => textOf(Resource));
    expect(topics).toEqual([expect.stringMatching(/^\{WatchOperationsTopic[0-9A-F]{8}\}$/)]);
    const useKey = { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: alertTopicKeyArn };
    expect(may).toContainEqual(useKey);
    expect(other.one('AWS::SNS::Subscription', 'WatchAlerts')).toMatchObject({
      TopicArn: alertTopicArn,
      Region: 'eu-west-1',
    });
    const subscribers = other.notes.flatMap(
      ({ text }) => /^(\S+) is subscribed to a topic of account 444455556666/.exec(text)?.[1] ?? [],
    );
    expect(subscribers).toEqual(['C0123ABCDEF', 'security@example.com']);
    // For an environment-agnostic stack, it is unknown whether the account differs.
    expect(JSON.stringify(synthesize({ ...EMAILS, alertTopicArn }).notes)).not.toContain('is subscribed');
  });
});

describe('Slack', () => {
  const SLACK = { slackWorkspaceId: 'T0123ABCDEF', slackChannelId: 'C0123ABCDEF' };

  test('shows both topics and has no permissions', () => {
    const slack = synthesize(SLACK);
    const channel = slack.one('AWS::Chatbot::SlackChannelConfiguration');
    expect(channel).toMatchObject({
      SlackWorkspaceId: 'T0123ABCDEF',
      SlackChannelId: 'C0123ABCDEF',
      SnsTopicArns: [
        { Ref: expect.stringContaining('WatchAlertsTopic') },
        { Ref: expect.stringContaining('WatchOperationsTopic') },
      ],
      GuardrailPolicies: [{ Ref: expect.stringContaining('DenyAll') }],
    });
    expect(policyOf(slack.one('AWS::IAM::ManagedPolicy'))).toEqual([{ Effect: 'Deny', Action: '*', Resource: '*' }]);
    const role = slack.one('AWS::IAM::Role', 'SlackRole');
    expect([role.ManagedPolicyArns, role.Policies]).toEqual([undefined, undefined]);
    const policies = slack
      .ofType('AWS::IAM::Policy')
      .filter(([, { Roles }]) => JSON.stringify(Roles).includes('Slack'));
    expect(policies).toEqual([]);
  });

  test('is rejected in a partition without Amazon Q', () => {
    for (const region of ['cn-north-1', 'us-gov-west-1'])
      expect(() => synthesize(SLACK, region)).toThrow(
        `slackWorkspaceId: "T0123ABCDEF" needs Amazon Q in Slack, which is not available in ${region}; use alertEmails`,
      );
    expect(synthesize(SLACK, 'eu-west-1').notes).toEqual([]);
  });
});

describe('the location of addresses', () => {
  const layersOf = (made: Synthesized): unknown[] =>
    made.ofType('AWS::Lambda::LayerVersion').map(([, { Description }]) => Description);

  test('comes from databases in layers', () => {
    const made = synthesize({ ...EMAILS, geo: 'country' });
    expect(layersOf(made)).toEqual([
      expect.stringMatching(
        /^IP geolocation by ip-location-db \(CC0\): @ip-location-db\/geo-whois-asn-country-mmdb 2\./,
      ),
      expect.stringMatching(/^AS by routeviews\.org and DB-IP\.com \(CC BY 4\.0\): @ip-location-db\/asn 2\./),
    ]);
    const { Layers, Environment } = made.one('AWS::Lambda::Function', 'WatcherFunction');
    expect(Layers).toHaveLength(2);
    expect(Environment).toMatchObject({ Variables: { GEO_FOLDER: '/opt' } });
    const [places, networks] = made.layerFolders.map((folder) => readdirSync(folder).sort());
    expect(places).toEqual(['NRO_LICENSE', 'geo-whois-asn-country.mmdb']);
    expect(networks).toEqual([
      'DBIP-LICENSE',
      'NRO_LICENSE',
      'ROUTEVIEWS-LICENSE',
      'asn-ipv4.csv',
      'asn-ipv6.csv',
      'package.json',
    ]);
  });

  test('includes the city by default, and the function with all layers is within the limit of Lambda', () => {
    const made = synthesize({ ...EMAILS, geo: 'city' });
    const sizes = [made.codeFolder, ...made.layerFolders].flatMap((folder) =>
      readdirSync(folder).map((file) => statSync(join(folder, file)).size),
    );
    // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: unzipped, with all layers
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250 * 1024 * 1024);
    expect(layersOf(made)[0]).toMatch(/^IP geolocation by DB-IP\.com \(CC BY 4\.0\)/);
    expect(configurationOf({}).geo).toBe('city');
  });

  test('is left out if configured', () => {
    expect(stack.ofType('AWS::Lambda::LayerVersion')).toEqual([]);
    expect(stack.one('AWS::Lambda::Function', 'WatcherFunction').Layers).toBeUndefined();
  });

  test('comes from an own file, which must exist', () => {
    const source = join(
      ROOT,
      'node_modules',
      '@ip-location-db',
      'geo-whois-asn-country-mmdb',
      'geo-whois-asn-country.mmdb',
    );
    const made = synthesize({ ...EMAILS, geo: source });
    expect(layersOf(made)).toContain('geo-whois-asn-country.mmdb');
    expect(made.layerFolders.map((folder) => readdirSync(folder))).toContainEqual(['geo-whois-asn-country.mmdb']);
    const large = join(temporary, 'large.mmdb');
    writeFileSync(large, '');
    truncateSync(large, 201 * 1024 * 1024);
    expect(synthesize({ ...EMAILS, geo: large }).notes).toContainEqual({
      level: 'error',
      text: `geo: ${JSON.stringify(large)} has 201 MiB, but Lambda accepts 250 MiB in total; write a smaller file`,
    });
    expect(() => synthesize({ ...EMAILS, geo: 'nowhere.mmdb' })).toThrow(
      /^geo: "nowhere\.mmdb" cannot be read: no such file: .*nowhere\.mmdb$/,
    );
  });
});

test('destinations and links do not change the asset of the function', () => {
  const code = (given: Record<string, unknown>): unknown =>
    synthesize({ ...EMAILS, ...given }).one('AWS::Lambda::Function', 'WatcherFunction').Code;
  const more = {
    alertEmails: ['other@example.com'],
    operationsEmails: ['ops@example.com'],
    runbookUrl: 'https://wiki.example.com/',
    stage: 'dev',
    noLogsAlarmHours: 3,
  };
  expect(code(more)).toEqual(code({}));
  expect(code({ learningDays: 4 })).not.toEqual(code({}));
});

test('the context `everything` has every key that can be combined with the others', () => {
  // Those for a new bucket, table and Slack channel, and the other form of the allowlist.
  const left = ['logExpiryDays', 'deletionProtection', 'slackElsewhere', 'allowlistFile'];
  expect(Object.keys(keptContext('everything')).sort()).toEqual(KNOWN_KEYS.filter((key) => !left.includes(key)).sort());
});

test('two stages in one account and Region share no name', () => {
  const [dev, prod] = ['dev', 'prod'].map((stage) =>
    synthesize({ ...EMAILS, slackWorkspaceId: 'T0123ABCDEF', slackChannelId: 'C0123ABCDEF', stage }),
  );
  const named = ({ resources }: Synthesized): string[] =>
    Object.values(resources).flatMap(({ Properties = {} }) =>
      Object.entries(Properties).flatMap(([key, value]) =>
        /(?<!Metric|Attribute|Display|Function)Name$/.test(key) && !('Ref' in Object(value))
          ? [`${key} ${textOf(value)}`]
          : [],
      ),
    );
  const service = (stack: Synthesized): unknown =>
    (stack.one('AWS::Lambda::Function', 'WatcherFunction').Environment as { Variables: Record<string, unknown> })
      .Variables.POWERTOOLS_SERVICE_NAME;
  // The name of an inline policy is unique only within its role.
  const physical = (stack: Synthesized) => named(stack).filter((name) => !name.startsWith('PolicyName '));
  // Names of dashboards and channels are unique in an account across all Regions.
  expect(physical(dev!)).toEqual([
    expect.stringMatching(/^ConfigurationName S3AccessWatchdev-Watch-Slack-[0-9A-F]{8}-\{AWS::Region\}-T0123ABCDEF$/),
    expect.stringMatching(/^DashboardName S3AccessWatchdev-Watch-[0-9A-F]{8}-\{AWS::Region\}$/),
  ]);
  expect(physical(prod!).filter((name) => physical(dev!).includes(name))).toEqual([]);
  expect(service(prod!)).not.toBe(service(dev!));
});

describe.each([
  ['cn-north-1', 'console.amazonaws.cn'],
  ['us-gov-west-1', 'console.amazonaws-us-gov.com'],
  ['eu-central-1', 'console.aws.amazon.com'],
])('in %s', (region, host) => {
  test('no ARN has a fixed partition, and the URL of the dashboard has the console of the partition', () => {
    const there = synthesize({ ...EMAILS, logBucket: 'acme-logs', table: 'state' }, region);
    const text = JSON.stringify([there.resources, there.outputs]);
    expect(text).toContain('"AWS::Partition"');
    expect(text).not.toMatch(/arn:aws/);
    expect(JSON.stringify(there.outputs.Dashboard!.Value)).toContain(`https://${region}.${host}/cloudwatch/`);
  });
});

test('the outputs say what to do next', () => {
  expect(Object.keys(stack.outputs)).toEqual(['LogBucket', 'StateTable', 'AlertTopic', 'Dashboard', 'TurnLoggingOn']);
  const { 'Fn::Join': join } = stack.outputs.TurnLoggingOn!.Value as { 'Fn::Join': [string, unknown[]] };
  const command = join[1].map((part) => (typeof part === 'string' ? part : 'LOG-BUCKET')).join('');
  const [, status] = /^aws s3api put-bucket-logging --bucket BUCKET --bucket-logging-status '(.*)'$/.exec(command)!;
  expect(JSON.parse(status!)).toEqual({
    LoggingEnabled: {
      TargetBucket: 'LOG-BUCKET',
      TargetPrefix: 's3/',
      TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource: 'DeliveryTime' } },
    },
  });
});

test('warnings of the configuration are warnings of the stack', () => {
  expect(synthesize({ ...EMAILS, allowlist: ['10.0.0.0/8'] }).notes).toContainEqual({
    level: 'warning',
    text: expect.stringMatching(/^allowlist\[0\]: "10\.0\.0\.0\/8" approves private addresses of any VPC/),
  });
});
