import { watch } from '../../lambda/handle-event';
import { createReport } from '../../lambda/report';
import { createMemoryState } from '../../lib/adapters/memory-state';
import { detectLogObject } from '../../lib/detect/detect-log-object';
import { createObserver } from '../../lib/detection/observe';
import type { SendAlert } from '../../lib/notify/send-alert';
import type { State } from '../../lib/ports';
import { batchOf, SCHEDULED } from '../support/deployment';
import { watcherOf } from '../support/function-dependencies';
import { lineOf } from '../support/observe-lines';

/*
 * If alerts cannot be sent, the metrics show it so that an alarm fires, and no metric has a wrong value.
 */

const START = Date.parse('2026-03-02T09:00:10Z');
const MINUTE = 60_000;

const refused = async (): Promise<never> => {
  throw new Error('refused');
};

interface Called {
  /** Null: the invocation succeeded. */
  readonly error: string | null;
  /** The metrics about sending. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly logged: readonly string[];
  /** Whether it ran the health checks after that. */
  readonly lookedAround: boolean;
}

/** The result of an invocation that has a finding to send, some minutes after it was stored. */
async function call(
  event: unknown,
  faults: { readonly state?: Partial<State>; readonly sendAlert?: SendAlert },
): Promise<Called> {
  const state = createMemoryState();
  const { watcher, time } = watcherOf(state, {}, START);
  const { detector } = watcher;
  const chunks = (async function* () {
    yield Buffer.from(`${lineOf({ remoteIp: '198.51.100.1' })}\n`);
  })();
  const logObject = { bucket: 'logs', key: 'a', versionId: null, etag: null };
  await detectLogObject({ logObject, chunks, observer: createObserver(detector.compiled) }, detector);
  time.now += 7 * MINUTE;
  const metrics: Record<string, number> = {};
  const logged: string[] = [];
  const log = (message: string): void => void logged.push(message);
  const logger = { info: log, warn: log, error: log } as unknown as Parameters<typeof createReport>[0];
  const sink = {
    addMetric: (name: string, _unit: string, value: number) => {
      metrics[name] = value;
    },
    publishStoredMetrics() {},
  } as unknown as Parameters<typeof createReport>[1];
  const { sendAlert = watcher.notifier.sendAlert } = faults;
  const failing = {
    ...watcher,
    report: createReport(logger, sink),
    notifier: { ...watcher.notifier, state: { ...state, ...faults.state }, sendAlert },
  };
  let error: string | null = null;
  try {
    await watch(event, { id: 'call', until: time.now + 5 * MINUTE }, failing);
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  const concerning = ['AlertsSent', 'PublishFailures', 'AlertsSetAside', 'OldestDueAge', 'Failures'];
  return {
    error,
    metrics: Object.fromEntries(Object.entries(metrics).filter(([name]) => concerning.includes(name))),
    logged,
    lookedAround: 'SilentBuckets' in metrics,
  };
}

/** A batch without log objects: it contains S3's test event. */
const BATCH = batchOf([{ Event: 's3:TestEvent' }]);

const FAILED = 'notifying failed with 1 error';

const CASES: {
  name: string;
  faults: Parameters<typeof call>[1];
  metrics: Record<string, number>;
  logged: string[];
  error: string | null;
}[] = [
  {
    name: 'no fault',
    faults: {},
    metrics: { AlertsSent: 1, PublishFailures: 0, OldestDueAge: 7 * MINUTE },
    logged: ['alert.sent'],
    error: null,
  },
  {
    name: 'the topic refuses the message',
    faults: { sendAlert: refused },
    metrics: { AlertsSent: 0, PublishFailures: 1, OldestDueAge: 7 * MINUTE },
    logged: ['alert.not-published'],
    error: FAILED,
  },
  {
    name: 'the lease cannot be read: no check for due alerts',
    faults: { state: { lease: refused } },
    metrics: { PublishFailures: 1 },
    logged: ['notifying.failed'],
    error: FAILED,
  },
  {
    name: 'the lease cannot be written: no check for due alerts',
    faults: { state: { putLease: refused } },
    metrics: { PublishFailures: 1 },
    logged: ['notifying.failed'],
    error: FAILED,
  },
  {
    name: 'the index cannot be read: no check for due alerts',
    faults: { state: { due: refused } },
    metrics: { AlertsSent: 0, PublishFailures: 1 },
    logged: ['alert.not-published'],
    error: FAILED,
  },
  {
    name: 'a due item cannot be read',
    faults: { state: { parts: refused } },
    metrics: { AlertsSent: 0, PublishFailures: 1, OldestDueAge: 7 * MINUTE },
    logged: ['alert.not-published'],
    error: FAILED,
  },
  {
    name: 'another run holds the lease and reports the metrics',
    faults: {
      state: {
        lease: async () => ({
          value: { holder: 'other', until: START + 60 * MINUTE, minute: 0, sent: 0, failing: {}, noticeSentAt: {} },
          version: '1' as never,
        }),
      },
    },
    metrics: {},
    logged: [],
    error: null,
  },
];

describe.each(CASES)('$name', ({ faults, metrics, logged, error }) => {
  test('by the schedule: the invocation fails after the health checks', async () => {
    const called = await call(SCHEDULED, faults);
    expect(called).toEqual({ error, metrics, logged, lookedAround: true });
  });

  test('after a batch: its log objects are processed', async () => {
    expect(await call(BATCH, faults)).toEqual({ error: null, metrics, logged, lookedAround: false });
  });
});
