import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { noGeography } from '../../lib/adapters/geo/geography';
import { type ScanResult, scan } from '../../lib/commands/scan';
import { writeScanJson } from '../../lib/commands/scan-json';
import { writeScanText } from '../../lib/commands/scan-text';
import type { Terminal } from '../../lib/commands/terminal';
import { readConfiguration } from '../../lib/config/read-configuration';
import { builtCli, type CliOptions, PLAIN_USER, ROOT, runCli, temporaryFolder } from '../support/run-cli';
import { runs } from '../support/runs';
import { INVISIBLE_TEXTS, STEERING } from '../support/steering';
import { type LineChanges, logLine } from './log-line';

const root = temporaryFolder();

/** A folder with these files: text as it is, lists as lines of a log, objects as JSON. */
function folderOf(files: Readonly<Record<string, string | readonly LineChanges[] | object>>): string {
  const folder = mkdtempSync(join(root, 'case-'));
  chmodSync(folder, 0o755);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const text = Array.isArray(content)
      ? content.map((changes) => logLine(changes as LineChanges)).join('')
      : typeof content === 'string'
        ? content
        : JSON.stringify(content);
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Runs a scan that must succeed; returns its standard output. */
async function scanned(args: readonly string[], cwd: string, options: CliOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCli(['scan', ...args], { cwd, ...options });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

interface JsonFinding {
  readonly rule: string;
  readonly bucket: string;
  readonly network: string;
  readonly remoteIp: string;
}

async function findingsOf(args: readonly string[], cwd: string, options: CliOptions = {}): Promise<string[]> {
  const { findings } = JSON.parse(await scanned(['--format', 'json', ...args], cwd, options)) as {
    findings: JsonFinding[];
  };
  return findings.map(({ rule, bucket, remoteIp }) => `${rule} ${bucket} ${remoteIp}`);
}

const STATE_HEADER = 'bucket_name,remote_ip,firstTime,lastTime\n';

describe('the text', () => {
  const STORY: readonly LineChanges[] = [
    // The worst bucket is last, and in it the worst network.
    { bucket: 'zebra', remoteIp: '192.0.2.1', at: '2026-03-02T10:00:00Z' },
    { bucket: 'archive', remoteIp: '192.0.2.1', at: '2026-03-03T10:00:00Z' },
    {
      bucket: 'archive',
      remoteIp: '2001:db8:1:2:3:4:5:6',
      at: '2026-03-03T09:00:00Z',
      requester: null,
      userAgent: null,
    },
    {
      bucket: 'archive',
      remoteIp: '2001:db8:1:2:3:4:5:7',
      at: '2026-03-03T09:01:00Z',
      httpStatus: 403,
      errorCode: 'AccessDenied',
      bytesSent: 243,
    },
    ...Array.from({ length: 1500 }, () => ({
      bucket: 'archive',
      remoteIp: '192.0.2.2',
      at: '2026-03-03T09:30:00Z',
      bytesSent: 1_000_000,
    })),
    {
      bucket: 'archive',
      remoteIp: '192.0.2.2',
      at: '2026-03-03T09:31:00Z',
      operation: 'REST.DELETE.OBJECT',
      httpStatus: 204,
      bytesSent: null,
    },
    { bucket: 'archive', remoteIp: null, at: '2026-03-03T09:31:00Z' },
    { bucket: 'archive', remoteIp: '198.51.100.300', at: '2026-03-03T09:31:00Z' },
    { bucket: 's3-access-watch-test', remoteIp: '192.0.2.9', at: '2026-03-03T09:31:00Z' },
  ];

  test('shows all parts of a result', async () => {
    const cwd = folderOf({
      'a.log': [...STORY],
      'b.log': `${logLine({ bucket: 'zebra', remoteIp: '192.0.2.1', at: '2026-03-02T10:00:01Z' })}junk\n`,
    });
    expect(
      await scanned(['a.log', 'b.log', '-c', 'allowlist=[{"cidr":"10.0.0.0/9","buckets":["archive"]}]'], cwd),
    ).toBe(
      `Configuration: -c · 1 allowlist entry, 0 trusted rules · no learning · no state file
Read: 2 log objects · 1,509 records · 3 networks · 1 without a remote IP · 1 for the test bucket · 1 line could not be read, 2026-03-02 10:00 to 2026-03-03 10:00 UTC

zebra
  192.0.2.1       2 requests       2 succeeded       0 denied    4.0 kB  2026-03-02 10:00 to 2026-03-02 10:00
    MEDIUM  new-ip         hint: new since 2026-03-02 10:00, not necessarily malicious; objects were read with valid cr…
            where          documentation
            operations     REST.GET.OBJECT 2
            requester      arn:aws:iam::111122223333:user/ana
            user agent     curl/8.5.0
            for example    2026-03-02 10:00:00  200  GET /2026/february.csv HTTP/1.1
            if legitimate  No action is needed: new-ip reports a network as new once, and again only if it is not seen for longer than forgetDays.

archive
  192.0.2.1               1 request        1 succeeded       0 denied    2.0 kB  2026-03-03 10:00 to 2026-03-03 10:00
    MEDIUM  unapproved-ip  certain: no allowlist entry covers it
    MEDIUM  new-ip         hint: new since 2026-03-03 10:00, not necessarily malicious; objects were read with valid cr…
            where          documentation
            operations     REST.GET.OBJECT 1
            requester      arn:aws:iam::111122223333:user/ana
            user agent     curl/8.5.0
            for example    2026-03-03 10:00:00  200  GET /2026/february.csv HTTP/1.1
            if legitimate  Add to "allowlist": {"cidr": "192.0.2.1", "reason": "WHO AND WHY", "buckets": ["archive"]}
  2001:db8:1:2::/64       2 requests       1 succeeded       1 denied    2.2 kB  2026-03-03 09:00 to 2026-03-03 09:01
    MEDIUM  unapproved-ip  certain: no allowlist entry covers it
    LOW     new-ip         hint: new since 2026-03-03 09:00, not necessarily malicious
            addresses      2001:db8:1:2:3:4:5:6, 2001:db8:1:2:3:4:5:7
            where          documentation
            operations     REST.GET.OBJECT 2 (1 succeeded)
            requester      anonymous
            user agent     -
            for example    2026-03-03 09:00:00  200  GET /2026/february.csv HTTP/1.1
            if legitimate  Add to "allowlist": {"cidr": "2001:db8:1:2::/64", "reason": "WHO AND WHY", "buckets": ["archive"]}
  192.0.2.2           1,501 requests   1,501 succeeded       0 denied    1.5 GB  2026-03-03 09:30 to 2026-03-03 09:31
    HIGH    unapproved-ip  certain: no allowlist entry covers it; changes succeeded: REST.DELETE.OBJECT 1
    HIGH    new-ip         hint: new since 2026-03-03 09:30, not necessarily malicious; changes succeeded: REST.DELETE.…
            where          documentation
            operations     REST.DELETE.OBJECT 1, REST.GET.OBJECT 1,500
            requester      arn:aws:iam::111122223333:user/ana
            user agent     curl/8.5.0
            for example    2026-03-03 09:31:00  204  GET /2026/february.csv HTTP/1.1
            if legitimate  Add to "allowlist": {"cidr": "192.0.2.2", "reason": "WHO AND WHY", "buckets": ["archive"]}

A deployment would have sent
  2026-03-02 10:00  new       MEDIUM  zebra: new address 192.0.2.1, 1 request succeeded
  2026-03-03 10:00  new       HIGH    archive: 3 networks not on the allowlist, 1,503 requests succeeded, 1 changed data
  2026-03-03 10:00  new       HIGH    archive: 3 new networks, 1,503 requests succeeded, 1 changed data
  2026-03-03 10:00  notice    INFO    Test: alerts from s3-access-watch arrive here
  2026-03-03 10:00  error     MEDIUM  archive: remote IP unreadable, no rule applied to 1 request

Unreadable: b.log line 2: no bucket: junk
archive: remote IP "198.51.100.300" is not an address (1 record)
7 findings: 2 High, 4 Medium, 1 Low.
new-ip knows only these files. With --state FILE.csv, the next scan shows only what is new.
`,
    );
  });

  test('shows the worst of very many findings, or all, the worst last', async () => {
    const cwd = folderOf({
      'a.log': [
        // An early deletion, then the many requests among which the attacker hides it.
        { remoteIp: '192.0.2.99', at: '2026-03-02T09:00:00Z', operation: 'REST.DELETE.OBJECT', httpStatus: 204 },
        ...Array.from({ length: 30 }, (_, i) => ({
          remoteIp: `192.0.2.${i}`,
          at: `2026-03-02T10:00:${String(i).padStart(2, '0')}Z`,
          bytesSent: 1000 * (i % 10),
        })),
      ],
    });
    const shown = (text: string): string[] => [...text.matchAll(/^ {2}(192\S+)/gm)].map(([, address]) => address!);
    const standard = shown(await scanned(['a.log'], cwd));
    expect(standard).toHaveLength(20);
    // By bytes; of equal ones, the oldest is the worst.
    expect(standard.slice(-4)).toEqual(['192.0.2.29', '192.0.2.19', '192.0.2.9', '192.0.2.99']);
    const two = await scanned(['a.log', '--limit', '2'], cwd);
    expect(shown(two)).toEqual(['192.0.2.9', '192.0.2.99']);
    expect(two).toContain('\npayroll\n  29 less severe networks not shown; --limit 0 shows all\n  192.0.2.9   ');
    expect(two).toContain('\n31 findings: 1 High, 30 Medium.\n');
    const all = await scanned(['a.log', '--limit', '0'], cwd);
    expect(shown(all)).toHaveLength(31);
    expect(all).not.toContain('not shown');
  });

  test('shows the messages that a deployment would have sent, the worst of very many, or all', async () => {
    const of = (bucket: string, host: number, day: number): LineChanges => ({
      bucket,
      remoteIp: `192.0.2.${host}`,
      at: `2026-03-0${day}T10:00:00Z`,
    });
    const cwd = folderOf({
      'a.log': [of('payroll', 1, 2)],
      'b.log': [of('payroll', 2, 4), of('payroll', 3, 4), of('website', 4, 4)],
      'c.log': [of('payroll', 5, 5)],
    });
    const sent = async (...args: string[]): Promise<string[]> => {
      const text = await scanned(['a.log', 'b.log', 'c.log', '-c', 'learningDays=1', ...args], cwd);
      return /\nA deployment would have sent\n([\s\S]*?)\n\n/.exec(text)![1]!.split('\n');
    };
    const all = [
      '  2026-03-02 10:00  notice    INFO    payroll: logs are arriving, learning has started',
      '  2026-03-03 10:21  notice    INFO    payroll: learned 1 network, new networks are now reported',
      '  2026-03-04 10:00  new       MEDIUM  payroll: 2 new addresses, 2 requests succeeded',
      '  2026-03-04 10:00  notice    INFO    website: logs are arriving, learning has started',
      '  2026-03-05 10:00  new       MEDIUM  payroll: new address 192.0.2.5, 1 request succeeded',
      '  2026-03-05 10:21  notice    INFO    website: learned 1 network, new networks are now reported',
    ];
    expect(await sent()).toEqual(all);
    expect(await sent('--limit', '0')).toEqual(all);
    expect(await sent('--limit', '2')).toEqual([
      '  4 less severe or earlier messages not shown; --limit 0 shows all',
      all[2],
      all[4],
    ]);
    // No section without messages.
    expect(await scanned(['a.log', '-c', 'newIp=false'], cwd)).not.toContain('A deployment');
  });

  test('reports implausible records', async () => {
    const key = '111122223333/eu-central-1/payroll/2026/03/02/2026-03-02-11-00-00-0123456789ABCDEF';
    const cwd = folderOf({
      [key]: [{ at: '2099-01-01T00:00:00Z' }, { bucket: 'archive' }, { bucket: 'archive', remoteIp: '192.0.2.11' }],
    });
    const text = await scanned([key, '-c', 'newIp=false'], cwd);
    // The clock of the scan stays at the time of the log object.
    expect(text).toContain(
      '  2026-03-02 11:00  error     MEDIUM  payroll: log object names another bucket, no rule applied to 2 requests\n',
    );
    expect(text).toContain('\npayroll: log object names another bucket: no rule applied to 2 records\n');
    expect(text).toContain('\n1 record with an impossible time (before 2006 or in the future): the nearest possible');
    expect(text).toContain('\nNo findings.\n');
    const { summary } = JSON.parse(await scanned([key, '--format', 'json'], cwd)) as { summary: object };
    expect(summary).toMatchObject({ records: 3, recordsWithImplausibleTime: 1, recordsOfOtherBuckets: 2, networks: 1 });
  });

  test('reports the findings of records with an impossible time', async () => {
    const { result, text } = await scannedHere([{ at: '2099-01-01T00:00:00Z' }]);
    expect(result.period).toBeNull();
    expect(result.findings).toMatchObject([{ rule: 'new-ip', tally: { lastEventAt: NOW + 86_400_000 } }]);
    expect(result.alerts).toHaveLength(1);
    expect(text).toContain('2099-01-01 00:00:00  200  GET /2026/february.csv HTTP/1.1');
  });

  test('counts the addresses that it does not list', async () => {
    const { text } = await scannedHere(
      Array.from({ length: 300 }, (_, host) => ({ remoteIp: `2001:db8::${(host + 1).toString(16)}` })),
    );
    expect(text).toContain('            addresses      300, such as 2001:db8::1, 2001:db8::2, ');
  });

  test('shows more findings than a function call can have arguments', async () => {
    const { result } = await scannedHere([{}]);
    const [finding] = result.findings;
    const findings = Array.from({ length: 150_000 }, (_, i) => {
      return { ...finding!, network: `n${i}`, addresses: new Set([`n${i}`]) };
    });
    let blocks = 0;
    const write = async (text: string): Promise<void> => {
      if (text.startsWith('  n') && ++blocks === 100) throw new Error('seen enough');
    };
    await expect(
      textOf({ ...result, findings }, {}, (found, terminal) =>
        writeScanText(
          found,
          { configuration: configurationOf({}), sources: [], state: null, limit: 0, geography: noGeography },
          { ...terminal, write },
        ),
      ),
    ).rejects.toThrow('seen enough');
  });

  test('shows that a network was known before and has been forgotten', async () => {
    const cwd = folderOf({
      'state.csv': `${STATE_HEADER}payroll,192.0.2.10,1759312800,1759312800\n`,
      'a.log': [{}],
    });
    const text = await scanned(['a.log', '--state', 'state.csv'], cwd);
    expect(text).toContain(
      '    MEDIUM  new-ip         hint: known before, forgotten since 2025-12-31 10:00; objects were read with ',
    );
    expect(text).toContain(' · state file state.csv\n');
    expect(text).not.toContain('--state FILE.csv');
  });
});

interface HereOptions {
  readonly columns?: number;
  readonly color?: boolean;
  readonly context?: object;
}

function configurationOf(context: object) {
  const layers = [{ source: '-c', values: { learningDays: 0, ...context } }];
  return readConfiguration({ layers, purpose: 'terminal', now: 0 }).configuration;
}

/** The output for this result, including notes. */
async function textOf(
  result: ScanResult,
  { columns = 120, color = false, context = {} }: HereOptions = {},
  write: (result: ScanResult, terminal: Terminal) => Promise<void> = (found, terminal) =>
    writeScanText(
      found,
      { configuration: configurationOf(context), sources: ['-c'], state: null, limit: 0, geography: noGeography },
      terminal,
    ),
): Promise<string> {
  const written: string[] = [];
  const note = (line: string): void => void written.push(`${line}\n`);
  await write(result, { write: async (text) => void written.push(text), note, columns, color, progress: false });
  return written.join('');
}

const here = folderOf({});

const NOW = Date.parse('2026-12-31T00:00:00Z');

/** The output of a scan of these lines, in this process. */
async function scannedHere(lines: readonly LineChanges[] | string, options: HereOptions = {}) {
  const path = join(here, 'x.log');
  writeFileSync(path, typeof lines === 'string' ? lines : lines.map(logLine).join(''));
  const result = await scan([path], {
    configuration: configurationOf(options.context ?? {}),
    stateFile: null,
    geography: noGeography,
    now: NOW,
    startProgress: async () => ({ at() {}, stop() {} }),
  });
  return {
    result,
    text: await textOf(result, options),
    json: await textOf(result, options, (found, terminal) => writeScanJson(found, noGeography, terminal)),
  };
}

describe('untrusted text', () => {
  const HOSTILE = [
    ...INVISIBLE_TEXTS,
    '\x1b[2J',
    '\x1b]0;title\x07',
    '\u009b31m',
    '\x7f',
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
    '\u2028',
    '\u0085',
    '\r',
    '\b',
    '\t',
    '\v',
    '\u{e0041}',
    '\ue000',
    '東京',
    'é',
    '👍🏽',
    'e\u0301',
    '"',
    '\\',
    '-',
    'a'.repeat(150),
  ];
  const text = fc
    .array(fc.constantFrom(...HOSTILE, 'x', ' ', 'GET'), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join(''));
  const token = text.map((value) => `x${value.replaceAll(' ', '')}`);
  const line = fc.record(
    {
      userAgent: text,
      referer: text,
      requestUri: text,
      requester: token,
      key: token,
      // With most of the others, the line is not a record, because no bucket can have that name.
      bucket: fc.oneof(token, fc.constantFrom('payroll', 'My_Old.Bucket')),
      errorCode: token,
      requestId: token,
      remoteIp: fc.oneof(token, fc.constant('192.0.2.10'), fc.constant('2001:db8::1')),
    },
    { requiredKeys: [] },
  );
  const junk = text.map((value) => `junk ${value}\n`);

  test('never controls a terminal, and is cut to its width; only our colours remain', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 6 }),
        fc.array(junk, { maxLength: 3 }),
        fc.integer({ min: 60, max: 160 }),
        async (lines, junks, columns) => {
          const log = `${lines.map((changes) => logLine(changes)).join('')}${junks.join('')}`;
          const options = { columns, context: { allowlist: ['10.0.0.0/9'] } };
          const { result, text, json } = await scannedHere(log, options);
          expect(text.replaceAll('\n', '')).not.toMatch(STEERING);
          expect(json.replaceAll('\n', '')).not.toMatch(STEERING);
          expect(() => JSON.parse(json) as unknown).not.toThrow();
          for (const [row] of text.matchAll(
            /^ {4}.{6} {2}(?:addresses|operations|requester|user agent|for example|unapproved-ip|new-ip).*$|^ {2}[\d-]{10} \d\d:\d\d {2}(?:new|update|digest|combined|notice|error) .*$/gm,
          )) {
            expect(stringWidth(row)).toBeLessThanOrEqual(columns);
          }
          const colored = await textOf(result, { ...options, color: true });
          // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
          expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(text);
        },
      ),
      runs(25),
    );
  });

  test('is on neither output of a separate process', async () => {
    const hostile = HOSTILE.join(' ');
    const name = 'a\x1b[31m\u202e.log';
    const cwd = folderOf({
      [name]:
        logLine({ userAgent: hostile, referer: hostile, requestUri: hostile, requester: 'x\x1b[31m' }) +
        `junk ${hostile}\n`,
      [`logs/${name}`]: 'nothing\n',
      'conf\x1b[31m.json': { allowlist: ['10.0.0.0/8'] },
    });
    const { code, stdout, stderr } = await runCli(
      ['scan', name, 'logs', `n${name}`, '--config', 'conf\x1b[31m.json', '--state', 's\x1b[31m.csv'],
      { cwd },
    );
    expect(stdout).toContain('x\\u{1b}[31m');
    expect(stdout.replaceAll('\n', '')).not.toMatch(STEERING);
    expect(stderr.split('\n')).toHaveLength(5);
    expect(stderr.replaceAll('\n', '')).not.toMatch(STEERING);
    expect(code).toBe(2);
  });
});

describe('--format json', () => {
  test('is one document with the summary and the findings', async () => {
    const cwd = folderOf({
      'a.log': [
        { at: '2026-03-02T10:00:00Z', httpStatus: 403, errorCode: 'AccessDenied', bytesSent: 243 },
        { at: '2026-03-02T10:00:01Z', bytesSent: 5 },
        { at: '2026-03-02T10:00:02Z', httpStatus: 404, bytesSent: null },
        { remoteIp: null },
        { remoteIp: 'nowhere' },
      ],
    });
    const stdout = await scanned(['a.log', '--format', 'json', '-c', 'allowlist=10.0.0.0/9'], cwd);
    const sample = JSON.parse((await runCli(['parse', 'a.log'], { cwd })).stdout.split('\n')[1]!) as object;
    const finding = { bucket: 'payroll', network: '192.0.2.10', remoteIp: '192.0.2.10', addresses: ['192.0.2.10'] };
    const place = { specialUse: 'documentation', geo: null, asn: null };
    const document = {
      summary: {
        logObjects: 1,
        records: 5,
        parseFailures: 0,
        recordsWithoutIp: 1,
        invalidRemoteIps: 1,
        recordsWithImplausibleTime: 0,
        recordsOfOtherBuckets: 0,
        networks: 1,
      },
      findings: [
        {
          rule: 'unapproved-ip',
          ...finding,
          requests: 3,
          successes: 1,
          denied: 1,
          bytesSent: 248,
          firstEventAt: '2026-03-02T10:00:00Z',
          lastEventAt: '2026-03-02T10:00:02Z',
          sample,
          ...place,
        },
        {
          rule: 'new-ip',
          ...finding,
          requests: 2,
          successes: 1,
          denied: 0,
          bytesSent: 5,
          firstEventAt: '2026-03-02T10:00:01Z',
          lastEventAt: '2026-03-02T10:00:02Z',
          sample,
          ...place,
        },
      ],
    };
    const { alerts, ...output } = JSON.parse(stdout) as typeof document & { alerts: object[] };
    expect(output).toEqual(document);
    // With the order of the keys.
    expect(JSON.stringify(output)).toBe(JSON.stringify(document));
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(['summary', 'findings', 'alerts']);

    const inAlert = ({ rule: _, ...facts }: (typeof document.findings)[number]) => ({
      ...facts,
      sample: sampleOf(facts),
    });
    const sampleOf = (facts: { sample: object }) => {
      const { extra: _, flags: __, ...fields } = facts.sample as { extra: unknown; flags: unknown };
      return fields;
    };
    expect(alerts).toMatchObject([
      // Of equally severe alerts, the one with more bytes is first.
      {
        at: '2026-03-02T10:00:02.150Z',
        kind: 'detector-error',
        rule: { id: 'detector-error' },
        bucket: 'payroll',
        networks: [{ remoteIp: 'nowhere', requests: 1 }],
      },
      {
        at: '2026-03-02T10:00:02.300Z',
        schemaVersion: '1.0',
        kind: 'new',
        rule: { id: 'unapproved-ip', severity: 'Medium', title: 'Non-Approved IP access to S3 Bucket [payroll]' },
        bucket: 'payroll',
        accountId: null,
        region: null,
        networks: [inAlert(document.findings[0]!)],
        more: 0,
        totals: { networks: 1, requests: 3, successes: 1, denied: 1, bytesSent: 248 },
        window: { openedAt: '2026-03-02T10:00:02.300Z', closesAt: '2026-03-02T11:00:02.300Z' },
        logObjects: [expect.stringContaining('a.log')],
        notice: null,
      },
      {
        at: '2026-03-02T10:00:02.450Z',
        kind: 'new',
        rule: { id: 'new-ip', severity: 'Medium' },
        bucket: 'payroll',
        networks: [inAlert(document.findings[1]!)],
        totals: { networks: 1, requests: 2, successes: 1, denied: 0, bytesSent: 5 },
      },
    ]);
    expect(Object.keys(alerts[0]!)[0]).toBe('at');
  });

  test('is a valid document without findings', async () => {
    const { code, stdout } = await runCli(['scan', 'nope', '--format', 'json'], { cwd: folderOf({}) });
    expect(JSON.parse(stdout)).toEqual({
      summary: {
        logObjects: 0,
        records: 0,
        parseFailures: 0,
        recordsWithoutIp: 0,
        invalidRemoteIps: 0,
        recordsWithImplausibleTime: 0,
        recordsOfOtherBuckets: 0,
        networks: 0,
      },
      findings: [],
      alerts: [],
    });
    expect(code).toBe(2);
  });
});

describe('--fail-on-findings', () => {
  const cwd = folderOf({ 'a.log': [{}] });

  test.each([
    ['findings', ['a.log', '--fail-on-findings'], 1],
    ['findings, without the flag', ['a.log'], 0],
    ['no findings', ['a.log', '--fail-on-findings', '-c', 'allowlist=192.0.2.10'], 0],
    ['findings and a mistake', ['a.log', 'nope', '--fail-on-findings'], 2],
    ['findings, as JSON', ['a.log', '--fail-on-findings', '--format', 'json'], 1],
  ])('%s', async (_name, args, code) => {
    expect((await runCli(['scan', ...args], { cwd })).code).toBe(code);
  });
});

describe('--state', () => {
  test('with the samples: the second scan finds nothing new, and does not change the file', async () => {
    const cwd = folderOf({});
    const args = [join(ROOT, 'samples'), '--state', 'state.csv'];
    expect(await findingsOf(args, cwd)).toHaveLength(24);
    const first = readFileSync(join(cwd, 'state.csv'));
    expect(first.toString().split('\n')).toHaveLength(26);
    expect(await findingsOf(args, cwd)).toEqual([]);
    expect(readFileSync(join(cwd, 'state.csv'))).toEqual(first);
    expect(readdirSync(cwd)).toEqual(['state.csv']);
  });

  test('contains networks that succeeded, not those that were denied or approved', async () => {
    const cwd = folderOf({
      'a.log': [
        { remoteIp: '192.0.2.10', at: '2026-03-02T10:00:00Z' },
        { remoteIp: '192.0.2.10', at: '2026-03-02T11:00:00Z' },
        { remoteIp: '192.0.2.11', httpStatus: 403 },
        { remoteIp: '10.1.1.1' },
        { remoteIp: '2001:db8::77', at: '2026-03-02T10:00:00Z' },
      ],
    });
    await scanned(['a.log', '--state', 'state.csv', '-c', 'allowlist=10.0.0.0/9'], cwd);
    expect(readFileSync(join(cwd, 'state.csv'), 'utf8')).toBe(
      `${STATE_HEADER}payroll,192.0.2.10,1772445600,1772449200\npayroll,2001:db8::/64,1772445600,1772445600\n`,
    );
  });

  test('contains the exact time when a pair was last seen, also for several times in a day', async () => {
    const at = (...clocks: string[]): LineChanges[] => clocks.map((clock) => ({ at: `2026-03-02T${clock}Z` }));
    const key = (clock: string): string => `2026-03-02-${clock}-00-00-0123456789ABCDEF`;
    const cwd = folderOf({
      [key('11')]: at('10:00:00'),
      [key('14')]: at('13:00:01', '13:00:02'),
      // A late log object does not decrease the time.
      [key('15')]: [...at('12:00:00'), { at: '2026-03-02T14:00:00Z', httpStatus: 403 }],
    });
    await scanned(['.', '--state', 'state.csv'], cwd);
    expect(readFileSync(join(cwd, 'state.csv'), 'utf8')).toBe(
      `${STATE_HEADER}payroll,192.0.2.10,1772445600,1772456402\n`,
    );
  });

  test('merges a Splunk lookup with its columns in another order, and never overwrites it', async () => {
    const cwd = folderOf({
      'state.csv':
        '"remote_ip","bucket_name","lastTime","_key","firstTime"\n' +
        '"192.0.2.10","payroll","1772449200","k1","1772400000"\n' + // known longer, and seen later
        '"192.0.2.11","payroll","1772400000","k2","1772400000"\n' + // seen later now
        '"192.0.2.11","payroll","1772400500","k2","1772399000"\n' + // the same pair again
        '"192.0.2.12","archive","1772400000","k3","1772400000"\n', // not in the logs at all
      'a.log': [
        { remoteIp: '192.0.2.10', at: '2026-03-02T10:00:00Z' },
        { remoteIp: '192.0.2.11', at: '2026-03-02T10:00:00Z' },
        { remoteIp: '192.0.2.13', at: '2026-03-02T10:00:00Z' },
      ],
    });
    expect(await findingsOf(['a.log', '--state', 'state.csv'], cwd)).toEqual(['new-ip payroll 192.0.2.13']);
    expect(readFileSync(join(cwd, 'state.csv'), 'utf8')).toBe(
      `${STATE_HEADER}archive,192.0.2.12,1772400000,1772400000
payroll,192.0.2.10,1772400000,1772449200
payroll,192.0.2.11,1772399000,1772445600
payroll,192.0.2.13,1772445600,1772445600
`,
    );
  });

  test('maps the addresses of a Splunk lookup to the networks that are remembered', async () => {
    const cwd = folderOf({
      'state.csv': `${STATE_HEADER}payroll,2001:db8:4:17::5,1772400000,1772400000
payroll,2001:db8:4:17::6,1772300000,1772300000
payroll,192.0.2.10,1772400000,1772400000
payroll,198.51.0.0/16,1772400000,1772400000
`,
      'a.log': [
        { remoteIp: '2001:db8:4:17::7', at: '2026-03-02T10:00:00Z' },
        { remoteIp: '192.0.2.77', at: '2026-03-02T10:00:00Z' },
      ],
    });
    const args = ['a.log', '--state', 'state.csv', '-c', 'ipv4PrefixLength=24'];
    expect(await findingsOf(args, cwd)).toEqual([]);
    expect(readFileSync(join(cwd, 'state.csv'), 'utf8')).toBe(
      `${STATE_HEADER}payroll,192.0.2.0/24,1772400000,1772445600
payroll,198.51.0.0/16,1772400000,1772400000
payroll,2001:db8:4:17::/64,1772300000,1772445600
`,
    );
  });

  test('with invalid lines is rejected with their numbers, and not changed', async () => {
    const content = `${STATE_HEADER}payroll,192.0.2.10,1772400000,1772449200\npayroll,10.1.2.3/8,1,2\n,,,\n`;
    const cwd = folderOf({ 'state.csv': content, 'a.log': [{}] });
    const result = await runCli(['scan', 'a.log', '--state', 'state.csv'], { cwd });
    expect(result).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `s3-access-watch: state.csv: cannot be used and was left unchanged: 2 invalid lines:
  line 3: remote_ip "10.1.2.3/8" has host bits set; write "10.0.0.0/8"
  line 4: bucket_name is empty
`,
    });
    expect(readFileSync(join(cwd, 'state.csv'), 'utf8')).toBe(content);
  });

  test.each([
    [
      'a log',
      'a.log',
      /^s3-access-watch: a\.log: cannot be used and was left unchanged: 1 invalid line:\n {2}line 1: .+\n$/,
    ],
    ['a directory', '.', /^s3-access-watch: \.: cannot be used and was left unchanged: it is a directory\n$/],
    ['in a missing folder', 'nope/s.csv', /^s3-access-watch: nope\/s.csv: no such directory: nope\n$/],
  ])('%s is rejected before anything is read', async (_name, state, stderr) => {
    const cwd = folderOf({ 'a.log': [{}] });
    const result = await runCli(['scan', 'a.log', '--state', state], { cwd });
    expect(result.stderr).toMatch(stderr);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(readFileSync(join(cwd, 'a.log'), 'utf8')).toBe(logLine());
    expect(readdirSync(cwd)).toEqual(['a.log']);
  });

  const KNOWN = `${STATE_HEADER}payroll,192.0.2.99,1772400000,1772400000\n`;

  test.each(['open', 'write', 'sync', 'rename'])('a power failure at the %s leaves the old file', async (step) => {
    const cwd = folderOf({ 'state.csv': KNOWN, 'a.log': [{}] });
    const preload = [join(__dirname, 'die-at.cjs')];
    const result = await runCli(['scan', 'a.log', '--state', 'state.csv'], { cwd, preload, env: { DIE_AT: step } });
    expect(result.signal).toBe('SIGKILL');
    expect(readFileSync(join(cwd, 'state.csv'), 'utf8')).toBe(KNOWN);
    // The temporary file of the attempt does not disturb the next scan.
    expect(await findingsOf(['a.log', '--state', 'state.csv'], cwd)).toEqual(['new-ip payroll 192.0.2.10']);
    expect(await findingsOf(['a.log', '--state', 'state.csv'], cwd)).toEqual([]);
  });

  test('that cannot be written: the findings are printed, and the old file does not change', async () => {
    const cwd = folderOf({ 'kept/state.csv': KNOWN, 'a.log': [{}] });
    chmodSync(join(cwd, 'kept'), 0o555);
    const result = await runCli(['scan', 'a.log', '--state', 'kept/state.csv'], { cwd, ...PLAIN_USER });
    expect(result.stdout).toContain('\n1 finding: 1 Medium.\n');
    expect(result.stderr).toBe(
      's3-access-watch: kept/state.csv: could not be written and is unchanged (EACCES: permission denied)\n',
    );
    expect(result.code).toBe(3);
    expect(readFileSync(join(cwd, 'kept/state.csv'), 'utf8')).toBe(KNOWN);
    chmodSync(join(cwd, 'kept'), 0o755);
  });

  test('that cannot be read', async () => {
    const cwd = folderOf({ 'state.csv': KNOWN, 'a.log': [{}] });
    chmodSync(join(cwd, 'state.csv'), 0o000);
    const result = await runCli(['scan', 'a.log', '--state', 'state.csv'], { cwd, ...PLAIN_USER });
    expect(result).toEqual({
      code: 3,
      signal: null,
      stdout: '',
      stderr: "s3-access-watch: EACCES: permission denied, open 'state.csv'\n",
    });
  });

  test('does not contain networks whose findings were not printed', async () => {
    const cwd = folderOf({ 'a.log': [{}] });
    const full = openSync('/dev/full', 'w');
    const result = await runCli(['scan', 'a.log', '--state', 'state.csv'], { cwd, stdout: full });
    closeSync(full);
    expect(result.code).toBe(3);
    expect(await findingsOf(['a.log', '--state', 'state.csv'], cwd)).toEqual(['new-ip payroll 192.0.2.10']);
  });

  test('is not created if nothing could be read', async () => {
    const cwd = folderOf({});
    expect((await runCli(['scan', 'nope', '--state', 'state.csv'], { cwd })).code).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('learning', () => {
  const key = (at: string): string => `${at.slice(0, 10)}-${at.slice(11, 19).replaceAll(':', '-')}-0123456789ABCDEF`;
  const object = (at: string, remoteIp: string): Record<string, LineChanges[]> => ({
    [`logs/${key(at)}`]: [{ at, remoteIp }],
  });
  const files = {
    ...object('2026-03-02T10:00:00Z', '192.0.2.1'),
    ...object('2026-03-05T09:59:59Z', '192.0.2.2'),
    ...object('2026-03-05T10:00:00Z', '192.0.2.3'),
    ...object('2026-03-09T10:00:00Z', '192.0.2.1'),
  };

  test('is off unless it is configured, and the first line says so', async () => {
    const cwd = folderOf(files);
    expect(await findingsOf(['logs'], cwd)).toHaveLength(3);
    expect(await scanned(['logs'], cwd)).toMatch(/^Configuration: defaults · .+ · no learning · /);
  });

  test('of three days records networks without findings until it ends, and shows what it learned', async () => {
    const cwd = folderOf(files);
    const args = ['logs', '-c', 'learningDays=3'];
    expect(await findingsOf(args, cwd)).toEqual(['new-ip payroll 192.0.2.3']);
    const text = await scanned([...args, '--state', 'state.csv'], cwd);
    expect(text).toMatch(/^Configuration: -c · .+ · learning 3 days · /);
    expect(text).toContain('\npayroll: learned 2 networks until 2026-03-05 10:00 UTC, without findings\n');
    expect(readFileSync(join(cwd, 'state.csv'), 'utf8').split('\n')).toHaveLength(5);
  });

  test('is over for a bucket that is remembered', async () => {
    const cwd = folderOf({ ...files, 'state.csv': `${STATE_HEADER}payroll,192.0.2.99,1772400000,1772400000\n` });
    expect(await findingsOf(['logs', '-c', 'learningDays=3', '--state', 'state.csv'], cwd)).toHaveLength(3);
  });
});

describe('the configuration', () => {
  const allow = (address: string): object => ({ allowlist: [address] });
  const LINES = [1, 2, 3, 4].map((host) => ({ remoteIp: `192.0.2.${host}`, at: `2026-03-02T10:00:0${host}Z` }));
  const missed = async (cwd: string, args: readonly string[] = [], home = cwd): Promise<string[]> =>
    (await findingsOf(['a.log', ...args], cwd, { env: { HOME: join(home, 'home') } }))
      .filter((finding) => finding.startsWith('unapproved-ip'))
      .map((finding) => finding.split(' ')[2]!);
  const others = (host: number): string[] => [1, 2, 3, 4].filter((one) => one !== host).map((one) => `192.0.2.${one}`);

  const layers: Record<string, object> = {
    'cdk.json': { app: 'x', context: allow('192.0.2.2') },
    'cdk.context.json': allow('192.0.2.3'),
    'home/.cdk.json': { context: allow('192.0.2.4') },
  };

  test.each([
    [1, '-c', ['cdk.json', 'cdk.context.json', 'home/.cdk.json'], ['-c', 'allowlist=192.0.2.1']],
    [2, 'cdk.json', ['cdk.json', 'cdk.context.json', 'home/.cdk.json'], []],
    [3, 'cdk.context.json', ['cdk.context.json', 'home/.cdk.json'], []],
    [4, '~/.cdk.json', ['home/.cdk.json'], []],
  ])('takes the whole value of the highest layer: host %d from %s', async (host, source, names, args) => {
    const cwd = folderOf({ 'a.log': LINES, ...Object.fromEntries(names.map((name) => [name, layers[name]!])) });
    expect(await missed(cwd, args)).toEqual(others(host));
    const text = await scanned(['a.log', ...args], cwd, { env: { HOME: join(cwd, 'home') } });
    expect(text.split('\n')[0]).toBe(
      `Configuration: ${source} · 1 allowlist entry, 0 trusted rules · no learning · no state file`,
    );
  });

  test('combines keys of several layers, and the first line names the layers', async () => {
    const cwd = folderOf({
      'a.log': LINES,
      'cdk.json': { context: { allowlist: ['192.0.2.2'], '@aws-cdk/core:flag': true, other: 1 } },
      'cdk.context.json': { 'availability-zones:account=1': [], unused: 1 },
      'home/.cdk.json': { context: { learningDays: 2 } },
    });
    const text = await scanned(['a.log', '-c', 'newIp=false'], cwd, { env: { HOME: join(cwd, 'home') } });
    expect(text.split('\n')[0]).toBe(
      'Configuration: -c, cdk.json, ~/.cdk.json · 1 allowlist entry, 0 trusted rules · learning 2 days · no state file',
    );
  });

  test('--config reads only that file, --no-config none, and -c overrides both', async () => {
    const cwd = folderOf({ 'a.log': LINES, ...layers, 'other.json': allow('192.0.2.4') });
    expect(await missed(cwd, ['--config', 'other.json'])).toEqual(others(4));
    expect(await missed(cwd, ['--config', 'other.json', '-c', 'allowlist=192.0.2.1'])).toEqual(others(1));
    expect(await missed(cwd, ['--no-config'])).toEqual([]);
    expect(await missed(cwd, ['--no-config', '-c', 'allowlist=192.0.2.3'])).toEqual(others(3));
  });

  test('a byte order mark before the JSON is ignored, as in the CDK', async () => {
    const cwd = folderOf({ 'a.log': LINES, 'cdk.json': `\ufeff${JSON.stringify({ context: allow('192.0.2.3') })}` });
    expect(await missed(cwd)).toEqual(others(3));
  });

  test('the last -c of a key wins', async () => {
    const cwd = folderOf({ 'a.log': LINES });
    expect(await missed(cwd, ['-c', 'allowlist=192.0.2.1', '-c', 'allowlist=192.0.2.2'])).toEqual(others(2));
  });

  test('allowlistFile is relative to the file that names it', async () => {
    const cwd = folderOf({
      'a.log': LINES,
      'home/.cdk.json': { context: { allowlistFile: 'nets/office.txt' } },
      'home/nets/office.txt': '192.0.2.4 # home\n',
      'conf/other.json': { allowlistFile: '../conf/office.txt' },
      'conf/office.txt': '# us\n192.0.2.2/32\n\n',
      'office.txt': '192.0.2.1',
    });
    expect(await missed(cwd)).toEqual(others(4));
    expect(await missed(cwd, ['--config', 'conf/other.json'])).toEqual(others(2));
    expect(await missed(cwd, ['-c', 'allowlistFile=office.txt'])).toEqual(others(1));
  });

  test('warnings are printed, and the scan continues', async () => {
    const cwd = folderOf({ 'a.log': LINES });
    const { code, stderr, stdout } = await runCli(['scan', 'a.log', '-c', 'allowlist=10.0.0.0/8'], { cwd });
    expect(stderr).toBe(
      's3-access-watch: warning: allowlist[0]: "10.0.0.0/8" approves private addresses of any VPC, which come through a VPC endpoint; write the networks of your own VPCs\n',
    );
    expect(stdout).toContain('8 findings');
    expect(code).toBe(0);
  });
});

describe('colour and progress', () => {
  const isUtilLinux = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;
  const onTerminal = isUtilLinux ? test : test.skip; // `script` of util-linux gives a terminal to a command

  /** The output to a terminal of 80 columns. */
  function shown(command: string, cwd: string, env: Readonly<Record<string, string>> = {}): string {
    return execFileSync('script', ['-qec', `stty cols 80; ${command}`, '/dev/null'], {
      cwd,
      env: { PATH: process.env.PATH, HOME: root, TERM: 'xterm', ...env },
      encoding: 'utf8',
      input: '',
    }).replaceAll('\r\n', '\n');
  }
  const scanCommand = (args: string): string => `'${process.execPath}' '${builtCli()}' scan ${args}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  const SEQUENCE = /\x1b\[[\d;?]*[A-Za-z]/g;

  test.each([{}, { FORCE_COLOR: '1' }, { CLICOLOR_FORCE: '1' }])(
    'no terminal, no escape sequences: %p',
    async (env) => {
      const { stdout, stderr } = await runCli(['scan', 'samples'], { env });
      expect(stdout + stderr).not.toMatch(SEQUENCE);
    },
  );

  onTerminal('a terminal gets colours and its own width', async () => {
    const cwd = folderOf({ 'a.log': [{ userAgent: 'x'.repeat(200) }] });
    const text = shown(scanCommand('a.log'), cwd);
    expect(text).toMatch(SEQUENCE);
    expect(text).toContain(`\n            user agent     ${'x'.repeat(52)}…\n`);
    expect(text.replace(SEQUENCE, '')).toBe(
      (await scannedHere([{ userAgent: 'x'.repeat(200) }], { columns: 80 })).text.replace('-c ·', 'defaults ·'),
    );
  });

  onTerminal.each([
    ['NO_COLOR=1', { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, true],
    ['TERM=dumb', { TERM: 'dumb' }, false],
  ])('%s', (_name, env, colored) => {
    const text = shown(scanCommand('a.log'), folderOf({ 'a.log': [{}] }), env);
    expect(text.match(SEQUENCE) !== null).toBe(colored);
  });

  onTerminal(
    'long input has a progress bar, which is removed at the end; short input, a pipe and a file have none',
    () => {
      const lines = logLine().repeat(1000);
      const cwd = folderOf({
        'long.log': lines.repeat(Math.ceil((40 * 1024 * 1024) / lines.length)),
        'short.log': lines,
      });
      const long = shown(scanCommand('long.log > out.txt'), cwd);
      expect(long).toMatch(/\d+ % of \d+ MB/);
      expect(long).toMatch(/100 % of 4\d MB/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: cursor to the left, rest of the line cleared
      expect(long).toMatch(/\x1b\[1G\x1b\[2K$/);
      expect(readFileSync(join(cwd, 'out.txt'), 'utf8')).not.toMatch(SEQUENCE);
      expect(shown(scanCommand('short.log > out.txt'), cwd)).toBe('');
      shown(scanCommand('long.log > out.txt 2> errors.txt'), cwd);
      expect(readFileSync(join(cwd, 'errors.txt'), 'utf8')).toBe('');
    },
  );
});
