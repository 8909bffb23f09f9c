import type { TrustedRule } from '../../detection/settings';
import { isObject } from '../../text/json-value';
import { bucketPattern } from './bucket-names';
import { instant } from './instants';
import { networkText } from './networks';
import { collect, objectOf, optional, type Parser, parsedUnless, type ValueProblem } from './parsers';
import { anyText, textLike } from './scalars';

const ruleObject = objectOf('write {"requester": …, "reason": …}', {
  requester: optional(fieldPattern('a requester', 'arn:aws:sts::123456789012:assumed-role/backup/*'), null),
  operation: optional(fieldPattern('an operation', 'REST.GET.*'), null),
  cidr: optional(networkText, null),
  bucket: optional(bucketPattern, null),
  reason: anyText('write why these requests need no checking'),
  until: optional(instant, null),
});

const CONDITIONS = ['requester', 'operation', 'cidr'] as const;

/** Which records are not evaluated. A bucket alone is not a condition: use `excludeBuckets` for that. */
export const trustedRule: Parser<TrustedRule> = (value) => {
  const problems: ValueProblem[] = [];
  const rule = collect(ruleObject(value), problems);
  if (isObject(value) && CONDITIONS.every((name) => value[name] === undefined)) {
    problems.push({ path: [], message: 'has no condition; write "requester", "operation" or "cidr"' });
  }
  return parsedUnless(problems, rule!);
};

/** Exact text or a `*` glob of a field of the log. These fields contain no whitespace. */
function fieldPattern(what: string, example: string): Parser<string> {
  return textLike({
    expected: `write ${what} as it appears in the log, or a * glob such as "${example}"`,
    problem: 'is not text without whitespace',
    pattern: /^\S+$/,
  });
}
