import type { Alert } from '../../lib/alert/alert';
import { batchOf, type Deployment, deploy, type ReceivedMessage } from '../support/deployment';
import type { LambdaFunction } from '../support/lambda-runtime';
import { type Logged, lineOf } from '../support/observe-lines';
import { ocsfProblems } from '../support/ocsf-validator';
import { slackProblems } from '../support/slack-validator';

let deployment: Deployment;
let watcher: LambdaFunction;

beforeAll(async () => {
  deployment = await deploy({
    allowlist: [{ cidr: '192.0.2.0/24', reason: 'office', buckets: ['payroll'] }],
    slackWorkspaceId: 'T0123ABCDEF',
    slackChannelId: 'C0123ABCDEF',
    geo: 'country',
  });
  watcher = await deployment.startFunction();
});
afterAll(() => deployment.close());

/** The messages about a log object of these lines, by rule. */
async function publishedFor(key: string, lines: readonly Logged[]): Promise<ReadonlyMap<string, ReceivedMessage>> {
  const event = await deployment.putLog(key, lines.map((line) => `${lineOf(line)}\n`).join(''));
  expect(await watcher.invoke(batchOf([event]))).toEqual({ kind: 'result', value: { batchItemFailures: [] } });
  const messages = await deployment.receiveMessages();
  return new Map(messages.map((message) => [message.attributes.rule!, message]));
}

interface Finding {
  readonly activity_id: number;
  readonly severity: string;
  readonly finding_info: { readonly uid: string };
  readonly evidences: readonly { readonly data: Record<string, unknown> }[];
  readonly unmapped: Alert;
}

test('each subscriber of the topic gets a body for its protocol', async () => {
  const published = await publishedFor('AWSLogs/2026-03-02-10-00-00-0123456789ABCDEF', [
    { remoteIp: '198.51.100.1', operation: 'REST.DELETE.OBJECT', httpStatus: 204 },
    { remoteIp: '198.51.100.1', operation: 'REST.GET.OBJECT' },
    { remoteIp: '198.51.100.1', httpStatus: 403 },
  ]);
  expect([...published.keys()].sort()).toEqual(['new-ip', 'unapproved-ip']);
  const { subject, bodies, attributes } = published.get('unapproved-ip')!;
  expect(subject).toBe('[HIGH] payroll: 198.51.100.1 not on the allowlist, 2 requests succeeded, 1 changed data');
  expect(attributes).toEqual({ rule: 'unapproved-ip', severity: 'High', kind: 'new', bucket: 'payroll' });

  const { email } = bodies;
  expect(email.split('\n')[0]).toBe(subject);
  expect(email).toMatch(/^ {2}Outcome {5}2 of 3 requests succeeded, 1 denied; /m);
  expect(email).toMatch(/^ {2}Objects {5}DELETED by 1 request, read by 1$/m);
  expect(email).toMatch(/^ {2}Severity {4}High: changes succeeded: REST\.DELETE\.OBJECT 1$/m);
  expect(email).toContain('{"cidr": "198.51.100.1", "reason": "WHO AND WHY", "buckets": ["payroll"]}');
  expect(email).toContain("aws s3 cp 's3://logs/AWSLogs/2026-03-02-10-00-00-0123456789ABCDEF'");
  expect(email).toContain('https://console.aws.amazon.com/s3/buckets/payroll?region=us-east-1');

  const finding = JSON.parse(bodies.default) as Finding;
  expect(ocsfProblems(finding)).toEqual([]);
  expect(finding).toMatchObject({ activity_id: 1, severity: 'High' });
  expect(finding.unmapped.totals).toMatchObject({ requests: 3, effects: { deleted: 1, read: 1 } });
  expect(finding.evidences[0]!.data).toMatchObject({
    eventSource: 's3.amazonaws.com',
    awsRegion: 'us-east-1',
    recipientAccountId: '111122223333',
    sourceIPAddress: '198.51.100.1',
    bucket_name: 'payroll',
    src_ip: '198.51.100.1',
  });

  const notification = JSON.parse(bodies.https!) as { content: { title: string }; metadata: { threadId: string } };
  expect(slackProblems(notification)).toEqual([]);
  expect(notification.content.title).toBe(`:red_circle: ${subject}`);
  expect(notification.metadata.threadId).toBe(finding.finding_info.uid);
});

test.each([
  ['a channel that is configured elsewhere is subscribed', { slackElsewhere: true }, true],
  ['no channel is subscribed', {}, false],
])('there is a body for Slack only if needed: %s', async (_name, given, isForSlack) => {
  const other = await deploy(given);
  const event = await other.putLog('a.log', `${lineOf({ remoteIp: '198.51.100.1' })}\n`);
  await (await other.startFunction()).invoke(batchOf([event]));
  const [{ bodies }] = (await other.receiveMessages()) as [ReceivedMessage];
  await other.close();
  expect(Object.keys(bodies).sort()).toEqual(['default', 'email', ...(isForSlack ? ['https'] : [])]);
});

test('another address within the hour is an update, in the thread of the first message', async () => {
  const first = await publishedFor('first.log', [{ remoteIp: '198.51.100.10', bucket: 'reports' }]);
  const second = await publishedFor('second.log', [{ remoteIp: '198.51.100.11', bucket: 'reports' }]);
  const [a, b] = [first, second].map((published) => published.get('new-ip')!);
  const [found, updated] = [a!, b!].map(({ bodies }) => JSON.parse(bodies.default) as Finding);
  expect([found!.activity_id, updated!.activity_id]).toEqual([1, 2]);
  expect(updated!.finding_info.uid).toBe(found!.finding_info.uid);
  expect(b!.bodies.https).toContain(`"threadId":"${found!.finding_info.uid}"`);
  expect(b!.subject).toBe('[MEDIUM] reports (update): new address 198.51.100.11, 1 request succeeded');
});

test('untrusted text arrives unchanged in the body for machines, and harmless in those for people', async () => {
  const userAgent = 'curl <!channel> `x` https://evil.example/\u202e';
  const published = await publishedFor('hostile.log', [{ remoteIp: '198.51.100.20', bucket: 'media', userAgent }]);
  const { bodies } = published.get('new-ip')!;
  expect((JSON.parse(bodies.default) as Finding).unmapped.networks[0]!.sample!.userAgent).toBe(userAgent);
  expect(bodies.email).toContain('curl <!channel> `x` https[://]evil[.]example/\\u{202e}');
  const { description } = (JSON.parse(bodies.https!) as { content: { description: string } }).content;
  expect(description).toContain("`curl &lt;!channel&gt; 'x' https[://]evil[.]example/\\u{202e}`");
});

test('every alert has the location and network of the address, from the layers', async () => {
  const published = await publishedFor('AWSLogs/2026-03-02-12-00-00-0123456789ABCDEF', [{ remoteIp: '8.8.8.8' }]);
  const { bodies } = published.get('unapproved-ip')!;
  const { unmapped } = JSON.parse(bodies.default) as Finding;
  expect(unmapped.networks[0]).toMatchObject({ geo: { country: 'US', city: null }, asn: { number: 15169 } });
  expect(bodies.email).toMatch(/^ {2}8\.8\.8\.8 {2}US · AS15169 Google/m);
  expect(bodies.email).toMatch(/^ {2}Geo data {4}IP geolocation by ip-location-db \(CC0\), 20\d\d/m);
  expect(bodies.https).toContain('`8.8.8.8` – US · AS15169 Google');
});
