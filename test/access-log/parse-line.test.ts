import { parseLine } from '../../lib/access-log/parse-line';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { LINE_CASES } from '../fixtures/line-cases';

const bytesOf = (line: string | Uint8Array): Uint8Array => (typeof line === 'string' ? Buffer.from(line) : line);

test.each(LINE_CASES)('$name', ({ line, expected, flags = [] }) => {
  const outcome = parseLine(bytesOf(line));
  if (expected === 'blank') expect(outcome).toBeNull();
  else if ('failure' in expected) expect(outcome).toBe(expected.failure);
  else expect(outcome).toEqual({ ...(outcome as AccessLogRecord), ...expected, flags });
});

test('no two cases have one name, and no address is anybody’s', () => {
  expect(new Set(LINE_CASES.map(({ name }) => name)).size).toBe(LINE_CASES.length);
  const text = LINE_CASES.map(({ line }) => Buffer.from(line).toString('latin1')).join('\n');
  const addresses = text.match(/(?<![\w.])\d{1,3}(\.\d{1,3}){3}(?![\w.])/g)!;
  expect(addresses.filter((address) => !/^(192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address))).toEqual([]);
});
