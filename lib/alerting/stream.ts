import type { RuleId } from '../rules/rule';

/** What shares an alert window: one rule and bucket; findings all of whose requests were denied apart. */
export interface Stream {
  readonly rule: RuleId;
  readonly bucket: string;
  /** The daily probing of every bucket name must not send a message as often as a request that got through. */
  readonly denied: boolean;
}

export function streamOf({ rule, bucket, denied }: Stream): Stream {
  return { rule, bucket, denied };
}

/** One text for one stream: the bucket stands last, so that no name of a bucket can look like another stream. */
export function streamKey({ rule, bucket, denied }: Stream): string {
  return `${rule} ${denied ? 'denied' : 'other'} ${bucket}`;
}

/** The other stream of the same rule and bucket, with which it shares the messages of a day. */
export function siblingOf({ rule, bucket, denied }: Stream): Stream {
  return { rule, bucket, denied: !denied };
}
