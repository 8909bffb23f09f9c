import type { AlertLimits } from '../alerting/plan-stream';
import type { CompiledSettings } from '../detection/compile-settings';
import type { Clock, State } from '../ports';
import { type RememberedPairs, rememberPairs } from './remembered-pairs';
import type { StreamViews } from './store-findings';
import { viewStreams } from './stream-views';
import { type BucketWatch, watchBuckets } from './watch-buckets';

/** The dependencies of a process that detects, and its caches. */
export interface Detector {
  readonly compiled: CompiledSettings;
  readonly state: State;
  readonly clock: Pick<Clock, 'now'>;
  readonly remembered: RememberedPairs;
  readonly buckets: BucketWatch;
  /** Cached streams, to decide until when findings that are not news are deferred. */
  readonly views: StreamViews;
  readonly limits: AlertLimits;
  /** Returns an id that is unique among all runs of all processes. */
  readonly newRunId: () => string;
  /**
   * The account of the deployment: S3 delivers logs within one account and Region. Null: the account in the key of each
   * log object is used.
   */
  readonly accountId: string | null;
  /** The same for the Region. */
  readonly region: string | null;
}

/** Creates a detector with empty caches. A process creates it once. */
export function createDetector(given: Omit<Detector, 'remembered' | 'buckets' | 'views'>): Detector {
  const { state } = given;
  return { ...given, remembered: rememberPairs(), buckets: watchBuckets(state), views: viewStreams(state) };
}
