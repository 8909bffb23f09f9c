import { parseLine } from '../../lib/access-log/parse-line';
import { readRecords } from '../../lib/access-log/read-records';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { LINE_CASES } from '../fixtures/line-cases';

const bytesOf = (line: string | Uint8Array): Uint8Array => (typeof line === 'string' ? Buffer.from(line) : line);

test.each(LINE_CASES)('$name', ({ line, expected, flags = [] }) => {
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

test('the names of the cases are unique, and all addresses are documentation addresses', () => {
  expect(new Set(LINE_CASES.map(({ name }) => name)).size).toBe(LINE_CASES.length);
  const text = LINE_CASES.map(({ line }) => Buffer.from(line).toString('latin1')).join('\n');
  const addresses = text.match(/(?<![\w.])\d{1,3}(\.\d{1,3}){3}(?![\w.])/g)!;
  expect(addresses.filter((address) => !/^(192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address))).toEqual([]);
});
