import type { LearnedNetwork, NoticeBucket } from '../alert/alert';
import { NO_GEO_LOCATION } from '../alert/geo-location';
import { type BucketState, MAX_LEARNED, PUBLIC_BUCKET_NETWORKS } from '../alerting/bucket-state';
import { LEARNING, type StoredSighting } from '../detection/sighting';
import type { State } from '../ports';
import { NETWORK } from '../rules/subject';
import { isoTime } from '../text/times';

/** How many of the networks that a bucket learned its notice names. */
const MAX_NAMED = 100;

/** How many sightings of a bucket are read for its notice: all that it may learn, and as many that were found since. */
const MAX_READ = 2 * MAX_LEARNED;

/**
 * What the notice that is due for a bucket says. `isChosen`: somebody turned the rule that remembers networks on for just
 * this bucket.
 */
export async function noticeOf(
  state: State,
  { bucket, learningUntil, learned: counted, looksPublic: isTakenForPublic, notice }: BucketState,
  isChosen: boolean,
): Promise<NoticeBucket> {
  const until = learningUntil === null ? null : isoTime(learningUntil);
  if (notice?.kind !== 'finished') {
    return { bucket, learningUntil: until, learned: null, looksPublic: false, isFull: false };
  }
  const readers = keepEarliest();
  const others = keepEarliest();
  let read = 0;
  for await (const sighting of state.sightingsOf(bucket, NETWORK.id)) {
    if (sighting.claimedBy === LEARNING) (sighting.publicOnly ? readers : others).add(sighting);
    if (++read >= MAX_READ) break;
  }
  const count = readers.count() + others.count();
  const most = Math.max(counted, count);
  const looksPublic = !isChosen && (isTakenForPublic === true || most > PUBLIC_BUCKET_NETWORKS);
  // Nobody reads a list of the public; who did more than read comes first.
  const named = [...others.earliest(), ...(looksPublic ? [] : readers.earliest())].slice(0, MAX_NAMED);
  return {
    bucket,
    learningUntil: until,
    learned: { count, publicOnly: readers.count(), networks: named.map(learnedNetwork) },
    looksPublic,
    isFull: most >= MAX_LEARNED,
  };
}

function learnedNetwork({ name: network, publicOnly, firstSeenBy }: StoredSighting): LearnedNetwork {
  const { requester = null, operation = null } = firstSeenBy() ?? {};
  return { network, requester, operation, publicOnly, ...NO_GEO_LOCATION };
}

/** Counts sightings and keeps those that may be named: the state has no order of its own. */
function keepEarliest() {
  const kept: StoredSighting[] = [];
  let count = 0;
  return {
    add(sighting: StoredSighting): void {
      count++;
      kept.push(sighting);
      if (kept.length >= 2 * MAX_NAMED) kept.sort(earliestFirst).splice(MAX_NAMED);
    },
    count: () => count,
    earliest: () => kept.sort(earliestFirst).slice(0, MAX_NAMED),
  };
}

function earliestFirst(a: StoredSighting, b: StoredSighting): number {
  return a.firstSeenAt - b.firstSeenAt || (a.name < b.name ? -1 : 1);
}
