import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { FORMAT_BYTES, otherFormatOf } from '../../lib/access-log/other-formats';
import { lineOf } from '../support/observe-lines';
import { temporaryFolder } from '../support/run-cli';
import { runs } from '../support/runs';

const folder = temporaryFolder();
const LINE = lineOf({});
const QUOTED = (quote: string): string => LINE.replaceAll('"', quote);

function tar(): Buffer {
  const work = mkdtempSync(join(folder, 'tar-'));
  writeFileSync(join(work, 'a.log'), `${LINE}\n`);
  execFileSync('tar', ['-cf', 'logs.tar', 'a.log'], { cwd: work });
  return readFileSync(join(work, 'logs.tar'));
}

const hex = (digits: string): Buffer => Buffer.concat([Buffer.from(digits, 'hex'), Buffer.alloc(600, 0x80)]);

test.each<[name: string, content: string | Uint8Array]>([
  ['gzip in gzip', gzipSync(LINE)],
  ['a tar archive', tar()],
  ['a zip archive', hex('504b0304')],
  ['a bzip2 file', 'BZh91AY&SY'],
  ['an xz file', hex('fd377a585a00')],
  ['a zstd file', hex('28b52ffd')],
  ['an lz4 file', hex('04224d18')],
  ['a 7-Zip archive', hex('377abcaf271c')],
  ['a file of compress', hex('1f9d')],
  ['UTF-16 text', Buffer.from(`\ufeff${LINE}`, 'utf16le')],
  ['UTF-16 text', Buffer.from(`\ufeff${LINE}`, 'utf16le').swap16()],
  ['UTF-16 text', Buffer.from(LINE, 'utf16le')],
  ['Parquet', 'PAR1\x15\x04'],
  ['ORC', 'ORC\x08'],
  ['Avro', 'Obj\x01\x04'],
  ['a CloudTrail log', '{"Records":[{"eventVersion":"1.08"}]}'],
  ['a CloudFront log', '#Version: 1.0\n#Fields: date time\n'],
  ['an Elastic Load Balancing log', 'https 2026-03-04T02:14:08.599911Z app/x/0a1b 198.51.100.9:4444 - -1'],
  ['an Elastic Load Balancing log', 'tls 2.0 2026-03-04T02:14:08 net/x/0a1b 198.51.100.9:4444'],
  ['a log of a Classic Load Balancer', '2026-03-04T02:14:08.599911Z x 198.51.100.9:4444 192.0.2.1:80 0.1'],
  ['the test file of Elastic Load Balancing', 'Enable AccessLog for ELB: x at 2026-03-04T02:14:08Z'],
  ['a VPC flow log', 'version account-id interface-id srcaddr'],
  ['a VPC flow log', '2 111122223333 eni-0a1b 192.0.2.1 192.0.2.2'],
  ['the output of parse', '{"bucketOwner":"a","bucket":"b"}'],
  ['a JSON export of Splunk', '{"preview":false,"offset":0,"result":{"_raw":"x"}}'],
  ['a JSON array', '[\n  {"_raw": "x"}\n]'],
  ['a CSV export of Athena', '"bucketowner","bucket_name","requestdatetime"\n'],
  ['a CSV export of Splunk or CloudWatch', `_raw\n"${QUOTED('""')}"\n`],
  ['a CSV export of Splunk or CloudWatch', `"_time",_raw,source\n`],
  ['a CSV export of Splunk or CloudWatch', `@timestamp,@message\r\n`],
  ['a CSV export of Splunk or CloudWatch', `"${QUOTED('""')}"\n`],
  ['the output of grep with file names', `logs/2026-03-04-02-30-00-23102EB5EF2F6498:${LINE}`],
  ['the output of grep with file names', `a.log:17:${LINE}`],
  ['a log with backslashes before its quotes', QUOTED('\\"')],
  ['a log with backslashes before its quotes', `"${QUOTED('\\"')}"`],
  ['a log with HTML entities for its quotes', QUOTED('&quot;')],
  ['a log with curly quotes', QUOTED('\u201c')],
])('%s is recognised', (name, content) => {
  const format = otherFormatOf(Buffer.from(content));
  expect(format?.name).toBe(name);
  expect(format!.fix).not.toBe('');
});

/** The commands that a message gives, on a file with the line in that form. */
test.each([
  ['a JSON-escaped line', `"${QUOTED('\\"')}"\n`],
  ['HTML entities', `${QUOTED('&quot;')}\n`],
  ['curly quotes', `${QUOTED('\u201c')}\n`],
  ['CSV', `_raw\n"${QUOTED('""')}"\n`],
  ['grep', `logs/a:${LINE}\n`],
  ['UTF-16', Buffer.from(`\ufeff${LINE}\n`, 'utf16le')],
])('the command for %s makes the log line again', (_name, content) => {
  const work = mkdtempSync(join(folder, 'fix-'));
  writeFileSync(join(work, 'FILE'), content);
  const { fix } = otherFormatOf(Buffer.from(content))!;
  const [, command] = /: (?:grep -h, or )?(.*FILE > FILE\.log)/.exec(fix)!;
  execFileSync('sh', ['-c', command!], { cwd: work });
  expect(readFileSync(join(work, 'FILE.log'), 'utf8').trimEnd()).toBe(LINE);
});

test('nothing that a client sends makes a log object of S3 another format', () => {
  const hostile = fc.constantFrom(
    ...['_raw\n', '@message', '\\"', '&quot;', '\u201cGET', 'PAR1', 'ustar\0', '{"Records":[', `a:${LINE}`, '\0', '""'],
  );
  const text = fc.array(fc.oneof(hostile, fc.string()), { maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, text, (key, requestUri, userAgent) => {
      const record = { key: encodeURIComponent(Buffer.from(key).toString()), requestUri, userAgent, referer: key };
      const line = lineOf({ ...record, key: record.key === '' ? null : record.key });
      expect(otherFormatOf(Buffer.from(line))).toBeNull();
    }),
    runs(500),
  );
});

test('an ordinary log object, an empty one and a few bytes are no other format', () => {
  for (const content of ['', '\n', 'a', `${LINE}\n`.repeat(5), '\ufeff', '\0'.repeat(FORMAT_BYTES)])
    expect(otherFormatOf(Buffer.from(content))).toBeNull();
});
