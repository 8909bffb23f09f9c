import * as z from 'zod';
import { looksLikeJson, parseJson, splitAtCommas } from './json';
import { quote } from './messages';
import { addIssue, delegate, type Reading, reads } from './readings';

/**
 * A list: a JSON array, its text, or comma-separated text whose items may be JSON themselves. `[]` is "none", unless
 * `atLeastOne`; an empty text never is. `example` is an item; items with the same `identity` are a problem.
 */
export function listOf<T>(
  item: z.ZodType<T>,
  { example, atLeastOne = false, identity }: ListForm<T>,
): z.ZodType<readonly T[]> {
  const expected = `write a list such as ${quote([example])}`;
  const items = reads(expected, (value): Reading<readonly Reading<unknown>[]> => {
    if (Array.isArray(value)) return { value: value.map((one: unknown) => ({ value: one })) };
    if (typeof value !== 'string' && typeof value !== 'number') return { problem: 'is not a list' };
    const text = String(value);
    if (!text.trim().startsWith('[')) return { value: splitAtCommas(text).map(readPiece) };
    const array = parseJson(text);
    if (!Array.isArray(array)) return { problem: 'is not JSON', instead: `${expected}${SHELL_HINT}` };
    return { value: array.map((one: unknown) => ({ value: one })) };
  });
  return z.unknown().transform((value, { issues }): readonly T[] => {
    const found = delegate(items, value, issues);
    if (issues.length > 0) return z.NEVER;
    if (atLeastOne && found.length === 0) addIssue(issues, [], `[] is empty; ${expected}, or leave it out`);
    const indexOf = new Map<string, number>();
    return found.map((one, index): T => {
      const before = issues.length;
      const read = 'value' in one ? delegate(item, one.value, issues, [index]) : z.NEVER;
      if ('problem' in one) addIssue(issues, [index], one.problem);
      if (identity === undefined || issues.length > before) return read;
      const first = indexOf.get(identity(read));
      if (first !== undefined)
        addIssue(issues, [index], `${quote(read)} is a duplicate of [${first}]; remove one of them`);
      else indexOf.set(identity(read), index);
      return read;
    });
  });
}

interface ListForm<T> {
  readonly example: unknown;
  readonly atLeastOne?: boolean;
  readonly identity?: (item: T) => string;
}

/** Follows an example of JSON: what goes wrong most with it behind `-c`. */
export const SHELL_HINT = ', in single quotes in a shell';

function readPiece(text: string): Reading<unknown> {
  if (!looksLikeJson(text)) return { value: text };
  const value = parseJson(text);
  if (value !== undefined) return { value };
  return { problem: `${quote(text)} is not JSON; write JSON${SHELL_HINT}, or plain text` };
}
