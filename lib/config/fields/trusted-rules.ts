import * as z from 'zod';
import type { TrustedRule } from '../../detection/settings';
import { isObject } from '../../text/json-value';
import { bucketPattern } from './bucket-names';
import { instant } from './instants';
import { networkText } from './networks';
import { objectOf } from './objects';
import { addIssue, delegate, orElse } from './readings';
import { anyText, textLike } from './scalars';

const ruleObject = objectOf('write {"requester": …, "reason": …}', {
  requester: orElse(fieldPattern('a requester', 'arn:aws:sts::123456789012:assumed-role/backup/*'), null),
  operation: orElse(fieldPattern('an operation', 'REST.GET.*'), null),
  cidr: orElse(networkText, null),
  bucket: orElse(bucketPattern, null),
  reason: anyText('write why these requests need no checking'),
  until: orElse(instant, null),
});

const CONDITIONS = ['requester', 'operation', 'cidr'] as const;

/** Which records are never looked at. A bucket alone is no condition: that is what `excludeBuckets` is for. */
export const trustedRule: z.ZodType<TrustedRule> = z.unknown().transform((value, { issues }) => {
  const rule = delegate(ruleObject, value, issues);
  if (isObject(value) && CONDITIONS.every((name) => value[name] === undefined)) {
    addIssue(issues, [], 'has no condition; write "requester", "operation" or "cidr"');
  }
  return rule;
});

/** Exact text or a `*` glob of a field of the log, none of which has blanks. */
function fieldPattern(what: string, example: string): z.ZodType<string> {
  return textLike({
    expected: `write ${what} as it appears in the log, or a * glob such as "${example}"`,
    problem: 'is not text without whitespace',
    pattern: /^\S+$/,
  });
}
