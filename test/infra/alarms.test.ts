import { headingOf } from '../../lib/infra/runbook';
import { type Properties, type Synthesized, synthesize, textOf } from '../support/synthesized';

const CONTEXTS: [name: string, context: Record<string, unknown>, region?: string][] = [
  ['everything made', { alertEmails: ['security@example.com'] }],
  [
    'everything there',
    { logBucket: 'logs', table: 'state', alertTopicArn: 'arn:aws:sns:eu-west-1:444455556666:alerts' },
  ],
  ['in China', { alertEmails: ['security@example.com'] }, 'cn-north-1'],
];

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Principal: '*' | { readonly Service?: string; readonly AWS?: unknown };
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const SERVICE = 'cloudwatch.amazonaws.com';

/** Whether these statements allow CloudWatch the action over TLS, only for an alarm of this account. */
function allowsAlarms(statements: readonly Statement[], action: string, resources: readonly unknown[]): boolean {
  const matches = ({ Action, Resource }: Statement): boolean =>
    [Action].flat().some((name) => new RegExp(`^${name.replaceAll('*', '.*')}$`).test(action)) &&
    resources.some((resource) => JSON.stringify(resource) === JSON.stringify(Resource));
  const account = (condition: Statement['Condition']): unknown => condition?.StringEquals?.['aws:SourceAccount'];
  const allowed = statements.some(
    (statement) =>
      statement.Effect === 'Allow' &&
      matches(statement) &&
      statement.Principal !== '*' &&
      statement.Principal.Service === SERVICE &&
      [{ Ref: 'AWS::AccountId' }, '111122223333'].some(
        (own) => JSON.stringify(own) === JSON.stringify(account(statement.Condition)),
      ),
  );
  const denied = statements.some(
    ({ Effect, Condition, ...rest }) =>
      Effect === 'Deny' && matches({ Effect, ...rest }) && Condition?.Bool?.['aws:SecureTransport'] !== 'false',
  );
  return allowed && !denied;
}

function statementsOf(properties: Properties, name: string): readonly Statement[] {
  return (properties[name] as { Statement: Statement[] }).Statement;
}

/** The reasons why an alarm would not reach people, from its action to the key of the topic; empty: none. */
function obstacles(stack: Synthesized, alarm: Properties, list: 'AlarmActions' | 'OKActions'): string[] {
  if (alarm.ActionsEnabled === false) return ['its actions are off'];
  const actions = alarm[list] as { Ref?: string }[] | undefined;
  if (actions?.length !== 1) return [`${list} has ${actions?.length ?? 0}`];
  const topic = actions[0]!.Ref;
  const found = topic === undefined ? undefined : stack.resources[topic];
  if (found?.Type !== 'AWS::SNS::Topic') return ['its action is no topic of the stack'];
  const policies = stack
    .ofType('AWS::SNS::TopicPolicy')
    .filter(([, { Topics }]) => JSON.stringify(Topics) === JSON.stringify([{ Ref: topic }]));
  const wrong: string[] = [];
  const ofTopic = policies.flatMap(([, properties]) => statementsOf(properties, 'PolicyDocument'));
  if (!allowsAlarms(ofTopic, 'sns:Publish', [{ Ref: topic }])) wrong.push('the topic does not let it publish');
  const master = found.Properties!.KmsMasterKeyId as { 'Fn::GetAtt'?: [string, string] } | string | undefined;
  if (master === undefined) return wrong;
  const key = typeof master === 'string' ? undefined : stack.resources[master['Fn::GetAtt']![0]];
  if (key === undefined) return [...wrong, 'the key of the topic lets nobody be named'];
  const ofKey = statementsOf(key.Properties!, 'KeyPolicy');
  for (const action of ['kms:Decrypt', 'kms:GenerateDataKey'])
    if (!allowsAlarms(ofKey, action, ['*'])) wrong.push(`the key does not let it ${action}`);
  return wrong;
}

describe.each(CONTEXTS)('%s', (_name, context, region) => {
  const stack = synthesize(context, region);
  const alarms = stack.ofType('AWS::CloudWatch::Alarm');

  test.each(['AlarmActions', 'OKActions'] as const)('every alarm reaches people through its %s', (list) => {
    expect(alarms.length).toBeGreaterThanOrEqual(13);
    expect(alarms.flatMap(([id, alarm]) => obstacles(stack, alarm, list).map((what) => `${id}: ${what}`))).toEqual([]);
  });

  test('the description of every alarm is one sentence about the problem, and a link to the runbook', () => {
    const address = textOf(stack.outputs.Dashboard!.Value);
    for (const [id, { AlarmDescription }] of alarms) {
      const description = textOf(AlarmDescription);
      const [, sentence, heading, link, part] =
        /^([A-Z][^.]+\.) What to do: section (\w+) of the dashboard, (https:.+) \(docs\/runbook\.md#(\w+)\)$/.exec(
          description,
        )!;
      expect(part).toBe(headingOf(alarmNameOf(id)));
      expect(sentence!.length).toBeLessThan(120);
      expect(heading).toBe(alarmNameOf(id));
      expect(link).toBe(address);
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
      expect(description.length).toBeLessThan(1024);
    }
  });
});

function alarmNameOf(id: string): string {
  return /^WatchAlarms(\w+)[0-9A-F]{8}$/.exec(id)![1]!;
}

test('with a runbook page, every alarm links to its heading there', () => {
  const stack = synthesize({ alertEmails: ['security@example.com'], runbookUrl: 'https://wiki.example.com/runbook' });
  for (const [id, { AlarmDescription }] of stack.ofType('AWS::CloudWatch::Alarm')) {
    const [, link] = /^[A-Z][^.]+\. What to do: (https:\S+)$/.exec(AlarmDescription as string)!;
    expect(link).toBe(`https://wiki.example.com/runbook#${headingOf(alarmNameOf(id))}`);
  }
});

test('the check finds everything that keeps an alarm from people', () => {
  const made = synthesize({ alertEmails: ['security@example.com'] });
  const [, alarm] = made.ofType('AWS::CloudWatch::Alarm')[0]!;
  const without = (type: string, document: string): string[] => {
    const resources = Object.entries(made.resources).map(([id, resource]) => {
      if (resource.Type !== type || !id.includes('Operations')) return [id, resource];
      const { Statement } = resource.Properties![document] as { Statement: { Sid?: string }[] };
      const left = {
        ...resource.Properties,
        [document]: { Statement: Statement.filter(({ Sid }) => Sid !== 'Alarms') },
      };
      return [id, { ...resource, Properties: left }];
    });
    const changed = Object.fromEntries(resources) as Synthesized['resources'];
    const ofType: Synthesized['ofType'] = (wanted) =>
      Object.entries(changed).flatMap(([id, { Type, Properties = {} }]) => (Type === wanted ? [[id, Properties]] : []));
    return obstacles({ ...made, resources: changed, ofType }, alarm, 'AlarmActions');
  };
  expect(without('AWS::SNS::TopicPolicy', 'PolicyDocument')).toEqual(['the topic does not let it publish']);
  expect(without('AWS::KMS::Key', 'KeyPolicy')).toEqual([
    'the key does not let it kms:Decrypt',
    'the key does not let it kms:GenerateDataKey',
  ]);
  expect(obstacles(made, { ...alarm, AlarmActions: [] }, 'AlarmActions')).toEqual(['AlarmActions has 0']);
});

describe('which alarms there are', () => {
  const ringing = (context: Record<string, unknown>): string[] =>
    synthesize(context)
      .ofType('AWS::CloudWatch::Alarm')
      .map(([id]) => alarmNameOf(id));
  const emails = { alertEmails: ['security@example.com'] };
  const cases: [name: string, context: Record<string, unknown>, missing: string[]][] = [
    ['by default, all', emails, []],
    ['without noLogsAlarmHours', { ...emails, noLogsAlarmHours: 0 }, ['NoLogObjects']],
    ['with noDestination', { noDestination: true }, ['NoAlertSubscribers', 'NoAlarmSubscribers']],
    [
      'with an existing topic',
      { alertTopicArn: 'arn:aws:sns:eu-west-1:444455556666:alerts' },
      ['AlertsUndelivered', 'NoAlertSubscribers', 'NoAlarmSubscribers'],
    ],
    [
      'with an existing topic and operations e-mails',
      { alertTopicArn: 'arn:aws:sns:eu-west-1:444455556666:alerts', operationsEmails: ['me@example.com'] },
      ['AlertsUndelivered', 'NoAlertSubscribers'],
    ],
  ];
  const all = ringing(emails);
  test.each(cases)('%s', (_name, context, missing) => {
    expect(ringing(context)).toEqual(all.filter((name) => !missing.includes(name)));
  });
});

/** When each alarm fires: the metric, the threshold, the duration, and the meaning of missing data. */
test('thresholds', () => {
  const stack = synthesize({ alertEmails: ['security@example.com'] });
  const lines = stack.ofType('AWS::CloudWatch::Alarm').map(([id, alarm]) => {
    const { MetricName, Statistic, ExtendedStatistic, Period, Threshold, EvaluationPeriods, Metrics } = alarm;
    const expression = (Metrics as { Expression?: string }[] | undefined)?.find((one) => one.Expression)?.Expression;
    const what = MetricName === undefined ? expression : `${MetricName} ${Statistic ?? ExtendedStatistic} ${Period}s`;
    const sign = alarm.ComparisonOperator === 'LessThanThreshold' ? '<' : '>=';
    const name = alarmNameOf(id);
    return `${name}: ${what} ${sign} ${Threshold}, ${EvaluationPeriods} periods, silence is ${alarm.TreatMissingData}`;
  });
  expect(lines).toMatchInlineSnapshot(`
[
  "QueueStuck: ApproximateAgeOfOldestMessage Maximum 300s >= 3600, 3 periods, silence is notBreaching",
  "DeadLetters: ApproximateNumberOfMessagesVisible Maximum 300s >= 1, 1 periods, silence is notBreaching",
  "EventsUndelivered: ApproximateNumberOfMessagesVisible Maximum 300s >= 1, 1 periods, silence is notBreaching",
  "EventsLost: InvocationsFailedToBeSentToDlq Sum 300s >= 1, 1 periods, silence is notBreaching",
  "FunctionErrors: Errors Sum 300s >= 1, 3 periods, silence is notBreaching",
  "FunctionThrottled: Throttles Sum 300s >= 1, 3 periods, silence is notBreaching",
  "ParseFailures: ParseFailures Sum 3600s >= 1, 1 periods, silence is notBreaching",
  "LogObjectsUnreadable: LogObjectsUnreadable Sum 3600s >= 1, 1 periods, silence is notBreaching",
  "ImplausibleLogs: ImplausibleLogs Sum 3600s >= 1, 1 periods, silence is notBreaching",
  "FindingsNotStored: UnstoredFindingAge Maximum 300s >= 3600000, 1 periods, silence is notBreaching",
  "AlertsDelayed: OldestDueAge Maximum 300s >= 900000, 3 periods, silence is notBreaching",
  "NotifierStopped: OldestDueAge SampleCount 300s < 1, 6 periods, silence is breaching",
  "PublishFailures: PublishFailures Sum 300s >= 1, 3 periods, silence is notBreaching",
  "AlertsSetAside: AlertsSetAside Sum 300s >= 1, 1 periods, silence is notBreaching",
  "AlertsUndelivered: NumberOfNotificationsFailed Sum 300s >= 1, 1 periods, silence is notBreaching",
  "NoAlertSubscribers: AlertSubscriptions Maximum 3600s < 1, 1 periods, silence is notBreaching",
  "NoAlarmSubscribers: OperationsSubscriptions Maximum 3600s < 1, 1 periods, silence is notBreaching",
  "LogObjectsDeleted: LogObjectsDeleted Sum 3600s >= 1, 1 periods, silence is notBreaching",
  "NoLogObjects: LogObjects Sum 3600s < 1, 24 periods, silence is notBreaching",
  "BucketSilent: SilentBuckets Maximum 3600s >= 1, 1 periods, silence is notBreaching",
]
`);
});
