import { isDeepStrictEqual } from 'node:util';

/** `expect(actual).toEqual(expected)` for tests that compare many thousands of times: it is only called to explain. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
