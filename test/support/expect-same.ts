import { isDeepStrictEqual } from 'node:util';

/**
 * `expect(actual).toEqual(expected)` for tests with many thousands of comparisons: calls `expect` only on a mismatch.
 */
export function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
