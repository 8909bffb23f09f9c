import { type BucketState, LAST_LOG_EVERY, MAX_LEARNED, PUBLIC_BUCKET_NETWORKS } from '../alerting/bucket-state';
import { type BucketPolicy, isNetworkRuleChosen, remembers } from '../detection/bucket-policy';
import type { WatchedBucket } from '../detection/pairs';
import { LEARNING } from '../detection/sighting';
import type { State, Stored } from '../ports';
import type { SubjectKind } from '../rules/rule';
import { NETWORK } from '../rules/subject';

const DAY = 86_400_000;

/** What holds for the pairs of a bucket at a moment. */
export interface BucketPhase {
  /** New pairs are recorded and not found. */
  readonly learning: boolean;
  /** It looks public: anonymous conduct is neither recorded nor found. */
  readonly inactiveForAnonymous: boolean;
  /**
   * Whether one more subject of that kind may be learned; each that may is counted until the portion ends. In a bucket
   * that looks public, none whose conduct is public: strangers who sign would else use up what may be learned.
   */
  mayLearn(kind: SubjectKind['id'], isPublic: boolean): boolean;
}

/** Keeps the items of buckets; a warm function asks about a bucket that has learned hardly more than once an hour. */
export interface BucketWatch {
  /** A log object has records of the bucket: its first one starts its learning, whatever is in it. */
  met(bucket: WatchedBucket, now: number): Promise<void>;
  /** How the bucket stands; of one that was met. */
  phaseOf(bucket: WatchedBucket, now: number): Promise<BucketPhase>;
  /** Counts what a portion learned; of one that was met. */
  countLearned(bucket: string, learned: LearnedCount, now: number): Promise<void>;
}

/** How many subjects were learned: networks, and others. */
export interface LearnedCount {
  readonly networks: number;
  readonly others: number;
}

/** More often than this, something is wrong: each time another has written the same bucket in between. */
const MAX_ATTEMPTS = 20;

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
    let stored = asRead;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const wanted = next(stored?.value ?? null);
      if (wanted === null) return stored!.value;
      if ((await state.putBucket(wanted, stored?.version ?? null)) !== null) return wanted;
      stored = await state.bucket(bucket);
    }
    throw new Error(`${bucket}: written by others ${MAX_ATTEMPTS} times`);
  }

  return {
    async met({ bucket, policy }, now) {
      const known = settled.get(bucket);
      const isWritten = known !== undefined && now - known.lastLogAt < LAST_LOG_EVERY;
      if (isWritten && (known.rememberedSince !== null || !remembers(policy))) return;
      const current = await update(bucket, await state.bucket(bucket), (stored) => {
        const current = stored ?? firstMet(bucket, now);
        if (remembers(policy) && current.rememberedSince === null) return beginning(current, policy.learningDays, now);
        return stored === null || now - current.lastLogAt >= LAST_LOG_EVERY ? withLogAt(current, now) : null;
      });
      if (isOver(current, now)) remember(settled, bucket, current);
      remember(justRead, bucket, { at: now, value: current });
    },
    async phaseOf({ bucket, policy }, now) {
      const known = settled.get(bucket);
      if (known !== undefined && known.looksPublic !== null) return phase(known, policy, now);
      const read = justRead.get(bucket);
      let value = read?.at === now ? read.value : (await state.bucket(bucket))?.value;
      if (value === undefined) throw new Error(`${bucket}: its item is gone from the table`);
      if (isOver(value, now) && value.looksPublic === null) {
        const looksPublic = value.learningUntil !== null && (await hasLearnedMany(state, value));
        value = await update(bucket, await state.bucket(bucket), (current) => ({ ...current!, looksPublic }));
      }
      if (isOver(value, now)) remember(settled, bucket, value);
      return phase(value, policy, now);
    },
    async countLearned(bucket, { networks, others }, now) {
      const read = await state.bucket(bucket);
      if (read === null) return;
      const value = await update(
        bucket,
        read,
        (current) =>
          current && {
            ...current,
            learned: current.learned + networks,
            learnedOthers: current.learnedOthers + others,
          },
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
    rememberedSince: null,
    learningUntil: null,
    learned: 0,
    learnedOthers: 0,
    looksPublic: false,
    notice: null,
  };
}

function withLogAt(stored: BucketState, now: number): BucketState {
  const { lastLogAt, longestSilence } = stored;
  if (lastLogAt === 0) return { ...stored, firstLogAt: now, lastLogAt: now }; // seeded before its first log
  return { ...stored, lastLogAt: now, longestSilence: Math.max(longestSilence, now - lastLogAt) };
}

/** A rule that remembers begins to look at a bucket, which may have to learn first. */
function beginning(stored: BucketState, learningDays: number, now: number): BucketState {
  const begun = { ...withLogAt(stored, now), rememberedSince: now };
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

function phase(value: BucketState, policy: BucketPolicy, now: number): BucketPhase {
  const learning = !isOver(value, now);
  let { learned, learnedOthers } = value;
  const isChosen = isNetworkRuleChosen(policy);
  const looksPublic = (): boolean => !isChosen && (learning ? learned > PUBLIC_BUCKET_NETWORKS : value.looksPublic!);
  return {
    learning,
    inactiveForAnonymous: looksPublic(),
    mayLearn(kind, isPublic) {
      const isNetwork = kind === NETWORK.id;
      if ((isNetwork ? learned : learnedOthers) >= MAX_LEARNED || (isPublic && looksPublic())) return false;
      if (isNetwork) learned++;
      else learnedOthers++;
      return true;
    },
  };
}

/** By its counter, or by what is stored, which a death may have left uncounted; reads no further than it must. */
async function hasLearnedMany(state: State, { bucket, learned: counted }: BucketState): Promise<boolean> {
  if (counted > PUBLIC_BUCKET_NETWORKS) return true;
  let read = 0;
  let learned = 0;
  for await (const { claimedBy } of state.sightingsOf(bucket, NETWORK.id)) {
    if (claimedBy === LEARNING && ++learned > PUBLIC_BUCKET_NETWORKS) return true;
    if (++read > 2 * MAX_LEARNED) return false;
  }
  return false;
}
