import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { FIELDS } from '../../lib/access-log/fields';
import { parseLine } from '../../lib/access-log/parse-line';
import { recordJson } from '../../lib/commands/parse';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli';
import { runs } from '../support/runs';
import { INVISIBLE_TEXTS, STEERING } from '../support/steering';
import { type DOWNLOAD, logLine } from './log-line';

const root = temporaryFolder();

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(root, 'case-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

async function parse(args: readonly string[], cwd: string, stdin?: string | Uint8Array): Promise<string> {
  const result = await runCli(['parse', ...args], { cwd, ...(stdin === undefined ? {} : { stdin }) });
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
  return result.stdout;
}

const idsIn = (ndjson: string): unknown[] =>
  ndjson
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { requestId: unknown }).requestId);

const DOWNLOAD_JSON =
  '{"bucketOwner":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be","bucket":"payroll",' +
  '"time":"2026-03-02T09:15:33Z","remoteIp":"192.0.2.10","requester":"arn:aws:iam::111122223333:user/ana",' +
  '"requestId":"3E57427F33A59F07","operation":"REST.GET.OBJECT","key":"2026/february.csv",' +
  '"requestUri":"GET /2026/february.csv HTTP/1.1","httpStatus":200,"errorCode":null,"bytesSent":2000,' +
  '"objectSize":2000,"totalTime":12,"turnAroundTime":10,"referer":null,"userAgent":"curl/8.5.0","versionId":null,' +
  '"hostId":"s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=",' +
  '"signatureVersion":"SigV4","cipherSuite":"TLS_AES_128_GCM_SHA256","authenticationType":"AuthHeader",' +
  '"hostHeader":"payroll.s3.eu-central-1.amazonaws.com","tlsVersion":"TLSv1.3","accessPointArn":null,' +
  '"aclRequired":null,"sourceRegion":"eu-central-1"}\n';

describe('a line of JSON', () => {
  test('has the fields in the order of the log, dashes as null, numbers as numbers, the time in ISO 8601', async () => {
    expect(await parse(['-'], root, logLine())).toBe(DOWNLOAD_JSON);
  });

  test('has the documented field names', () => {
    expect(FIELDS.map(({ name }) => name).join(' ')).toBe(
      'bucketOwner bucket time remoteIp requester requestId operation key requestUri httpStatus errorCode bytesSent ' +
        'objectSize totalTime turnAroundTime referer userAgent versionId hostId signatureVersion cipherSuite ' +
        'authenticationType hostHeader tlsVersion accessPointArn aclRequired sourceRegion',
    );
  });

  test.each([
    ['an offset from UTC', '[02/Mar/2026:14:45:33 +0530]', '2026-03-02T09:15:33Z'],
    ['the year before the first', '[01/Jan/0000:00:00:00 +0100]', '-000001-12-31T23:00:00Z'],
    ['a leap second', '[31/Dec/2016:23:59:60 +0000]', '2017-01-01T00:00:00Z'],
  ])('time: %s', async (_name, written, expected) => {
    const output = await parse(['-'], root, logLine().replace(/\[.+?\]/, written));
    expect(JSON.parse(output)).toMatchObject({ time: expected });
  });

  test('has additional fields in extra and ambiguities in flags, both at the end', async () => {
    const line = logLine().replace('\n', ' eu-west-1 7\n');
    expect(await parse(['-'], root, line)).toBe(DOWNLOAD_JSON.replace('}\n', ',"extra":["eu-west-1","7"]}\n'));
    const cut = logLine().split(' ').slice(0, 12).join(' ');
    expect(await parse(['-'], root, cut)).toMatch(/"sourceRegion":null,"flags":\["truncated"\]\}\n$/);
  });

  test('has texts and keys as they were logged', async () => {
    const texts = {
      key: 'a%2520b%22',
      requestUri: 'GET /a"b\\n HTTP/1.1',
      referer: 'https://example.com/"x',
      userAgent: 'Zoë/1 東京 "',
    };
    expect(JSON.parse(await parse(['-'], root, logLine(texts)))).toMatchObject(texts);
  });

  test('has replacement characters for bytes that are not UTF-8, and a flag', async () => {
    const line = Buffer.from(logLine({ userAgent: 'caf\u00e9' }), 'latin1');
    expect(JSON.parse(await parse(['-'], root, line))).toMatchObject({
      userAgent: 'caf\ufffd',
      flags: ['invalid-utf8'],
    });
  });
});

describe('a line that is not a record', () => {
  test('is printed in its position, with source, line, reason and text', async () => {
    const cwd = folderOf({
      'a.log': `${logLine({ requestId: 'A' })}what "is" this\x07\n\n${logLine({ requestId: 'B' })}`,
    });
    const lines = (await parse(['a.log'], cwd)).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toBe(
      '{"parseFailure":{"source":"a.log","line":2,"reason":"no time","text":"what \\"is\\" this\\u0007"}}',
    );
    expect(idsIn([lines[0], lines[2]].join('\n'))).toEqual(['A', 'B']);
  });

  test('of standard input names it', async () => {
    const output = await parse(['-'], root, `x\n${logLine()}`);
    expect(JSON.parse(output.split('\n')[0]!)).toEqual({
      parseFailure: { source: '-', line: 1, reason: 'no bucket', text: 'x' },
    });
  });

  test('longer than a megabyte is reported and cut, and the next one is read', async () => {
    const output = await parse(['-'], root, `${'x'.repeat(3_000_000)}\n${logLine()}`);
    const [failure, record] = output.split('\n');
    expect(JSON.parse(failure!)).toEqual({
      parseFailure: { source: '-', line: 1, reason: 'longer than 1,048,576 bytes', text: 'x'.repeat(2048) },
    });
    expect(`${record}\n`).toBe(DOWNLOAD_JSON);
  });
});

describe('input', () => {
  const two = logLine({ requestId: 'A' }) + logLine({ requestId: 'B' });

  test('gzip, one or several members, is recognized by content and not by name', async () => {
    const members = Buffer.concat([gzipSync(two), gzipSync(logLine({ requestId: 'C' }))]);
    const cwd = folderOf({ packed: members });
    expect(idsIn(await parse(['packed'], cwd))).toEqual(['A', 'B', 'C']);
    expect(idsIn(await parse(['-'], cwd, members))).toEqual(['A', 'B', 'C']);
  });

  test('a last line without a line break is a line, in each file', async () => {
    const cwd = folderOf({ a: logLine({ requestId: 'A' }).trimEnd(), b: logLine({ requestId: 'B' }).trimEnd() });
    expect(idsIn(await parse(['a', 'b'], cwd))).toEqual(['A', 'B']);
  });

  test('paths are read in the given order, and directories recursively in the order of names', async () => {
    const files = ['logs/2', 'logs/10', 'logs/a/z', 'logs/a.log', 'x', 'y'].map((name) => [
      name,
      logLine({ requestId: name }),
    ]);
    const cwd = folderOf({ ...Object.fromEntries(files), 'logs/.hidden': logLine({ requestId: 'hidden' }) });
    expect(idsIn(await parse(['y', 'logs', '-', 'x'], cwd, logLine({ requestId: 'stdin' })))).toEqual([
      'y',
      'logs/10',
      'logs/2',
      'logs/a/z',
      'logs/a.log',
      'stdin',
      'x',
    ]);
  });

  test('the same bytes give the same output in any chunks', async () => {
    const samples = ['-2026-03-04-14-13-52-32152649337BF446', '-2026-03-04-02-13-39-931E3B27BC19E8EC'].map((name) =>
      readFileSync(join(ROOT, 'samples', `website${name}`)),
    );
    const bytes = Buffer.concat(samples);
    const whole = await runCli(['parse', '-'], { stdin: bytes });
    expect(whole.stdout.trimEnd().split('\n')).toHaveLength(12);
    const cuts = [1, 700, 701, 1402, bytes.indexOf(0x0a), bytes.indexOf(0x0a) + 1].sort((a, b) => a - b);
    const pieces = [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index]));
    expect(await runCli(['parse', '-'], { stdin: pieces })).toEqual(whole);
    const packed = gzipSync(bytes);
    expect(
      await runCli(['parse', '-'], { stdin: [packed.subarray(0, 1), packed.subarray(1, 99), packed.subarray(99)] }),
    ).toEqual(whole);
    const asFile = await runCli(['parse', 'file'], { cwd: folderOf({ file: bytes }) });
    expect(asFile.stdout).toBe(whole.stdout.replaceAll('"source":"-"', '"source":"file"'));
  });

  test('more output than a pipe can buffer waits for its reader and arrives complete', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => logLine({ requestId: `ID${i}` }));
    const output = await parse(['-'], root, lines.join(''));
    expect(idsIn(output)).toEqual(lines.map((_, i) => `ID${i}`));
  });
});

test('no text of a log controls a terminal or breaks a line, and all of it can be recovered', async () => {
  const steering = '\x1b[2J \u009b31m \x7f \u202egnp \u200b \u2028 \u2029 \u0085 \u{e0041} \ue000 \r \t';
  const hostile = [steering, ...INVISIBLE_TEXTS].join(' ');
  const line = logLine({ userAgent: hostile, referer: hostile, requestUri: hostile });
  const output = await parse(['-'], root, `${line}not a line ${hostile}\n`);
  expect(output.split('\n')).toHaveLength(3);
  expect(output.replaceAll('\n', '')).not.toMatch(STEERING);
  const [record, failure] = output
    .split('\n')
    .slice(0, 2)
    .map((json) => JSON.parse(json) as Record<string, unknown>);
  expect(record).toMatchObject({ userAgent: hostile, referer: hostile, requestUri: hostile });
  expect(failure).toEqual({ parseFailure: { source: '-', line: 2, reason: 'no time', text: `not a line ${hostile}` } });
});

test('the JSON of a record is the record', () => {
  const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => !/["\n\r ]|^-$|\p{Cs}/u.test(value));
  fc.assert(
    fc.property(fc.record({ userAgent: text, requester: text, key: text }), (changes) => {
      const record = parseLine(Buffer.from(logLine(changes).trimEnd()));
      fc.pre(typeof record === 'object' && record !== null);
      const json = JSON.parse(JSON.stringify(recordJson(record as typeof DOWNLOAD))) as object;
      const { time, extra, flags, ...rest } = record as typeof DOWNLOAD;
      expect(json).toEqual({
        ...rest,
        time: new Date(time).toISOString().replace('.000', ''),
        ...(extra.length > 0 ? { extra } : {}),
        ...(flags.length > 0 ? { flags } : {}),
      });
    }),
    runs(40),
  );
});
