import type { Detector } from './detect-log-object';
import { rememberPairs } from './remembered-pairs';
import { viewStreams } from './stream-views';
import { watchBuckets } from './watch-buckets';

/** Creates a detector with empty caches. A process creates it once. */
export function createDetector(given: Omit<Detector, 'remembered' | 'buckets' | 'views'>): Detector {
  const { state } = given;
  return { ...given, remembered: rememberPairs(), buckets: watchBuckets(state), views: viewStreams(state) };
}
