import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { streamItem } from '../../lib/adapters/aws/dynamo-items';
import { dynamoState } from '../../lib/adapters/aws/dynamo-state';
import { dynamoTable } from '../../lib/adapters/aws/dynamo-table';
import { createMemoryState } from '../../lib/adapters/memory-state';
import type { BucketState } from '../../lib/alerting/bucket-state';
import { addParts, EMPTY_DIGEST } from '../../lib/alerting/digest';
import type { Lease } from '../../lib/alerting/lease';
import { NO_SAMPLE, type OutboxFinding, type PendingPart } from '../../lib/alerting/outbox';
import { type Draft, newStream, type StreamState } from '../../lib/alerting/stream-state';
import type { StoredSighting } from '../../lib/detection/sighting';
import type { State } from '../../lib/ports';
import { clientOptions, type Emulator, startDynamo } from '../support/emulators';
import { PLAIN } from '../support/observe-lines';
import { NEW_IP, UNAPPROVED_IP } from '../support/rule-ids';
import { createStateTable, newDynamoState, newStateTable } from '../support/state-table';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const DAY = 86_400_000;

function sighting(given: Partial<StoredSighting> = {}): StoredSighting {
  return {
    bucket: 'payroll',
    kind: 'net',
    name: '203.0.113.7',
    firstSeenAt: NOW,
    lastSeenAt: NOW + 1000,
    claimedBy: 'logs/a@1',
    claimedIn: 'r1',
    owedUntil: NOW + 3_600_000,
    forgottenSince: null,
    publicOnly: false,
    raised: null,
    foundReadingAt: null,
    firstSeenBy: () => ({ requester: null, operation: 'REST.GET.OBJECT' }),
    expiresAt: NOW + 120 * DAY,
    ...given,
  };
}

function finding(given: Partial<OutboxFinding> = {}): OutboxFinding {
  return {
    subject: null,
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
    raised: null,
    severity: 'High',
    level: 'changed',
    severityReason: 'changes succeeded: REST.PUT.OBJECT 1',
    effects: { deleted: 0, written: 1, settings: 0, unknown: 0, read: 0, listed: 0 },
    operations: [{ name: 'REST.PUT.OBJECT', requests: 2, successes: 1 }],
    sample: () => ({ ...PLAIN, userAgent: 'ä "quoted" \u0001 😀' }),
    ...given,
  };
}

function part(given: Partial<PendingPart> = {}): PendingPart {
  return {
    logObject: 'logs/a@1',
    rule: NEW_IP,
    bucket: 'payroll',
    denied: false,
    number: 0,
    portion: 0,
    foundAt: NOW,
    pending: 'now',
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
    rememberedSince: NOW,
    learningUntil: NOW + 3 * DAY,
    learned: 1001,
    learnedOthers: 0,
    looksPublic: null,
    notice: { kind: 'started', notBefore: NOW },
    ...given,
  };
}

function draft(given: Partial<Draft> = {}): Draft {
  const findings = [
    finding(),
    finding({ network: '2001:db8::/64', sample: NO_SAMPLE, severity: 'Low', level: 'denied' }),
  ];
  const many = Array.from({ length: 300 }, (_, n) => finding({ network: `10.0.${n >> 8}.${n & 255}`, bytesSent: n }));
  return {
    digest: addParts(EMPTY_DIGEST, UNAPPROVED_IP, [part({ findings }), part({ number: 1, findings: many })]),
    taking: [
      { logObject: 'logs/a@1', number: 0 },
      { logObject: 'logs/a@1', number: 1 },
    ],
    news: { severity: 'High', level: 'changed' },
    notBefore: NOW + 1000,
    message: null,
    ...given,
  };
}

function stream(given: Partial<StreamState> = {}): StreamState {
  return {
    ...newStream({ rule: UNAPPROVED_IP, bucket: 'payroll', denied: false }),
    windowId: 'w1',
    sequence: 4,
    openedAt: NOW,
    closesAt: NOW + 3_600_000,
    sentAt: NOW + 5,
    messages: 2,
    minorSentAt: [NOW - DAY / 2, NOW],
    sent: new Map([
      ['203.0.113.7', { severity: 'High', level: 'changed' }],
      ['2001:db8::/64', { severity: 'Low', level: 'no access' }],
      ['', { severity: 'Medium', level: 'read' }],
    ]),
    ...given,
  };
}

/** Replaces functions by their results, so that two values can be compared. */
function plain<Value>(value: Value): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => {
      if (inner instanceof Map) return [...(inner as Map<unknown, unknown>)];
      return typeof inner === 'function' ? (inner as () => unknown)() : inner;
    }),
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
    test('are read as they were written, with every nullable field null and not null', async () => {
      const full = sighting({ forgottenSince: NOW - DAY, publicOnly: true, raised: 'changed', foundReadingAt: NOW });
      const bare = sighting({
        kind: 'net',
        name: '2001:db8::/64',
        claimedIn: null,
        owedUntil: null,
        expiresAt: null,
        firstSeenBy: () => null,
      });
      for (const value of [full, bare]) expect(await state.putSighting(value, null)).toEqual(expect.any(String));
      expect(plain((await state.sighting(full))!.value)).toEqual(plain(full));
      expect(plain((await state.sighting(bare))!.value)).toEqual(plain(bare));
      expect(plain(await all(state.sightingsOf('payroll', 'net')))).toEqual(
        expect.arrayContaining([plain(full), plain(bare)]),
      );
    });

    test('are created only once', async () => {
      expect(await state.putSighting(sighting(), null)).not.toBeNull();
      expect(await state.putSighting(sighting({ claimedBy: 'another' }), null)).toBeNull();
      expect((await state.sighting(sighting()))!.value.claimedBy).toBe('logs/a@1');
    });

    test('are replaced only in the version that was read', async () => {
      const first = await state.putSighting(sighting(), null);
      const second = await state.putSighting(sighting({ owedUntil: null }), first);
      expect(second).not.toBeNull();
      expect(second).not.toBe(first);
      expect(await state.putSighting(sighting({ claimedBy: 'another' }), first)).toBeNull();
      expect(await state.putSighting(sighting({ claimedBy: 'another' }), 'never was')).toBeNull();
      expect(await state.sighting(sighting())).toMatchObject({ version: second, value: { owedUntil: null } });
    });

    test('are read in the order of the pairs, missing ones as null, repeated ones repeatedly', async () => {
      const there = Array.from({ length: 230 }, (_, n) =>
        sighting({ kind: 'net', name: `198.51.${n >> 8}.${n & 255}` }),
      );
      for (const value of there) await state.putSighting(value, null);
      const absent = sighting({ kind: 'net', name: '192.0.2.1' });
      const asked = [absent, ...there, there[7]!, absent];
      const found = await state.sightings(asked);
      expect(found.map((stored) => stored?.value.name ?? null)).toEqual([
        null,
        ...there.map(({ name: network }) => network),
        there[7]!.name,
        null,
      ]);
      expect(await state.sightings([])).toEqual([]);
      expect(await all(state.sightingsOf('payroll', 'net'))).toHaveLength(230);
    });

    test('are of subjects of any kind and name, of which none is taken for another', async () => {
      const names = ['203.0.113.7', 'a', 'a#b', 'a%23b', '#', '%', ' ', '__proto__', 'ä'.repeat(480), 'ä'.repeat(600)];
      const subjects = [...names, `${'#'.repeat(2000)}1`, `${'#'.repeat(2000)}2`].map((name) =>
        sighting({ kind: 'req', name }),
      );
      for (const one of [sighting(), ...subjects]) expect(await state.putSighting(one, null)).not.toBeNull();
      expect(await state.putSighting(sighting({ kind: 'req', name: 'a#b' }), null)).toBeNull();
      const found = await state.sightings(subjects);
      expect(found.map((stored) => plain(stored!.value))).toEqual(subjects.map(plain));
      const listed: string[] = [];
      for await (const { kind, name } of state.sightingsOf('payroll', 'req')) listed.push(`${kind} ${name}`);
      expect(listed.toSorted()).toEqual(subjects.map(({ name }) => `req ${name}`).toSorted());
      const networks: string[] = [];
      for await (const { name } of state.sightingsOf('payroll', 'net')) networks.push(name);
      expect(networks).toEqual(['203.0.113.7']);
    });

    test('of one bucket are not those of another, whatever its name', async () => {
      for (const name of ['a', 'a#b', 'constructor', '__proto__']) {
        await state.putSighting(sighting({ bucket: name }), null);
        expect((await all(state.sightingsOf(name, 'net'))).map((value) => value.bucket)).toEqual([name]);
      }
      expect(await state.sighting(sighting({ bucket: 'toString' }))).toBeNull();
    });

    test('are created by exactly one of 50 concurrent writers', async () => {
      const put = await Promise.all(
        Array.from({ length: 50 }, (_, n) => state.putSighting(sighting({ claimedBy: `logs/${n}` }), null)),
      );
      expect(put.filter((version) => version !== null)).toHaveLength(1);
    });
  });

  test('the marker of a run belongs to that run and log object, and can be written twice', async () => {
    const run = { logObject: 'logs/a@1', run: 'r1' };
    expect(await state.areClaimsConfirmed(run)).toBe(false);
    for (const expiresAt of [NOW, null]) await state.confirmClaims(run, expiresAt);
    expect(await state.areClaimsConfirmed(run)).toBe(true);
    const others = [
      { ...run, run: 'r' },
      { ...run, run: 'r12' },
      { ...run, logObject: 'logs/a@12' },
    ];
    for (const other of others) expect(await state.areClaimsConfirmed(other)).toBe(false);
    for await (const found of state.partsOf(run.logObject, NEW_IP, 'payroll', 0)) throw new Error(`a part: ${found}`);
    expect(await state.due(Number.MAX_SAFE_INTEGER)).toEqual({ parts: [], streams: [], notices: [] });
  });

  test('buckets are read as they were written, and replaced in the version that was read', async () => {
    expect(await state.bucket('payroll')).toBeNull();
    const version = await state.putBucket(bucket(), null);
    expect(await state.putBucket(bucket(), null)).toBeNull();
    expect(await state.bucket('payroll')).toEqual({ value: bucket(), version });
    const quiet = bucket({ notice: null, learningUntil: null, rememberedSince: null, looksPublic: true });
    expect(await state.putBucket(quiet, version)).not.toBeNull();
    expect((await state.bucket('payroll'))!.value).toEqual(quiet);
    expect(await state.putBucket(bucket(), version)).toBeNull();
  });

  describe('outbox parts', () => {
    test('are read as they were written, and created only once', async () => {
      const put = part({ findings: [finding(), finding({ network: '2001:db8::/64', sample: () => null })] });
      const version = await state.putPart(put);
      expect(await state.putPart(part({ accountId: null }))).toBeNull();
      const [stored, absent] = await state.parts([put, part({ number: 1 })]);
      expect(plain(stored)).toEqual(plain({ value: put, version }));
      expect(absent).toBeNull();
    });

    test('are listed by log object, rule and bucket, from a number on', async () => {
      const wanted = [part(), part({ number: 1, portion: 3 }), part({ number: 12 })];
      const others = [
        part({ logObject: 'logs/a@12' }),
        part({ rule: UNAPPROVED_IP }),
        part({ bucket: 'payroll-2' }),
        part({ bucket: 'pay' }),
      ];
      for (const value of [...wanted, ...others]) await state.putPart(value);
      const from = async (number: number) =>
        (await all(state.partsOf('logs/a@1', NEW_IP, 'payroll', number))).toSorted((a, b) => a.number - b.number);
      expect(plain(await from(0))).toEqual(plain(wanted));
      expect((await from(1)).map(({ number }) => number)).toEqual([1, 12]);
      expect((await from(13)).map(({ number }) => number)).toEqual([]);
    });

    test('of the denied and the other stream share their numbers', async () => {
      expect(await state.putPart(part({ denied: true }))).not.toBeNull();
      expect(await state.putPart(part())).toBeNull();
      expect(await all(state.partsOf('logs/a@1', NEW_IP, 'payroll', 0))).toMatchObject([{ denied: true }]);
    });

    test('that are taken are no longer due, but still stored', async () => {
      const version = (await state.putPart(part()))!;
      expect(await state.markTaken(part(), 'never was', NOW + 45 * DAY)).toBeNull();
      expect(await state.markTaken(part(), version, NOW + 45 * DAY)).not.toBeNull();
      expect(await state.markTaken(part(), version, NOW + 45 * DAY)).toBeNull();
      expect((await state.due(NOW + DAY)).parts).toEqual([]);
      expect(await all(state.partsOf('logs/a@1', NEW_IP, 'payroll', 0))).toHaveLength(1);
      expect(await state.parts([part()])).toMatchObject([{ value: { pending: null } }]);
    });

    test('that are deferred are due when that ends', async () => {
      const version = (await state.putPart(part({ pending: NOW + 1000 })))!;
      expect((await state.due(NOW + 999)).parts).toEqual([]);
      expect((await state.due(NOW + 1000)).parts).toMatchObject([{ dueSince: NOW + 1000 }]);
      expect(await state.parts([part()])).toMatchObject([{ value: { pending: NOW + 1000 } }]);
      await state.markTaken(part(), version, NOW + DAY);
      expect((await state.due(NOW + DAY)).parts).toEqual([]);
    });

    test('can have a log object whose name is longer than a key may be', async () => {
      const long = part({ logObject: `logs/${'ö'.repeat(1500)}@1` });
      await state.putPart(long);
      expect(plain(await all(state.partsOf(long.logObject, NEW_IP, 'payroll', 0)))).toEqual(plain([long]));
      expect((await state.due(NOW)).parts).toMatchObject([{ logObject: long.logObject }]);
    });
  });

  test('due items: first those due at once, worst first, then deferred ones, earliest first', async () => {
    const order = [
      { severity: 'High', level: 'changed', bytesSent: 0, foundAt: NOW },
      { severity: 'Medium', level: 'changed', bytesSent: 0, foundAt: NOW },
      { severity: 'Medium', level: 'read', bytesSent: 150_000_000_000, foundAt: NOW },
      { severity: 'Medium', level: 'read', bytesSent: 9, foundAt: NOW },
      { severity: 'Low', level: 'metadata', bytesSent: 0, foundAt: NOW },
      { severity: 'Low', level: 'no access', bytesSent: 100, foundAt: NOW },
      { severity: 'Low', level: 'denied', bytesSent: 0, foundAt: NOW - 1 },
      { severity: 'Low', level: 'denied', bytesSent: 0, foundAt: NOW },
    ] as const;
    for (const [index, { foundAt, ...conduct }] of [...order.entries()].reverse()) {
      await state.putPart(part({ logObject: `now-${index}`, foundAt, findings: [finding(conduct), finding(conduct)] }));
    }
    for (const later of [3, 1, 2]) await state.putPart(part({ logObject: `later-${later}`, pending: NOW - later }));
    await state.putPart(part({ logObject: 'future', pending: NOW + 1 }));
    await state.putBucket(bucket({ bucket: 'b', notice: { kind: 'finished', notBefore: NOW - 1 } }), null);
    await state.putBucket(bucket({ bucket: 'a', notice: { kind: 'started', notBefore: NOW - 2 } }), null);
    await state.putBucket(bucket({ bucket: 'c', notice: { kind: 'started', notBefore: NOW + 1 } }), null);
    await state.putBucket(bucket({ bucket: 'quiet', notice: null }), null);
    const { parts, streams, notices } = await state.due(NOW);
    expect(parts.map(({ logObject }) => logObject)).toEqual([
      ...order.map((_, index) => `now-${index}`),
      'later-3',
      'later-2',
      'later-1',
    ]);
    expect(parts[0]).toEqual({
      logObject: 'now-0',
      rule: 'new-ip',
      bucket: 'payroll',
      denied: false,
      number: 0,
      dueSince: NOW,
    });
    expect(streams).toEqual([]);
    expect(notices).toEqual([
      { bucket: 'a', dueSince: NOW - 2 },
      { bucket: 'b', dueSince: NOW - 1 },
    ]);
  });

  test('silent buckets: those that became silent in the given period', async () => {
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
    expect((await state.due(NOW + 30 * DAY)).notices).toEqual([{ bucket: 'learning', dueSince: NOW }]);
  });

  describe('streams', () => {
    test('are read as they were written, with all their content', async () => {
      const kept = stream({ draft: draft() });
      const bare = stream({ bucket: 'other', sent: new Map(), minorSentAt: [] });
      const named = stream({
        denied: true,
        draft: draft({
          news: null,
          taking: [],
          message: { windowId: 'w2', sequence: 1, kind: 'new', at: NOW, combinedId: 'c1' },
        }),
      });
      for (const value of [kept, bare, named]) await state.putStream(value, null);
      const read = await state.streams([named, stream({ bucket: 'absent' }), kept, bare]);
      expect(read[1]).toBeNull();
      for (const [stored, value] of [
        [read[0], named],
        [read[2], kept],
        [read[3], bare],
      ] as const) {
        expect(plain(stored!.value)).toEqual(plain(value));
        expect(stored!.value.sent).toEqual(value.sent);
      }
      const { digest } = read[2]!.value.draft!;
      expect(digest.reached).toEqual(kept.draft!.digest.reached);
      expect(digest.findings.map(({ sample }) => sample === NO_SAMPLE)).toEqual(
        kept.draft!.digest.findings.map(({ sample }) => sample === NO_SAMPLE),
      );
    });

    test('are replaced in the version that was read', async () => {
      const version = await state.putStream(stream(), null);
      expect(await state.putStream(stream({ messages: 3 }), null)).toBeNull();
      expect(await state.putStream(stream({ messages: 3 }), version)).not.toBeNull();
      expect(await state.putStream(stream({ messages: 4 }), version)).toBeNull();
      expect((await state.streams([stream()]))[0]!.value.messages).toBe(3);
    });

    test('are due when their draft is, and not due without one', async () => {
      const version = await state.putStream(stream({ draft: draft() }), null);
      expect((await state.due(NOW + 999)).streams).toEqual([]);
      const due = { rule: UNAPPROVED_IP, bucket: 'payroll', denied: false, dueSince: NOW + 1000 };
      expect((await state.due(NOW + 1000)).streams).toEqual([due]);
      await state.putStream(stream(), version);
      expect((await state.due(NOW + DAY)).streams).toEqual([]);
    });

    test('whose draft has a message id are due since the id was reserved', async () => {
      const message = { windowId: 'w', sequence: 1, kind: 'new', at: NOW - 5, combinedId: null } as const;
      await state.putStream(stream({ draft: draft({ message, notBefore: NOW - 5 }) }), null);
      expect((await state.due(NOW)).streams).toMatchObject([{ dueSince: NOW - 5 }]);
    });
  });

  test('text from a log never produces another key', async () => {
    const names = ['a', 'a#denied', 'denied#a', 'a#', '#a', 'a%23denied', 'a%', '%', 'a\nb', 'a b', 'a#000000000'];
    const streams = names.flatMap((name) => [true, false].map((denied) => stream({ bucket: name, denied })));
    for (const one of streams)
      expect(await state.putStream({ ...one, windowId: `${one.denied} ${one.bucket}` }, null)).not.toBeNull();
    const read = await state.streams(streams);
    expect(read.map((one) => one!.value.windowId)).toEqual(streams.map((one) => `${one.denied} ${one.bucket}`));

    for (const name of names) expect(await state.putPart(part({ bucket: name }))).not.toBeNull();
    for (const name of names) {
      expect((await all(state.partsOf('logs/a@1', NEW_IP, name, 0))).map((one) => one.bucket)).toEqual([name]);
    }
    expect(new Set((await state.due(NOW)).parts.map((one) => one.bucket))).toEqual(new Set(names));
  });

  test('plans of combined messages are read as they were written, and replaced in the version that was read', async () => {
    const plan = {
      combinedId: 'c1',
      rule: UNAPPROVED_IP,
      streams: [
        { rule: UNAPPROVED_IP, bucket: 'a', denied: false },
        { rule: UNAPPROVED_IP, bucket: 'b#', denied: true },
      ],
      sent: false,
    } as const;
    expect(await state.combinedPlan('c1')).toBeNull();
    const version = await state.putCombinedPlan(plan, null, NOW + DAY);
    expect(await state.putCombinedPlan(plan, null, NOW + DAY)).toBeNull();
    expect(await state.combinedPlan('c1')).toEqual({ value: plan, version });
    expect(await state.putCombinedPlan({ ...plan, sent: true }, version, NOW + DAY)).not.toBeNull();
    expect((await state.combinedPlan('c1'))!.value.sent).toBe(true);
    expect(await state.combinedPlan('c2')).toBeNull();
  });

  test('what is set aside is stored once, and is not due', async () => {
    const aside = {
      alertId: 'w1/4',
      stream: stream(),
      draft: draft(),
      at: NOW,
      reason: 'sending failed five times',
    };
    await state.setAside(aside);
    await state.setAside(aside);
    expect(await state.due(NOW + DAY)).toEqual({ parts: [], streams: [], notices: [] });
  });

  test('there is one lease, replaced in the version that was read', async () => {
    const lease: Lease = {
      holder: 'one',
      until: NOW,
      minute: 5,
      sent: 2,
      failing: { 'notice started': 3, abcdef0123456789: 1 },
      noticeSentAt: { started: NOW - 1 },
    };
    expect(await state.lease()).toBeNull();
    const version = await state.putLease(lease, null);
    expect(await state.putLease({ ...lease, holder: 'two' }, null)).toBeNull();
    expect(await state.lease()).toEqual({ value: lease, version });
    expect(await state.putLease({ ...lease, sent: 3 }, version)).not.toBeNull();
  });
});

test('what is set aside is text in the table, under the keys in the alert', async () => {
  const table = await newStateTable(dynamo.endpoint);
  const aside = { alertId: 'w1/4', stream: stream(), draft: draft(), at: NOW, reason: 'sending failed five times' };
  await dynamoState(table).setAside(aside);
  const item = await table.get({ pk: 'aside', sk: 'w1/4' });
  expect(item).toMatchObject({ bucket: 'payroll', at: '2026-03-02T09:00:00.000Z', reason: aside.reason });
  const { digest } = JSON.parse(item!.draft as string) as {
    digest: { findings: { network: string; sample: unknown }[] };
  };
  expect(digest.findings[0]).toMatchObject({
    severity: 'High',
    sample: { userAgent: expect.stringContaining('quoted') },
  });
});

test('the largest possible stream fits into an item', async () => {
  const state = await newDynamoState(dynamo.endpoint);
  const noise = (n: number) => createHash('sha256').update(`${n}`).digest('hex');
  const long = (n: number) => Array.from({ length: 8 }, (_, index) => noise(100 * n + index)).join('');
  const networkOf = (n: number) => `2001:db8:${noise(n).slice(0, 4)}:${noise(n).slice(4, 8)}::/64`;
  const addresses = (n: number) =>
    Array.from(
      { length: 20 },
      (_, i) =>
        `2001:db8:${noise(n + i)
          .slice(0, 20)
          .replace(/(.{4})(?=.)/g, '$1:')}`,
    );
  const findings = Array.from({ length: 3000 }, (_, n) =>
    finding({
      network: networkOf(n),
      addresses: addresses(n),
      sample: () => ({
        ...PLAIN,
        userAgent: long(n),
        requestUri: long(n + 10_000),
        key: long(n + 20_000),
      }),
    }),
  );
  const digest = addParts(EMPTY_DIGEST, UNAPPROVED_IP, [part({ findings })]);
  const full = stream({ sent: digest.reached, draft: draft({ digest }) });
  expect(digest.reached.size).toBe(1500);
  const item = streamItem(full);
  const bytes = Object.values(item).reduce<number>(
    (sum, value) => sum + (value instanceof Uint8Array ? value.length : 50),
    0,
  );
  process.stdout.write(`a full stream: ${bytes} bytes\n`);
  expect(bytes).toBeLessThan(400_000);
  expect(await state.putStream(full, null)).not.toBeNull();
});

test('a table with another name is another state', async () => {
  const client = new DynamoDBClient(clientOptions(dynamo.endpoint));
  for (const name of ['one', 'two']) await createStateTable(dynamo.endpoint, name);
  const [one, two] = ['one', 'two'].map((name) => dynamoState(dynamoTable(client, name)));
  await one!.putSighting(sighting(), null);
  expect(await two!.sighting(sighting())).toBeNull();
});
