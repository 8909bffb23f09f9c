import { createReport } from '../../lambda/report';
import { METRICS } from '../../lib/config/deployed-names';
import type { Detected } from '../../lib/detect/detect-log-object';
import type { Notified } from '../../lib/notify/notify';
import { ReadFailure } from '../../lib/ports';

type Arguments = Parameters<typeof createReport>;

function written(say: (report: ReturnType<typeof createReport>) => void): Record<string, number> {
  const metrics: Record<string, number> = {};
  const logger = { info() {}, warn() {}, error() {} } as unknown as Arguments[0];
  const sink = {
    addMetric: (name: string, _unit: string, value: number) => {
      metrics[name] = value;
    },
    publishStoredMetrics() {},
  };
  say(createReport(logger, sink as unknown as Arguments[1]));
  return metrics;
}

const LOG = { bucket: 'logs', key: 'a', versionId: null, etag: null, size: null };

/** A log object whose numbers are all different. */
const DETECTED = {
  records: 11,
  parseFailures: 2,
  firstFailure: null,
  learned: 3,
  longestOverdue: 4_000,
  latest: 1_000,
  isMisplaced: true,
  failure: new ReadFailure('damaged', 'the gzip stream is truncated'),
  counts: {
    recordsWithoutIp: 5,
    invalidRemoteIps: 6,
    trustedRecords: 7,
    recordsWithImplausibleTime: 10,
    recordsOfOtherBuckets: 12,
  },
  findings: new Map([
    ['unapproved-ip', 8],
    ['new-ip', 9],
  ]),
} as unknown as Detected;

test('every number of a log object is in its metric', () => {
  expect(written((report) => report.detected(LOG, DETECTED, 61_000))).toEqual({
    LogObjects: 1,
    Records: 11,
    ParseFailures: 2,
    RecordsWithoutIp: 5,
    InvalidRemoteIps: 6,
    TrustedRecords: 7,
    RecordsWithImplausibleTime: 10,
    RecordsOfOtherBuckets: 12,
    LogObjectsMisplaced: 1,
    ImplausibleLogs: 23,
    LogObjectsUnreadable: 1,
    LogObjectsDamaged: 1,
    NewPairs: 12,
    UnapprovedIpFindings: 8,
    NewIpFindings: 9,
    UnstoredFindingAge: 4_000,
    DeliveryLag: 60_000,
  });
});

test('a log object without a plausible time has no delivery lag', () => {
  const detected = {
    records: 1,
    firstFailure: null,
    failure: null,
    latest: Number.NEGATIVE_INFINITY,
    counts: { recordsWithImplausibleTime: 1, recordsOfOtherBuckets: 0 },
    findings: new Map(),
  } as unknown as Detected;
  const metrics = written((report) => report.detected(LOG, detected, 61_000));
  expect(metrics).not.toHaveProperty('DeliveryLag');
  // Metrics of implausible content are only emitted if there is any.
  expect(metrics).toHaveProperty('RecordsWithImplausibleTime', 1);
  expect(metrics).toHaveProperty('ImplausibleLogs', 1);
  expect(metrics).not.toHaveProperty('RecordsOfOtherBuckets');
  expect(metrics).not.toHaveProperty('LogObjectsMisplaced');
});

test('a log object without implausible content has no metric for it', () => {
  const detected = {
    records: 1,
    firstFailure: null,
    failure: null,
    latest: 1_000,
    isMisplaced: false,
    counts: { recordsWithImplausibleTime: 0, recordsOfOtherBuckets: 0 },
    findings: new Map(),
  } as unknown as Detected;
  const metrics = written((report) => report.detected(LOG, detected, 61_000));
  for (const name of ['RecordsWithImplausibleTime', 'RecordsOfOtherBuckets', 'LogObjectsMisplaced', 'ImplausibleLogs'])
    expect(metrics).not.toHaveProperty(name);
});

test('the other metrics that alarms use', () => {
  expect(written((report) => report.deleted(LOG))).toEqual({ LogObjectsDeleted: 1 });
  expect(written((report) => report.silent(['a', 'b']))).toEqual({ LogObjects: 0, SilentBuckets: 2 });
  const notified = (more: Partial<Notified>): Notified => ({
    end: 'done',
    sent: [],
    failures: [],
    setAside: 0,
    oldestDueFor: 5,
    ...more,
  });
  expect(written((report) => report.notified(notified({ failures: [new Error('x')], setAside: 2 })))).toEqual({
    AlertsSent: 0,
    PublishFailures: 1,
    AlertsSetAside: 2,
    OldestDueAge: 5,
  });
  expect(written((report) => report.notified(notified({})))).not.toHaveProperty('AlertsSetAside');
  expect(written((report) => report.notifyingFailed(new Error('x')))).toEqual({ PublishFailures: 1 });
  // A run that could not check for due alerts emits no value.
  expect(written((report) => report.notified(notified({ end: 'busy', oldestDueFor: null })))).toEqual({});
  const blind = notified({ end: 'failing', failures: [new Error('x')], oldestDueFor: null });
  expect(written((report) => report.notified(blind))).toEqual({ AlertsSent: 0, PublishFailures: 1 });
  // A run that lost the lease has checked, and reports its failures.
  expect(written((report) => report.notified(notified({ end: 'busy', failures: [new Error('x')] })))).toEqual({
    AlertsSent: 0,
    PublishFailures: 1,
    OldestDueAge: 5,
  });
});

test('all metrics that the stack uses are emitted', () => {
  const all = written((report) => {
    report.detected(LOG, DETECTED, 61_000);
    for (const kind of ['too-large', 'packed', 'other-format'] as const)
      report.detected(LOG, { ...DETECTED, failure: new ReadFailure(kind, '') }, 61_000);
    report.deleted(LOG);
    report.failed('message.failed', new Error('x'));
    report.notified({ end: 'done', sent: [], failures: [], setAside: 1, oldestDueFor: 5 });
    report.silent([]);
    report.subscriptions({ alerts: 1, operations: 1 });
    report.used({ reads: 1, writes: 1 });
  });
  expect(Object.keys(all).sort()).toEqual([...METRICS].sort());
});
