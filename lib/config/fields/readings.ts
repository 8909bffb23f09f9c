import * as z from 'zod';
import { quote } from './messages';

/** What a value was read as, or why not: `problem` follows the value, `instead` says what to write. */
export type Reading<T> = { readonly value: T } | { readonly problem: string; readonly instead?: string | undefined };

/** Where a zod transform reports. */
export type Issues = z.core.ParsePayload['issues'];

/** A zod type made of a plain function. `expected` (`write …`) is said wherever the function does not know better. */
export function reads<T>(expected: string, read: (value: unknown) => Reading<T>): z.ZodType<T> {
  return z.unknown().transform((value, { issues }): T => {
    const reading: Reading<T> = isEmpty(value) ? { problem: 'is empty' } : read(value);
    if ('value' in reading) return reading.value;
    const { problem, instead = expected } = reading;
    addIssue(issues, [], value === undefined ? `is missing; ${expected}` : `${quote(value)} ${problem}; ${instead}`);
    return z.NEVER;
  });
}

/** Like `reads`, of a text; anything else is refused with `problem`. */
export function readsText<T>(expected: string, problem: string, read: (text: string) => Reading<T>): z.ZodType<T> {
  return reads(expected, (value) => (typeof value === 'string' ? read(value) : { problem }));
}

/** The fallback where nothing is given. An empty value is not nothing: it is a problem. */
export function orElse<T, const D>(type: z.ZodType<T>, fallback: z.util.NoUndefined<D>) {
  const given: z.ZodType<T | D> = unlessLeftOut(type);
  return given.default(fallback);
}

/** Undefined where nothing is given. An empty value is not nothing: it is a problem. */
export function orLeftOut<T>(type: z.ZodType<T>) {
  return unlessLeftOut(type).optional();
}

function unlessLeftOut<T>(type: z.ZodType<T>): z.ZodType<T> {
  return z
    .unknown()
    .transform((value, { issues }) => delegate(type, value, issues, [], isEmpty(value) ? ', or leave it out' : ''));
}

/**
 * Runs another type inside a transform: puts what it complains about under `path`, and `addition` behind that. What it
 * then returns is of no use, which `issues` tells.
 */
export function delegate<T>(
  type: z.ZodType<T>,
  value: unknown,
  issues: Issues,
  path: readonly PropertyKey[] = [],
  addition = '',
): T {
  const result = type.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) addIssue(issues, [...path, ...issue.path], `${issue.message}${addition}`);
  return z.NEVER;
}

/** Reports a problem of what stands at `path` below the value that is being read. */
export function addIssue(issues: Issues, path: readonly PropertyKey[], message: string): void {
  issues.push({ code: 'custom', input: undefined, path: [...path], message });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
