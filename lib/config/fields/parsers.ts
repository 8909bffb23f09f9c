import { isObject } from '../../text/json-value';
import { quote } from './messages';
import { suggestion } from './suggestions';

/** Converts a value from a configuration into a typed value, or returns all problems with it. Never throws. */
export type Parser<T> = (value: unknown) => Parsed<T>;

export type Parsed<T> = { readonly value: T } | { readonly problems: readonly ValueProblem[] };

/** A problem at `path` below the parsed value. */
export interface ValueProblem {
  readonly path: readonly PropertyKey[];
  /** Contains the value, what is wrong with it, and what to write instead. */
  readonly message: string;
}

/** The result for a single value: `problem` follows the value in the message, `instead` is what to write. */
export type Reading<T> = { readonly value: T } | { readonly problem: string; readonly instead?: string | undefined };

/** A parser of values that are not empty. `expected` (`write …`) ends the message unless `read` returns `instead`. */
export function parser<T>(expected: string, read: (value: unknown) => Reading<T>): Parser<T> {
  return (value) => {
    const reading: Reading<T> = isEmpty(value) ? { problem: 'is empty' } : read(value);
    if ('value' in reading) return reading;
    const { problem, instead = expected } = reading;
    return failed(value === undefined ? `is missing; ${expected}` : `${quote(value)} ${problem}; ${instead}`);
  };
}

/** Like `parser`, for texts; any other type is the given `problem`. */
export function textParser<T>(expected: string, problem: string, read: (text: string) => Reading<T>): Parser<T> {
  return parser(expected, (value) => (typeof value === 'string' ? read(value) : { problem }));
}

/** Returns the fallback if the value is undefined. An empty value is a problem. */
export function optional<T, const D = undefined>(parse: Parser<T>, fallback?: D): Parser<T | D> {
  return (value) => {
    if (value === undefined) return { value: fallback as D };
    const parsed = parse(value);
    if ('value' in parsed || !isEmpty(value)) return parsed;
    return { problems: parsed.problems.map((one) => ({ ...one, message: `${one.message}, or leave it out` })) };
  };
}

/** A parser for each field of an object. */
export type FieldParsers = Readonly<Record<string, Parser<unknown>>>;

/** The types of the parsed fields. */
export type FieldsOf<Parsers extends FieldParsers> = {
  -readonly [Name in keyof Parsers]: Parsers[Name] extends Parser<infer T> ? T : never;
};

/** Parses the fields of an object, in the order of the parsers; ignores other fields. */
export function parseFields<Parsers extends FieldParsers>(
  parsers: Parsers,
  values: Readonly<Record<string, unknown>>,
): Parsed<FieldsOf<Parsers>> {
  const problems: ValueProblem[] = [];
  const fields = Object.entries(parsers).map(([name, parse]) => [name, collect(parse(values[name]), problems, [name])]);
  return parsedUnless(problems, Object.fromEntries(fields) as FieldsOf<Parsers>);
}

/** An object with these fields; other fields are problems. `expected` (`write …`) is for values that are not objects. */
export function objectOf<Parsers extends FieldParsers>(expected: string, parsers: Parsers): Parser<FieldsOf<Parsers>> {
  const names = Object.keys(parsers);
  return (value) => {
    if (!isObject(value)) return failed(`${quote(value)} is not an object; ${expected}`);
    const problems: ValueProblem[] = Object.keys(value)
      .filter((name) => !Object.hasOwn(parsers, name))
      .map((name) => ({ path: [name], message: `no such property; ${suggestion(name, names)}` }));
    const fields = collect(parseFields(parsers, value), problems);
    return parsedUnless(problems, fields!);
  };
}

/** The value; or undefined, after adding its problems to `problems`, below `path`. */
export function collect<T>(
  parsed: Parsed<T>,
  problems: ValueProblem[],
  path: readonly PropertyKey[] = [],
): T | undefined {
  if ('value' in parsed) return parsed.value;
  for (const one of parsed.problems) problems.push({ ...one, path: [...path, ...one.path] });
  return undefined;
}

/** The value if there are no problems; otherwise the problems. */
export function parsedUnless<T>(problems: readonly ValueProblem[], value: T): Parsed<T> {
  return problems.length === 0 ? { value } : { problems };
}

export function failed(message: string): { readonly problems: readonly ValueProblem[] } {
  return { problems: [{ path: [], message }] };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
