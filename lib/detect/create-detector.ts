import type { Detector } from './detect-log-object';
import { rememberPairs } from './remembered-pairs';
import { viewStreams } from './stream-views';
import { watchBuckets } from './watch-buckets';

/** A detector that remembers nothing yet; a process makes it once. */
export function createDetector(given: Omit<Detector, 'remembered' | 'buckets' | 'views'>): Detector {
  const { state } = given;
  return { ...given, remembered: rememberPairs(), buckets: watchBuckets(state), views: viewStreams(state) };
}
