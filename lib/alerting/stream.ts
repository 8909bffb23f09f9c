import type { FindingRule } from '../detection/rules';

/** What shares an alert window: one rule and bucket; findings all of whose requests were denied apart. */
export interface Stream {
  readonly rule: FindingRule;
  readonly bucket: string;
  /** The daily probing of every bucket name must not ring as often as somebody who got through. */
  readonly denied: boolean;
}

/** One text for one stream, for maps; buckets hold no space. */
export function streamKey({ rule, bucket, denied }: Stream): string {
  return `${rule}${denied ? ' denied' : ''} ${bucket}`;
}
