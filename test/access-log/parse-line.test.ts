import { parseLine } from '../../lib/access-log/parse-line';
import { readRecords } from '../../lib/access-log/read-records';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { JSON_LINE_CASES } from '../fixtures/json-line-cases';
import { LINE_CASES } from '../fixtures/line-cases';

const bytesOf = (line: string | Uint8Array): Uint8Array => (typeof line === 'string' ? Buffer.from(line) : line);

const CASES = [...LINE_CASES, ...JSON_LINE_CASES];

test.each(CASES)('$name', ({ line, expected, flags = [] }) => {
  const outcome = parseLine(bytesOf(line));
  if (expected === 'blank') expect(outcome).toBeNull();
  else if ('failure' in expected) expect(outcome).toBe(expected.failure);
  else expect(outcome).toEqual({ ...(outcome as AccessLogRecord), ...expected, flags });
});

test('the remembered bucket does not affect the next line', () => {
  const plain = LINE_CASES.find(({ name }) => name === '27 fields, of 2026: the plain line')!.line as string;
  const buckets = [
    'payroll',
    'payroll',
    'payroll-x',
    'payrol',
    'payroll#',
    'payroll',
    'pay',
    'abc',
    '-',
    'payroll\xff',
  ];
  const log = buckets.map((bucket) => plain.replace(' payroll ', ` ${bucket} `)).join('\n');
  const read: string[] = [];
  const splitter = readRecords('here', {
    record: ({ bucket }) => read.push(bucket),
    failure: ({ reason }) => read.push(`(${reason})`),
  });
  splitter.push(Buffer.from(log, 'latin1'));
  splitter.end();
  const none = '(not a bucket name)';
  const expected = ['payroll', 'payroll', 'payroll-x', 'payrol', none, 'payroll', 'pay', 'abc', '(no bucket)', none];
  expect(read).toEqual(expected);
});

test('lines of both forms in one log object do not affect each other', () => {
  const none = { name: 'a failure', line: 'x' };
  const mixed = CASES.flatMap((_, index) => [CASES[index]!, CASES[(index * 7 + 3) % CASES.length]!, none]);
  const lines = mixed.map(({ line }) => Buffer.from(line)).filter((line) => !line.includes(0x0a));
  const read: (AccessLogRecord | string)[] = [];
  const splitter = readRecords('here', {
    record: (record) => read.push(record),
    failure: ({ reason }) => read.push(reason),
  });
  // Chunks in one buffer, as files are read.
  const log = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
  const chunk = Buffer.alloc(1000);
  for (let at = 0; at < log.length; at += chunk.length) splitter.push(chunk.subarray(0, log.copy(chunk, 0, at)));
  splitter.end();
  expect(read).toEqual(lines.map(parseLine).filter((outcome) => outcome !== null));
});

test('the names of the cases are unique, and all addresses are documentation addresses', () => {
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  const text = CASES.map(({ line }) => Buffer.from(line).toString('latin1')).join('\n');
  const addresses = text.match(/(?<![\w.])\d{1,3}(\.\d{1,3}){3}(?![\w.])/g)!;
  expect(addresses.filter((address) => !/^(192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address))).toEqual([]);
});
