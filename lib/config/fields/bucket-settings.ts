import { globsOverlap, isGlob, literalLength } from '../../detection/glob';
import type { BucketSettings } from '../../detection/settings';
import { networkRule } from '../../rules/rule-of';
import { isObject } from '../../text/json-value';
import { compareText } from '../../text/order';
import { bucketPattern } from './bucket-names';
import { parseJson } from './json';
import { SHELL_HINT } from './lists';
import { quote } from './messages';
import { collect, objectOf, optional, type Parser, parsedUnless, parser, type ValueProblem } from './parsers';
import { ruleSwitches } from './rule-switches';
import { flag, wholeNumber } from './scalars';

const EXAMPLE = `{"${networkRule().setting.key}": false}`;
const EXPECTED = `write an object such as {"payroll-*": ${EXAMPLE}}`;

const SETTINGS = {
  ...ruleSwitches(() => optional(flag)),
  learningDays: optional(wholeNumber(0, 90, '0: no learning')),
};
const oneBucket = objectOf(`write an object such as ${EXAMPLE}`, SETTINGS);

const record = parser(EXPECTED, (value) => {
  const object = typeof value === 'string' ? parseJson(value) : value;
  if (isObject(object)) return { value: object };
  if (typeof value === 'string') return { problem: 'is not a JSON object', instead: `${EXPECTED}${SHELL_HINT}` };
  return { problem: 'is not an object' };
});

/** Settings by bucket name or glob. Two globs that are equally specific and match the same name are a problem. */
export const bucketSettings: Parser<Readonly<Record<string, BucketSettings>>> = (value) => {
  const written = record(value);
  if ('problems' in written) return written;
  const problems: ValueProblem[] = [];
  const settings = Object.entries(written.value).map(([name, own]): [string, BucketSettings] => {
    collect(bucketPattern(name), problems, [name]);
    return [name, withoutUndefined(collect(oneBucket(own), problems, [name]) ?? {})];
  });
  problems.push(...tieProblems(written.value));
  // fromEntries creates an own property even for `__proto__`.
  return parsedUnless(problems, Object.fromEntries(settings));
};

/** Without the undefined properties, so that the settings are equal to their JSON form. */
function withoutUndefined(settings: BucketSettings): BucketSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function tieProblems(written: Readonly<Record<string, unknown>>): ValueProblem[] {
  const byGlob = Object.entries(written).filter(([name]) => isGlob(name) && 'value' in bucketPattern(name));
  return Object.keys(SETTINGS).flatMap((name) => {
    const globs = byGlob.filter(([, own]) => isObject(own) && Object.hasOwn(own, name)).map(([glob]) => glob);
    return tiesAmong(globs).map(([glob, rival]) => {
      const problem = `${quote(rival)} is equally specific and can match the same bucket, so ${quote(name)} is ambiguous`;
      return { path: [glob], message: `${problem}; make one of them more specific` };
    });
  });
}

/**
 * The pairs of globs that have equally many literal characters and can match the same name. The text before the first
 * `*` of one is a prefix of that of the other, so such globs are adjacent in sorted order.
 */
function tiesAmong(globs: readonly string[]): readonly (readonly [string, string])[] {
  const sorted = globs
    .map((glob) => ({ glob, start: glob.slice(0, glob.indexOf('*')), length: literalLength(glob) }))
    .sort((a, b) => a.length - b.length || compareText(a.start, b.start) || compareText(a.glob, b.glob));
  return sorted.flatMap((one, index) => {
    const ties: [string, string][] = [];
    for (let other = sorted[++index]; other !== undefined; other = sorted[++index]) {
      if (other.length !== one.length || !other.start.startsWith(one.start)) break;
      if (globsOverlap(one.glob, other.glob)) ties.push([one.glob, other.glob]);
    }
    return ties;
  });
}
