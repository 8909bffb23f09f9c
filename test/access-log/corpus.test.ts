import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLine } from '../../lib/access-log/parse-line';
import { readRecords } from '../../lib/access-log/read-records';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { expectSame } from '../support/expect-same';
import { slowParse } from '../support/slow-parser';
import { logTime } from '../support/write-line';

// Lines that other projects published, and lines that other parsers get wrong. They are not ours, so they are stored
// beside the repository and not in it.
const CORPUS = join(__dirname, '../../../shared/corpus');

const bytesOf = (file: string): Uint8Array => readFileSync(join(CORPUS, file));
const jsonOf = (file: string) => JSON.parse(readFileSync(join(CORPUS, file), 'utf8'));

/** The outcome of each line that is not blank: a record, or the reason why it is not one. */
function outcomesOf(file: string): (AccessLogRecord | string)[] {
  const outcomes: (AccessLogRecord | string)[] = [];
  const splitter = readRecords(file, {
    record: (record) => outcomes.push(record),
    failure: ({ reason }) => outcomes.push(reason),
  });
  splitter.push(bytesOf(file));
  splitter.end();
  return outcomes;
}

const recordsOf = (file: string): AccessLogRecord[] =>
  outcomesOf(file).map((outcome) => (typeof outcome === 'string' ? fail(outcome) : outcome));

function fail(reason: string): never {
  throw new Error(`a line that should be a record: ${reason}`);
}

const isThere = existsSync(CORPUS);
// Jest does not print why a whole file is skipped.
if (!isThere) process.stderr.write(`\ncorpus.test.ts is SKIPPED: there is no ${CORPUS}\n`);
const suite = isThere ? describe : describe.skip;

suite('corpus', () => {
  describe('hard cases', () => {
    interface HardCase {
      readonly id: string;
      readonly title: string;
      readonly line: string;
      readonly fieldCount: number;
      readonly expected: Record<string, unknown> & { readonly time: string };
      readonly extraFields: readonly string[];
    }
    const { cases, fields } = isThere ? jsonOf('hard-cases.json') : { cases: [], fields: [] };

    test('the file has the lines of its expectations', () => {
      expect(recordsOf('hard-cases.log')).toEqual(cases.map(({ line }: HardCase) => parseLine(Buffer.from(line))));
      expect(cases).toHaveLength(21);
      expect(fields).toHaveLength(27);
    });

    if (cases.length > 0)
      test.each<HardCase>(cases)('$id $title', ({ id, line, expected, extraFields }) => {
        const record = parseLine(Buffer.from(line)) as AccessLogRecord;
        const { extra, flags, ...read } = record;
        expect({ ...read, time: logTime(record.time) }).toEqual(expected);
        expect(extra).toEqual(extraFields);
        // Only future quoted fields (H19) are ambiguous.
        expect(flags).toEqual(id === 'H19' ? ['ambiguous-user-agent'] : []);
      });

    test('bytes: only LF ends a line, and invalid UTF-8 is replaced', () => {
      const records = recordsOf('hard-cases-bytes.log');
      const expected = jsonOf('hard-cases-bytes.json').map((one: Record<string, unknown>) => ({
        remoteIp: one.expectedRemoteIp,
        httpStatus: one.expectedStatus,
        userAgent: one.expectedUserAgent,
      }));
      expect(records.map(({ remoteIp, httpStatus, userAgent }) => ({ remoteIp, httpStatus, userAgent }))).toEqual(
        expected,
      );
      expect(records.map(({ requestUri }) => requestUri)).toEqual([
        'HEAD /\ufffd\u00bd\ufffd\ufffd\u013c\ufffd\ufffd\ufffd.rar HTTP/1.1',
        'GET /\ufffd\ufffd\ufffd HTTP/1.1',
        'GET /\u2028x HTTP/1.1',
        'GET /a\vb\f\x1b[31m HTTP/1.1',
        'GET /a\tb HTTP/1.1',
      ]);
      expect(records.map(({ flags }) => flags)).toEqual([[], ['invalid-utf8'], [], [], []]);
    });

    test('line ends: BOM, CRLF, blank lines, a truncated line, no LF at the end', () => {
      const { records: count, flaggedTruncated } = jsonOf('hard-cases-lineends.json');
      const records = recordsOf('hard-cases-lineends.log');
      expect(records).toHaveLength(count);
      expect(records.filter(({ flags }) => flags.length > 0)).toHaveLength(flaggedTruncated);
      const [whole, spaced, truncated, unended] = records;
      expect([spaced, unended]).toEqual([whole, whole]);
      expect(whole).toMatchObject({ sourceRegion: 'us-east-2', flags: [] });
      expect(truncated).toMatchObject({ hostId: 'z6uFa0AzIZ', signatureVersion: null, flags: ['truncated'] });
    });
  });

  test('no line is rejected for its bucket name, and the slow parser agrees on every line', () => {
    const names = readdirSync(CORPUS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.log'));
    expect(names.length).toBeGreaterThan(100);
    for (const name of names) {
      for (const text of Buffer.from(bytesOf(name)).toString('latin1').split('\n')) {
        const line = Buffer.from(text, 'latin1');
        const outcome = parseLine(line);
        if (outcome === 'not a bucket name') expect({ name, text }).toBeNull();
        expectSame(outcome, slowParse(line));
      }
    }
  });

  describe('published logs of other projects', () => {
    /** Lines that are not records: the time of two was broken on purpose. Line numbers start at 1. */
    const NOT_RECORDS: Record<string, Record<number, string>> = {
      'chadberchek-s3-log-downloader.log': { 10: 'no time', 15: 'no time' },
    };
    /** Lines with flags: one has fields that did not exist in 2016, one of them quoted; one has a broken status. */
    const FLAGGED: Record<string, Record<number, string>> = {
      'chadberchek-s3-log-downloader.log': { 11: 'ambiguous-user-agent', 12: 'truncated', 17: 'invalid-status' },
    };
    const files = isThere ? readdirSync(join(CORPUS, 'public')).filter((file) => file.endsWith('.log')) : [''];

    test.each(files)('%s', (file) => {
      const outcomes = outcomesOf(`public/${file}`);
      expect(outcomes.length).toBeGreaterThan(0);
      const notRecords: Record<number, string> = {};
      const flagged: Record<number, string> = {};
      for (const [index, outcome] of outcomes.entries()) {
        if (typeof outcome === 'string') notRecords[index + 1] = outcome;
        else if (outcome.flags.length > 0) flagged[index + 1] = outcome.flags.join();
      }
      expect(notRecords).toEqual(NOT_RECORDS[file] ?? {});
      expect(flagged).toEqual(FLAGGED[file] ?? {});
    });

    test('azul.json: the same fields as in their parser, by their names', () => {
      const expected: Record<string, string>[] = jsonOf('public/azul.json');
      const own = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
      for (const [index, record] of recordsOf('public/azul.log').entries()) {
        for (const [name, value] of Object.entries(expected[index]!)) {
          if (name.startsWith('_')) continue; // the source of their line
          const read = name === 'time' ? logTime(record.time) : record[own(name) as keyof AccessLogRecord];
          expect({ name, value: read === null ? '-' : String(read) }).toEqual({ name, value });
        }
      }
    });

    test('cocoonlife-s3-log-parse.json: the same fields as in their parser, where a missing number is 0', () => {
      const [record] = recordsOf('public/cocoonlife-s3-log-parse.log') as [AccessLogRecord];
      expect({
        bucket_owner: record.bucketOwner,
        bucket: record.bucket,
        timestamp: new Date(record.time).toISOString().replace('.000Z', '+00:00'),
        remote_ip: record.remoteIp,
        requester: record.requester,
        request_id: record.requestId,
        operation: record.operation,
        s3_key: record.key,
        request_uri: record.requestUri,
        status_code: record.httpStatus,
        error_code: record.errorCode,
        bytes_sent: record.bytesSent ?? 0,
        object_size: record.objectSize ?? 0,
        total_time: record.totalTime ?? 0,
        turn_around_time: record.turnAroundTime ?? 0,
        referrer: record.referer,
        user_agent: record.userAgent,
        version_id: record.versionId,
      }).toEqual(jsonOf('public/cocoonlife-s3-log-parse.json'));
    });

    test('logstash-patterns-core.json: the same fields as in their pattern, and no match where it has none', () => {
      const expected: Record<string, unknown>[] = jsonOf('public/logstash-patterns-core.json');
      const records = recordsOf('public/logstash-patterns-core.log');
      expect(records).toHaveLength(expected.length);
      for (const [index, record] of records.entries()) {
        const [verb, request, version] = record.requestUri!.split(' ');
        const quoted = (text: string | null) => `"${text ?? '-'}"`;
        const read: Record<string, unknown> = {
          owner: record.bucketOwner,
          bucket: record.bucket,
          timestamp: logTime(record.time),
          clientip: record.remoteIp,
          requester: record.requester ?? '-',
          request_id: record.requestId,
          operation: record.operation,
          key: record.key ?? '-',
          verb,
          request,
          httpversion: version!.replace('HTTP/', ''),
          response: record.httpStatus,
          error_code: record.errorCode,
          bytes: record.bytesSent,
          object_size: record.objectSize,
          request_time_ms: record.totalTime,
          turnaround_time_ms: record.turnAroundTime,
          referrer: quoted(record.referer),
          agent: quoted(record.userAgent),
          version_id: record.versionId,
        };
        const { absent = [], ...present } = expected[index]! as { absent?: string[] };
        expect(read).toMatchObject(present);
        for (const name of absent) expect({ name, value: read[name] }).toEqual({ name, value: null });
      }
    });
  });
});
