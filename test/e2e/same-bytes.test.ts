import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { noGeography } from '../../lib/adapters/geo/geography';
import type { Alert } from '../../lib/alert/alert';
import { type ScanResult, scan } from '../../lib/commands/scan';
import { configurationOf } from '../support/configuration';
import { batchOf, type Deployment, deploy } from '../support/deployment';
import type { LambdaFunction } from '../support/lambda-runtime';
import { lineOf } from '../support/observe-lines';
import { temporaryFolder } from '../support/run-cli';

/*
 * The function and the command line read the same bytes: plain, packed, packed in parts, and what cannot be read to its
 * end. Both must find the same.
 */

const CONFIGURATION = {
  allowlist: [{ cidr: '192.0.2.0/24', reason: 'office' }],
  alertsPerWindow: 100,
  alertsPerMinute: 300,
};

const folder = temporaryFolder();
let deployment: Deployment;
let watcher: LambdaFunction;

beforeAll(async () => {
  deployment = await deploy(CONFIGURATION);
  watcher = await deployment.startFunction();
});
afterAll(() => deployment.close());

/** What the function sends about a log object, and the metrics of its invocation. */
async function throughFunction(name: string, content: Uint8Array) {
  const before = watcher.output.length;
  const event = await deployment.putLog(name, content);
  const answer = await watcher.invoke(batchOf([event]));
  expect(answer).toEqual({ kind: 'result', value: { batchItemFailures: [] } });
  const output = watcher.output.slice(before).split('\n');
  const entries = output.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as object);
  const metrics = entries.filter((entry) => '_aws' in entry);
  return {
    alerts: foundIn(await deployment.receiveAlerts()),
    metrics: Object.assign({}, ...metrics) as Record<string, unknown>,
    entries,
  };
}

async function throughScan(name: string, content: Uint8Array): Promise<{ found: string[]; result: ScanResult }> {
  const path = join(mkdtempSync(join(folder, 'scan-')), name);
  writeFileSync(path, content);
  const result = await scan([path], {
    configuration: configurationOf({ learningDays: 0, ...CONFIGURATION }),
    stateFile: null,
    geography: noGeography,
    now: Date.now(),
    startProgress: async () => ({ at() {}, stop() {} }),
  });
  return { found: foundIn(result.alerts.map(({ alert }) => alert)), result };
}

/** One line for each network of an alert, with all that is counted of it. */
function foundIn(alerts: readonly Alert[]): string[] {
  return alerts
    .flatMap(({ rule, networks }) =>
      networks.map(({ bucket, network, requests, successes, denied, bytesSent }) =>
        JSON.stringify([rule.id, bucket, network, requests, successes, denied, bytesSent]),
      ),
    )
    .sort();
}

const RECORDS: readonly Partial<AccessLogRecord>[] = Array.from({ length: 60 }, (_, index) => ({
  remoteIp: index % 3 === 0 ? `198.51.100.${index}` : `192.0.2.${index}`,
  httpStatus: index % 4 === 0 ? 403 : 200,
  bytesSent: 100 + index,
}));

/** The lines of these records in a bucket; each content has a bucket of its own, whose pairs are all new. */
function linesIn(bucket: string, records: readonly Partial<AccessLogRecord>[] = RECORDS): string[] {
  return records.map((record) => lineOf({ ...record, bucket }));
}

const text = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''));

const FORMS: readonly [name: string, pack: (lines: readonly string[]) => Uint8Array][] = [
  ['plain', text],
  ['gzip', (lines) => gzipSync(text(lines))],
  ['members', (lines) => Buffer.concat(lines.map((line) => gzipSync(text([line]))))],
  ['members-without-newline', (lines) => Buffer.concat(lines.map((line) => gzipSync(line)))],
  ['members-and-zeros', (lines) => Buffer.concat([gzipSync(text(lines)), Buffer.alloc(1000)])],
  [
    'members-cut-anywhere',
    (lines) => Buffer.concat([0, 700, 4000].map((at, i, all) => gzipSync(text(lines).subarray(at, all[i + 1])))),
  ],
];

test.each(FORMS)('%s: the function and scan find the same, and no line fails', async (name, pack) => {
  const bucket = `same-${name}`;
  const content = pack(linesIn(bucket));
  const deployed = await throughFunction(name, content);
  const { found, result } = await throughScan(name, content);
  expect(deployed.metrics).toMatchObject({ Records: RECORDS.length, ParseFailures: 0 });
  expect(deployed.metrics).not.toHaveProperty('LogObjectsUnreadable');
  expect(result).toMatchObject({ parseFailures: 0, problems: [] });
  expect(deployed.alerts).toEqual(found);
  expect(found.length).toBeGreaterThan(20);
  // What is found does not depend on the form.
  const plain = await throughScan('plain', text(linesIn(bucket)));
  expect(found).toEqual(plain.found);
});

test.each([
  ['truncated', (packed: Uint8Array) => packed.subarray(0, packed.length - 700)],
  [
    'corrupt',
    (packed: Uint8Array) => {
      const damaged = Buffer.from(packed);
      damaged.fill(0xff, packed.length - 700, packed.length - 650);
      return damaged;
    },
  ],
])('%s gzip: both read what is before that, find the same, and report it', async (name, damage) => {
  const records = Array.from({ length: 40 }, () => RECORDS).flat();
  const lines = linesIn(`same-${name}`, records).map((line, at) => line.replace('february', `f${(at * 7919) % 9973}`));
  const content = damage(gzipSync(text(lines)));
  const deployed = await throughFunction(name, content);
  const { found, result } = await throughScan(name, content);
  expect(deployed.metrics).toMatchObject({ LogObjectsUnreadable: 1, LogObjectsDamaged: 1 });
  expect(deployed.entries).toContainEqual(
    expect.objectContaining({
      message: 'log-object.incomplete',
      level: 'WARN',
      kind: 'damaged',
      reason: expect.stringContaining(`s3://logs/${name}: the gzip stream is ${name}`),
      records: deployed.metrics.Records,
    }),
  );
  expect(result.problems).toEqual([
    { kind: 'failure', message: expect.stringContaining(`${name}: the gzip stream is ${name}`) },
  ]);
  expect(deployed.metrics.Records).toBeGreaterThan(100);
  expect(deployed.alerts).toEqual(found);
  expect(found.length).toBeGreaterThan(20);
});

test('a bomb is unpacked to the limit, what is before it is found, and it is reported', async () => {
  const bucket = 'same-bomb';
  const content = Buffer.concat([gzipSync(text(linesIn(bucket))), gzipSync(Buffer.alloc(520 * 1024 * 1024))]);
  expect(content.length).toBeLessThan(1_000_000);
  const deployed = await throughFunction('bomb', content);
  expect(deployed.metrics).toMatchObject({ Records: 60, LogObjectsUnreadable: 1, LogObjectsTooLarge: 1 });
  expect(deployed.alerts).toEqual((await throughScan('plain', text(linesIn(bucket)))).found);
});

test.each([
  ['zip', 'packed', 'LogObjectsPacked', Buffer.from('PK\x03\x04 some bytes')],
  ['cloudtrail', 'other-format', 'LogObjectsOfOtherFormat', gzipSync('{"Records":[{"eventVersion":"1.08"}]}')],
])('an object of another format (%s) is counted by kind and reported by both', async (name, kind, metric, content) => {
  const deployed = await throughFunction(name, content);
  const { result } = await throughScan(name, content);
  expect(deployed.metrics).toMatchObject({ Records: 0, ParseFailures: 0, LogObjectsUnreadable: 1, [metric]: 1 });
  const reason = expect.stringMatching(new RegExp(`${name}: this is a.*, which is not read; `));
  expect(deployed.entries).toContainEqual(expect.objectContaining({ message: 'log-object.incomplete', kind, reason }));
  expect(result.problems).toEqual([{ kind: 'failure', message: reason }]);
});
