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
