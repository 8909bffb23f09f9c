import { quote } from './messages';
import { textLike } from './scalars';

const ARN_START = '^arn:aws(?:-[a-z]+)*';

/** A standard topic in any partition. FIFO topics cannot deliver to e-mail or to Amazon Q. */
export const topicArn = textLike({
  expected: 'write the ARN of a standard topic such as "arn:aws:sns:eu-central-1:123456789012:alerts"',
  problem: 'is not the ARN of an SNS topic',
  pattern: new RegExp(String.raw`${ARN_START}:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$`),
  amend: (text) =>
    text.startsWith('arn:') && text.endsWith('.fifo')
      ? { problem: 'is a FIFO topic, which cannot deliver to e-mail', instead: 'write the ARN of a standard topic' }
      : undefined,
});

/** A key, not an alias: an alias can be changed to another key, and policies cannot name it as a resource. */
export const keyArn = textLike({
  expected:
    'write the ARN of a key such as "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
  problem: 'is not the ARN of a KMS key',
  pattern: new RegExp(String.raw`${ARN_START}:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]{1,100}$`),
  amend: (text) =>
    /^(?:arn:aws.*:)?alias\//.test(text)
      ? { problem: 'is an alias', instead: 'write the ARN of the key it points to' }
      : undefined,
});

/** The name of a DynamoDB table. */
export const tableName = textLike({
  expected: 'write the name of a DynamoDB table',
  problem: 'is not the name of a table',
  pattern: /^[\w.-]{3,255}$/,
  amend: (text) => {
    const name = /^arn:aws.*:table\/([\w.-]{3,255})$/.exec(text)?.[1];
    return name === undefined ? undefined : { instead: `write ${quote(name)}` };
  },
});
