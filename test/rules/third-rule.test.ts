import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReport } from '../../lambda/report';
import { createLayout } from '../../lib/access-log/layout';
import { readStateFile, writeStateFile } from '../../lib/adapters/files/state-file';
import { noGeography } from '../../lib/adapters/geo/geography';
import { createMemoryState } from '../../lib/adapters/memory-state';
import type { RenderedMessage } from '../../lib/alert/rendered-message';
import { scan } from '../../lib/commands/scan';
import { writeScanJson } from '../../lib/commands/scan-json';
import { writeScanText } from '../../lib/commands/scan-text';
import type { Terminal } from '../../lib/commands/terminal';
import { ConfigError, type ConfigError as ConfigErrorType } from '../../lib/config/config-error';
import { METRICS } from '../../lib/config/deployed-names';
import { readConfiguration } from '../../lib/config/read-configuration';
import { compileSettings } from '../../lib/detection/compile-settings';
import { createObserver } from '../../lib/detection/observe';
import { createPairs } from '../../lib/detection/pairs';
import type { DetectionSettings } from '../../lib/detection/settings';
import type { StoredSighting } from '../../lib/detection/sighting';
import { renderMessage } from '../../lib/render/message';
import { createWorld, DAY, MINUTE, START, type World } from '../attacks/world';
import { configurationOf } from '../support/configuration';
import { type Emulator, startDynamo } from '../support/emulators';
import { DEFAULTS, entry, type Logged, lineOf, PLAIN, show } from '../support/observe-lines';
import { ocsfProblems } from '../support/ocsf-validator';
import { slackProblems } from '../support/slack-validator';
import { newDynamoState } from '../support/state-table';
import { newRequester } from './new-requester';

// Only the list of rules, which contains its record, depends on the third rule.
jest.mock('../../lib/rules/rules', () => {
  const { RULES } = jest.requireActual<typeof import('../../lib/rules/rules')>('../../lib/rules/rules');
  const third = jest.requireActual<typeof import('./new-requester')>('./new-requester');
  return { RULES: [...RULES, third.newRequester] };
});

const ANA = 'arn:aws:iam::111122223333:user/ana';
const BEN = 'arn:aws:iam::111122223333:user/ben';
const OFFICE = '10.20.0.7';

/** Only the third rule; an office is on the allowlist. */
const ONLY_THIRD = { newIp: false, unapprovedIp: false, newRequester: true } as Partial<DetectionSettings>;
const ALL = { newRequester: true } as Partial<DetectionSettings>;

function request(requester: string | null, time: number, given: Logged & object = {}): Logged {
  return { time, requester, remoteIp: OFFICE, ...given };
}

const later = (minutes: number): number => START + minutes * MINUTE;

async function sightingsOf(state: World['state'], kind: string): Promise<StoredSighting[]> {
  const found: StoredSighting[] = [];
  for await (const sighting of state.sightingsOf('payroll', kind)) found.push(sighting);
  return found;
}

describe.each(['in memory', 'in a table'])('a third rule, its state %s', (where) => {
  let dynamo: Emulator;
  let state: World['state'];

  beforeAll(async () => {
    if (where === 'in a table') dynamo = await startDynamo();
  });
  afterAll(() => dynamo?.close());
  beforeEach(async () => {
    state =
      where === 'in memory'
        ? createMemoryState()
        : { ...(await newDynamoState(dynamo.endpoint)), nextDueAt: () => null };
  });

  test('finds the first success of each requester in a bucket, once, from any address', async () => {
    const world = createWorld({ settings: ONLY_THIRD, state });
    const first = await world.deliver([request(ANA, later(0)), request(ANA, later(1), { remoteIp: '203.0.113.9' })]);
    expect([...first.findings]).toEqual([[newRequester.id, 1]]);
    const [sighting] = await sightingsOf(state, 'req');
    expect(sighting).toMatchObject({ kind: 'req', name: ANA, firstSeenAt: later(0), claimedIn: expect.any(String) });
    expect(await sightingsOf(state, 'net')).toEqual([]);

    const again = await world.deliver([request(ANA, later(2)), request(ANA, later(3), { remoteIp: '198.51.100.1' })]);
    expect([...again.findings]).toEqual([]);
    const other = await world.deliver([request(ANA, later(4)), request(BEN, later(5)), request(BEN, later(6))]);
    expect([...other.findings]).toEqual([[newRequester.id, 1]]);
    const elsewhere = await world.deliver([request(ANA, later(7), { bucket: 'website' })]);
    expect([...elsewhere.findings]).toEqual([[newRequester.id, 1]]);
  });

  test('ignores anonymous requests, denied requests and trusted records', async () => {
    const trusted = { requester: BEN, operation: null, cidr: null, bucket: null, reason: 'batch', until: null };
    const world = createWorld({ settings: { ...ONLY_THIRD, trusted: [trusted] }, state });
    const { findings } = await world.deliver([
      request(null, later(0)),
      request(ANA, later(1), { httpStatus: 403, errorCode: 'AccessDenied' }),
      request(BEN, later(2)),
    ]);
    expect([...findings]).toEqual([]);
    expect(await sightingsOf(state, 'req')).toEqual([]);
  });

  test('makes one finding and one message if a log object is delivered twice, and by two processes', async () => {
    const lines = [request(ANA, later(0))];
    for (let run = 0; run < 3; run++) {
      await createWorld({ settings: ONLY_THIRD, state }).deliver(lines, { key: 'logs/the-same' });
    }
    const world = createWorld({ settings: ONLY_THIRD, state });
    await world.notify();
    expect(world.sent.map(({ alert }) => [alert.rule.id, alert.totals.requests])).toEqual([[newRequester.id, 1]]);
  });

  test('reports the finding of a run that died: another log object takes it over', async () => {
    const failing: World['state'] = {
      ...state,
      putPart: () => Promise.reject(new Error('the process died')),
    };
    const dying = createWorld({ settings: ONLY_THIRD, state: failing });
    await expect(dying.deliver([request(ANA, later(0))])).rejects.toThrow('the process died');
    const world = createWorld({ settings: ONLY_THIRD, state });
    expect([...(await world.deliver([request(ANA, later(1))], { key: 'logs/b' })).findings]).toEqual([]);
    world.now = later(0) + 2 * 3_600_000;
    expect([...(await world.deliver([request(ANA, later(100))], { key: 'logs/c' })).findings]).toEqual([
      [newRequester.id, 1],
    ]);
  });

  test('finds a requester again if it was forgotten, or if it changes something after it only read', async () => {
    const world = createWorld({ settings: ONLY_THIRD, state });
    await world.deliver([request(ANA, later(0))]);
    const put = { operation: 'REST.PUT.OBJECT', httpStatus: 200 };
    expect([...(await world.deliver([request(ANA, later(5), put)])).findings]).toEqual([[newRequester.id, 1]]);
    expect(await sightingsOf(state, 'req')).toMatchObject([{ raised: 'changed' }]);
    world.now = START + 200 * DAY;
    expect([...(await world.deliver([request(ANA, START + 200 * DAY)])).findings]).toEqual([[newRequester.id, 1]]);
    expect((await sightingsOf(state, 'req'))[0]!.forgottenSince).not.toBeNull();
  });

  test('learns requesters while their bucket learns', async () => {
    const world = createWorld({ settings: { ...ONLY_THIRD, learningDays: 3 }, state });
    const { findings, learned } = await world.deliver([request(ANA, later(0)), request(BEN, later(0))]);
    expect({ findings: [...findings], learned }).toEqual({ findings: [], learned: 2 });
    expect((await state.bucket('payroll'))!.value).toMatchObject({ learned: 0, learnedOthers: 2 });
    world.now = START + 4 * DAY;
    const after = await world.deliver([
      request(ANA, world.now),
      request('arn:aws:iam::111122223333:user/new', world.now),
    ]);
    expect([...after.findings]).toEqual([[newRequester.id, 1]]);
  });

  test('distinguishes names of any length and any characters, and stores a bounded part of each', async () => {
    const long = `arn:aws:sts::111122223333:assumed-role/${'r'.repeat(2000)}`;
    const names = ['a', 'a#b', 'a%23b', '__proto__', '203.0.113.7', 'ä'.repeat(300), `${long}1`, `${long}2`];
    const world = createWorld({ settings: ONLY_THIRD, state });
    const lines = names.map((name) => request(name, later(0)));
    expect([...(await world.deliver(lines)).findings]).toEqual([[newRequester.id, names.length]]);
    expect([...(await world.deliver(lines)).findings]).toEqual([]);
    const stored = await sightingsOf(state, 'req');
    expect(new Set(stored.map(({ name }) => name)).size).toBe(names.length);
    for (const { name } of stored) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(180);
    await world.notify();
    const [sent] = world.sent;
    expect(new Set(sent!.alert.networks.map(({ subject }) => subject!.name)).size).toBe(names.length);
  });
});

describe('the alert of a third rule', () => {
  async function alertFor(lines: readonly Logged[], settings = ONLY_THIRD): Promise<World> {
    const world = createWorld({ settings });
    await world.deliver(lines);
    await world.notify();
    return world;
  }

  async function rendered(lines: readonly Logged[]): Promise<RenderedMessage> {
    const { sent } = await alertFor(lines);
    expect(sent).toHaveLength(1);
    return renderMessage(sent[0]!.alert, { slack: true });
  }

  test('names the requester and its network', async () => {
    const { sent } = await alertFor([request(ANA, later(0)), request(ANA, later(1), { remoteIp: '203.0.113.9' })]);
    const [{ alert }] = sent as [(typeof sent)[number]];
    expect(alert).toMatchObject({
      kind: 'new',
      bucket: 'payroll',
      rule: {
        id: 'new-requester',
        title: 'S3 bucket payroll used by a new requester',
        severity: 'Medium',
        mitre: { tactic: 'TA0009', technique: 'T1530' },
      },
      networks: [
        {
          subject: { kind: 'req', name: ANA },
          network: OFFICE,
          remoteIp: OFFICE,
          addresses: [OFFICE, '203.0.113.9'],
          requests: 2,
          level: 'read',
        },
      ],
      totals: { networks: 1, requests: 2, successes: 2 },
    });
  });

  test('is a mail', async () => {
    const { subject, bodies } = await rendered([request(ANA, later(0))]);
    expect(subject).toBe(`[MEDIUM] payroll: new requester ${ANA}, 1 request succeeded`);
    expect(bodies.email).toContain('The first successful request of this requester.');
    expect(bodies.email).toContain(`  ${ANA}\n`);
    expect(bodies.email).toContain(`    addresses   ${OFFICE}\n`);
    expect(bodies.email).toContain('1. Ask who gave the requester its permission.');
    expect(bodies.email).toContain('IF THIS IS LEGITIMATE\n  No action is needed.\n');
    expect(bodies.email).toContain('"payroll": {"newRequester": false}');
    expect(bodies.email).toContain('A requester in this message is known from now on.');
    expect(bodies.email).not.toContain('"allowlist"');
  });

  test('counts many requesters, and escapes untrusted names', async () => {
    const hostile = 'https://evil.example/<!channel>`x`';
    const many = Array.from({ length: 30 }, (_, n) => request(`arn:aws:iam::111122223333:user/u${n}`, later(0)));
    const { subject, bodies } = await rendered([...many, request(hostile, later(0))]);
    expect(subject).toBe('[MEDIUM] payroll: 31 new requesters, 31 requests succeeded');
    expect(bodies.email).toContain('more requesters, listed below under OTHER REQUESTERS.');
    expect(bodies.email).toContain('\nOTHER REQUESTERS\n');
    expect(bodies.email).toContain('[://]evil[.]example');
    for (const text of [bodies.email, bodies.https!]) expect(text).not.toContain('https://evil.example');
    expect(bodies.https).not.toContain('<!channel>');
  });

  test('is a Slack message', async () => {
    const { bodies } = await rendered([request(ANA, later(0))]);
    const notification = JSON.parse(bodies.https!);
    expect(slackProblems(notification)).toEqual([]);
    expect(notification.content.title).toContain(`payroll: new requester ${ANA}`);
    expect(notification.content.description).toContain(`• \`${ANA}\``);
    expect(notification.content.description).toContain('_Known from now on._');
    expect(notification.content.nextSteps).toContain('Ask who gave the requester its permission.');
  });

  test('is a valid OCSF finding', async () => {
    const { bodies, attributes } = await rendered([request(ANA, later(0))]);
    const document = JSON.parse(bodies.default);
    expect(ocsfProblems(document)).toEqual([]);
    expect(document).toMatchObject({
      confidence: 'Medium',
      finding_info: {
        types: ['new-requester'],
        analytic: { type: 'Behavioral', uid: 'new-requester', name: 's3-access-watch' },
        attacks: [{ tactic: { uid: 'TA0009' }, technique: { uid: 'T1530' } }],
      },
      evidences: [{ src_endpoint: { ip: OFFICE }, data: { subject: { kind: 'req', name: ANA }, network: OFFICE } }],
      unmapped: { networks: [{ subject: { name: ANA } }] },
    });
    expect(attributes).toMatchObject({ rule: 'new-requester', severity: 'Medium', kind: 'new' });
  });

  test('leaves the other rules as they are: each has its own message', async () => {
    const world = await alertFor([request(ANA, later(0), { remoteIp: '203.0.113.9' })], ALL);
    expect(world.sent.map(({ alert }) => alert.rule.id).toSorted()).toEqual([
      'new-ip',
      'new-requester',
      'unapproved-ip',
    ]);
    const ofNetworks = world.sent.filter(({ alert }) => alert.networks[0]!.subject === undefined);
    expect(ofNetworks.map(({ alert }) => alert.networks[0]!.network)).toEqual(['203.0.113.9', '203.0.113.9']);
  });
});

describe('the metrics of a third rule', () => {
  test('include its own metric and its field in the log line', async () => {
    const world = createWorld({ settings: ONLY_THIRD });
    const detected = await world.deliver([request(ANA, later(0)), request(BEN, later(0))]);
    const metrics: Record<string, number> = {};
    const logged: unknown[] = [];
    const logger = { info: (_: string, fields: unknown) => logged.push(fields), warn() {}, error() {} };
    const sink = {
      addMetric: (name: string, _: string, value: number) => {
        metrics[name] = value;
      },
    };
    type Arguments = Parameters<typeof createReport>;
    const report = createReport(logger as unknown as Arguments[0], sink as unknown as Arguments[1]);
    report.detected({ bucket: 'logs', key: 'a', versionId: null, etag: null, size: null }, detected, null);
    expect(metrics).toMatchObject({ NewRequesterFindings: 2, NewPairs: 2, NewIpFindings: 0, UnapprovedIpFindings: 0 });
    expect(logged).toMatchObject([{ newRequester: 2, newIp: 0, unapproved: 0 }]);
    expect(METRICS).toContain('NewRequesterFindings');
  });
});

describe('the key of a third rule', () => {
  type Read = typeof readConfiguration;

  function read(values: Readonly<Record<string, unknown>>, readWith: Read = readConfiguration) {
    const given = { alertEmails: ['security@example.com'], ...values };
    return readWith({ layers: [{ source: 'cdk.json', values: given }], purpose: 'deployment', now: 0 }).configuration;
  }

  const problemsOf = (
    values: Readonly<Record<string, unknown>>,
    readWith?: Read,
    Refused = ConfigError,
  ): readonly string[] => {
    try {
      read(values, readWith);
      return [];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return error.problems;
    }
  };

  test('has a default, is read, and is rejected if it is not a flag', () => {
    expect(read({})).toMatchObject({ newRequester: true, newIp: true });
    expect(read({ newRequester: 'false' })).toMatchObject({ newRequester: false });
    expect(problemsOf({ newRequester: 'perhaps' })).toEqual([
      'newRequester: "perhaps" is neither true nor false; write true or false',
    ]);
    expect(problemsOf({ newRequesters: true })).toEqual(['newRequesters: no such key; did you mean "newRequester"?']);
  });

  test('turns the rule off for all buckets and for one bucket', async () => {
    const lines = [request(ANA, later(0)), request(ANA, later(0), { bucket: 'website' })];
    const found = async (values: Readonly<Record<string, unknown>>): Promise<number> => {
      const { findings } = await createWorld({ settings: configurationOf({ newIp: false, ...values }) }).deliver(lines);
      return findings.get(newRequester.id) ?? 0;
    };
    expect(await found({})).toBe(2);
    expect(await found({ newRequester: false })).toBe(0);
    expect(await found({ bucketSettings: { payroll: { newRequester: false } } })).toBe(1);
    expect(await found({ newRequester: false, bucketSettings: { 'pay*': { newRequester: true } } })).toBe(1);
    expect(problemsOf({ bucketSettings: { 'a*': { newRequester: true }, '*b': { newRequester: false } } })).toEqual([
      expect.stringContaining('"newRequester" is ambiguous'),
    ]);
  });

  test('is unknown without the record of the rule', () => {
    let readWithout: Read = readConfiguration;
    let Refused: typeof ConfigErrorType = ConfigError;
    jest.isolateModules(() => {
      jest.dontMock('../../lib/rules/rules');
      ({ readConfiguration: readWithout } = require('../../lib/config/read-configuration'));
      ({ ConfigError: Refused } = require('../../lib/config/config-error'));
    });
    expect(read({}, readWithout)).not.toHaveProperty('newRequester');
    expect(problemsOf({ bucketSettings: { payroll: { newRequester: false } } }, readWithout, Refused)).toEqual([
      'bucketSettings.payroll.newRequester: no such property; write "unapprovedIp", "newIp" or "learningDays"',
    ]);
  });
});

describe('the cost of a third rule', () => {
  const compiled = (settings: Partial<DetectionSettings>) =>
    createPairs(compileSettings({ ...DEFAULTS, allowlist: [entry('10.20.0.0/16')], ...settings }), () => 0);

  test('an approved address is exempt if no rule can flag it, and evaluated if one can', () => {
    const off = { newRequester: false } as Partial<DetectionSettings>;
    expect(compiled(off).decide('payroll', OFFICE)).toEqual({ kind: 'exempt' });
    expect(compiled(off).decide('payroll', '203.0.113.9')).toMatchObject({ kind: 'evaluated', ofRecords: null });
    expect(compiled(ALL).decide('payroll', OFFICE)).toMatchObject({
      kind: 'evaluated',
      flagged: null,
      network: null,
      ofRecords: [newRequester],
    });
  });

  test('its cache is bounded: if there are more subjects, none is kept between portions', () => {
    const observer = createObserver(compileSettings({ ...DEFAULTS, ...ONLY_THIRD }), { maxKept: 10 });
    const layout = createLayout();
    for (let portion = 0; portion < 5; portion++) {
      const lines = Array.from({ length: 20 }, (_, n) => request(`user-${portion}-${n}`, later(0)));
      show(observer, layout, lines);
      expect(observer.endPortion().subjects).toHaveLength(20);
      // Only the bucket of the portion is kept.
      expect(observer.kept).toBe(1);
    }
  });
});

describe('scan with a third rule', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'third-rule-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const configuration = configurationOf({ newIp: false });
  const startProgress = async () => ({ at() {}, stop() {} });

  function scanned(lines: readonly Logged[], stateFile: string | null) {
    const path = join(folder, 'access.log');
    writeFileSync(path, lines.map((line) => `${lineOf(line)}\n`).join(''));
    return scan([path], { configuration, stateFile, geography: noGeography, now: later(60), startProgress });
  }

  function terminal(): Terminal & { text: string } {
    const written = {
      text: '',
      async write(text: string) {
        written.text += text;
      },
      note() {},
      columns: 120,
      color: false,
      progress: false,
    };
    return written;
  }

  test('shows the requesters in text and JSON, and proposes no allowlist entry', async () => {
    const result = await scanned([request(ANA, later(0)), request(ANA, later(1), { remoteIp: '203.0.113.9' })], null);
    const people = terminal();
    const options = { configuration, sources: [], state: null, limit: 0, geography: noGeography };
    await writeScanText(result, options, people);
    expect(people.text).toContain(`  ${ANA} `);
    expect(people.text).toContain('a hint: first success here 2026-03-02 09:00');
    expect(people.text).toContain('new-requester knows only these files.');
    expect(people.text).not.toContain('"allowlist"');
    const machines = terminal();
    await writeScanJson(result, noGeography, machines);
    expect(JSON.parse(machines.text).findings).toMatchObject([
      { rule: 'new-requester', subject: { kind: 'req', name: ANA }, network: OFFICE, requests: 2 },
    ]);
  });

  test('remembers requesters in a state file', async () => {
    const path = join(folder, 'state.csv');
    const first = await scanned([request(ANA, later(0)), request(PLAIN.requester, later(0))], path);
    expect(first.findings).toHaveLength(1);
    await writeStateFile(path, first.sightings);
    expect(await readStateFile(path)).toMatchObject([{ bucket: 'payroll', kind: 'req', name: ANA }]);
    const second = await scanned([request(ANA, later(5)), request(BEN, later(5))], path);
    expect(second.findings.map(({ subject }) => subject?.name)).toEqual([BEN]);
  });
});
