import type { Usage } from '../lib/adapters/aws/dynamo-table';
import { SILENCE_REPORTED_FOR } from '../lib/alerting/bucket-state';
import { type Detector, detectLogObject } from '../lib/detect/detect-log-object';
import { createObserver } from '../lib/detection/observe';
import { notify } from '../lib/notify/notify';
import type { Notifier } from '../lib/notify/notify-run';
import type { LogObjects, Subscriptions } from '../lib/ports';
import { eachBounded } from '../lib/state/each-bounded';
import { plural } from '../lib/text/amounts';
import { type NotifiedObject, type QueueMessage, readEvent, readMessage } from './read-event';
import type { Report } from './report';

/** What the function is made of; a process makes it once. */
export interface FunctionDependencies {
  readonly detector: Detector;
  readonly logObjects: LogObjects;
  readonly notifier: Notifier;
  /** Null: nobody need have subscribed, or we may not ask. */
  readonly alertSubscriptions: Subscriptions | null;
  /** Of the topic of the alarms. Null: nobody need have subscribed. */
  readonly operationsSubscriptions: Subscriptions | null;
  readonly report: Report;
  readonly usage: Usage;
  /** When this process last looked around; epoch milliseconds. */
  lookedAroundAt: number;
}

/** One call of the function. */
export interface Invocation {
  /** Names this call and no other. */
  readonly id: string;
  /** When it is killed, epoch milliseconds. */
  readonly until: number;
}

/** What Lambda makes of the answer to a batch: only these messages come again. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Log objects at a time: fetching one takes a hundred times as long as reading it. */
const OBJECTS_AT_ONCE = 6;

/** Milliseconds; the alarms look at an hour. */
const LOOK_AROUND_EVERY = 15 * 60_000;

/** Stops sending so long before the function is killed; milliseconds. */
const IN_GOOD_TIME = 3_000;

/**
 * Detects what an event names, each log object by itself, and sends what is due then. A message that could not be
 * processed comes again, and only that one; called directly, the call fails. A failure to send never fails a log object:
 * what was found is in the outbox, and the schedule, whose call it fails, comes every minute.
 */
export async function watch(
  event: unknown,
  call: Invocation,
  watcher: FunctionDependencies,
): Promise<BatchAnswer | undefined> {
  const { report, usage } = watcher;
  const before = { ...usage };
  try {
    const asked = readEvent(event);
    if (asked.kind === 'batch') return { batchItemFailures: await detectMessages(asked.messages, call, watcher) };
    if (asked.kind === 'detect') {
      await detectAll(asked.logObjects, watcher);
      await notifyAndReport(call, watcher);
    } else {
      const failures = await notifyAndReport(call, watcher);
      // Also while nothing can be sent: alarms go another way.
      await runHealthChecks(watcher);
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
  call: Invocation,
  watcher: FunctionDependencies,
): Promise<{ itemIdentifier: string }[]> {
  const failed: { itemIdentifier: string }[] = [];
  await eachBounded(messages, OBJECTS_AT_ONCE, async ({ messageId, body }) => {
    try {
      await detectAll(readMessage(body), watcher);
    } catch (error) {
      watcher.report.failed('message.failed', error);
      failed.push({ itemIdentifier: messageId });
    }
  });
  await notifyAndReport(call, watcher);
  return failed;
}

async function detectAll(logObjects: readonly NotifiedObject[], watcher: FunctionDependencies): Promise<void> {
  for (const logObject of logObjects) await detect(logObject, watcher);
}

async function detect(
  logObject: NotifiedObject,
  { detector, logObjects, report }: FunctionDependencies,
): Promise<void> {
  const body = await logObjects.read(logObject);
  if (body === null) {
    report.gone(logObject);
    return;
  }
  const { chunks } = body;
  const observer = createObserver(detector.compiled);
  const writtenAt = body.writtenAt ?? detector.clock.now();
  const detected = await detectLogObject({ logObject, chunks, observer, writtenAt }, detector);
  report.detected(logObject, detected, body.writtenAt);
}

/** Sends what is due. Resolves to why some or all of it was not sent, which is reported: it never rejects. */
async function notifyAndReport(
  call: Invocation,
  { notifier, report }: FunctionDependencies,
): Promise<readonly unknown[]> {
  try {
    const notified = await notify(notifier, call.id, call.until - IN_GOOD_TIME);
    report.notified(notified);
    return notified.failures;
  } catch (error) {
    report.notifyingFailed(error);
    return [error];
  }
}

/** Looks for what no event says; now and then, since it changes slowly. */
async function runHealthChecks(watcher: FunctionDependencies): Promise<void> {
  const { detector, alertSubscriptions, operationsSubscriptions, report } = watcher;
  const now = detector.clock.now();
  if (now - watcher.lookedAroundAt < LOOK_AROUND_EVERY) return;
  const names = await detector.state.silentBuckets(now - SILENCE_REPORTED_FOR, now);
  // Of one that is not watched any more, nothing is heard.
  const silent = names.filter((name) => detector.compiled.policyOf(name).watched);
  report.silent(silent);
  const [alerts = null, operations = null] = await Promise.all([
    alertSubscriptions?.confirmed(),
    operationsSubscriptions?.confirmed(),
  ]);
  report.subscriptions({ alerts, operations });
  watcher.lookedAroundAt = now;
}
