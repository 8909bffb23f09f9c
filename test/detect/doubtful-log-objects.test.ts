import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import { newRunId } from '../../lib/adapters/run-ids';
import type { OutboxPart, PendingPart } from '../../lib/alerting/outbox';
import { detectLogObject } from '../../lib/detect/detect-log-object';
import { createDetector } from '../../lib/detect/detector';
import { compileSettings } from '../../lib/detection/compile-settings';
import { createObserver } from '../../lib/detection/observe';
import type { AllowlistEntry } from '../../lib/detection/settings';
import { DOUBTS } from '../../lib/rules/doubts';
import { LIMITS } from '../support/limits';
import { asSighting, at, DEFAULTS, entry, type Logged, lineOf } from '../support/observe-lines';
import { DETECTOR_ERROR, UNAPPROVED_IP } from '../support/rule-ids';

const KEY = '2026-03-02-10-00-00-0123456789ABCDEF';
const PARTITIONED = `logs/111122223333/eu-central-1/payroll/2026/03/02/${KEY}`;

interface Deployment {
  readonly state: MemoryState;
  readonly parts: OutboxPart[];
  /** Runs detection on these lines as a log object written at noon, one day later for each number. */
  deliver(
    lines: readonly Logged[],
    given?: { key?: string; day?: number; portionBytes?: number },
  ): ReturnType<typeof detectLogObject>;
}

interface Given {
  readonly accountId?: string;
  readonly region?: string;
  readonly allowlist?: readonly AllowlistEntry[];
}

function deploy(given: Given = {}): Deployment {
  const memory = createMemoryState();
  const parts: OutboxPart[] = [];
  const state = {
    ...memory,
    putPart: (part: PendingPart) => {
      parts.push(part);
      return memory.putPart(part);
    },
  };
  const { accountId = null, region = null, allowlist = [entry('192.0.2.1')] } = given;
  const compiled = compileSettings({ ...DEFAULTS, allowlist });
  let now = 0;
  const clock = { now: () => now };
  const detector = createDetector({ compiled, state, clock, newRunId, limits: LIMITS, accountId, region });
  let number = 0;
  return {
    state: memory,
    parts,
    deliver(lines, { key = KEY, day = 0, portionBytes } = {}) {
      now = at('12:00', day);
      const logObject = { bucket: 'logs', key, versionId: `${number++}`, etag: null };
      const bytes = Buffer.from(lines.map((line) => `${lineOf(line)}\n`).join(''));
      const chunks = (async function* () {
        yield bytes;
      })();
      const observer = createObserver(compiled);
      return detectLogObject({ logObject, chunks, observer, writtenAt: now, portionBytes }, detector);
    },
  };
}

function findingsIn(parts: readonly OutboxPart[]) {
  return parts.flatMap(({ rule, bucket, findings }) =>
    findings.map(({ network, requests }) => `${rule} ${bucket} ${network}: ${requests}`),
  );
}

describe('an implausible time', () => {
  const IN_2099 = Date.UTC(2099, 0);

  test('is counted and does not affect the sighting: the pair is found and can be forgotten', async () => {
    const { state, parts, deliver } = deploy();
    const { counts, latest } = await deliver([{ time: IN_2099 }, { time: 0, remoteIp: '203.0.113.8' }]);
    expect(counts.recordsWithImplausibleTime).toBe(2);
    expect(latest).toBe(Number.NEGATIVE_INFINITY);
    expect([...state.allSightings()].map(asSighting)).toMatchObject([
      { name: '203.0.113.7', firstSeenAt: at('12:00', 1), lastSeenAt: at('12:00', 1) },
      { name: '203.0.113.8', firstSeenAt: Date.UTC(2006, 2, 14), lastSeenAt: Date.UTC(2006, 2, 14) },
    ]);
    expect(parts.flatMap(({ findings }) => findings.map(({ lastEventAt }) => lastEventAt))).not.toContain(IN_2099);
    // If the time were used, the pair would be known until 2189.
    parts.length = 0;
    await deliver([{ time: at('09:00', 120) }], { day: 120 });
    expect(findingsIn(parts)).toContain('new-ip payroll 203.0.113.7: 1');
  });

  test('is still in the sample', async () => {
    const { parts, deliver } = deploy();
    await deliver([{ time: IN_2099 }]);
    for (const { findings } of parts) expect(findings[0]!.sample()).toMatchObject({ time: IN_2099 });
  });

  test('does not keep a known pair from being forgotten', async () => {
    const { parts, deliver } = deploy();
    await deliver([{ time: at('09:00') }]);
    await deliver([{ time: IN_2099 }], { day: 1 });
    parts.length = 0;
    await deliver([{ time: at('09:00', 150) }], { day: 150 });
    expect(findingsIn(parts)).toContain('new-ip payroll 203.0.113.7: 1');
  });

  test('is not approved by an entry that ended before S3 began', async () => {
    const office = entry('203.0.113.0/24', { until: Date.UTC(2000, 0) });
    const { parts, deliver } = deploy({ allowlist: [office] });
    await deliver([{ time: Date.UTC(1999, 0) }]);
    expect(findingsIn(parts)).toContain('unapproved-ip payroll 203.0.113.7: 1');
  });
});

describe('a line of a bucket other than the one in the key', () => {
  const own: Logged = { remoteIp: '203.0.113.7' };
  const forged: Logged = { remoteIp: '203.0.113.8', bucket: 'archive', requestId: 'FORGED' };

  test('is not trusted: it is counted, and reported once, for the bucket in the key', async () => {
    const { state, parts, deliver } = deploy();
    const lines = [forged, own, { ...forged, requestId: 'SECOND' }, { ...forged, remoteIp: 'nonsense' }];
    const { counts, findings } = await deliver(lines, { key: PARTITIONED });
    expect(counts).toMatchObject({ records: 4, recordsOfOtherBuckets: 3, invalidRemoteIps: 0 });
    expect(Object.fromEntries(findings)).toEqual({ 'unapproved-ip': 1, 'new-ip': 1, 'detector-error': 1 });
    expect(findingsIn(parts)).toEqual([
      'unapproved-ip payroll 203.0.113.7: 1',
      `detector-error payroll ${DOUBTS.otherBucket}: 3`,
      'new-ip payroll 203.0.113.7: 1',
    ]);
    const [doubt] = parts.find(({ rule }) => rule === DETECTOR_ERROR)!.findings;
    expect(doubt!.sample()).toMatchObject({ requestId: 'FORGED', bucket: 'archive' });
    // The other bucket does not even start to learn.
    expect([...state.allBuckets()].map(({ bucket }) => bucket)).toEqual(['payroll']);
    expect([...state.allSightings()].map(({ bucket }) => bucket)).toEqual(['payroll']);
  });

  test('is reported once per log object, however many portions have such lines', async () => {
    const { parts, deliver } = deploy();
    const { counts } = await deliver([own, forged, forged, forged], { key: PARTITIONED, portionBytes: 1 });
    expect(counts.recordsOfOtherBuckets).toBe(3);
    expect(findingsIn(parts).filter((name) => name.startsWith('detector-error'))).toHaveLength(1);
    await deliver([forged], { key: PARTITIONED });
    expect(findingsIn(parts).filter((name) => name.startsWith('detector-error'))).toHaveLength(2);
  });

  test('is not trusted either if it is of the reserved test bucket, because it would prove nothing', async () => {
    const { parts, deliver } = deploy();
    await deliver([{ bucket: 's3-access-watch-test' }], { key: PARTITIONED });
    expect(parts.map(({ rule }) => rule)).toEqual(['detector-error']);
  });

  test('cannot be recognized if the key names no bucket', async () => {
    const { parts, deliver } = deploy();
    for (const key of [KEY, 'test-alert-1.log', `website-${KEY}`]) {
      const { counts } = await deliver([own, forged], { key });
      expect(counts.recordsOfOtherBuckets).toBe(0);
    }
    expect(parts.map(({ rule }) => rule)).not.toContain('detector-error');
  });
});

describe('the account and Region of the key', () => {
  const whereOf = (parts: readonly OutboxPart[]) => [
    ...new Set(parts.map(({ accountId, region }) => `${accountId} ${region}`)),
  ];

  test.each([
    {
      name: 'are those of the deployment',
      where: { accountId: '111122223333', region: 'eu-central-1' },
      misplaced: false,
    },
    { name: 'name another account', where: { accountId: '444455556666', region: 'eu-central-1' }, misplaced: true },
    { name: 'name another Region', where: { accountId: '111122223333', region: 'us-east-1' }, misplaced: true },
  ])('$name: $misplaced', async ({ where, misplaced }) => {
    const { parts, deliver } = deploy(where);
    const { isMisplaced } = await deliver([{}, {}, {}], { key: PARTITIONED, portionBytes: 1 });
    expect(isMisplaced).toBe(misplaced);
    expect(whereOf(parts)).toEqual([`${where.accountId} ${where.region}`]);
    const doubts = findingsIn(parts).filter((name) => name.startsWith('detector-error'));
    expect(doubts).toEqual(misplaced ? [`detector-error payroll ${DOUBTS.otherAccount}: 1`] : []);
    // The lines are evaluated nevertheless.
    expect(findingsIn(parts)).toContain('new-ip payroll 203.0.113.7: 1');
  });

  test('are accepted if the deployment does not know its own, and are optional', async () => {
    const anywhere = deploy();
    expect((await anywhere.deliver([{}], { key: PARTITIONED })).isMisplaced).toBe(false);
    expect(whereOf(anywhere.parts)).toEqual(['111122223333 eu-central-1']);
    const somewhere = deploy({ accountId: '111122223333', region: 'eu-central-1' });
    expect((await somewhere.deliver([{}])).isMisplaced).toBe(false);
    expect(whereOf(somewhere.parts)).toEqual(['111122223333 eu-central-1']);
  });

  test('cause no finding for a log object without records', async () => {
    const { parts, deliver } = deploy({ accountId: '444455556666' });
    expect((await deliver([], { key: PARTITIONED })).isMisplaced).toBe(true);
    expect(parts).toEqual([]);
  });
});

test('a flood from one network is one finding, with the deletion in it as its sample', async () => {
  const { parts, deliver } = deploy();
  const flood = Array.from({ length: 2_000 }, (_, host) => ({
    remoteIp: `2001:db8::${(host + 1).toString(16)}`,
    httpStatus: 412,
    operation: 'REST.POST.BUCKET',
  }));
  const deletion = { remoteIp: '2001:db8::beef', operation: 'REST.DELETE.OBJECT', httpStatus: 204, time: at('09:30') };
  await deliver([...flood, deletion]);
  const [finding, ...others] = parts.filter(({ rule }) => rule === UNAPPROVED_IP).flatMap(({ findings }) => findings);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    network: '2001:db8::/64',
    remoteIp: '2001:db8::beef',
    severity: 'High',
    requests: 2_001,
  });
  expect(finding!.sample()).toMatchObject({ operation: 'REST.DELETE.OBJECT', remoteIp: '2001:db8::beef' });
});

test('a clock that differs by an hour is plausible', async () => {
  const { counts } = await deploy().deliver([
    { time: at('13:00') },
    { time: at('12:00', 1) },
    { time: at('00:00', -90) },
  ]);
  expect(counts.recordsWithImplausibleTime).toBe(0);
});
