import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { snsPublisher } from '../../../lib/adapters/aws/sns-publisher';
import type { Alert } from '../../../lib/alert/alert';
import { renderAndPublish } from '../../../lib/notify/send-alert';
import { renderMessage } from '../../../lib/render/message';
import { GOLDEN_ALERTS } from '../../render/golden-alerts';
import { clientOptions } from '../../support/emulators';

const TOPIC = 'arn:aws:sns:us-east-1:111122223333:alerts';

/** The message in a request to SNS. */
interface Published {
  readonly subject: string;
  readonly bodies: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly bytes: number;
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors; null: it is taken. */
type Refuse = (message: Published) => { code: string; message: string } | null;

let refuse: Refuse = () => null;
let asked: Published[] = [];
let regions: unknown[] = [];

const server = createServer(async (request, response) => {
  const form = new URLSearchParams(await text(request));
  const message = readForm(form);
  asked.push(message);
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html: what was signed for.
  regions.push(/Credential=[^/]+\/\d+\/([a-z0-9-]+)\/sns\//.exec(request.headers.authorization!)?.[1]);
  const refused = refuse(message);
  const status = refused === null ? 200 : refused.code === 'InternalError' ? 500 : 400;
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end(refused === null ? TAKEN : errorOf(refused));
});

const TAKEN = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
  <PublishResult><MessageId>94f20ce6-13c5-43a0-9a9e-ca52d816e90b</MessageId></PublishResult>
  <ResponseMetadata><RequestId>f187a3c1-376f-11df-8963-01868b7c937a</RequestId></ResponseMetadata>
</PublishResponse>`;

function errorOf({ code, message }: { code: string; message: string }): string {
  return `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
  <Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>
  <RequestId>9f8a0f2e-0000-4000-8000-000000000001</RequestId>
</ErrorResponse>`;
}

function readForm(form: URLSearchParams): Published {
  const attributes: Record<string, string> = {};
  for (let index = 1; form.has(`MessageAttributes.entry.${index}.Name`); index++) {
    const entry = `MessageAttributes.entry.${index}`;
    attributes[form.get(`${entry}.Name`)!] = form.get(`${entry}.Value.StringValue`)!;
  }
  const message = form.get('Message')!;
  return {
    subject: form.get('Subject')!,
    bodies: JSON.parse(message) as Record<string, string>,
    attributes,
    bytes: Buffer.byteLength(message),
  };
}

let endpoint = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  asked = [];
  regions = [];
  refuse = () => null;
});

const publish = (alert: Alert, slack = true): Promise<void> =>
  renderAndPublish(snsPublisher(TOPIC, { ...clientOptions(endpoint), maxAttempts: 1 }), { slack })(alert);

const NEW = GOLDEN_ALERTS.new!;
const INVALID_SUBJECT = { code: 'InvalidParameter', message: 'Invalid parameter: Subject' };
const TOO_LONG = { code: 'InvalidParameter', message: 'Invalid parameter: Message too long' };

test('an alert is published once, with a body for each kind of destination', async () => {
  await publish(NEW);
  expect(asked).toHaveLength(1);
  const [{ subject, bodies, attributes }] = asked as [Published];
  expect(subject).toBe('[MEDIUM] acme-payroll: 192.0.2.213 not on the allowlist, 13 requests succeeded');
  expect(Object.keys(bodies).sort()).toEqual(['default', 'email', 'https']);
  expect(attributes).toEqual({ rule: 'unapproved-ip', severity: 'Medium', kind: 'new', bucket: 'acme-payroll' });
});

test('without Slack, webhooks get the same body as machines', async () => {
  await publish(NEW, false);
  expect(asked.map(({ bodies }) => Object.keys(bodies).sort())).toEqual([['default', 'email']]);
});

test('a topic in another Region is called in its Region', async () => {
  const { region: _, ...client } = clientOptions(endpoint);
  const elsewhere = 'arn:aws:sns:eu-west-1:444455556666:alerts';
  const publisher = snsPublisher(elsewhere, { ...client, maxAttempts: 1 });
  await publisher.publish(renderMessage(NEW, { slack: false }));
  expect(regions).toEqual(['eu-west-1']);
});

describe('a refused alert is sent in a reduced form:', () => {
  const large = { ...NEW, networks: Array.from({ length: 100 }, () => NEW.networks[0]!) };
  const cases: { name: string; alert: Alert; refusal: Refuse }[] = [
    {
      name: 'for its subject',
      alert: NEW,
      refusal: ({ subject }) => (/^[A-Za-z0-9 ]+$/.test(subject) ? null : INVALID_SUBJECT),
    },
    { name: 'for its size', alert: large, refusal: ({ bytes }) => (bytes > 65_536 ? TOO_LONG : null) },
    {
      name: 'for an attribute',
      alert: NEW,
      refusal: ({ attributes }) =>
        'bucket' in attributes ? { code: 'ParameterValueInvalid', message: 'invalid attribute' } : null,
    },
  ];
  test.each(cases)('$name', async ({ alert, refusal }) => {
    refuse = refusal;
    await publish(alert);
    expect(asked).toHaveLength(2);
    const { subject, bodies, bytes } = asked[1]!;
    expect(subject).toBe('MEDIUM acme payroll 192 0 2 213 not on the allowlist 13 requests succeeded');
    expect(bytes).toBeLessThan(65_536);
    const { unmapped } = JSON.parse(bodies.default!) as { unmapped: Alert };
    expect(unmapped).toMatchObject({ alertId: alert.alertId, totals: alert.totals });
    expect(unmapped.networks[0]).toEqual(alert.networks[0]);
    expect(bodies.email).toContain('192.0.2.213');
  });
});

test.each([
  ['refused in the reduced form too', () => INVALID_SUBJECT, 2],
  ['refused for what another form does not change', () => ({ code: 'NotFound', message: 'no such topic' }), 1],
  ['not answered well', () => ({ code: 'InternalError', message: 'later' }), 1],
])('%s, it does not count as published', async (_name, refusal, times) => {
  refuse = refusal;
  await expect(publish(NEW)).rejects.toThrow(`alert ${NEW.alertId} was not published: ${refusal().message}`);
  expect(asked).toHaveLength(times);
});
