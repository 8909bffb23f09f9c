import { isoTime, type LearnedNetwork, type NoticeBucket } from './alerting/alert';
import { type BucketState, LEARNING_GRACE, PUBLIC_BUCKET_NETWORKS } from './alerting/bucket-state';
import { NO_PLACE } from './alerting/place';
import { LEARNING, type StoredSighting } from './detection/sighting';
import type { State, Stored } from './ports';

/** How many of the networks that a bucket learned its notice names. */
const MOST_NAMED = 100;

const MOST_ATTEMPTS = 20;

/** What the notice that is due for a bucket says. `newIpChosen`: somebody turned `new-ip` on for just this bucket. */
export async function noticeOf(
  state: State,
  { bucket, learningUntil, notice }: BucketState,
  newIpChosen: boolean,
): Promise<NoticeBucket> {
  const until = learningUntil === null ? null : isoTime(learningUntil);
  if (notice?.kind !== 'finished') return { bucket, learningUntil: until, learned: null, looksPublic: false };
  const learned: StoredSighting[] = [];
  let count = 0;
  for await (const sighting of state.sightingsOf(bucket)) {
    if (sighting.claimedBy !== LEARNING) continue;
    count++;
    if (count <= PUBLIC_BUCKET_NETWORKS) learned.push(sighting);
  }
  // Of what is taken for public, nobody reads a list. The state has no order of its own.
  const named = count > PUBLIC_BUCKET_NETWORKS ? [] : learned.sort(earliestFirst).slice(0, MOST_NAMED);
  const networks: LearnedNetwork[] = named.map(({ network, seenAs }) => {
    const { requester = null, operation = null } = seenAs() ?? {};
    return { network, requester, operation, ...NO_PLACE };
  });
  const looksPublic = count > PUBLIC_BUCKET_NETWORKS && !newIpChosen;
  return { bucket, learningUntil: until, learned: { count, networks }, looksPublic };
}

function earliestFirst(a: StoredSighting, b: StoredSighting): number {
  return a.firstSeenAt - b.firstSeenAt || (a.network < b.network ? -1 : 1);
}

/** Says that this notice of the bucket is told, and no other; what was told of the start is told of the end later. */
export async function markNotice(state: State, told: Stored<BucketState>): Promise<void> {
  let stored: Stored<BucketState> | null = told;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { value, version }: Stored<BucketState> = stored;
    const finished = { kind: 'finished' as const, notBefore: (value.learningUntil ?? 0) + LEARNING_GRACE };
    const notice = value.notice!.kind === 'started' ? finished : null;
    if ((await state.putBucket({ ...value, notice }, version)) !== null) return;
    stored = await state.bucket(value.bucket);
    if (stored?.value.notice?.kind !== told.value.notice!.kind) return;
  }
  throw new Error(`${told.value.bucket}: written by others ${MOST_ATTEMPTS} times while its notice was marked`);
}
