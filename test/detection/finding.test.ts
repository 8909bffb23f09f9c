import { createLayout } from '../../lib/access-log/layout';
import { createMemoryState } from '../../lib/adapters/memory-state';
import { MAX_LEARNED, PUBLIC_BUCKET_NETWORKS } from '../../lib/alerting/bucket-state';
import { watchBuckets } from '../../lib/detect/watch-buckets';
import { compileSettings } from '../../lib/detection/compile-settings';
import { firstSuccessFinding, flaggedFinding, foldFindings } from '../../lib/detection/finding';
import { markFound, type Portion, type SubjectObservation } from '../../lib/detection/observation';
import { createObserver } from '../../lib/detection/observe';
import type { DetectionSettings } from '../../lib/detection/settings';
import {
  type Arrival,
  at,
  DAY,
  DEFAULTS,
  entry,
  type Logged,
  nameOf,
  namesOf,
  show,
  trust,
  watch,
} from '../support/observe-lines';
import { NEW_IP, UNAPPROVED_IP } from '../support/rule-ids';

const NONE_APPROVED = { allowlist: [entry('192.0.2.1')] };
const DENIED = { httpStatus: 403, errorCode: 'AccessDenied' } as const;
const SECOND = 1_000;

describe('findings', () => {
  test('are one per rule, bucket and network, over all log objects', async () => {
    const lines: Logged[] = [
      { remoteIp: '203.0.113.7' },
      { remoteIp: '2001:db8::1' },
      { remoteIp: '2001:db8::2' },
      { remoteIp: '203.0.113.7', bucket: 'website' },
    ];
    const { findings } = await watch(NONE_APPROVED, [lines, lines.toReversed(), lines]);
    expect(findings.map(nameOf).toSorted()).toEqual([
      'new-ip payroll 2001:db8::/64',
      'new-ip payroll 203.0.113.7',
      'new-ip website 203.0.113.7',
      'unapproved-ip payroll 2001:db8::/64',
      'unapproved-ip payroll 203.0.113.7',
      'unapproved-ip website 203.0.113.7',
    ]);
    expect(findings.map(({ tally }) => tally.requests).toSorted()).toEqual([3, 3, 3, 3, 6, 6]);
  });

  test('have the network, even if only one address is found', async () => {
    const { findings } = await watch(NONE_APPROVED, [[{ remoteIp: '2001:db8::1' }]]);
    expect(findings).toMatchObject([
      { rule: 'new-ip', network: '2001:db8::/64', remoteIp: '2001:db8::1', forgottenSince: null },
      { rule: 'unapproved-ip', network: '2001:db8::/64', remoteIp: '2001:db8::1', forgottenSince: null },
    ]);
  });

  test('of unapproved-ip need no success; those of new-ip do', async () => {
    const { findings } = await watch(NONE_APPROVED, [[DENIED], [DENIED], [{}], [DENIED]]);
    expect(findings.map(({ rule, tally }) => [rule, tally.requests, tally.denied])).toEqual([
      ['new-ip', 2, 1],
      ['unapproved-ip', 4, 3],
    ]);
  });

  test('of new-ip have the first address, even if its log is late', async () => {
    const late = { remoteIp: '2001:db8::2', time: at('08:00') };
    const { findings } = await watch({}, [[{ remoteIp: '2001:db8::1', time: at('09:00') }], [late]]);
    expect(findings).toMatchObject([{ rule: 'new-ip', remoteIp: '2001:db8::2', network: '2001:db8::/64' }]);
  });

  test('of unapproved-ip have the address of the worst request, whatever its portion', async () => {
    const read = { remoteIp: '2001:db8::1', time: at('08:00') };
    const deleted = { remoteIp: '2001:db8::2', time: at('09:00'), operation: 'REST.DELETE.OBJECT', httpStatus: 204 };
    for (const portions of [[[read, deleted]], [[read], [deleted]], [[deleted], [read]]]) {
      expect((await watch({ ...NONE_APPROVED, newIp: false }, portions)).findings).toMatchObject([
        {
          rule: 'unapproved-ip',
          network: '2001:db8::/64',
          remoteIp: '2001:db8::2',
          addressCount: 2,
          tally: { requests: 2, sample: { time: at('09:00') } },
        },
      ]);
    }
  });

  describe('merged', () => {
    /** The observations in each portion of these lines. */
    function portionsOf(...portions: Logged[][]): Portion[] {
      const observer = createObserver(compileSettings({ ...DEFAULTS, ...NONE_APPROVED }), { keepsAll: true });
      const layout = createLayout();
      return portions.map((lines) => {
        show(observer, layout, lines);
        const portion = observer.endPortion();
        for (const observation of portion.subjects) markFound(observation);
        return portion;
      });
    }
    const asFinding = (observation: SubjectObservation) =>
      firstSuccessFinding(observation, observation.success!.remoteIp, null);

    test('exist once they are added, and grow', () => {
      const folded = foldFindings();
      const [first, second] = portionsOf([{}], [{}, DENIED]);
      expect(folded.list()).toEqual([]);
      folded.add(flaggedFinding(first!.flagged[0]!));
      expect(folded.list()).toMatchObject([{ rule: 'unapproved-ip', tally: { requests: 1 } }]);
      folded.add(flaggedFinding(second!.flagged[0]!));
      expect(folded.list()).toMatchObject([{ rule: 'unapproved-ip', tally: { requests: 3, denied: 1 } }]);
    });

    test('continue counting only for subjects that were found', () => {
      const folded = foldFindings();
      const [before, found, after] = portionsOf([{}], [{}], [DENIED]).map(({ subjects }) => subjects[0]!);
      folded.addSeen(before!);
      expect(folded.list()).toEqual([]);
      folded.add(asFinding(found!));
      folded.addSeen(after!);
      expect(folded.list()).toMatchObject([{ rule: 'new-ip', tally: { requests: 2, denied: 1 } }]);
    });

    test('have the address of the first success, even if a later portion contains it', () => {
      const folded = foldFindings();
      const of = (host: number, clock: string): Logged => ({ remoteIp: `2001:db8::${host}`, time: at(clock) });
      const [found, earlier, later] = portionsOf([of(1, '09:00')], [of(2, '08:00')], [of(3, '10:00')]).map(
        ({ subjects }) => subjects[0]!,
      );
      folded.add(asFinding(found!));
      expect(folded.list()).toMatchObject([{ remoteIp: '2001:db8::1' }]);
      folded.addSeen(later!);
      expect(folded.list()).toMatchObject([{ remoteIp: '2001:db8::1' }]);
      folded.addSeen(earlier!);
      expect(folded.list()).toMatchObject([{ remoteIp: '2001:db8::2' }]);
      expect([...folded.list()[0]!.addresses]).toEqual(['2001:db8::1', '2001:db8::3', '2001:db8::2']);
      expect(folded.list()[0]!.addressCount).toBe(3);
    });

    test('found again after they were forgotten are one finding, with the history of the first', () => {
      const folded = foldFindings();
      const [first, again] = portionsOf([{}], [{ time: at('09:00', 200) }]).map(({ subjects }) => subjects[0]!);
      folded.add(firstSuccessFinding(first!, '203.0.113.7', 7));
      folded.add(firstSuccessFinding(again!, '203.0.113.7', 8));
      expect(folded.list()).toMatchObject([{ forgottenSince: 7, tally: { requests: 2, firstEventAt: at('09:00') } }]);
    });
  });

  describe('are sorted', () => {
    const cases: { name: string; lines: Logged[]; expected: string[] }[] = [
      {
        name: 'by their first event, also from late lines',
        lines: [
          { remoteIp: '198.51.100.1', time: at('10:00') },
          { remoteIp: '198.51.100.2', time: at('09:00') },
          { remoteIp: '198.51.100.3', time: at('11:00') },
          { remoteIp: '198.51.100.3', time: at('08:00') },
        ],
        expected: [
          'new-ip payroll 198.51.100.3',
          'unapproved-ip payroll 198.51.100.3',
          'new-ip payroll 198.51.100.2',
          'unapproved-ip payroll 198.51.100.2',
          'new-ip payroll 198.51.100.1',
          'unapproved-ip payroll 198.51.100.1',
        ],
      },
      {
        name: 'new-ip by its first success',
        lines: [
          { remoteIp: '198.51.100.1', time: at('08:00'), ...DENIED },
          { remoteIp: '198.51.100.1', time: at('10:00') },
          { remoteIp: '198.51.100.2', time: at('09:00') },
        ],
        expected: [
          'unapproved-ip payroll 198.51.100.1',
          'new-ip payroll 198.51.100.2',
          'unapproved-ip payroll 198.51.100.2',
          'new-ip payroll 198.51.100.1',
        ],
      },
      {
        name: 'then by rule, bucket and network, each by code unit',
        lines: [
          { bucket: 'b', remoteIp: '198.51.100.1' },
          { bucket: 'a', remoteIp: '2001:db8:0:2::' },
          { bucket: 'a', remoteIp: '2001:db8:0:10::' },
          { bucket: 'a', remoteIp: '198.51.100.9' },
          { bucket: 'a', remoteIp: '198.51.100.10' },
          { bucket: 'B', remoteIp: '198.51.100.1' },
          { bucket: 'z', remoteIp: '198.51.100.1' },
        ],
        expected: [
          'new-ip B 198.51.100.1',
          'new-ip a 198.51.100.10',
          'new-ip a 198.51.100.9',
          'new-ip a 2001:db8:0:10::/64',
          'new-ip a 2001:db8:0:2::/64',
          'new-ip b 198.51.100.1',
          'new-ip z 198.51.100.1',
          'unapproved-ip B 198.51.100.1',
          'unapproved-ip a 198.51.100.10',
          'unapproved-ip a 198.51.100.9',
          'unapproved-ip a 2001:db8:0:10::/64',
          'unapproved-ip a 2001:db8:0:2::/64',
          'unapproved-ip b 198.51.100.1',
          'unapproved-ip z 198.51.100.1',
        ],
      },
    ];
    test.each(cases)('$name', async ({ lines, expected }) => {
      expect(namesOf(await watch(NONE_APPROVED, [lines]))).toEqual(expected);
      expect(namesOf(await watch(NONE_APPROVED, [lines.toReversed()]))).toEqual(expected);
    });
  });
});

describe('learning', () => {
  const learns3 = { learningDays: 3 };
  const START = at('10:00');
  const END = START + 3 * DAY;
  const first: Arrival = { lines: [{ remoteIp: '198.51.100.1' }], arrivedAt: START };
  const later = (arrivedAt: number, line: Logged & object = {}): Arrival => ({
    lines: [{ remoteIp: '198.51.100.2', ...line }],
    arrivedAt,
  });

  test('records new pairs without findings, and counts them once', async () => {
    const again = later(END - DAY, { remoteIp: '198.51.100.1' });
    const { findings, sightings, learning } = await watch(learns3, [first, later(START + DAY), again]);
    expect(findings).toEqual([]);
    expect(sightings.map(({ name: network }) => network)).toEqual(['198.51.100.1', '198.51.100.2']);
    expect(learning).toEqual([{ bucket: 'payroll', until: END, learned: 2 }]);
  });

  test.each([
    { name: 'just before its end', arrivedAt: END - 1, expected: [] },
    { name: 'at its end', arrivedAt: END, expected: ['new-ip payroll 198.51.100.2'] },
    { name: 'after its end', arrivedAt: END + DAY, expected: ['new-ip payroll 198.51.100.2'] },
  ])('$name: $expected', async ({ arrivedAt, expected }) => {
    expect(namesOf(await watch(learns3, [first, later(arrivedAt)]))).toEqual(expected);
  });

  test('lasts by arrival time, whatever the times of the records', async () => {
    const old = [first, later(END - 1, { time: at('00:00', 30) }), later(END, { time: at('00:00', -300) })];
    expect((await watch(learns3, old.slice(0, 2))).findings).toEqual([]);
    expect(namesOf(await watch(learns3, [first, old[2]!]))).toEqual(['new-ip payroll 198.51.100.2']);
  });

  test('a learned pair stays known', async () => {
    const portions = [first, later(START), later(END + DAY), later(END + 80 * DAY, { time: at('09:00', 80) })];
    expect((await watch(learns3, portions)).findings).toEqual([]);
  });

  test('a learned pair that is forgotten afterwards is found', async () => {
    const portions = [first, later(END + 100 * DAY, { remoteIp: '198.51.100.1', time: at('09:00', 100) })];
    expect((await watch(learns3, portions)).findings).toMatchObject([
      { rule: 'new-ip', network: '198.51.100.1', forgottenSince: at('09:00', 91) },
    ]);
  });

  test('never suppresses unapproved-ip', async () => {
    expect(namesOf(await watch({ ...learns3, ...NONE_APPROVED }, [first]))).toEqual([
      'unapproved-ip payroll 198.51.100.1',
    ]);
  });

  test('0 days: none', async () => {
    const { findings, learning } = await watch({ learningDays: 0 }, [first]);
    expect(findings).toHaveLength(1);
    expect(learning).toEqual([]);
  });

  test('is per bucket: with its own days, from its own first log on', async () => {
    const settings: Partial<DetectionSettings> = {
      learningDays: 3,
      bucketSettings: { website: { learningDays: 7 }, backups: { learningDays: 0 } },
    };
    const inBucket = (bucket: string, arrivedAt: number): Arrival => later(arrivedAt, { bucket });
    const { findings, learning } = await watch(settings, [
      inBucket('payroll', START),
      inBucket('website', START + DAY),
      inBucket('backups', START + DAY),
      inBucket('reports', START + 2 * DAY),
    ]);
    expect(namesOf({ findings })).toEqual(['new-ip backups 198.51.100.2']);
    expect(learning).toEqual([
      { bucket: 'payroll', until: START + 3 * DAY, learned: 1 },
      { bucket: 'website', until: START + 8 * DAY, learned: 1 },
      { bucket: 'reports', until: START + 5 * DAY, learned: 1 },
    ]);
  });

  test.each<{ name: string; line: Logged & object }>([
    { name: 'approved', line: { remoteIp: '10.0.0.1' } },
    { name: 'denied', line: DENIED },
    { name: 'trusted', line: { requester: 'backup' } },
    { name: 'without remote IP', line: { remoteIp: null } },
    { name: 'without a valid remote IP', line: { remoteIp: '10.0.0.256' } },
  ])('begins with the first log, even if all its requests are $name', async ({ line }) => {
    const settings: Partial<DetectionSettings> = {
      learningDays: 3,
      allowlist: [entry('10.0.0.0/8')],
      trusted: [trust({ requester: 'backup' })],
    };
    const quiet: Arrival = { lines: [line], arrivedAt: START };
    const { findings, learning } = await watch(settings, [quiet, later(END)]);
    expect(namesOf({ findings }, NEW_IP)).toEqual(['new-ip payroll 198.51.100.2']);
    expect(learning).toEqual([{ bucket: 'payroll', until: END, learned: 0 }]);
  });

  test('does not start again with another observer or process', async () => {
    const state = createMemoryState();
    const { policyOf } = compileSettings({ ...DEFAULTS, ...learns3 });
    const payroll = { bucket: 'payroll', policy: policyOf('payroll') };
    const process = watchBuckets(state);
    await process.registerLog(payroll, START);
    for (const later of [process, watchBuckets(state)]) {
      await later.registerLog(payroll, START + 2 * DAY);
      expect([...state.allBuckets()]).toMatchObject([{ bucket: 'payroll', firstLogAt: START, learningUntil: END }]);
      expect(await later.currentPhase(payroll, END - 1)).toMatchObject({ learning: true, inactiveForAnonymous: false });
    }
    expect(await process.currentPhase(payroll, END)).toMatchObject({ learning: false, inactiveForAnonymous: false });
  });

  test('concerns only buckets where new-ip is on', async () => {
    const settings = { learningDays: 3, excludeBuckets: ['website'], bucketSettings: { logs: { newIp: false } } };
    const lines = ['website', 'logs', 's3-access-watch-test', 'payroll'].map((bucket) => ({ bucket }));
    expect((await watch(settings, [lines])).learning).toMatchObject([{ bucket: 'payroll' }]);
  });

  test('is skipped for a bucket with seeded sightings', async () => {
    const known = { bucket: 'payroll', kind: 'net', name: '203.0.113.1', firstSeenAt: 0, lastSeenAt: at('00:00') };
    const elsewhere = later(START, { bucket: 'website' });
    const { findings, learning } = await watch(learns3, [first, elsewhere], [known]);
    expect(namesOf({ findings })).toEqual(['new-ip payroll 198.51.100.1']);
    expect(learning).toEqual([{ bucket: 'website', until: END, learned: 1 }]);
  });

  describe('of very many networks', () => {
    const anonymous = { requester: null };
    const networks = (howMany: number, line: Logged & object = anonymous) =>
      Array.from({ length: howMany }, (_, n) => ({
        remoteIp: `198.${18 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`,
        ...line,
      }));
    const learned = (howMany: number, line?: Logged & object): Arrival => ({
      lines: networks(howMany, line),
      arrivedAt: START,
    });
    const reads = (arrivedAt: number): Arrival => later(arrivedAt, anonymous);
    const deletes = later(END, { ...anonymous, operation: 'REST.DELETE.OBJECT', httpStatus: 204 });
    const found = ['new-ip payroll 198.51.100.2'];

    test(`${PUBLIC_BUCKET_NETWORKS} do not make the bucket look public`, async () => {
      expect(PUBLIC_BUCKET_NETWORKS).toBe(1000);
      expect(namesOf(await watch(learns3, [learned(1000), learned(1000), reads(END)]))).toEqual(found);
    });

    test('if there are more, the bucket looks public: new-ip is inactive there for anonymous reads', async () => {
      const { findings, sightings, learning } = await watch(learns3, [learned(1001), reads(END), reads(END + DAY)]);
      expect(findings).toEqual([]);
      // It no longer caches anything about them.
      expect(sightings).toHaveLength(1001);
      expect(learning).toMatchObject([{ learned: 1001 }]);
    });

    test.each<{ name: string; arrival: Arrival }>([
      { name: 'a signed request', arrival: later(END) },
      { name: 'an anonymous change', arrival: deletes },
    ])('if there are more, the bucket looks public, but $name is still found', async ({ arrival }) => {
      expect(namesOf(await watch(learns3, [learned(1001), arrival]))).toEqual(found);
    });

    test('if there are more, the bucket looks public while it learns: anonymous reads are not recorded, others are', async () => {
      const arrivals = [learned(900), learned(5000), learned(5000), learned(20, {}), later(START + DAY)];
      const { findings, sightings } = await watch(learns3, arrivals);
      expect(findings).toEqual([]);
      expect(sightings).toHaveLength(1002); // of the 20, all were known
    });

    test(`no more than ${MAX_LEARNED} are learned: others are found when it is over`, async () => {
      expect(MAX_LEARNED).toBe(10_000);
      const beyond = later(START + DAY);
      const { findings, sightings, learning } = await watch(learns3, [learned(12_000, {}), beyond]);
      expect(findings).toEqual([]);
      expect(sightings).toHaveLength(10_000);
      expect(learning).toMatchObject([{ learned: 10_000 }]);
      const late = await watch(learns3, [learned(12_000, {}), beyond, later(END)]);
      expect(namesOf(late)).toEqual(found);
      expect(late.sightings).toHaveLength(10_001);
    });

    test('new-ip is active for all requests if `bucketSettings` turns it on', async () => {
      const settings = { ...learns3, bucketSettings: { 'pay*': { newIp: true } } };
      expect(namesOf(await watch(settings, [learned(1001), reads(END)]))).toEqual(found);
      expect((await watch(settings, [learned(5000)])).sightings).toHaveLength(5000);
    });

    test('new-ip is active in other buckets, and so is unapproved-ip', async () => {
      const elsewhere = [
        later(START, { bucket: 'website', remoteIp: '198.51.100.1' }),
        later(END, { bucket: 'website' }),
      ];
      expect(namesOf(await watch(learns3, [learned(1001), ...elsewhere]))).toEqual(['new-ip website 198.51.100.2']);
      const { findings } = await watch({ ...learns3, ...NONE_APPROVED }, [learned(1001), reads(END)]);
      expect(findings.filter(({ rule }) => rule === UNAPPROVED_IP)).toHaveLength(1002);
    });

    test('networks found after learning do not make the bucket look public', async () => {
      const { findings } = await watch(learns3, [first, { lines: networks(1500), arrivedAt: END }]);
      expect(findings).toHaveLength(1500);
    });
  });
});

describe('pairs seen before', () => {
  const LAST = at('09:00');
  const known = {
    bucket: 'payroll',
    kind: 'net',
    name: '203.0.113.7',
    firstSeenAt: at('09:00', -30),
    lastSeenAt: LAST,
  };
  const days = (n: number) => LAST + n * DAY;

  const cases: { name: string; forgetDays?: number; portions: Logged[][]; since?: number | null }[] = [
    { name: 'are known', portions: [[{ time: days(1) }]] },
    { name: 'exactly forgetDays + 1 days later are known', portions: [[{ time: days(91) }]] },
    { name: 'one second more and they are new', portions: [[{ time: days(91) + SECOND }]], since: days(91) },
    { name: 'forgetDays 7', forgetDays: 7, portions: [[{ time: days(8) + SECOND }]], since: days(8) },
    { name: 'forgetDays 0: never forgotten', forgetDays: 0, portions: [[{ time: days(4000) }]] },
    { name: 'late logs never forget', portions: [[{ time: days(-400) }], [{ time: days(90) }]] },
    { name: 'use refreshes', portions: [[{ time: days(60) }], [{ time: days(151) }]] },
    {
      name: 'use 91 days ago does not',
      portions: [[{ time: days(60) }], [{ time: days(151) + SECOND }]],
      since: days(151),
    },
    {
      name: 'a denied request is no use',
      portions: [[{ time: days(60), ...DENIED }], [{ time: days(92) }]],
      since: days(91),
    },
    { name: 'nor is a denied request a return', portions: [[{ time: days(92), ...DENIED }]] },
    {
      name: 'the first success decides, not the denied request before it',
      portions: [[{ time: days(91), ...DENIED }, { time: days(91) + SECOND }]],
      since: days(91),
    },
    { name: 'another address of the network', portions: [[{ remoteIp: '::ffff:203.0.113.7', time: days(1) }]] },
    { name: 'another network is new', portions: [[{ remoteIp: '203.0.113.8', time: days(1) }]], since: null },
    { name: 'in another bucket it is new', portions: [[{ bucket: 'website', time: days(1) }]], since: null },
  ];
  test.each(cases)('$name', async ({ forgetDays = 90, portions, since }) => {
    const { findings } = await watch({ forgetDays }, portions, [known]);
    expect(findings.map(({ forgottenSince }) => forgottenSince)).toEqual(since === undefined ? [] : [since]);
  });

  test('that are forgotten and found are found once', async () => {
    const { findings, sightings } = await watch({}, [[{ time: days(92) }], [{ time: days(93) }]], [known]);
    expect(findings).toMatchObject([{ forgottenSince: days(91), tally: { requests: 2 } }]);
    expect(sightings).toEqual([{ ...known, lastSeenAt: days(93) }]);
  });

  test('a denied request of a known pair causes no finding and is not counted in a later one', async () => {
    const portions = [[{ time: days(1) }], [{ time: days(2), ...DENIED }], [{ time: days(200) }]];
    expect((await watch({}, portions, [known])).findings).toMatchObject([
      { tally: { requests: 1, firstEventAt: days(200) } },
    ]);
  });

  test('and forgotten since are found with the addresses of their return only', async () => {
    const ipv6 = { ...known, name: '2001:db8::/64' };
    for (const remoteIp of ['2001:db8::2', '2001:db8::1']) {
      const portions = [[{ remoteIp: '2001:db8::1', time: days(1) }], [{ remoteIp, time: days(200) }]];
      const { findings } = await watch({}, portions, [ipv6]);
      expect(findings.map(({ addresses }) => [...addresses])).toEqual([[remoteIp]]);
    }
  });

  test('that are found in this input stay one finding', async () => {
    const { findings } = await watch({}, [[{ time: days(0) }], [{ time: days(300) }]]);
    expect(findings).toMatchObject([{ forgottenSince: null, tally: { requests: 2, lastEventAt: days(300) } }]);
  });

  test('unapproved-ip does not remember pairs', async () => {
    expect(namesOf(await watch(NONE_APPROVED, [[{ time: days(1) }]], [known]))).toEqual([
      'unapproved-ip payroll 203.0.113.7',
    ]);
  });
});
