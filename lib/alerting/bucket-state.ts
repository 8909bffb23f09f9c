/** The stored state of a watched bucket. Times are processing time, epoch milliseconds. */
export interface BucketState {
  readonly bucket: string;
  readonly firstLogAt: number;
  /** Updated at most once an hour. */
  readonly lastLogAt: number;
  /** The longest gap between two log objects so far; milliseconds. */
  readonly longestSilence: number;
  /** When a rule that remembers subjects was first on for the bucket; null: never. */
  readonly rememberedSince: number | null;
  /** When learning ends; null: the bucket never learned. */
  readonly learningUntil: number | null;
  /** How many learned networks were counted. Too few if a run died before it counted; never far too many. */
  readonly learned: number;
  /** The same count for subjects that are not networks. */
  readonly learnedOthers: number;
  /** Whether the bucket learned so many networks that it counts as public; null while it learns. */
  readonly looksPublic: boolean | null;
  /** The next notice to send, and the earliest time for it; null: none. */
  readonly notice: { readonly kind: 'started' | 'finished'; readonly notBefore: number } | null;
}

/**
 * A bucket that learned more networks than this counts as public: rules that remember subjects are inactive there for
 * anonymous access, and only for that.
 */
export const PUBLIC_BUCKET_NETWORKS = 1000;

/** A bucket learns no more networks than this, and no more other subjects. The rules report the rest as new later. */
export const MAX_LEARNED = 10_000;

/**
 * How long the notice about what was learned waits after learning has ended, so that detection runs which were in
 * progress then can finish; milliseconds.
 */
// guard: the notice of what was learned waits for slow runs
export const LEARNING_GRACE = 20 * 60_000;

const DAY = 86_400_000;

/** A bucket has no usual log interval before it has logged for this long; milliseconds. */
const INTERVAL_KNOWN_AFTER = 3 * DAY;

/** The shortest and the longest silence after which a bucket counts as silent; milliseconds. */
const SILENT_AFTER = { min: DAY, max: 14 * DAY };

/**
 * How long the metric reports a bucket as silent. Then the alarm can return to OK, and fire for the next bucket.
 * Milliseconds.
 */
export const SILENCE_REPORTED_FOR = DAY;

/**
 * From when on a bucket without new logs counts as silent: after twice its longest gap so far. Null: the bucket has not
 * logged for long enough. Epoch milliseconds.
 */
export function silentFrom({ firstLogAt, lastLogAt, longestSilence }: Omit<BucketState, 'notice'>): number | null {
  if (lastLogAt - firstLogAt < INTERVAL_KNOWN_AFTER) return null;
  return lastLogAt + Math.min(SILENT_AFTER.max, Math.max(SILENT_AFTER.min, 2 * longestSilence));
}

/** `lastLogAt` is stored at most this often; milliseconds. */
export const LAST_LOG_EVERY = 3_600_000;
