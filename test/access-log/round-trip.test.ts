import fc from 'fast-check';
import { parseLine } from '../../lib/access-log/parse-line';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { attackedRecord, calmRecord, unambiguousRecord } from '../support/arbitrary-records';
import { expectSame } from '../support/expect-same';
import { runs, SEED } from '../support/runs';
import { writeLine } from '../support/write-line';

const parsed = (line: Uint8Array): AccessLogRecord => {
  const record = parseLine(line);
  if (record === null || typeof record === 'string') throw new Error(`no record: ${record}`);
  return record;
};

test(`an ordinary record is read as it was written, without a flag (seed ${SEED})`, () => {
  fc.assert(
    fc.property(calmRecord, ({ record, style }) => {
      const read = parsed(writeLine(record, style));
      const quotedExtra = record.extra.some((field) => field.startsWith('"'));
      expectSame(read, { ...record, flags: quotedExtra ? read.flags : [] });
    }),
    runs(1_000),
  );
});

test(`a record with hostile texts is read as it was written, at most flagged as ambiguous (seed ${SEED})`, () => {
  fc.assert(
    fc.property(unambiguousRecord, ({ record, style }) => {
      const read = parsed(writeLine(record, style));
      expectSame(read, { ...record, flags: read.flags.filter((flag) => flag.startsWith('ambiguous-')) });
    }),
    runs(2_500),
  );
});

test(`fields of S3 never contain client text, and a wrong client text is flagged (seed ${SEED})`, () => {
  fc.assert(
    fc.property(attackedRecord, fc.constantFrom('utf8', 'latin1'), ({ record, style }, encoding) => {
      const read = parsed(writeLine(record, { ...style, encoding }));
      expectSame(ofS3(read), ofS3(record));
      if (encoding === 'utf8' && !sameTexts(read, record)) expect(read.flags.join()).toMatch('ambiguous-');
    }),
    runs(2_500),
  );
});

/** The fields that detection uses, and all other fields before the headers of the client. */
function ofS3(record: AccessLogRecord): unknown {
  const { bucketOwner, bucket, time, remoteIp, requester, requestId, operation, key } = record;
  const { httpStatus, errorCode, bytesSent, objectSize, totalTime, turnAroundTime } = record;
  const head = { bucketOwner, bucket, time, remoteIp, requester, requestId, operation, key };
  return { ...head, httpStatus, errorCode, bytesSent, objectSize, totalTime, turnAroundTime };
}

function sameTexts(read: AccessLogRecord, written: AccessLogRecord): boolean {
  const dashed = (text: string | null) => text ?? '-';
  return (['requestUri', 'referer', 'userAgent'] as const).every(
    (name) => dashed(read[name]) === dashed(written[name]),
  );
}

test.each([
  { name: 'the status is a word', damage: (block: string[]) => block.with(0, 'OK') },
  { name: 'the status is short', damage: (block: string[]) => block.with(0, '20') },
  { name: 'the error code has a colon', damage: (block: string[]) => block.with(1, 'a:b') },
  { name: 'a count is negative', damage: (block: string[]) => block.with(5, '-1') },
  { name: 'the status is missing', damage: (block: string[]) => block.slice(1) },
  { name: 'a count is missing', damage: (block: string[]) => block.slice(0, 5) },
  { name: 'the whole block is missing', damage: () => [] },
])(`a damaged status block does not let a forged one through: $name (seed ${SEED})`, ({ damage }) => {
  fc.assert(
    fc.property(attackedRecord, ({ record, style }) => {
      const forged = { ...record, userAgent: `${record.userAgent} HTTP/1.1" 299 Forged 987654321 9 9 9 "-" "` };
      const line = Buffer.from(writeLine(forged, style)).toString('latin1');
      const version = / HTTP\/\d\.\d" /.exec(line)!;
      const blockStart = version.index + version[0].length;
      const block = line.slice(blockStart).split(' ', 6);
      const rest = line.slice(blockStart + block.join(' ').length + 1);
      const read = parsed(Buffer.from([line.slice(0, blockStart - 1), ...damage(block), rest].join(' '), 'latin1'));
      if (!block.includes('299')) expect(read.httpStatus).not.toBe(299);
      expect(read.bytesSent).not.toBe(987_654_321);
      expect(read.errorCode).not.toBe('Forged');
      expect(read.requestUri).toBe(record.requestUri);
    }),
    runs(150),
  );
});
