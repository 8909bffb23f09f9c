/** What is remembered of a watched bucket. Times are processing time, epoch milliseconds. */
export interface BucketState {
  readonly bucket: string;
  readonly firstLogAt: number;
  /** Written at most once an hour. */
  readonly lastLogAt: number;
  /** The longest time that it has been silent between two logs; milliseconds. */
  readonly longestSilence: number;
  /** Since when a rule that remembers subjects is on for it; null: none ever was. */
  readonly rememberedSince: number | null;
  /** Null: it never learned. */
  readonly learningUntil: number | null;
  /** How many networks were counted as they were learned; too few if somebody died before counting, never many too many. */
  readonly learned: number;
  /** The same of subjects that are no networks. */
  readonly learnedOthers: number;
  /** Whether it learned so many networks that it is taken for public; null while it learns. */
  readonly looksPublic: boolean | null;
  /** The notice that is to be sent, and from when on; null: none. */
  readonly notice: { readonly kind: 'started' | 'finished'; readonly notBefore: number } | null;
}

/**
 * A bucket that learned more networks than this is taken for public: rules that remember are inactive there for
 * anonymous conduct, and for nothing else.
 */
export const PUBLIC_BUCKET_NETWORKS = 1000;

/** A bucket learns no more networks than this, and no more other subjects. Others are found as new when learning is over. */
export const MAX_LEARNED = 10_000;

/** The notice of what was learned waits for detections that were under way when learning ended; milliseconds. */
export const LEARNING_GRACE = 20 * 60_000;

const DAY = 86_400_000;

/** A bucket that has logged for less than this has no habits yet; milliseconds. */
const HABITS_AFTER = 3 * DAY;

/** A silence is strange after this at the earliest, and at the latest; milliseconds. */
const STRANGE_AFTER = { least: DAY, most: 14 * DAY };

/** How long the metric says that a bucket is silent: then the alarm is free to ring for the next one. Milliseconds. */
export const SILENCE_REPORTED_FOR = DAY;

/**
 * From when on it is strange to have heard nothing of a bucket: after twice its longest silence so far. Null: it has
 * not logged for long enough to say. Epoch milliseconds.
 */
export function silentFrom({ firstLogAt, lastLogAt, longestSilence }: Omit<BucketState, 'notice'>): number | null {
  if (lastLogAt - firstLogAt < HABITS_AFTER) return null;
  return lastLogAt + Math.min(STRANGE_AFTER.most, Math.max(STRANGE_AFTER.least, 2 * longestSilence));
}

/** How often a bucket's last log is written down; milliseconds. */
export const LAST_LOG_EVERY = 3_600_000;
