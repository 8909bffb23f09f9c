import type { Alert } from '../../lib/alert/alert';
import { batchOf, type Deployment, deploy, SCHEDULED } from '../support/deployment';
import type { Invocation, LambdaFunction } from '../support/lambda-runtime';
import { lineOf } from '../support/observe-lines';
import type { Fault } from '../support/wire-faults';

export interface WireTests {
  /** `fault service`; default: all. */
  readonly faults?: readonly string[];
  /** How often a fault occurs: the client's own retries handle one, but not five. */
  readonly times: number;
}

/** Faults that differ for the client; it sees each of the others as one of these. */
export const DIFFERENT: readonly string[] = [
  'reset s3',
  'status-500 s3',
  'cut-body s3',
  'throttled dynamo',
  'lost-answer dynamo',
  'status-500 sns',
];

const CASES: { on: 's3' | 'dynamo' | 'sns'; fault: Fault }[] = [
  ...(['reset', 'status-500', 'slow-down', 'cut-body', 'slow-body'] as const).map(
    (fault) => ({ on: 's3', fault }) as const,
  ),
  ...(['reset', 'status-500', 'throttled', 'lost-answer', 'cut-body', 'slow-body'] as const).map(
    (fault) => ({ on: 'dynamo', fault }) as const,
  ),
  ...(['reset', 'status-500', 'throttled'] as const).map((fault) => ({ on: 'sns', fault }) as const),
];

/** Every fault on the wire to every service loses nothing, and repeats only a message that SNS may have received. */
export function testWire({ times, faults }: WireTests): void {
  let deployment: Deployment;
  let watcher: LambdaFunction;

  beforeAll(async () => {
    deployment = await deploy({
      allowlist: [{ cidr: '192.0.2.0/24', reason: 'office' }],
      alertsPerWindow: 100,
      alertsPerMinute: 300,
    });
    watcher = await deployment.startFunction();
  });
  afterAll(() => deployment.close());

  let objects = 0;

  /** Puts a log object with two networks that no other log object has. */
  async function putObject(): Promise<{ event: object; expected: string[] }> {
    const number = objects++;
    const addresses = [`198.18.${number}.1`, `198.18.${number}.2`];
    const lines = addresses.map((remoteIp) => `${lineOf({ remoteIp })}\n`.repeat(200));
    return {
      event: await deployment.putLog(`access-${number}.log`, lines.join('')),
      expected: addresses.flatMap((address) => [`new-ip ${address}`, `unapproved-ip ${address}`]).sort(),
    };
  }

  function isDone(invocation: Invocation): boolean {
    return (
      invocation.kind === 'result' &&
      (invocation.value as { batchItemFailures: unknown[] }).batchItemFailures.length === 0
    );
  }

  /** Repeats the invocation like the queue and the schedule. */
  async function deliverUntilDone(event: object): Promise<void> {
    for (let times = 0; !isDone(await watcher.invoke(batchOf([event]))); times++) expect(times).toBeLessThan(5);
    for (let times = 0; (await watcher.invoke(SCHEDULED)).kind === 'error'; times++) expect(times).toBeLessThan(5);
  }

  function foundIn(alerts: readonly Alert[]): string[] {
    return alerts.flatMap(({ rule, networks }) => networks.map(({ network }) => `${rule.id} ${network}`)).sort();
  }

  test.each(CASES.filter(({ on, fault }) => faults?.includes(`${fault} ${on}`) ?? true))(
    `$fault on the wire to $on, times in a row: ${times}`,
    async ({ on, fault }) => {
      const { event, expected } = await putObject();
      deployment.wires[on].fail(fault, ({ path }) => on !== 's3' || path.includes('access-'), times);
      await deliverUntilDone(event);
      expect(foundIn(await deployment.receiveAlerts())).toEqual(expected);
    },
  );

  test('DynamoDB loses the answer of every third write: nothing is lost and nothing is sent twice', async () => {
    let writes = 0;
    const isWrite = (target: string | undefined): boolean => /\.(PutItem|UpdateItem)$/.test(target ?? '');
    deployment.wires.dynamo.fail('lost-answer', ({ target }) => isWrite(target) && writes++ % 3 === 0, 12);
    const puts = [await putObject(), await putObject(), await putObject()];
    for (const { event } of puts) await deliverUntilDone(event);
    expect(foundIn(await deployment.receiveAlerts())).toEqual(puts.flatMap(({ expected }) => expected).sort());
  });

  test('SNS loses an answer: that message arrives twice, with the same id', async () => {
    const { event, expected } = await putObject();
    deployment.wires.sns.fail('lost-answer');
    await deliverUntilDone(event);
    const alerts = await deployment.receiveAlerts();
    const byId = new Map(alerts.map((alert) => [alert.alertId, alert]));
    expect(alerts.length).toBe(byId.size + 1);
    expect(foundIn([...byId.values()])).toEqual(expected);
  });
}
