import type { LearnedNetwork, NoticeBucket } from '../alert/alert';
import { NO_GEO_LOCATION } from '../alert/geo-location';
import { type BucketState, MAX_LEARNED, PUBLIC_BUCKET_NETWORKS } from '../alerting/bucket-state';
import { LEARNING, type StoredSighting } from '../detection/sighting';
import type { State } from '../ports';
import { NETWORK } from '../rules/subject';
import { compareText } from '../text/order';
import { isoTime } from '../text/times';

/** How many of the learned networks a notice names. */
const MAX_NAMED = 100;

/** How many sightings of a bucket are read for its notice: the maximum that it learns, and as many found since then. */
const MAX_READ = 2 * MAX_LEARNED;

/**
 * The content of the notice that is due for a bucket. `isChosen`: `bucketSettings` turns the rule that remembers
 * networks on for it.
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
  const total = Math.max(counted, count);
  const looksPublic = !isChosen && (isTakenForPublic === true || total > PUBLIC_BUCKET_NETWORKS);
  // Networks that did more than public conduct come first. The others are of no use if the bucket looks public.
  const named = [...others.earliest(), ...(looksPublic ? [] : readers.earliest())].slice(0, MAX_NAMED);
  return {
    bucket,
    learningUntil: until,
    learned: { count, publicOnly: readers.count(), networks: named.map(learnedNetwork) },
    looksPublic,
    isFull: total >= MAX_LEARNED,
  };
}

function learnedNetwork({ name: network, publicOnly, firstSeenBy }: StoredSighting): LearnedNetwork {
  const { requester = null, operation = null } = firstSeenBy() ?? {};
  return { network, requester, operation, publicOnly, ...NO_GEO_LOCATION };
}

/** Counts sightings and keeps the earliest `MAX_NAMED`: the state returns them in no particular order. */
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
  return a.firstSeenAt - b.firstSeenAt || compareText(a.name, b.name);
}
