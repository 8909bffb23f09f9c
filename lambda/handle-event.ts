import type { Usage } from '../lib/adapters/aws/dynamo-table';
import { SILENCE_REPORTED_FOR } from '../lib/alerting/bucket-state';
import { detectLogObject } from '../lib/detect/detect-log-object';
import type { Detector } from '../lib/detect/detector';
import { createObserver } from '../lib/detection/observe';
import { notify } from '../lib/notify/notify';
import type { Notifier } from '../lib/notify/notify-run';
import type { LogObjects, Subscriptions } from '../lib/ports';
import { eachBounded } from '../lib/state/each-bounded';
import { plural } from '../lib/text/amounts';
import { type NotifiedObject, type QueueMessage, readEvent, readMessage } from './read-event';
import type { Report } from './report';

/** The dependencies of the function, created once per process. */
export interface FunctionDependencies {
  readonly detector: Detector;
  readonly logObjects: LogObjects;
  readonly notifier: Notifier;
  /** Subscriptions to the alert topic; null: none is required, or the function has no permission to count them. */
  readonly alertSubscriptions: Subscriptions | null;
  /** Subscriptions to the operations topic, which alarms notify; null: none is required. */
  readonly operationsSubscriptions: Subscriptions | null;
  readonly report: Report;
  readonly usage: Usage;
  /** When this process last ran the health checks, epoch milliseconds. */
  healthChecksRanAt: number;
}

/** One invocation of the function. */
export interface Invocation {
  /** Unique, also between retries of one request. */
  readonly id: string;
  /** When Lambda stops the invocation, epoch milliseconds. */
  readonly until: number;
}

/** The response to a batch: SQS delivers only the listed messages again. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Log objects processed concurrently: fetching one takes a hundred times as long as parsing it. */
const OBJECTS_AT_ONCE = 6;

/** Milliseconds; the alarms evaluate periods of one hour. */
const HEALTH_CHECK_INTERVAL = 15 * 60_000;

/** How long before the timeout the function stops sending, milliseconds. */
const TIME_RESERVE = 3_000;

/**
 * Runs detection on the log objects that an event names, each independently, and then sends alerts that are due. If a
 * queue message fails, SQS delivers only that message again; if a direct invocation fails, it throws. A failure to send
 * never fails a log object, because its findings are in the outbox. It does fail the scheduled invocation, which runs
 * again every minute.
 */
export async function watch(
  event: unknown,
  invocation: Invocation,
  dependencies: FunctionDependencies,
): Promise<BatchResponse | undefined> {
  const { report, usage } = dependencies;
  const before = { ...usage };
  try {
    const request = readEvent(event);
    if (request.kind === 'batch') {
      return { batchItemFailures: await detectMessages(request.messages, invocation, dependencies) };
    }
    if (request.kind === 'detect') {
      await detectAll(request.logObjects, dependencies);
      await notifyAndReport(invocation, dependencies);
    } else {
      const failures = await notifyAndReport(invocation, dependencies);
      // Also when sending failed: alarms use another topic.
      await runHealthChecks(dependencies);
      if (failures.length > 0)
        throw new AggregateError(failures, `notifying failed with ${plural(failures.length, 'error')}`);
    }
    return undefined;
  } finally {
    report.used({ reads: usage.reads - before.reads, writes: usage.writes - before.writes });
    report.end();
  }
}

async function detectMessages(
  messages: readonly QueueMessage[],
  invocation: Invocation,
  dependencies: FunctionDependencies,
): Promise<{ itemIdentifier: string }[]> {
  const failed: { itemIdentifier: string }[] = [];
  await eachBounded(messages, OBJECTS_AT_ONCE, async ({ messageId, body }) => {
    try {
      await detectAll(readMessage(body), dependencies);
    } catch (error) {
      dependencies.report.failed('message.failed', error);
      failed.push({ itemIdentifier: messageId });
    }
  });
  await notifyAndReport(invocation, dependencies);
  return failed;
}

async function detectAll(logObjects: readonly NotifiedObject[], dependencies: FunctionDependencies): Promise<void> {
  for (const logObject of logObjects) await detect(logObject, dependencies);
}

async function detect(
  logObject: NotifiedObject,
  { detector, logObjects, report }: FunctionDependencies,
): Promise<void> {
  const body = await logObjects.read(logObject);
  if (body === null) {
    report.deleted(logObject);
    return;
  }
  const { chunks } = body;
  const observer = createObserver(detector.compiled);
  const writtenAt = body.writtenAt ?? detector.clock.now();
  const detected = await detectLogObject({ logObject, chunks, observer, writtenAt }, detector);
  report.detected(logObject, detected, body.writtenAt);
}

/** Sends alerts that are due. Reports and returns the errors of those that could not be sent; never rejects. */
async function notifyAndReport(
  invocation: Invocation,
  { notifier, report }: FunctionDependencies,
): Promise<readonly unknown[]> {
  try {
    const notified = await notify(notifier, invocation.id, invocation.until - TIME_RESERVE);
    report.notified(notified);
    return notified.failures;
  } catch (error) {
    report.notifyingFailed(error);
    return [error];
  }
}

/** Checks what no event reports: silent buckets and missing subscriptions. Rarely, since both change slowly. */
async function runHealthChecks(dependencies: FunctionDependencies): Promise<void> {
  const { detector, alertSubscriptions, operationsSubscriptions, report } = dependencies;
  const now = detector.clock.now();
  if (now - dependencies.healthChecksRanAt < HEALTH_CHECK_INTERVAL) return;
  const names = await detector.state.silentBuckets(now - SILENCE_REPORTED_FOR, now);
  // A bucket that is no longer watched is expected to be silent.
  const silent = names.filter((name) => detector.compiled.policyOf(name).watched);
  report.silent(silent);
  const [alerts = null, operations = null] = await Promise.all([
    alertSubscriptions?.confirmed(),
    operationsSubscriptions?.confirmed(),
  ]);
  report.subscriptions({ alerts, operations });
  dependencies.healthChecksRanAt = now;
}
