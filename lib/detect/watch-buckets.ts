import { type BucketState, LAST_LOG_EVERY, MAX_LEARNED, PUBLIC_BUCKET_NETWORKS } from '../alerting/bucket-state';
import { type BucketPolicy, isNetworkRuleChosen, remembers } from '../detection/bucket-policy';
import type { WatchedBucket } from '../detection/pairs';
import { LEARNING } from '../detection/sighting';
import type { State, Stored } from '../ports';
import type { SubjectKind } from '../rules/rule';
import { NETWORK } from '../rules/subject';
import { type Change, MAX_ATTEMPTS, updateStored } from '../state/update-stored';

const DAY = 86_400_000;

/** How new pairs of a bucket are treated at a given time. */
export interface BucketPhase {
  /** The bucket learns: new pairs become sightings without a finding. */
  readonly learning: boolean;
  /** The bucket looks public: anonymous conduct causes neither sightings nor findings. */
  readonly inactiveForAnonymous: boolean;
  /**
   * Whether one more subject of this kind may be learned; if so, counts it until the end of the portion. A bucket that
   * looks public learns no subject with public conduct: otherwise signed requests from other accounts could use up
   * `MAX_LEARNED`.
   */
  mayLearn(kind: SubjectKind['id'], isPublic: boolean): boolean;
}

/**
 * Reads and updates the items of buckets. For a bucket whose learning is finished, a warm function does so about once
 * an hour.
 */
export interface BucketWatch {
  /** Registers that a log object has records of the bucket. The first log object of a bucket starts its learning. */
  registerLog(bucket: WatchedBucket, now: number): Promise<void>;
  /** The current phase of the bucket. Call `registerLog` first. */
  currentPhase(bucket: WatchedBucket, now: number): Promise<BucketPhase>;
  /** Adds the subjects learned from a portion to the count of the bucket. Call `registerLog` first. */
  countLearned(bucket: string, learned: LearnedCount, now: number): Promise<void>;
}

/** How many subjects were learned: networks, and others. */
export interface LearnedCount {
  readonly networks: number;
  readonly others: number;
}

/** How many buckets a process remembers. Most functions serve few; one that serves more reads items again. */
const MAX_REMEMBERED = 5_000;

export function watchBuckets(state: State): BucketWatch {
  /** Only buckets whose learning is finished: until then, an operator may end the learning at any time. */
  const finished = new Map<string, BucketState>();
  /** The item as read at `at`, so that `currentPhase` right after `registerLog` does not read it again. */
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
    async registerLog({ bucket, policy }, now) {
      const known = finished.get(bucket);
      const isUpToDate = known !== undefined && now - known.lastLogAt < LAST_LOG_EVERY;
      if (isUpToDate && (known.rememberedSince !== null || !remembers(policy))) return;
      const current = await update(bucket, await state.bucket(bucket), (stored) => {
        const current = stored ?? firstLogOf(bucket, now);
        if (remembers(policy) && current.rememberedSince === null) return withRules(current, policy.learningDays, now);
        return stored === null || now - current.lastLogAt >= LAST_LOG_EVERY ? withLogAt(current, now) : null;
      });
      // guard: a bucket that learns is not remembered as known
      if (isOver(current, now)) remember(finished, bucket, current);
      remember(justRead, bucket, { at: now, value: current });
    },
    async currentPhase({ bucket, policy }, now) {
      const known = finished.get(bucket);
      if (known !== undefined && known.looksPublic !== null) return phase(known, policy, now);
      const read = justRead.get(bucket);
      // guard: what was read of a bucket holds at that moment only
      let value = read?.at === now ? read.value : (await state.bucket(bucket))?.value;
      if (value === undefined) throw new Error(`${bucket}: its item is missing from the table`);
      if (isOver(value, now) && value.looksPublic === null) {
        const looksPublic = value.learningUntil !== null && (await hasLearnedMany(state, value));
        value = await update(bucket, await state.bucket(bucket), (current) => ({ ...current!, looksPublic }));
      }
      if (isOver(value, now)) remember(finished, bucket, value);
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

function firstLogOf(bucket: string, now: number): BucketState {
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

/** Starts the rules that remember subjects for the bucket, with a learning phase first if one is configured. */
function withRules(stored: BucketState, learningDays: number, now: number): BucketState {
  const active = { ...withLogAt(stored, now), rememberedSince: now };
  if (learningDays === 0) return active;
  return {
    ...active,
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

/**
 * Whether the bucket learned more than `PUBLIC_BUCKET_NETWORKS` networks: by its counter, or else by its sightings,
 * because a run that died may have left some uncounted. Stops reading as soon as the answer is known.
 */
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
