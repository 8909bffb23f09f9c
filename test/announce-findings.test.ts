import { noGeography } from '../lib/adapters/geography';
import { createMemoryState, type MemoryState } from '../lib/adapters/memory-state';
import type { Alert } from '../lib/alerting/alert';
import { type Announced, type Announcer, announceFindings } from '../lib/announce-findings';
import { partOf } from './support/announced-parts';

const NOW = Date.parse('2026-03-02T09:00:10Z');
const MINUTE = 60_000;

let state: MemoryState;
let now: number;
let published: Alert[];
let refuse: (alert: Alert) => boolean;

beforeEach(() => {
  state = createMemoryState();
  now = NOW;
  published = [];
  refuse = () => false;
});

function announcer(alertsPerMinute = 30): Announcer {
  return {
    state,
    publisher: {
      async publish(alert) {
        if (refuse(alert)) throw new Error('refused');
        published.push(alert);
      },
    },
    clock: {
      now: () => now,
      sleep: async (milliseconds) => {
        now += milliseconds;
      },
    },
    geography: noGeography,
    limits: { alertWindowMinutes: 60, alertsPerWindow: 5, alertsPerMinute, deniedWindowMinutes: 1440 },
    accountId: '111122223333',
    region: 'eu-central-1',
    newIpChosenFor: () => false,
  };
}

/** Findings of one network in each of so many buckets. */
async function putBuckets(howMany: number): Promise<void> {
  for (let n = 0; n < howMany; n++) await state.putPart(partOf(`bucket-${n}`, '203.0.113.7', NOW - 1000));
}

function announce(given: { alertsPerMinute?: number; holder?: string; for?: number } = {}): Promise<Announced> {
  const { alertsPerMinute, holder = 'me', for: time = 5 * MINUTE } = given;
  return announceFindings(announcer(alertsPerMinute), holder, now + time);
}

test('nothing is due: nothing is told, and the lease is free again', async () => {
  expect(await announce()).toEqual({ end: 'done', sent: [], failures: [], oldestDueFor: 0 });
  expect(await announce({ holder: 'another' })).toMatchObject({ end: 'done' });
});

test('tells what is due, once, and how long it had been', async () => {
  await putBuckets(2);
  const { end, sent, oldestDueFor } = await announce();
  expect({ end, oldestDueFor }).toEqual({ end: 'done', oldestDueFor: 1000 });
  expect(sent.map(({ alert }) => alert.bucket)).toEqual(['bucket-0', 'bucket-1']);
  expect(sent[0]!.alert).toMatchObject({ accountId: '111122223333', region: 'eu-central-1' });
  expect(await announce()).toMatchObject({ end: 'done', sent: [] });
});

test('messages are 150 ms apart, the first from whoever had the lease before', async () => {
  await putBuckets(3);
  const { sent } = await announce();
  expect(sent.map(({ at }) => at - NOW)).toEqual([150, 300, 450]);
});

describe('the lease', () => {
  test('is another’s: nothing is told', async () => {
    await putBuckets(1);
    await state.putLease({ holder: 'another', until: NOW, minute: 0, sent: 0 }, null);
    expect(await announce()).toMatchObject({ end: 'busy', sent: [] });
  });

  test('is over: whoever had it is dead', async () => {
    await putBuckets(1);
    await state.putLease({ holder: 'another', until: NOW - 1, minute: 0, sent: 0 }, null);
    expect(await announce()).toMatchObject({ end: 'done', sent: [{}] });
  });

  test('lasts a minute longer than its holder', async () => {
    await putBuckets(1);
    refuse = () => {
      throw new Error('and the process dies');
    };
    const putLease = state.putLease;
    const until: number[] = [];
    state.putLease = (lease, replaces) => {
      until.push(lease.until);
      return putLease(lease, replaces);
    };
    await announce({ for: 2 * MINUTE });
    expect(until[0]).toBe(NOW + 3 * MINUTE);
  });

  test('is lost in between: whoever has it now tells the rest', async () => {
    await putBuckets(2);
    refuse = () => {
      void state.lease().then((lease) => state.putLease({ ...lease!.value, holder: 'another' }, lease!.version));
      return false;
    };
    const { end, sent } = await announce();
    expect(end).toBe('busy');
    expect(sent).toHaveLength(1);
    expect((await state.lease())!.value.holder).toBe('another');
  });
});

describe('the rate', () => {
  test('of a minute is kept, whoever sends', async () => {
    await putBuckets(3);
    expect(await announce({ alertsPerMinute: 3 })).toMatchObject({ end: 'done', sent: [{}, {}, {}] });
    await state.putPart(partOf('another', '203.0.113.7', now));
    expect(await announce({ alertsPerMinute: 3, holder: 'another' })).toMatchObject({ end: 'full', sent: [] });
    now = NOW - (NOW % MINUTE) + MINUTE - 1 - 150;
    expect(await announce({ alertsPerMinute: 3 })).toMatchObject({ end: 'full', sent: [] });
    now = NOW - (NOW % MINUTE) + MINUTE;
    expect(await announce({ alertsPerMinute: 3 })).toMatchObject({ end: 'done', sent: [{}] });
  });

  test('of 10,000 buckets at once: a few dozen messages in two minutes, each finding in one of them', async () => {
    await putBuckets(10_000);
    let messages = 0;
    const told: string[] = [];
    for (let run = 0; run < 3; run++) {
      const { sent } = await announce();
      expect(sent.length).toBeLessThanOrEqual(30);
      messages += sent.length;
      for (const { alert } of sent) told.push(...alert.networks.map(({ bucket }) => bucket));
      now += MINUTE;
    }
    expect(messages).toBeLessThanOrEqual(70);
    expect(told).toHaveLength(10_000);
    expect(new Set(told).size).toBe(10_000);
  });
});

test('stops in good time: a message that there is no time for waits for the next run', async () => {
  await putBuckets(2);
  expect(await announce({ for: 4_999 })).toMatchObject({ end: 'late', sent: [] });
  expect(await announce({ for: 5_149 })).toMatchObject({ end: 'late', sent: [{}] });
  expect(await announce()).toMatchObject({ end: 'done', sent: [{}] });
});

describe('a message that is not taken', () => {
  test('stays due, and the others are told', async () => {
    await putBuckets(3);
    refuse = ({ bucket }) => bucket === 'bucket-1';
    const { end, sent, failures } = await announce();
    expect(end).toBe('failing');
    expect(sent.map(({ alert }) => alert.bucket)).toEqual(['bucket-0', 'bucket-2']);
    expect(failures).toEqual([new Error('refused')]);
    refuse = () => false;
    expect((await announce()).sent.map(({ alert }) => alert.bucket)).toEqual(['bucket-1']);
  });

  test('has the same name when it is sent again, though an older finding has come', async () => {
    await putBuckets(1);
    const asked: string[] = [];
    refuse = ({ alertId }) => asked.push(alertId) === 1;
    expect(await announce()).toMatchObject({ end: 'failing' });
    await state.putPart({ ...partOf('bucket-0', '203.0.113.8', NOW - 2000), logObject: 'logs/older@1' });
    expect((await announce()).sent.map(({ alert }) => alert.totals.networks)).toEqual([2]);
    expect(asked[1]).toBe(asked[0]);
  });

  test('after three, the run is over: they count against the rate, too', async () => {
    await putBuckets(10);
    refuse = () => true;
    expect(await announce()).toMatchObject({ end: 'failing', sent: [], failures: [{}, {}, {}] });
    expect((await state.lease())!.value).toMatchObject({ sent: 3, until: 0 });
  });
});
