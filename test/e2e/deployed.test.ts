import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { AccessLogRecord } from '../../lib/access-log/record';
import type { Alert } from '../../lib/alert/alert';
import { batchOf, type Deployment, deploy, LOG_BUCKET, SCHEDULED } from '../support/deployment';
import { clientOptions } from '../support/emulators';
import type { LambdaFunction } from '../support/lambda-runtime';
import { type Logged, lineOf, PLAIN } from '../support/observe-lines';
import { UNAPPROVED_IP } from '../support/rule-ids';
import { writeJsonLine } from '../support/write-line';

let deployment: Deployment;
let watcher: LambdaFunction;

beforeAll(async () => {
  deployment = await deploy({
    allowlist: [{ cidr: '192.0.2.0/24', reason: 'office', buckets: ['payroll'] }],
    alertsPerWindow: 100,
    alertsPerMinute: 300,
  });
  watcher = await deployment.startFunction();
});
afterAll(() => deployment.close());

let keys = 0;

/** Puts a log object of these lines under a new key. */
function put(lines: readonly Logged[]): Promise<object> {
  return deployment.putLog(`access-${keys++}.log`, lines.map((line) => `${lineOf(line)}\n`).join(''));
}

const DONE = { kind: 'result', value: { batchItemFailures: [] } };

/** `unapproved-ip payroll 203.0.113.7`, one for each network. */
function foundIn(alerts: readonly Alert[]): string[] {
  return alerts
    .flatMap(({ rule, networks }) => networks.map(({ bucket, network }) => `${rule.id} ${bucket} ${network}`))
    .sort();
}

test('a log object, from the queue message to the delivered alert', async () => {
  const lines = [
    { remoteIp: '198.51.100.1' },
    { remoteIp: '198.51.100.1', httpStatus: 403 },
    { remoteIp: '192.0.2.9' },
  ];
  expect(await watcher.invoke(batchOf([await put(lines)]))).toEqual(DONE);
  const alerts = await deployment.receiveAlerts();
  expect(foundIn(alerts)).toEqual(['new-ip payroll 198.51.100.1', 'unapproved-ip payroll 198.51.100.1']);
  const unapproved = alerts.find(({ rule }) => rule.id === UNAPPROVED_IP)!;
  expect(unapproved).toMatchObject({
    schemaVersion: '1.0',
    kind: 'new',
    rule: { origin: 'AWS.S3.ServerAccess.IPWhitelist', severity: 'Medium' },
    bucket: 'payroll',
    accountId: '111122223333',
    region: 'us-east-1',
    networks: [{ requests: 2, successes: 1, denied: 1, sample: { operation: 'REST.GET.OBJECT' } }],
    totals: { networks: 1, requests: 2 },
  });
  expect(unapproved.logObjects[0]).toMatch(/^logs\/access-\d+\.log@[0-9a-f]{32}$/);
});

test('a log object in the JSON form, with a line in the text form, whose key is not one of the text form', async () => {
  const json = (changes: Partial<AccessLogRecord>) => `${writeJsonLine({ ...PLAIN, ...changes })}\n`;
  const body =
    json({ remoteIp: '198.51.100.65' }) +
    json({ remoteIp: '198.51.100.65', httpStatus: 403 }) +
    `${lineOf({ remoteIp: '198.51.100.66' })}\n` +
    json({ remoteIp: '192.0.2.9' });
  const key = 'AWSLogs/111122223333/S3/2026/03/02/log.json';
  expect(await watcher.invoke(batchOf([await deployment.putLog(key, body)]))).toEqual(DONE);
  const alerts = await deployment.receiveAlerts();
  const pairs = ['198.51.100.65', '198.51.100.66'];
  expect(foundIn(alerts)).toEqual(
    ['new-ip', 'unapproved-ip'].flatMap((rule) => pairs.map((address) => `${rule} payroll ${address}`)),
  );
  const networks = alerts.filter(({ rule }) => rule.id === UNAPPROVED_IP).flatMap((alert) => alert.networks);
  expect(networks.find(({ network }) => network === '198.51.100.65')).toMatchObject({
    requests: 2,
    denied: 1,
    sample: { operation: 'REST.GET.OBJECT', userAgent: PLAIN.userAgent },
  });
});

test('known pairs cause neither writes nor alerts', async () => {
  const known = [{ remoteIp: '198.51.100.20', bucket: 'website' }];
  await watcher.invoke(batchOf([await put(known)]));
  expect(foundIn(await deployment.receiveAlerts())).toEqual(['new-ip website 198.51.100.20']);
  const { length } = deployment.wires.dynamo.requests;
  expect(await watcher.invoke(batchOf([await put(known), await put(known)]))).toEqual(DONE);
  const targets = deployment.wires.dynamo.requests.slice(length).map(({ target }) => target?.split('.')[1]);
  // Two writes: the run takes the lease and releases it.
  expect(targets.filter((target) => target === 'PutItem' || target === 'UpdateItem')).toHaveLength(2);
  expect(await deployment.receiveAlerts()).toEqual([]);
});

test('a log object that is delivered twice is sent once', async () => {
  const event = await put([{ remoteIp: '198.51.100.30' }]);
  const other = await deployment.startFunction();
  expect(await watcher.invoke(batchOf([event, event]))).toEqual(DONE);
  expect(await other.invoke(batchOf([event]))).toEqual(DONE);
  expect(foundIn(await deployment.receiveAlerts())).toEqual([
    'new-ip payroll 198.51.100.30',
    'unapproved-ip payroll 198.51.100.30',
  ]);
  await other.close();
});

describe('in a batch', () => {
  const cases: { name: string; body: () => Promise<unknown>; fails: boolean }[] = [
    { name: 'a message that is not JSON is retried', body: async () => 'not JSON', fails: true },
    { name: 'an unknown message is retried', body: async () => ({ hello: 'world' }), fails: true },
    {
      name: 'a deleted log object is done',
      body: async () => {
        const event = await put([{}]);
        await deployment.deleteLog(`access-${keys - 1}.log`);
        return event;
      },
      fails: false,
    },
    { name: 'an empty log object is done', body: () => deployment.putLog('empty.log', ''), fails: false },
    {
      name: 'a binary object is counted as a parse failure',
      body: () =>
        deployment.putLog(
          'photo.jpg',
          Uint8Array.from({ length: 5000 }, (_, index) => (index * 31) & 255),
        ),
      fails: false,
    },
    {
      name: 'the test event of S3 is done',
      body: async () => ({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: LOG_BUCKET }),
      fails: false,
    },
  ];
  test.each(cases)('$name, and the others are detected', async ({ body, fails }) => {
    const [one, two] = [`203.0.113.${keys}`, `203.0.113.${keys + 100}`];
    const bad = await body();
    const batch = batchOf([await put([{ remoteIp: one }]), bad, await put([{ remoteIp: two }])]);
    const failures = fails ? [{ itemIdentifier: '1' }] : [];
    expect(await watcher.invoke(batch)).toEqual({ kind: 'result', value: { batchItemFailures: failures } });
    expect(foundIn(await deployment.receiveAlerts()).filter((name) => name.startsWith('new-ip'))).toEqual(
      [one, two].map((address) => `new-ip payroll ${address}`).sort(),
    );
  });
});

test('an event notification of S3 itself, whose key is URL-encoded', async () => {
  const lines = `${lineOf({ remoteIp: '198.51.100.40' })}\n`;
  await deployment.putLog('my logs/ä+1.log', lines);
  const s3 = { bucket: { name: LOG_BUCKET }, object: { key: 'my+logs/%C3%A4%2B1.log', size: lines.length } };
  const notification = { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] };
  expect(await watcher.invoke(batchOf([notification]))).toEqual(DONE);
  expect(await deployment.receiveAlerts()).toHaveLength(2);
});

describe('invoked directly', () => {
  test('with an event of EventBridge', async () => {
    expect(await watcher.invoke(await put([{ remoteIp: '198.51.100.50' }]))).toMatchObject({ kind: 'result' });
    expect(await deployment.receiveAlerts()).toHaveLength(2);
  });

  test('with an unknown event, it fails', async () => {
    const failed = await watcher.invoke({ hello: 'world' });
    expect(failed).toMatchObject({ kind: 'error', errorType: 'UnknownEvent' });
  });

  test('by the schedule, it sends what could not be sent before', async () => {
    deployment.wires.sns.fail('status-500', ({ body }) => body.toString().includes('Action=Publish'), 20);
    expect(await watcher.invoke(batchOf([await put([{ remoteIp: '198.51.100.60' }])]))).toEqual(DONE);
    expect(await deployment.receiveAlerts()).toEqual([]);
    const cold = await deployment.startFunction();
    expect(await cold.invoke(SCHEDULED)).toMatchObject({ kind: 'error', errorType: 'AggregateError' });
    // The other metrics are published nevertheless.
    expect(cold.output).toMatch(/"PublishFailures":[1-9].*"LogObjects":0.*"SilentBuckets":0/);
    deployment.wires.sns.fail('status-500', () => true, 0);
    let left = 10;
    while (left-- > 0 && (await watcher.invoke(SCHEDULED)).kind === 'error') {}
    expect(foundIn(await deployment.receiveAlerts())).toEqual([
      'new-ip payroll 198.51.100.60',
      'unapproved-ip payroll 198.51.100.60',
    ]);
  });
});

test('an alert that fails repeatedly is set aside where the runbook says', async () => {
  const { wires, dynamo, tableName } = deployment;
  const poisoned = `poisoned-${keys}`;
  // The alert about the failure mentions the failed message only in its id.
  const isWhole = (body: string): boolean => body.includes(poisoned) && !body.includes('set-aside');
  wires.sns.fail('status-500', ({ body }) => isWhole(body.toString()), 1000);
  const function_ = await deployment.startFunction();
  await function_.invoke(batchOf([await put([{ remoteIp: '198.51.100.80', bucket: poisoned }])]));
  for (let tries = 0; tries < 5; tries++) await function_.invoke(SCHEDULED);
  wires.sns.fail('status-500', () => true, 0);
  const [alert, ...others] = await deployment.receiveAlerts();
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ kind: 'detector-error', bucket: poisoned, totals: { requests: 1 }, networks: [] });
  expect(function_.output).toContain('"AlertsSetAside":1');

  const client = new DynamoDBClient(clientOptions(dynamo.endpoint));
  const query = { TableName: tableName, KeyConditionExpression: 'pk = :aside' };
  const values = { ExpressionAttributeValues: { ':aside': { S: 'aside' } } };
  const { Items } = await client.send(new QueryCommand({ ...query, ...values }));
  client.destroy();
  expect(Items).toHaveLength(1);
  const { sk, bucket, reason, draft } = Items![0]!;
  expect([sk!.S, bucket!.S]).toEqual([alert!.alertId.replace('/set-aside/', '/'), poisoned]);
  expect(reason!.S).toBe('sending failed five times');
  expect(JSON.parse(draft!.S!)).toMatchObject({ digest: { findings: [{ remoteIp: '198.51.100.80' }] } });
  await function_.close();
});

test('a log object whose run was killed is delivered again and sent once', async () => {
  const event = await put([{ remoteIp: '198.51.100.70' }]);
  const victim = await deployment.startFunction();
  let writes = 0;
  let victimIsAlive = true;
  deployment.wires.dynamo.onRequest(async ({ target }) => {
    if (!victimIsAlive || !target?.endsWith('.PutItem') || ++writes < 2) return;
    victimIsAlive = false;
    await victim.kill();
  });
  expect(await victim.invoke(batchOf([event]))).toEqual({ kind: 'died' });
  expect(await victim.invoke(batchOf([event]))).toEqual(DONE);
  expect(foundIn(await deployment.receiveAlerts())).toEqual([
    'new-ip payroll 198.51.100.70',
    'unapproved-ip payroll 198.51.100.70',
  ]);
  await victim.close();
});

test('the function logs events by name, and metrics whose dimensions contain nothing from a log', async () => {
  const { output } = watcher;
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const events = new Set(entries.map(({ message }) => message).filter((message) => message !== undefined));
  expect([...events]).toEqual(
    expect.arrayContaining([
      'log-object.detected',
      'log-object.deleted',
      'log-object.unreadable',
      'message.failed',
      'alert.sent',
      'alert.not-published',
    ]),
  );
  const metrics = entries.flatMap(
    ({ _aws }) => (_aws as { CloudWatchMetrics: MetricDirective[] } | undefined)?.CloudWatchMetrics ?? [],
  );
  const names = new Set(metrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name)));
  expect([...names]).toEqual(
    expect.arrayContaining(
      'LogObjects Records ParseFailures RecordsWithoutIp InvalidRemoteIps NewPairs UnapprovedIpFindings NewIpFindings LogObjectsDeleted AlertsSent PublishFailures OldestDueAge DeliveryLag ReadUnits WriteUnits Failures'.split(
        ' ',
      ),
    ),
  );
  expect(new Set(metrics.flatMap(({ Dimensions }) => Dimensions.flat()))).toEqual(new Set(['service']));
  // The output contains no record: neither user agents nor keys of parsed lines.
  expect(output).not.toContain('curl/8.5.0');
  expect(output).not.toContain('february.csv');
});

interface MetricDirective {
  readonly Dimensions: readonly string[][];
  readonly Metrics: readonly { readonly Name: string }[];
}
