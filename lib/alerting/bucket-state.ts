/** What is remembered of a watched bucket. Times are processing time, epoch milliseconds. */
export interface BucketState {
  readonly bucket: string;
  readonly firstLogAt: number;
  /** Written at most once an hour. */
  readonly lastLogAt: number;
  /** Since when `new-ip` is on for it; null: it never was. */
  readonly newIpSince: number | null;
  /** Null: it never learned. */
  readonly learningUntil: number | null;
  /** Whether it learned so many networks that it is taken for public; null while nobody has counted them. */
  readonly looksPublic: boolean | null;
  /** The notice that is to be told, and from when on; null: none. */
  readonly notice: { readonly kind: 'started' | 'finished'; readonly notBefore: number } | null;
}

/** A bucket that learned more networks than this is taken for public, and `new-ip` rests for it. */
export const PUBLIC_BUCKET_NETWORKS = 1000;

/** The notice of what was learned waits for detections that were under way when learning ended; milliseconds. */
export const LEARNING_GRACE = 20 * 60_000;

/** How often a bucket's last log is written down; milliseconds. */
export const LAST_LOG_EVERY = 3_600_000;
