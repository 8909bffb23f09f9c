import { looksLikeJson, parseJson, splitAtCommas } from './json';
import { quote } from './messages';
import { collect, type Parser, parsedUnless, parser, type Reading, type ValueProblem } from './parsers';

/**
 * A list: an array, the text of a JSON array, or comma-separated text whose items may be JSON. `[]` is an empty list,
 * or a problem with `atLeastOne`; an empty text is always a problem. `example` is an item. Two items with the same
 * `identity` are a problem.
 */
export function listOf<T>(
  item: Parser<T>,
  { example, atLeastOne = false, identity }: ListForm<T>,
): Parser<readonly T[]> {
  const expected = `write a list such as ${quote([example])}`;
  const items = parser(expected, (value): Reading<readonly Reading<unknown>[]> => {
    if (Array.isArray(value)) return { value: value.map((one: unknown) => ({ value: one })) };
    if (typeof value !== 'string' && typeof value !== 'number') return { problem: 'is not a list' };
    const text = String(value);
    if (!text.trim().startsWith('[')) return { value: splitAtCommas(text).map(readPiece) };
    const array = parseJson(text);
    if (!Array.isArray(array)) return { problem: 'is not JSON', instead: `${expected}${SHELL_HINT}` };
    return { value: array.map((one: unknown) => ({ value: one })) };
  });
  return (value) => {
    const found = items(value);
    if ('problems' in found) return found;
    const problems: ValueProblem[] = [];
    if (atLeastOne && found.value.length === 0) {
      problems.push({ path: [], message: `[] is empty; ${expected}, or leave it out` });
    }
    const indexOf = new Map<string, number>();
    const list = found.value.map((one, index) => {
      const path = [index];
      if ('problem' in one) {
        problems.push({ path, message: one.problem });
        return undefined;
      }
      const before = problems.length;
      const parsed = collect(item(one.value), problems, path);
      if (identity === undefined || problems.length > before) return parsed;
      const first = indexOf.get(identity(parsed!));
      if (first === undefined) indexOf.set(identity(parsed!), index);
      else problems.push({ path, message: `${quote(parsed)} is a duplicate of [${first}]; remove one of them` });
      return parsed;
    });
    return parsedUnless(problems, list as T[]);
  };
}

interface ListForm<T> {
  readonly example: unknown;
  readonly atLeastOne?: boolean;
  readonly identity?: (item: T) => string;
}

/** Follows an example of JSON. Missing quotes are the most common mistake with JSON after `-c`. */
export const SHELL_HINT = ', in single quotes in a shell';

function readPiece(text: string): Reading<unknown> {
  if (!looksLikeJson(text)) return { value: text };
  const value = parseJson(text);
  if (value !== undefined) return { value };
  return { problem: `${quote(text)} is not JSON; write JSON${SHELL_HINT}, or plain text` };
}
