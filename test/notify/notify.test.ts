import { noGeography } from '../../lib/adapters/geo/geography';
import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import type { Alert } from '../../lib/alert/alert';
import { isSetAside } from '../../lib/alert/set-aside';
import type { BucketState } from '../../lib/alerting/bucket-state';
import { NO_LEASE } from '../../lib/alerting/lease';
import type { OutboxFinding, PendingPart } from '../../lib/alerting/outbox';
import { streamKey } from '../../lib/alerting/stream';
import { type Notified, notify } from '../../lib/notify/notify';
import type { Notifier } from '../../lib/notify/notify-run';
import { MessageRefused } from '../../lib/ports';
import { at, DELETED, DENIED, FAILED, finding, LIMITS, networks, part } from '../support/alerting-parts';
import { TEST } from '../support/rule-ids';

const NOW = at('09:00:10');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const A = '203.0.113.7';

let state: MemoryState;
let now: number;
let published: Alert[];
let refuse: (alert: Alert) => boolean;
let refusal: Error;
let holders: number;

beforeEach(() => {
  state = createMemoryState();
  now = NOW;
  published = [];
  refuse = () => false;
  refusal = new Error('refused');
  holders = 0;
});

function notifier(alertsPerMinute = 30): Notifier {
  return {
    state,
    async sendAlert(alert) {
      if (refuse(alert)) throw refusal;
      published.push(alert);
    },
    clock: {
      now: () => now,
      sleep: async (milliseconds) => {
        now += milliseconds;
      },
    },
    geography: noGeography,
    limits: { ...LIMITS, alertsPerMinute },
    accountId: '111122223333',
    region: 'eu-central-1',
    isNetworkRuleChosen: () => false,
  };
}

function run(given: { alertsPerMinute?: number; holder?: string; for?: number } = {}): Promise<Notified> {
  const { alertsPerMinute, holder = `run ${holders++}`, for: time = 5 * MINUTE } = given;
  return notify(notifier(alertsPerMinute), holder, now + time);
}

/** Runs one minute later, like the schedule. */
async function next(given: Parameters<typeof run>[0] = {}): Promise<Notified> {
  now = (Math.floor(now / MINUTE) + 1) * MINUTE;
  return run(given);
}

let objects = 0;

async function put(bucket: string, found: readonly OutboxFinding[] = [finding(A)], given: Partial<PendingPart> = {}) {
  await state.putPart(part(now - 1000, found, { bucket, logObject: `logs/${objects++}@1`, ...given }));
}

/** One read in each of this number of buckets, each later than the one before. */
async function putBuckets(howMany: number, found: readonly OutboxFinding[] = [finding(A)]): Promise<void> {
  for (let n = 0; n < howMany; n++) {
    await put(`bucket-${String(n).padStart(2, '0')}`, found, { foundAt: NOW - 1000 + n / 1000 });
  }
}

function bucketsOf({ sent }: Notified): (string | null)[] {
  return sent.map(({ alert }) => alert.bucket);
}

/** The total of requests in all published alerts. */
function requestsPublished(): number {
  return published.reduce((sum, { totals }) => sum + totals.requests, 0);
}

/** Makes a method of the state fail for matching names. */
function failWhere<Name extends 'streams' | 'parts' | 'bucket' | 'putStream' | 'sightingsOf'>(
  name: Name,
  isPoisoned: (argument: Parameters<MemoryState[Name]>[0]) => boolean,
): void {
  const real = state[name] as (...given: unknown[]) => unknown;
  (state as unknown as Record<string, unknown>)[name] = (...given: Parameters<MemoryState[Name]>) => {
    if (isPoisoned(given[0])) throw new Error('poisoned');
    return real(...given);
  };
}

test('if nothing is due, nothing is sent, and the lease is released', async () => {
  expect(await run()).toEqual({ end: 'done', sent: [], failures: [], setAside: 0, oldestDueFor: 0 });
  expect(await run({ holder: 'another' })).toMatchObject({ end: 'done' });
});

test('due findings are sent once, and the run reports how long they had been due', async () => {
  await putBuckets(2);
  const notified = await run();
  expect(notified).toMatchObject({ end: 'done', oldestDueFor: 1000 });
  expect(bucketsOf(notified)).toEqual(['bucket-00', 'bucket-01']);
  expect(notified.sent[0]!.alert).toMatchObject({ accountId: '111122223333', region: 'eu-central-1', kind: 'new' });
  expect(await run()).toMatchObject({ end: 'done', sent: [] });
});

test('messages are 150 ms apart, also between runs', async () => {
  await putBuckets(3);
  const { sent } = await run();
  expect(sent.map(({ at: time }) => time - NOW)).toEqual([150, 300, 450]);
});

test('any number of parts of a stream is one message', async () => {
  for (let n = 0; n < 250; n++) await put('payroll', [finding(networks(1, n)[0]!)]);
  const { sent } = await run();
  expect(sent).toHaveLength(1);
  expect(sent[0]!.alert.totals.networks).toBe(250);
  expect((await state.due(now + 100 * HOUR)).parts).toEqual([]);
});

describe('the lease', () => {
  const another = { ...NO_LEASE, holder: 'another' };

  test('is held by another run: nothing is sent', async () => {
    await putBuckets(1);
    await state.putLease({ ...another, until: NOW }, null);
    expect(await run()).toMatchObject({ end: 'busy', sent: [] });
  });

  test('has expired: its holder is dead', async () => {
    await putBuckets(1);
    await state.putLease({ ...another, until: NOW - 1 }, null);
    expect(await run()).toMatchObject({ end: 'done', sent: [{}] });
  });

  test('lasts a minute longer than its holder', async () => {
    const { putLease } = state;
    const until: number[] = [];
    state.putLease = (lease, replaces) => {
      until.push(lease.until);
      return putLease(lease, replaces);
    };
    await run({ for: 2 * MINUTE });
    expect(until[0]).toBe(NOW + 3 * MINUTE);
  });

  test('is lost during the run: the new holder sends the rest', async () => {
    await putBuckets(2);
    refuse = () => {
      void state.lease().then((lease) => state.putLease({ ...lease!.value, holder: 'another' }, lease!.version));
      return false;
    };
    const { end, sent } = await run();
    expect(end).toBe('busy');
    expect(sent).toHaveLength(1);
    expect((await state.lease())!.value.holder).toBe('another');
  });

  test.each<[string, () => void]>([
    [
      'due items cannot be read',
      () => {
        state.due = () => Promise.reject(new Error('down'));
      },
    ],
    [
      'every message is refused',
      () => {
        refuse = () => true;
      },
    ],
    ['no stream can be written', () => failWhere('putStream', () => true)],
    ['no stream can be read', () => failWhere('streams', () => true)],
  ])('is released if %s', async (_name, breakIt) => {
    await putBuckets(2);
    breakIt();
    const { end, failures } = await run();
    expect(end).toBe('failing');
    expect(failures.length).toBeGreaterThan(0);
    expect((await state.lease())!.value.until).toBe(0);
  });
});

describe('the limit per minute', () => {
  const minute = NOW - (NOW % MINUTE);

  test('holds across runs', async () => {
    await putBuckets(2);
    expect(await run({ alertsPerMinute: 3 })).toMatchObject({ end: 'done', sent: [{}, {}] });
    await put('another');
    expect(await run({ alertsPerMinute: 3 })).toMatchObject({ end: 'full', sent: [] });
    now = minute + MINUTE - 1 - 150;
    expect(await run({ alertsPerMinute: 3 })).toMatchObject({ end: 'full', sent: [] });
    now = minute + MINUTE;
    expect(await run({ alertsPerMinute: 3 })).toMatchObject({ end: 'done', sent: [{}] });
  });

  test('reserves a third for High', async () => {
    await state.putLease({ ...NO_LEASE, minute: minute / MINUTE, sent: 20 }, null);
    await putBuckets(3);
    expect(await run()).toMatchObject({ end: 'full', sent: [] });
    await put('payroll', [finding(A, DELETED)]);
    const { sent } = await run();
    expect(sent).toHaveLength(1);
    expect(sent[0]!.alert.networks[0]).toMatchObject({ bucket: 'payroll', severity: 'High' });
  });

  test('with a limit of two, reserves one for High, even after a failure', async () => {
    await put('payroll', [finding(A, DELETED)]);
    refuse = () => true;
    await run({ alertsPerMinute: 2 });
    refuse = () => false;
    await putBuckets(30, [finding(A)]);
    const { sent } = await next({ alertsPerMinute: 2 });
    expect(sent[0]!.alert.bucket).toBe('payroll');
  });

  test('sends High messages that failed before, even after the limit stopped others', async () => {
    await put('payroll', [finding(A, DELETED)]);
    refuse = () => true;
    await run();
    refuse = () => false;
    now = minute + MINUTE;
    await state.putLease(
      { ...(await state.lease())!.value, minute: now / MINUTE, sent: 20 },
      (await state.lease())!.version,
    );
    await putBuckets(2);
    const notified = await run();
    expect(notified.end).toBe('full');
    expect(bucketsOf(notified)).toEqual(['payroll']);
  });

  test('allows 1,000 buckets at once in a few messages, with each finding in one of them', async () => {
    for (let n = 0; n < 1000; n++) await put(`bucket-${n}`);
    let messages = 0;
    for (let times = 0; times < 3; times++) messages += (await next()).sent.length;
    expect(messages).toBeLessThanOrEqual(20);
    const named = published.flatMap((alert) => alert.networks.map(({ bucket }) => bucket));
    expect(named).toHaveLength(1000);
    expect(new Set(named).size).toBe(1000);
    const ids = published.map(({ alertId }) => alertId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('stops in time: a message for which no time is left waits for the next run', async () => {
  await putBuckets(2);
  expect(await run({ for: 4_999 })).toMatchObject({ end: 'out-of-time', sent: [] });
  expect(await run({ for: 5_149 })).toMatchObject({ end: 'out-of-time', sent: [{}] });
  expect(await run()).toMatchObject({ end: 'done', sent: [{}] });
});

describe('the worst is sent first', () => {
  test('whatever was found before it', async () => {
    await putBuckets(20, [finding(A, FAILED)]);
    await put('payroll', [finding(A, DELETED)]);
    expect(bucketsOf(await run())[0]).toBe('payroll');
  });

  test('before a combined message that is sent again', async () => {
    await putBuckets(40, [finding(A, FAILED)]);
    refuse = ({ kind }) => kind === 'combined';
    await run();
    refuse = () => false;
    await put('payroll', [finding(A, DELETED)]);
    const { sent } = await next();
    expect(sent.map(({ alert }) => alert.bucket ?? alert.kind).slice(0, 2)).toEqual(['payroll', 'combined']);
  });

  test('in its own message, not in the deferred one about failures', async () => {
    await put('payroll', [finding(A, FAILED)]);
    await run();
    await put('payroll', [finding(A, DELETED)]);
    const { sent } = await run();
    expect(sent).toHaveLength(1);
    expect(sent[0]!.alert).toMatchObject({ kind: 'update', rule: { severity: 'High' } });
    expect(sent[0]!.alert.alertId).toBe(`${published[0]!.windowId}/2`);
  });
});

describe('a deferred draft', () => {
  test('is stored in the stream with one write, and is not due before its time', async () => {
    await put('payroll');
    await run();
    for (let n = 0; n < 5; n++) await put('payroll');
    expect(await run()).toMatchObject({ end: 'done', sent: [] });
    expect((await state.due(now)).parts).toEqual([]);
    const opened = Date.parse(published[0]!.window!.openedAt);
    expect(state.nextDueAt()).toBe(opened + HOUR + 1);
    now = opened + HOUR;
    expect(await run()).toMatchObject({ sent: [] });
    now = opened + HOUR + 1;
    const { sent } = await run();
    expect(sent).toHaveLength(1);
    expect(sent[0]!.alert).toMatchObject({ kind: 'digest', totals: { requests: 5 } });
    expect(state.nextDueAt()).toBeNull();
  });

  test('is sent together with later findings', async () => {
    await put('payroll');
    await run();
    await put('payroll');
    await run();
    await put('payroll', [finding('203.0.113.8')]);
    const { sent } = await next();
    expect(sent[0]!.alert).toMatchObject({ kind: 'update', totals: { requests: 2, networks: 2 } });
  });
});

describe('a message that cannot be published', () => {
  test('stays due, and the others are sent', async () => {
    await putBuckets(3);
    refuse = ({ bucket }) => bucket === 'bucket-01';
    const notified = await run();
    expect(notified.end).toBe('failing');
    expect(bucketsOf(notified)).toEqual(['bucket-00', 'bucket-02']);
    expect(notified.failures).toEqual([new Error('refused')]);
    refuse = () => false;
    expect(bucketsOf(await run())).toEqual(['bucket-01']);
  });

  test('has the same id when it is sent again; later findings are another message', async () => {
    await put('payroll');
    const asked: string[] = [];
    refuse = ({ alertId }) => asked.push(alertId) === 1;
    expect(await run()).toMatchObject({ end: 'failing' });
    await put('payroll', [finding('203.0.113.8')], { foundAt: NOW - 5000 });
    await next();
    await next();
    expect(asked[1]).toBe(asked[0]);
    expect(published.map(({ totals }) => totals.networks)).toEqual([1, 1]);
    expect(published[1]!.alertId).not.toBe(asked[0]);
  });

  test('is sent alone with its id, however many others are due', async () => {
    await put('payroll');
    const asked: string[] = [];
    refuse = ({ bucket, alertId }) => bucket === 'payroll' && asked.push(alertId) === 1;
    await run();
    refuse = ({ alertId }) => {
      asked.push(alertId);
      return false;
    };
    await putBuckets(60);
    await next();
    expect(asked.filter((id) => id === asked[0])).toHaveLength(2);
    expect(requestsPublished()).toBe(61);
  });

  test('then comes after all its equals', async () => {
    await put('payroll', [finding(A, FAILED)]);
    refuse = ({ bucket }) => bucket === 'payroll';
    await run();
    await putBuckets(3, [finding(A, FAILED)]);
    expect(bucketsOf(await next())).toEqual(['bucket-00', 'bucket-01', 'bucket-02']);
  });

  test('and so does a combined message', async () => {
    await putBuckets(45, [finding(A, FAILED)]);
    refuse = ({ kind }) => kind === 'combined';
    await run();
    await next();
    refuse = () => false;
    await put('later', [finding(A, DENIED)], { denied: true });
    const { sent } = await next();
    expect(sent.map(({ alert }) => alert.bucket ?? alert.kind)).toEqual(['later', 'combined']);
  });

  test('three slow failures end the run, since nothing can be sent; they count against the limit', async () => {
    await putBuckets(10);
    refuse = () => {
      now += 10_000;
      return true;
    };
    expect(await run()).toMatchObject({ end: 'failing', sent: [], failures: [{}, {}, {}] });
    expect((await state.lease())!.value).toMatchObject({ sent: 3, until: 0 });
  });

  test('a combined message that SNS refuses is split at once: only the refused stream waits', async () => {
    await putBuckets(45, [finding(A, FAILED)]);
    const worst = 'bucket-44';
    refuse = ({ networks: of }) => of.some(({ bucket }) => bucket === worst);
    refusal = new MessageRefused('refused');
    await run();
    await next();
    await next();
    expect(requestsPublished()).toBe(44);
  });

  test('quick refusals do not keep others from being tried', async () => {
    await putBuckets(10);
    refuse = ({ bucket }) => bucket !== 'bucket-09';
    const { sent, failures } = await run();
    expect(failures).toHaveLength(9);
    expect(sent.map(({ alert }) => alert.bucket)).toEqual(['bucket-09']);
  });
});

describe('a message that fails five times', () => {
  async function fail(times: number): Promise<void> {
    for (let n = 0; n < times; n++) expect((await next()).setAside).toBe(0);
  }

  test('is set aside with an alert that says so, and is stored for people to look at', async () => {
    await put('payroll', [finding(A, DELETED)]);
    refuse = (alert) => alert.bucket === 'payroll' && !isSetAside(alert);
    await fail(4);
    const notified = await next();
    expect(notified).toMatchObject({ setAside: 1, failures: [{}] });
    expect(published).toHaveLength(1);
    const [alert] = published;
    expect(alert).toMatchObject({
      kind: 'detector-error',
      bucket: 'payroll',
      networks: [],
      totals: { networks: 1, requests: 1 },
      rule: { severity: 'High' },
    });
    const [aside] = state.allSetAside();
    expect(alert!.alertId).toBe(aside!.alertId.replace('/', '/set-aside/'));
    expect(aside).toMatchObject({ stream: { bucket: 'payroll' }, draft: { digest: { totals: { requests: 1 } } } });
    expect(state.nextDueAt()).toBeNull();
  });

  test('and later findings are sent as usual', async () => {
    await put('payroll');
    refuse = (alert) => alert.bucket === 'payroll' && !isSetAside(alert);
    await fail(4);
    await next();
    refuse = () => false;
    await put('payroll', [finding('203.0.113.8')]);
    const { sent } = await next();
    expect(sent).toHaveLength(1);
    expect(sent[0]!.alert).toMatchObject({ kind: 'update', networks: [{ network: '203.0.113.8' }] });
    expect((await state.lease())!.value.failing).toEqual({});
  });

  test('is not set aside while nothing at all can be sent: afterwards the alert is sent', async () => {
    await put('payroll');
    refuse = () => true;
    await fail(8);
    expect(state.allSetAside()).toEqual([]);
    refuse = () => false;
    expect(await next()).toMatchObject({ setAside: 0, sent: [{ alert: { kind: 'new', bucket: 'payroll' } }] });
  });

  test('is not set aside if a success in between resets the count', async () => {
    await put('payroll');
    refuse = () => true;
    await fail(4);
    refuse = () => false;
    await next();
    await put('payroll', [finding('203.0.113.8')]);
    refuse = () => true;
    await fail(4);
    refuse = () => false;
    expect(await next()).toMatchObject({ setAside: 0, sent: [{}] });
  });

  test('is stored without its findings if these are why it cannot be stored', async () => {
    await put('payroll');
    refuse = (alert) => !isSetAside(alert);
    const { setAside } = state;
    state.setAside = (aside) =>
      aside.draft.digest.findings.length > 0 ? Promise.reject(new Error('too large')) : setAside(aside);
    await fail(4);
    await next();
    expect(state.allSetAside()).toMatchObject([{ reason: expect.stringContaining('too large') }]);
  });

  test('is set aside once, even if marking its parts fails repeatedly', async () => {
    await put('payroll');
    await put('website');
    refuse = (alert) => alert.bucket === 'payroll' && !isSetAside(alert);
    await fail(4);
    const { markTaken } = state;
    state.markTaken = (name, ...rest) =>
      name.bucket === 'payroll' ? Promise.reject(new Error('throttled')) : markTaken(name, ...rest);
    for (let n = 0; n < 10; n++) await next();
    expect(published.filter(({ bucket }) => bucket === 'payroll')).toHaveLength(1);
    state.markTaken = markTaken;
    await next();
    expect(state.nextDueAt()).toBeNull();
    expect((await state.lease())!.value.failing).toEqual({});
  });

  test('only in the write after publishing is not sent again', async () => {
    await put('payroll');
    const { markTaken } = state;
    state.markTaken = () => Promise.reject(new Error('throttled'));
    for (let n = 0; n < 10; n++) await next();
    expect(published).toHaveLength(1);
    state.markTaken = markTaken;
    await put('payroll', [finding('203.0.113.8', DELETED)]);
    await next();
    await next();
    expect(published).toHaveLength(2);
    expect(requestsPublished()).toBe(2);
    expect((await state.lease())!.value.failing).toEqual({});
  });

  test('and combines many streams is split, and each stream continues alone', async () => {
    await putBuckets(45, [finding(A, FAILED)]);
    refuse = ({ kind }) => kind === 'combined';
    for (let n = 0; n < 9; n++) await next();
    expect(requestsPublished()).toBe(45);
    expect(state.nextDueAt()).toBeNull();
  });
});

describe('a read failure affects only', () => {
  test('a stream, or three of them', async () => {
    await putBuckets(6);
    failWhere('streams', (streams) => streams.some(({ bucket }) => /0[135]$/.test(bucket)));
    const notified = await run();
    expect(bucketsOf(notified)).toEqual(['bucket-00', 'bucket-02', 'bucket-04']);
    expect(notified.end).toBe('failing');
    expect(notified.failures).toHaveLength(3);
  });

  test('a stream that can never be read; people are notified once', async () => {
    await put('payroll');
    failWhere('streams', (streams) => streams.some(({ bucket }) => bucket === 'payroll'));
    for (let n = 0; n < 4; n++) await next();
    expect(published).toEqual([]);
    for (let n = 0; n < 10; n++) await next();
    expect(published).toHaveLength(1);
    expect(published[0]).toMatchObject({
      kind: 'detector-error',
      bucket: 'payroll',
      rule: { severity: 'High', title: expect.stringContaining('could not be read') },
    });
  });

  test('the unreadable ones of many streams; the others are sent', async () => {
    for (let n = 0; n < 40; n++) await put(`broken-${n}`);
    await putBuckets(5);
    failWhere('streams', (streams) => streams.some(({ bucket }) => bucket.startsWith('broken')));
    expect(bucketsOf(await run())).toEqual(['bucket-00', 'bucket-01', 'bucket-02', 'bucket-03', 'bucket-04']);
  });

  test('a part; the others of its stream are sent', async () => {
    await put('payroll', [finding(A)], { logObject: 'logs/poisoned@1' });
    await put('payroll', [finding('203.0.113.8', DELETED)]);
    failWhere('parts', (names) => names.some(({ logObject }) => logObject === 'logs/poisoned@1'));
    const { sent, failures } = await run();
    expect(sent).toHaveLength(1);
    expect(sent[0]!.alert.networks.map(({ network }) => network)).toEqual(['203.0.113.8']);
    expect(failures.length).toBeGreaterThan(0);
  });

  test('a stream whose draft cannot be stored', async () => {
    await put('payroll');
    await put('website');
    await run();
    await put('payroll');
    await put('website');
    failWhere('putStream', ({ bucket }) => bucket === 'payroll');
    expect(await next()).toMatchObject({ end: 'failing', failures: [{}] });
    expect((await state.due(now)).parts).toMatchObject([{ bucket: 'payroll' }]);
  });

  test.each(['streams', 'parts'] as const)(
    'the %s of one in a combined message: the others do not wait for ever',
    async (what) => {
      await putBuckets(45, [finding(A, FAILED)]);
      refuse = ({ kind }) => kind === 'combined';
      await run();
      refuse = () => false;
      const combined = [...(await state.due(now + MINUTE)).streams].map(({ bucket }) => bucket);
      expect(combined.length).toBeGreaterThan(10);
      const poisoned = combined[0];
      failWhere(what, (names: readonly { bucket: string }[]) => names.some(({ bucket }) => bucket === poisoned));
      for (let n = 0; n < 8; n++) await next();
      expect(requestsPublished()).toBe(44);
    },
  );
});

describe('after a death', () => {
  /** Publishes this number of messages; after that, every write fails. */
  async function dieAfter(messages: number): Promise<void> {
    const before = published.length;
    const { putStream, putCombinedPlan, markTaken, putLease } = state;
    const isDead = () => published.length - before >= messages;
    const orDie =
      <Given extends unknown[], Result>(real: (...given: Given) => Promise<Result>) =>
      (...given: Given) =>
        isDead() ? Promise.reject(new Error('dead')) : real(...given);
    state.putStream = orDie(putStream);
    state.putCombinedPlan = orDie(putCombinedPlan);
    state.markTaken = orDie(markTaken);
    state.putLease = orDie(putLease);
    await run();
    Object.assign(state, { putStream, putCombinedPlan, markTaken, putLease });
    now += 10 * MINUTE;
  }

  test('between publish and mark, the same message is sent again with its id', async () => {
    await put('payroll');
    await dieAfter(1);
    await put('payroll', [finding('203.0.113.8')]);
    await run();
    expect(published[1]!.alertId).toBe(published[0]!.alertId);
    expect(published[1]!.networks).toEqual(published[0]!.networks);
  });

  test('during a combined message, each stream is in one alert, which is repeated with its id', async () => {
    await putBuckets(45, [finding(A, FAILED)]);
    await dieAfter(1);
    for (let n = 0; n < 3; n++) await next();
    const idsOf = new Map<string, Set<string>>();
    for (const { alertId, networks: of } of published) {
      for (const { bucket } of of) idsOf.set(bucket, (idsOf.get(bucket) ?? new Set()).add(alertId));
    }
    expect(idsOf.size).toBe(45);
    for (const ids of idsOf.values()) expect(ids.size).toBe(1);
  });
});

describe('notices', () => {
  function bucketState(bucket: string, given: Partial<BucketState> = {}): BucketState {
    return {
      bucket,
      firstLogAt: NOW,
      lastLogAt: NOW,
      longestSilence: 0,
      rememberedSince: NOW,
      learningUntil: NOW + 3 * 24 * HOUR,
      learned: 0,
      learnedOthers: 0,
      looksPublic: null,
      notice: { kind: 'started', notBefore: NOW },
      ...given,
    };
  }

  const finished = { notice: { kind: 'finished', notBefore: NOW } } as const;
  const noticesOf = ({ sent }: Notified) =>
    sent.map(
      ({ alert }) =>
        `${alert.rule.id}: ${alert.notice!.buckets.map(({ bucket }) => bucket).join(' ')} +${alert.notice!.more}`,
    );

  test('that are due together are one message, longest due first; those about the end are another', async () => {
    await state.putBucket(bucketState('c'), null);
    await state.putBucket(bucketState('b', { notice: { kind: 'started', notBefore: NOW - 1 } }), null);
    await state.putBucket(bucketState('a', finished), null);
    await state.putBucket(bucketState('future', { notice: { kind: 'started', notBefore: NOW + HOUR } }), null);
    expect(noticesOf(await run())).toEqual(['learning-started: b c +0', 'learning-finished: a +0']);
    expect((await state.bucket('b'))!.value.notice).toMatchObject({ kind: 'finished' });
    expect((await state.bucket('a'))!.value.notice).toBeNull();
  });

  test('come after all findings', async () => {
    await state.putBucket(bucketState('a'), null);
    await put('payroll', [finding(A, DENIED)], { denied: true });
    expect((await run()).sent.map(({ alert }) => alert.kind)).toEqual(['new', 'notice']);
  });

  test('about a flood of buckets are one message an hour, which counts buckets that it does not name', async () => {
    for (let n = 0; n < 300; n++) await state.putBucket(bucketState(`bucket-${n}`), null);
    const [first, ...others] = [await run(), await next()];
    expect(first!.sent).toHaveLength(1);
    expect(first!.sent[0]!.alert.notice).toMatchObject({ buckets: { length: 50 }, more: 250 });
    await state.putBucket(bucketState('one-more'), null);
    others.push(await next());
    now = NOW + HOUR - 1;
    others.push(await run());
    expect(others.flatMap(({ sent }) => sent)).toEqual([]);
    now = NOW + HOUR + MINUTE;
    expect(noticesOf(await run())).toEqual(['learning-started: one-more +0']);
  });

  test('about the start do not delay those about the end', async () => {
    await state.putBucket(bucketState('a'), null);
    await run();
    await state.putBucket(bucketState('b', finished), null);
    expect(noticesOf(await next())).toEqual(['learning-finished: b +0']);
  });

  test('about an unreadable bucket fail alone and stop no other message', async () => {
    for (const bucket of ['a', 'poisoned', 'z']) await state.putBucket(bucketState(bucket), null);
    await put('payroll', [finding(A, DELETED)]);
    failWhere('bucket', (name) => name === 'poisoned');
    const notified = await run();
    expect(notified.sent.map(({ alert }) => alert.kind)).toEqual(['new', 'notice']);
    expect(notified.sent[1]!.alert.notice!.buckets.map(({ bucket }) => bucket)).toEqual(['a', 'z']);
    expect(notified.end).toBe('failing');
  });

  test('about a bucket with unreadable sightings come later; the others are sent', async () => {
    for (const bucket of ['a', 'poisoned', 'z']) await state.putBucket(bucketState(bucket, finished), null);
    failWhere('sightingsOf', (name) => name === 'poisoned');
    expect(noticesOf(await run())).toEqual(['learning-finished: a z +0']);
    expect((await state.bucket('poisoned'))!.value.notice).not.toBeNull();
  });

  test('that fail repeatedly are sent bucket by bucket, and those that fail then are set aside', async () => {
    for (const bucket of ['a', 'poisoned', 'z']) await state.putBucket(bucketState(bucket, finished), null);
    refuse = (alert) => !isSetAside(alert) && alert.notice!.buckets.some(({ bucket }) => bucket === 'poisoned');
    let setAside = 0;
    for (let n = 0; n < 20; n++) setAside += (await next()).setAside;
    expect(setAside).toBe(1);
    expect(published.filter(isSetAside)).toMatchObject([{ bucket: 'poisoned', totals: { requests: 0 } }]);
    const named = published.filter((alert) => !isSetAside(alert)).flatMap(({ notice }) => notice!.buckets);
    expect(named.map(({ bucket }) => bucket)).toContain('a');
    for (let n = 0; n < 70; n++) await next();
    for (const bucket of ['a', 'poisoned', 'z']) expect((await state.bucket(bucket))!.value.notice).toBeNull();
  });
});

test('tests are sent at once, whatever else is due', async () => {
  await putBuckets(45, [finding(A, FAILED)]);
  await put('s3-access-watch-test', [finding(A, { severity: 'Low' })], { rule: TEST });
  const { sent } = await run();
  expect(sent[0]!.alert).toMatchObject({ kind: 'notice', rule: { id: 'test' } });
});

test('no two streams have the same key', () => {
  const keys = [
    { rule: 'unapproved-ip', bucket: 'a', denied: true },
    { rule: 'unapproved-ip', bucket: 'denied a', denied: false },
    { rule: 'unapproved-ip', bucket: 'a#denied', denied: false },
    { rule: 'new-ip', bucket: 'a', denied: true },
  ].map((stream) => streamKey(stream as Parameters<typeof streamKey>[0]));
  expect(new Set(keys).size).toBe(4);
});

test('a clock that was a year ahead delays nothing', async () => {
  await put('payroll', [finding(A)]);
  now += 365 * 24 * HOUR;
  await run();
  now = NOW + 2 * MINUTE;
  await state.putLease({ ...(await state.lease())!.value, until: 0 }, (await state.lease())!.version);
  await put('payroll', [finding('203.0.113.8')]);
  const { sent } = await run();
  expect(sent.map(({ alert }) => alert.networks.map(({ network }) => network))).toEqual([['203.0.113.8']]);
});
