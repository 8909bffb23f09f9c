import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoState } from '../../lib/adapters/dynamo-state';
import { dynamoTable } from '../../lib/adapters/dynamo-table';
import { createMemoryState } from '../../lib/adapters/memory-state';
import type { BucketState } from '../../lib/alerting/bucket-state';
import type { Lease } from '../../lib/alerting/lease';
import type { OutboxFinding, OutboxPart } from '../../lib/alerting/outbox';
import type { AlertWindow } from '../../lib/alerting/window';
import type { StoredSighting } from '../../lib/detection/sighting';
import type { State } from '../../lib/ports';
import { clientOptions, type Emulator, startDynamo } from '../support/emulators';
import { PLAIN } from '../support/observe-lines';
import { createStateTable, newDynamoState } from '../support/state-table';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const DAY = 86_400_000;

function sighting(given: Partial<StoredSighting> = {}): StoredSighting {
  return {
    bucket: 'payroll',
    network: '203.0.113.7',
    firstSeenAt: NOW,
    lastSeenAt: NOW + 1000,
    claimedBy: 'logs/a@1',
    claimedIn: 'r1',
    owedUntil: NOW + 3_600_000,
    forgottenSince: null,
    publicOnly: false,
    raised: false,
    seenAs: () => ({ requester: null, operation: 'REST.GET.OBJECT' }),
    expiresAt: NOW + 120 * DAY,
    ...given,
  };
}

function finding(given: Partial<OutboxFinding> = {}): OutboxFinding {
  return {
    network: '203.0.113.7',
    remoteIp: '203.0.113.7',
    addresses: ['203.0.113.7'],
    requests: 3,
    successes: 2,
    denied: 1,
    bytesSent: Number.MAX_SAFE_INTEGER,
    firstEventAt: NOW,
    lastEventAt: NOW + 5000,
    forgottenSince: NOW - DAY,
    raised: false,
    severity: 'High',
    severityReason: 'changes succeeded: REST.PUT.OBJECT 1',
    effects: { deleted: 0, written: 1, settings: 0, read: 0, listed: 0 },
    operations: [{ name: 'REST.PUT.OBJECT', requests: 2, successes: 1 }],
    sample: () => ({ ...PLAIN, userAgent: 'ä "quoted" \u0001 😀' }),
    ...given,
  };
}

function part(given: Partial<OutboxPart> = {}): OutboxPart {
  return {
    logObject: 'logs/a@1',
    rule: 'new-ip',
    bucket: 'payroll',
    denied: false,
    number: 0,
    portion: 0,
    foundAt: NOW,
    notBefore: NOW,
    accountId: '111122223333',
    region: null,
    findings: [finding()],
    ...given,
  };
}

function bucket(given: Partial<BucketState> = {}): BucketState {
  return {
    bucket: 'payroll',
    firstLogAt: NOW,
    lastLogAt: NOW,
    longestSilence: 0,
    newIpSince: NOW,
    learningUntil: NOW + 3 * DAY,
    learned: 1001,
    looksPublic: null,
    notice: { kind: 'started', notBefore: NOW },
    ...given,
  };
}

function window(given: Partial<AlertWindow> = {}): AlertWindow {
  return {
    rule: 'unapproved-ip',
    bucket: 'payroll',
    denied: false,
    windowId: 'w1',
    sequence: 1,
    openedAt: NOW,
    closesAt: NOW + 3_600_000,
    messages: 1,
    announced: ['203.0.113.7', '2001:db8::/64'],
    told: [],
    ...given,
  };
}

/** With functions called, so that two can be compared. */
function plain<Value>(value: Value): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'function' ? (inner as () => unknown)() : inner)),
  );
}

let dynamo: Emulator;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

describe.each<{ name: string; create: () => Promise<State> }>([
  { name: 'in memory', create: async () => createMemoryState() },
  { name: 'in DynamoDB', create: () => newDynamoState(dynamo.endpoint) },
])('the state $name', ({ create }) => {
  let state: State;
  beforeEach(async () => {
    state = await create();
  });

  async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
    const found: Value[] = [];
    for await (const value of values) found.push(value);
    return found;
  }

  describe('sightings', () => {
    test('come back as they were put, all that can be null null and not null', async () => {
      const full = sighting({ forgottenSince: NOW - DAY, publicOnly: true, raised: true });
      const bare = sighting({
        network: '2001:db8::/64',
        claimedIn: null,
        owedUntil: null,
        expiresAt: null,
        seenAs: () => null,
      });
      for (const value of [full, bare]) expect(await state.putSighting(value, null)).toEqual(expect.any(String));
      expect(plain((await state.sighting(full))!.value)).toEqual(plain(full));
      expect(plain((await state.sighting(bare))!.value)).toEqual(plain(bare));
      expect(plain(await all(state.sightingsOf('payroll')))).toEqual(
        expect.arrayContaining([plain(full), plain(bare)]),
      );
    });

    test('are put where nothing is, once', async () => {
      expect(await state.putSighting(sighting(), null)).not.toBeNull();
      expect(await state.putSighting(sighting({ claimedBy: 'another' }), null)).toBeNull();
      expect((await state.sighting(sighting()))!.value.claimedBy).toBe('logs/a@1');
    });

    test('are replaced only as they were read', async () => {
      const first = await state.putSighting(sighting(), null);
      const second = await state.putSighting(sighting({ owedUntil: null }), first);
      expect(second).not.toBeNull();
      expect(second).not.toBe(first);
      expect(await state.putSighting(sighting({ claimedBy: 'another' }), first)).toBeNull();
      expect(await state.putSighting(sighting({ claimedBy: 'another' }), 'never was')).toBeNull();
      expect(await state.sighting(sighting())).toMatchObject({ version: second, value: { owedUntil: null } });
    });

    test('of many are read in their order, those that are not there as null, and twice where asked twice', async () => {
      const there = Array.from({ length: 230 }, (_, n) => sighting({ network: `198.51.${n >> 8}.${n & 255}` }));
      for (const value of there) await state.putSighting(value, null);
      const absent = sighting({ network: '192.0.2.1' });
      const asked = [absent, ...there, there[7]!, absent];
      const found = await state.sightings(asked);
      expect(found.map((stored) => stored?.value.network ?? null)).toEqual([
        null,
        ...there.map(({ network }) => network),
        there[7]!.network,
        null,
      ]);
      expect(await state.sightings([])).toEqual([]);
      expect(await all(state.sightingsOf('payroll'))).toHaveLength(230);
    });

    test('of one bucket are not those of another, whatever it is called', async () => {
      for (const name of ['a', 'a#b', 'constructor', '__proto__']) {
        await state.putSighting(sighting({ bucket: name }), null);
        expect((await all(state.sightingsOf(name))).map((value) => value.bucket)).toEqual([name]);
      }
      expect(await state.sighting(sighting({ bucket: 'toString' }))).toBeNull();
    });

    test('of 50 that put one at once, one does', async () => {
      const put = await Promise.all(
        Array.from({ length: 50 }, (_, n) => state.putSighting(sighting({ claimedBy: `logs/${n}` }), null)),
      );
      expect(put.filter((version) => version !== null)).toHaveLength(1);
    });
  });

  test('the marker of a run is of that run and log object, and can be put twice', async () => {
    const run = { logObject: 'logs/a@1', run: 'r1' };
    expect(await state.isRunDone(run)).toBe(false);
    for (const expiresAt of [NOW, null]) await state.putRunDone(run, expiresAt);
    expect(await state.isRunDone(run)).toBe(true);
    const others = [
      { ...run, run: 'r' },
      { ...run, run: 'r12' },
      { ...run, logObject: 'logs/a@12' },
    ];
    for (const other of others) expect(await state.isRunDone(other)).toBe(false);
    expect(await state.partsOf(run.logObject, 'new-ip', 'payroll')).toEqual([]);
    expect(await state.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
  });

  test('buckets come back as they were put, and are replaced as they were read', async () => {
    expect(await state.bucket('payroll')).toBeNull();
    const version = await state.putBucket(bucket(), null);
    expect(await state.putBucket(bucket(), null)).toBeNull();
    expect(await state.bucket('payroll')).toEqual({ value: bucket(), version });
    const quiet = bucket({ notice: null, learningUntil: null, newIpSince: null, looksPublic: true });
    expect(await state.putBucket(quiet, version)).not.toBeNull();
    expect((await state.bucket('payroll'))!.value).toEqual(quiet);
    expect(await state.putBucket(bucket(), version)).toBeNull();
  });

  describe('outbox parts', () => {
    test('come back as they were put, once', async () => {
      const put = part({ findings: [finding(), finding({ network: '2001:db8::/64', sample: () => null })] });
      const version = await state.putPart(put);
      expect(await state.putPart(part({ findings: [] }))).toBeNull();
      const [stored, absent] = await state.parts([put, part({ number: 1 })]);
      expect(plain(stored)).toEqual(plain({ value: put, version }));
      expect(absent).toBeNull();
    });

    test('of a log object, rule and bucket are those and no others', async () => {
      const wanted = [part(), part({ number: 1, portion: 3 }), part({ number: 12 })];
      const others = [
        part({ logObject: 'logs/a@12' }),
        part({ rule: 'unapproved-ip' }),
        part({ bucket: 'payroll-2' }),
        part({ bucket: 'pay' }),
      ];
      for (const value of [...wanted, ...others]) await state.putPart(value);
      const found = await state.partsOf('logs/a@1', 'new-ip', 'payroll');
      expect(plain([...found].sort((a, b) => a.number - b.number))).toEqual(plain(wanted));
    });

    test('that are told are not due any more, but still there', async () => {
      const version = await state.putPart(part());
      const stored = { value: part(), version: version! };
      expect(await state.markTold(stored, NOW + 45 * DAY)).not.toBeNull();
      expect(await state.markTold(stored, NOW + 45 * DAY)).toBeNull();
      expect(await state.due(NOW + DAY, 10)).toEqual([]);
      expect(await state.partsOf('logs/a@1', 'new-ip', 'payroll')).toMatchObject([{ notBefore: null }]);
    });

    test('that are put off are due later, and only whoever read them last puts them off', async () => {
      const version = await state.putPart(part());
      const stored = { value: part(), version: version! };
      const later = await state.deferPart(stored, NOW + 1000);
      expect(later).not.toBeNull();
      expect(await state.deferPart(stored, NOW + 2000)).toBeNull();
      expect(await state.markTold(stored, NOW)).toBeNull();
      expect(await state.due(NOW + 999, 10)).toEqual([]);
      expect(await state.due(NOW + 1000, 10)).toHaveLength(1);
      expect(await state.parts([part()])).toMatchObject([{ version: later, value: { notBefore: NOW + 1000 } }]);
    });

    test('of a log object with a name longer than a key may be', async () => {
      const long = part({ logObject: `logs/${'ö'.repeat(1500)}@1` });
      await state.putPart(long);
      expect(plain(await state.partsOf(long.logObject, 'new-ip', 'payroll'))).toEqual(plain([long]));
      expect(await state.due(NOW, 10)).toMatchObject([{ logObject: long.logObject }]);
    });
  });

  test('what is due: parts and notices, the earliest first, no more than asked for', async () => {
    await state.putPart(part({ logObject: 'c', notBefore: NOW + 2 }));
    await state.putPart(part({ logObject: 'a', notBefore: NOW, findings: [finding(), finding()] }));
    await state.putPart(part({ logObject: 'd', notBefore: NOW + 4 }));
    await state.putBucket(bucket({ bucket: 'b', notice: { kind: 'finished', notBefore: NOW + 1 } }), null);
    await state.putBucket(bucket({ bucket: 'quiet', notice: null }), null);
    expect(await state.due(NOW + 3, 10)).toEqual([
      { kind: 'part', notBefore: NOW, logObject: 'a', rule: 'new-ip', bucket: 'payroll', number: 0, findings: 2 },
      { kind: 'notice', notBefore: NOW + 1, bucket: 'b' },
      { kind: 'part', notBefore: NOW + 2, logObject: 'c', rule: 'new-ip', bucket: 'payroll', number: 0, findings: 1 },
    ]);
    expect(await state.due(NOW + 3, 2)).toHaveLength(2);
    expect(await state.due(NOW - 1, 10)).toEqual([]);
  });

  test('silent buckets: those of which it became strange in that time to hear nothing', async () => {
    const known = { firstLogAt: NOW - 10 * DAY, notice: null };
    const strange = NOW + 4 * DAY; // two days of silence, twice
    await state.putBucket(bucket({ ...known, longestSilence: 2 * DAY }), null);
    await state.putBucket(bucket({ ...known, bucket: 'later', longestSilence: 3 * DAY }), null);
    await state.putBucket(bucket({ ...known, bucket: 'new', firstLogAt: NOW - DAY, longestSilence: 2 * DAY }), null);
    await state.putBucket(bucket({ ...known, bucket: 'learning', notice: { kind: 'finished', notBefore: NOW } }), null);
    expect(await state.silentBuckets(strange, strange)).toEqual(['payroll']);
    expect(await state.silentBuckets(NOW, strange - 1)).toEqual([]);
    expect(await state.silentBuckets(strange + 1, strange + DAY)).toEqual([]);
    expect((await state.silentBuckets(NOW, NOW + 30 * DAY)).toSorted()).toEqual(['later', 'payroll']);
    expect(await state.due(NOW + 30 * DAY, 10)).toEqual([{ kind: 'notice', notBefore: NOW, bucket: 'learning' }]);
  });

  test('windows are of a stream: denied ones apart', async () => {
    const open = window();
    const denied = window({ denied: true, announced: [], told: ['v1'] });
    const version = await state.putWindow(open, null);
    await state.putWindow(denied, null);
    expect(await state.windows([denied, window({ bucket: 'other' }), open])).toMatchObject([
      { value: denied },
      null,
      { value: open, version },
    ]);
    expect(await state.putWindow(window({ messages: 2 }), null)).toBeNull();
    expect(await state.putWindow(window({ messages: 2 }), version)).not.toBeNull();
  });

  test('there is one lease, and it is replaced as it was read', async () => {
    const lease: Lease = { holder: 'one', until: NOW, minute: 5, sent: 2 };
    expect(await state.lease()).toBeNull();
    const version = await state.putLease(lease, null);
    expect(await state.putLease({ ...lease, holder: 'two' }, null)).toBeNull();
    expect(await state.lease()).toEqual({ value: lease, version });
    expect(await state.putLease({ ...lease, sent: 3 }, version)).not.toBeNull();
  });
});

test('a table of another name is another memory', async () => {
  const client = new DynamoDBClient(clientOptions(dynamo.endpoint));
  for (const name of ['one', 'two']) await createStateTable(dynamo.endpoint, name);
  const [one, two] = ['one', 'two'].map((name) => dynamoState(dynamoTable(client, name)));
  await one!.putSighting(sighting(), null);
  expect(await two!.sighting(sighting())).toBeNull();
});
