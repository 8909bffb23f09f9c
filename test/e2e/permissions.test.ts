import { ListSubscriptionsByTopicCommand, ListTopicsCommand, SNSClient, UnsubscribeCommand } from '@aws-sdk/client-sns';
import { METRICS, METRICS_NAMESPACE } from '../../lib/config/deployed-names';
import { batchOf, type Deployment, deploy, LOG_BUCKET, SCHEDULED } from '../support/deployment';
import { clientOptions } from '../support/emulators';
import type { LambdaFunction } from '../support/lambda-runtime';
import { lineOf } from '../support/observe-lines';
import { type Synthesized, textOf } from '../support/synthesized';
import type { WireRequest } from '../support/wire-faults';

/** The permissions of the function: `dynamodb:Query <WatchState.Arn>/index/pending`, one per action and resource. */
function allowed(stack: Synthesized): string[] {
  const { PolicyDocument } = stack.one('AWS::IAM::Policy', 'WatcherRole');
  const { Statement } = PolicyDocument as { Statement: { Effect: string; Action: unknown; Resource: unknown }[] };
  return Statement.flatMap(({ Effect, Action, Resource }) => {
    expect(Effect).toBe('Allow');
    return [Action].flat().flatMap((action) => [Resource].flat().map((one) => `${action} ${nameOf(one)}`));
  });
}

/** `<Table>/index/pending`: the resource that the template refers to, without the hash of its id. */
function nameOf(resource: unknown): string {
  return textOf(resource).replace(/\{(\w+)[0-9A-F]{8}(?:\.Arn)?\}/g, '<$1>');
}

/** The permission that a request needs, in the same notation. */
function needed(service: 's3' | 'dynamo' | 'sns', { method, path, target, body }: WireRequest): string {
  if (service === 'dynamo') {
    const { IndexName } = JSON.parse(body.toString()) as { IndexName?: string };
    const index = IndexName === undefined ? '' : `/index/${IndexName}`;
    return `dynamodb:${target!.split('.')[1]} <WatchState>${index}`;
  }
  if (service === 'sns') {
    const form = new URLSearchParams(body.toString());
    const topic = form.get('TopicArn')!.endsWith(':operations') ? 'Operations' : 'Alerts';
    return `sns:${form.get('Action')} <Watch${topic}Topic>`;
  }
  expect(method).toBe('GET');
  expect(path).toMatch(`/${LOG_BUCKET}/s3/`);
  return `s3:GetObject${path.includes('versionId=') ? 'Version' : ''} <WatchLogsBucket>/s3/*`;
}

/** Permissions that the code of the function itself never uses. */
const NOT_CALLED: Readonly<Record<string, string>> = {
  'logs:CreateLogStream <WatchWatcherLogs>': 'Lambda writes what the function prints',
  'logs:PutLogEvents <WatchWatcherLogs>': 'Lambda writes what the function prints',
  's3:ListBucket <WatchLogsBucket>': 'without it, S3 answers 403 for an object that is gone',
  'sqs:ReceiveMessage <WatchFeedQueue>': 'Lambda takes messages for the function',
  'sqs:DeleteMessage <WatchFeedQueue>': 'Lambda takes messages for the function',
  'sqs:GetQueueAttributes <WatchFeedQueue>': 'Lambda takes messages for the function',
};

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy({
    logPrefix: 's3/',
    allowlist: [{ cidr: '192.0.2.0/24', reason: 'office', buckets: ['payroll'] }],
    bucketSettings: { website: { learningDays: 1 } },
    alertsPerWindow: 1,
  });
});
afterAll(() => deployment.close());

test('the function has the permissions that it uses, and hardly any others', async () => {
  const { wires } = deployment;
  const function_ = await deployment.startFunction();
  const put = (key: string, remoteIp: string, bucket = 'payroll') =>
    deployment.putLog(`s3/${key}`, `${lineOf({ remoteIp, bucket })}\n`);
  const first = await put('1', '203.0.113.1');
  await function_.invoke(batchOf([first, await put('2', '203.0.113.2', 'website')]));
  // A second network in the window is deferred, and a repeated log object finds its parts in the outbox.
  await function_.invoke(batchOf([await put('3', '203.0.113.3'), first]));
  const gone = (await put('4', '203.0.113.4')) as { detail: { object: Record<string, unknown> } };
  await deployment.deleteLog('s3/4');
  gone.detail.object['version-id'] = 'a-version-that-is-gone';
  await function_.invoke(batchOf([gone]));
  await function_.invoke(SCHEDULED);

  const called = new Set(
    (['s3', 'dynamo', 'sns'] as const).flatMap((name) => wires[name].requests.map((request) => needed(name, request))),
  );
  const may = allowed(deployment.synthesized);
  expect([...called].filter((call) => !may.includes(call))).toEqual([]);
  expect(may.filter((call) => !called.has(call)).sort()).toEqual(Object.keys(NOT_CALLED).sort());
});

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
interface EmbeddedMetrics {
  readonly service: string;
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** The metrics that a process of the function has published. */
function emittedBy({ output }: LambdaFunction): EmbeddedMetrics[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{"_aws"'));
  return lines.map((line) => JSON.parse(line) as EmbeddedMetrics);
}

test('the function reports zero log objects too, so that the alarm works from the first day', async () => {
  const function_ = await deployment.startFunction();
  await function_.invoke(SCHEDULED);
  expect(emittedBy(function_)).toMatchObject([
    { LogObjects: 0, AlertSubscriptions: 1, OperationsSubscriptions: 1, SilentBuckets: 0 },
  ]);
});

test('the function publishes the metrics that alarms and dashboard use', async () => {
  const function_ = await deployment.startFunction();
  await function_.invoke(
    batchOf([await deployment.putLog('s3/5', `${lineOf({ remoteIp: '203.0.113.5' })}\nnonsense\n`)]),
  );
  await function_.invoke(SCHEDULED);
  const { Environment } = deployment.synthesized.one('AWS::Lambda::Function', 'Watcher') as {
    Environment: { Variables: Record<string, string> };
  };
  const names = new Set<string>();
  for (const { service, _aws } of emittedBy(function_)) {
    expect(service).toBe(Environment.Variables.POWERTOOLS_SERVICE_NAME);
    for (const { Namespace, Dimensions, Metrics } of _aws.CloudWatchMetrics) {
      expect([Namespace, Dimensions]).toEqual([METRICS_NAMESPACE, [['service']]]);
      for (const { Name } of Metrics) names.add(Name);
    }
  }
  // Metrics that the function publishes only after a problem.
  const doubts = ['RecordsWithImplausibleTime', 'RecordsOfOtherBuckets', 'LogObjectsMisplaced', 'ImplausibleLogs'];
  const unreadable = ['Unreadable', 'Damaged', 'TooLarge', 'Packed', 'OfOtherFormat'].map(
    (kind) => `LogObjects${kind}`,
  );
  const others = ['LogObjectsDeleted', 'Failures', 'UnstoredFindingAge', 'AlertsSetAside', ...doubts, ...unreadable];
  expect([...names, ...others].sort()).toEqual([...METRICS].sort());
});

test('while nobody is subscribed to alarms, the number of alert subscriptions is not reported', async () => {
  const sns = new SNSClient(clientOptions(deployment.aws.endpoint));
  const { Topics } = await sns.send(new ListTopicsCommand());
  const { TopicArn } = Topics!.find((topic) => topic.TopicArn!.endsWith(':operations'))!;
  const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  for (const { SubscriptionArn } of Subscriptions!) await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  const function_ = await deployment.startFunction();
  await function_.invoke(SCHEDULED);
  expect(emittedBy(function_)).toMatchObject([{ OperationsSubscriptions: 0 }]);
  expect(emittedBy(function_)).not.toMatchObject([{ AlertSubscriptions: expect.anything() }]);
  sns.destroy();
});
