import { quote } from './messages';
import { textLike } from './scalars';

/** A bucket name, also an old one: until 2018, us-east-1 allowed capitals, underscores and 255 characters. */
export const bucketName = textLike({
  expected: 'write a bucket name such as "my-access-logs"',
  problem: 'is not a bucket name',
  pattern: /^[A-Za-z0-9._-]{3,255}$/,
  amend: nameWithin,
});

/** A bucket name or a glob. Characters that no name can contain are a problem: such a pattern would never match. */
export const bucketPattern = textLike({
  expected: 'write a bucket name or a * glob such as "payroll-*"',
  problem: 'is not a bucket name or a glob of names',
  pattern: /^[A-Za-z0-9._*-]{1,255}$/,
  amend: nameWithin,
});

/** `s3://logs/prefix/` and `arn:aws:s3:::logs/*` mean `logs`. */
function nameWithin(text: string): { readonly instead: string } | undefined {
  const name = /^(?:s3:\/\/|arn:aws[a-z-]{0,20}:s3:::)([A-Za-z0-9._*-]{1,255})(?:\/|$)/.exec(text)?.[1];
  return name === undefined ? undefined : { instead: `write ${quote(name)}` };
}
