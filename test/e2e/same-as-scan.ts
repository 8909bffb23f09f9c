import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { dynamoState } from '../../lib/adapters/aws/dynamo-state';
import { S3_CLIENT_OPTIONS, s3LogObjects } from '../../lib/adapters/aws/s3-log-objects';
import { snsPublisher } from '../../lib/adapters/aws/sns-publisher';
import { noGeography } from '../../lib/adapters/geo/geography';
import { createMemoryState } from '../../lib/adapters/memory-state';
import { newRunId } from '../../lib/adapters/run-ids';
import type { OutboxFinding, OutboxPart } from '../../lib/alerting/outbox';
import { loadConfiguration } from '../../lib/commands/configuration';
import { findInputs, inOrderOfArrival } from '../../lib/commands/inputs';
import { scan } from '../../lib/commands/scan';
import { simulateAlerts } from '../../lib/commands/simulate-alerts';
import type { Configuration } from '../../lib/config/configuration';
import { detectLogObject } from '../../lib/detect/detect-log-object';
import { createDetector } from '../../lib/detect/detector';
import { nothingRead } from '../../lib/detect/read-portions';
import { compileSettings } from '../../lib/detection/compile-settings';
import { createObserver } from '../../lib/detection/observe';
import type { SentAlert } from '../../lib/notify/notify-run';
import { renderAndPublish, type SendAlert } from '../../lib/notify/send-alert';
import type { LogObject, State } from '../../lib/ports';
import { clientOptions, type Emulator, startAws, startDynamo } from '../support/emulators';
import { NEW_IP } from '../support/rule-ids';
import { ROOT } from '../support/run-cli';
import { newStateTable } from '../support/state-table';

const SAMPLES = join(ROOT, 'samples');

/** When the samples are read; later than all their records. */
const NOW = Date.parse('2026-03-05T00:00:00Z');

interface Emulators {
  readonly aws: Emulator;
  readonly dynamo: Emulator;
}

interface Outcome {
  readonly alerts: readonly SentAlert[];
  readonly parts: readonly OutboxPart[];
}

type Read = (logObject: LogObject) => Promise<AsyncIterable<Uint8Array>>;

/** Processes the samples like the function: each log object by itself, with all findings put into the outbox. */
async function watchSamples(
  configuration: Configuration,
  state: State,
  read: Read,
  idOf: (path: string) => LogObject,
  sendAlert?: SendAlert,
): Promise<Outcome> {
  const compiled = compileSettings(configuration);
  const parts: OutboxPart[] = [];
  const watched: State = {
    ...state,
    putPart(part) {
      parts.push(part);
      return state.putPart(part);
    },
  };
  const simulation = simulateAlerts({
    geography: noGeography,
    state: watched,
    nextDueAt: () => earliestDue(state),
    limits: configuration,
    isNetworkRuleChosen: () => false,
    ...(sendAlert === undefined ? {} : { sendAlert }),
  });
  let soFar = nothingRead();
  const clock = { now: () => Math.max(simulation.now(), soFar.latest) };
  const where = { accountId: null, region: null };
  const detector = createDetector({ compiled, state: watched, clock, newRunId, limits: configuration, ...where });
  for (const { file, arrivedAt } of await inOrderOfArrival((await findInputs([SAMPLES])).files, NOW)) {
    soFar = nothingRead();
    if (arrivedAt !== null) await simulation.notifyUntil(arrivedAt);
    const logObject = idOf(file.path);
    await detectLogObject(
      { logObject, chunks: await read(logObject), observer: createObserver(compiled), soFar },
      detector,
    );
    await simulation.notifyAt(soFar.latest);
  }
  return { alerts: await simulation.end(), parts };
}

/** When the next item is due; null: no item will be. */
async function earliestDue(state: State): Promise<number | null> {
  const { parts, streams, notices } = await state.due(Number.MAX_SAFE_INTEGER);
  const times = [...parts, ...streams, ...notices].map(({ dueSince }) => dueSince);
  return times.length === 0 ? null : Math.min(...times);
}

async function deployed(configuration: Configuration, { aws, dynamo }: Emulators): Promise<Outcome> {
  const s3 = new S3Client({ ...clientOptions(aws.endpoint), ...S3_CLIENT_OPTIONS });
  await s3.send(new CreateBucketCommand({ Bucket: 'logs' }));
  for (const { path } of (await findInputs([SAMPLES])).files) {
    await s3.send(new PutObjectCommand({ Bucket: 'logs', Key: path, Body: readFileSync(path) }));
  }
  const { TopicArn } = await new SNSClient(clientOptions(aws.endpoint)).send(
    new CreateTopicCommand({ Name: 'alerts' }),
  );
  const table = await newStateTable(dynamo.endpoint);
  const state = dynamoState(table);
  const logObjects = s3LogObjects(s3);
  return watchSamples(
    configuration,
    state,
    async (logObject) => (await logObjects.read(logObject))!.chunks,
    (key) => ({ bucket: 'logs', key, versionId: null, etag: null }),
    renderAndPublish(snsPublisher(TopicArn!, clientOptions(aws.endpoint)), { slack: false }),
  );
}

function inMemory(configuration: Configuration): Promise<Outcome> {
  return watchSamples(
    configuration,
    createMemoryState(),
    async ({ key }) =>
      (async function* () {
        yield readFileSync(key);
      })(),
    (key) => ({ bucket: '', key, versionId: null, etag: null }),
  );
}

/** Alerts without anything that depends on the names of log objects: windows are numbered by their first occurrence. */
function comparable(alerts: readonly SentAlert[]): unknown {
  const windows = new Map<string, number>();
  return alerts.map(({ at, alert }) => {
    const { windowId, alertId, logObjects, ...rest } = alert;
    if (!windows.has(windowId)) windows.set(windowId, windows.size);
    const names = logObjects.map((id) => id.replace(/^logs\//, '')).sort();
    return { at, ...rest, window_: windows.get(windowId), sequence: alertId.split('/')[1], names };
  });
}

/** One finding of each (rule, bucket, network): sums over the whole input. */
function folded(parts: readonly OutboxPart[]): Record<string, unknown> {
  const findings = new Map<string, OutboxFinding>();
  for (const { rule, bucket, findings: found } of parts) {
    for (const finding of found) {
      const key = `${rule} ${bucket} ${finding.network}`;
      const before = findings.get(key);
      findings.set(key, before === undefined ? finding : sumOf(before, finding));
    }
  }
  return Object.fromEntries([...findings].map(([key, finding]) => [key, { ...finding, sample: finding.sample() }]));
}

function sumOf(a: OutboxFinding, b: OutboxFinding): OutboxFinding {
  return {
    ...a,
    requests: a.requests + b.requests,
    successes: a.successes + b.successes,
    denied: a.denied + b.denied,
    bytesSent: a.bytesSent + b.bytesSent,
    firstEventAt: Math.min(a.firstEventAt, b.firstEventAt),
    lastEventAt: Math.max(a.lastEventAt, b.lastEventAt),
  };
}

/**
 * Runs the samples through `scan` and through the parts of the deployment, and expects equal results, field by field.
 */
export async function expectSameAsScan(learningDays: number): Promise<void> {
  const emulators = { aws: await startAws(), dynamo: await startDynamo() };
  try {
    const config = join(ROOT, 'docs', 'samples.json');
    const loaded = await loadConfiguration({ context: [], config }, NOW);
    await compare({ ...loaded.configuration, learningDays }, emulators);
  } finally {
    await Promise.all([emulators.aws.close(), emulators.dynamo.close()]);
  }
}

async function compare(configuration: Configuration, emulators: Emulators): Promise<void> {
  const startProgress = async () => ({ at() {}, stop() {} });
  const scanned = await scan([SAMPLES], {
    configuration,
    stateFile: null,
    geography: noGeography,
    now: NOW,
    startProgress,
  });
  const [memory, table] = [await inMemory(configuration), await deployed(configuration, emulators)];

  expect(scanned.alerts.length).toBeGreaterThan(3);
  expect(comparable(table.alerts)).toEqual(comparable(scanned.alerts));
  expect(comparable(memory.alerts)).toEqual(comparable(scanned.alerts));

  expect(folded(table.parts)).toEqual(folded(memory.parts));
  const ofTable = folded(table.parts) as Record<string, OutboxFinding>;
  // Scan does not count two kinds as findings: a test, and a remote IP that is not an address.
  const others = Object.keys(ofTable).filter((name) => /^(?:test|detector-error) /.test(name));
  expect(others).toEqual(['test s3-access-watch-test 203.0.113.10', 'detector-error acme-payroll 192.0.2.300']);
  expect(Object.keys(ofTable)).toHaveLength(scanned.findings.length + others.length);
  for (const { rule, bucket, network, remoteIp, tally } of scanned.findings) {
    const finding = ofTable[`${rule} ${bucket} ${network}`]!;
    const { requests, successes, denied, bytesSent, firstEventAt, lastEventAt } = tally;
    expect(finding).toMatchObject({ network, remoteIp, firstEventAt });
    // For a new network, scan counts all log objects; the deployment counts the one that found it.
    if (rule === NEW_IP) expect(finding.requests).toBeLessThanOrEqual(requests);
    else expect(finding).toMatchObject({ requests, successes, denied, bytesSent, lastEventAt });
  }
}
