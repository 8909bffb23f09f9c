import type { RuleId } from '../rules/rule';

/**
 * Findings that share an alert window: those of one rule and bucket. Findings of which every request was denied have a
 * stream of their own.
 */
export interface Stream {
  readonly rule: RuleId;
  readonly bucket: string;
  /** Bots probe every bucket name daily; such denials must not send messages as often as requests that got through. */
  readonly denied: boolean;
}

export function streamOf({ rule, bucket, denied }: Stream): Stream {
  return { rule, bucket, denied };
}

/** A unique key of the stream. The bucket comes last, so that no bucket name can produce the key of another stream. */
export function streamKey({ rule, bucket, denied }: Stream): string {
  return `${rule} ${denied ? 'denied' : 'other'} ${bucket}`;
}

/** The other stream of the same rule and bucket; both share the daily message limit. */
export function siblingOf({ rule, bucket, denied }: Stream): Stream {
  return { rule, bucket, denied: !denied };
}
