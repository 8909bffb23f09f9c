import { type BucketState, LAST_LOG_EVERY, MAX_LEARNED, PUBLIC_BUCKET_NETWORKS } from '../alerting/bucket-state';
import type { WatchedBucket } from '../detection/pairs';
import { LEARNING } from '../detection/sighting';
import type { State, Stored } from '../ports';
import { type Change, MAX_ATTEMPTS, updateStored } from '../state/update-stored';

const DAY = 86_400_000;

/** What holds for the pairs of a bucket at a moment. */
export interface BucketPhase {
  /** New pairs are recorded and not found. */
  readonly learning: boolean;
  /** It looks public: anonymous conduct is neither recorded nor found. */
  readonly inactiveForAnonymous: boolean;
  /**
   * Whether one more network may be learned; each that may is counted until the portion ends. In a bucket that looks
   * public, none whose conduct is public: strangers who sign would else use up what may be learned.
   */
  mayLearn(isPublic: boolean): boolean;
}

/** Keeps the items of buckets; a warm function asks about a bucket that has learned hardly more than once an hour. */
export interface BucketWatch {
  /** A log object has records of the bucket: its first one starts its learning, whatever is in it. */
  met(bucket: WatchedBucket, now: number): Promise<void>;
  /** How the bucket stands; of one that was met. */
  phaseOf(bucket: WatchedBucket, now: number): Promise<BucketPhase>;
  /** Counts what a portion learned; of one that was met. */
  countLearned(bucket: string, networks: number, now: number): Promise<void>;
}

/** Buckets that are remembered: a function serves few, and one that serves many reads again. */
const MAX_REMEMBERED = 5_000;

export function watchBuckets(state: State): BucketWatch {
  /** Only buckets whose learning has passed: until then an operator may end it from one moment to the next. */
  const settled = new Map<string, BucketState>();
  /** As read at that moment: a log object that meets a bucket asks at once how it stands. */
  const justRead = new Map<string, { readonly at: number; readonly value: BucketState }>();

  async function update(
    bucket: string,
    asRead: Stored<BucketState> | null,
    next: (stored: BucketState | null) => BucketState | null,
  ): Promise<BucketState> {
    const item = { read: () => state.bucket(bucket), put: state.putBucket };
    const current = await updateStored(item, asRead, (stored): Change<BucketState, BucketState> => {
      const wanted = next(stored?.value ?? null);
      return wanted === null ? { keep: stored!.value } : { put: wanted, written: ({ value }) => value };
    });
    if (current === null) throw new Error(`${bucket}: written by other runs ${MAX_ATTEMPTS} times`);
    return current;
  }

  return {
    async met({ bucket, policy }, now) {
      const known = settled.get(bucket);
      const isWritten = known !== undefined && now - known.lastLogAt < LAST_LOG_EVERY;
      if (isWritten && (known.newIpSince !== null || !policy.newIp)) return;
      const current = await update(bucket, await state.bucket(bucket), (stored) => {
        const current = stored ?? firstMet(bucket, now);
        if (policy.newIp && current.newIpSince === null) return beginning(current, policy.learningDays, now);
        return stored === null || now - current.lastLogAt >= LAST_LOG_EVERY ? withLogAt(current, now) : null;
      });
      // guard: a bucket that learns is not remembered as known
      if (isOver(current, now)) remember(settled, bucket, current);
      remember(justRead, bucket, { at: now, value: current });
    },
    async phaseOf({ bucket, policy }, now) {
      const known = settled.get(bucket);
      if (known !== undefined && known.looksPublic !== null) return phase(known, policy, now);
      const read = justRead.get(bucket);
      // guard: what was read of a bucket holds at that moment only
      let value = read?.at === now ? read.value : (await state.bucket(bucket))?.value;
      if (value === undefined) throw new Error(`${bucket}: its item is missing from the table`);
      if (isOver(value, now) && value.looksPublic === null) {
        const looksPublic = value.learningUntil !== null && (await hasLearnedMany(state, value));
        value = await update(bucket, await state.bucket(bucket), (current) => ({ ...current!, looksPublic }));
      }
      if (isOver(value, now)) remember(settled, bucket, value);
      return phase(value, policy, now);
    },
    async countLearned(bucket, networks, now) {
      const read = await state.bucket(bucket);
      if (read === null) return;
      const value = await update(
        bucket,
        read,
        (current) => current && { ...current, learned: current.learned + networks },
      );
      remember(justRead, bucket, { at: now, value });
    },
  };
}

function remember<Value>(buckets: Map<string, Value>, bucket: string, value: Value): void {
  buckets.delete(bucket);
  buckets.set(bucket, value);
  if (buckets.size > MAX_REMEMBERED) buckets.delete(buckets.keys().next().value!);
}

function firstMet(bucket: string, now: number): BucketState {
  return {
    bucket,
    firstLogAt: now,
    lastLogAt: now,
    longestSilence: 0,
    newIpSince: null,
    learningUntil: null,
    learned: 0,
    looksPublic: false,
    notice: null,
  };
}

function withLogAt(stored: BucketState, now: number): BucketState {
  const { lastLogAt, longestSilence } = stored;
  if (lastLogAt === 0) return { ...stored, firstLogAt: now, lastLogAt: now }; // seeded before its first log
  return { ...stored, lastLogAt: now, longestSilence: Math.max(longestSilence, now - lastLogAt) };
}

/** The rule `new-ip` begins to look at a bucket, which may have to learn first. */
function beginning(stored: BucketState, learningDays: number, now: number): BucketState {
  const begun = { ...withLogAt(stored, now), newIpSince: now };
  if (learningDays === 0) return begun;
  return {
    ...begun,
    learningUntil: now + learningDays * DAY,
    looksPublic: null,
    notice: { kind: 'started', notBefore: now },
  };
}

function isOver({ learningUntil }: BucketState, now: number): boolean {
  return learningUntil === null || now >= learningUntil;
}

function phase(value: BucketState, { newIpChosen }: WatchedBucket['policy'], now: number): BucketPhase {
  const learning = !isOver(value, now);
  let { learned } = value;
  const looksPublic = (): boolean => !newIpChosen && (learning ? learned > PUBLIC_BUCKET_NETWORKS : value.looksPublic!);
  return {
    learning,
    inactiveForAnonymous: looksPublic(),
    mayLearn(isPublic) {
      if (learned >= MAX_LEARNED || (isPublic && looksPublic())) return false;
      learned++;
      return true;
    },
  };
}

/** By its counter, or by what is stored, which a death may have left uncounted; reads no further than it must. */
async function hasLearnedMany(state: State, { bucket, learned: counted }: BucketState): Promise<boolean> {
  if (counted > PUBLIC_BUCKET_NETWORKS) return true;
  let read = 0;
  let learned = 0;
  for await (const { claimedBy } of state.sightingsOf(bucket)) {
    if (claimedBy === LEARNING && ++learned > PUBLIC_BUCKET_NETWORKS) return true;
    if (++read > 2 * MAX_LEARNED) return false;
  }
  return false;
}
