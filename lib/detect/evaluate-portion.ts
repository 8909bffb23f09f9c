import type { SeenPair } from '../detection/claim';
import { type Finding, firstSuccessFinding } from '../detection/finding';
import { isAnonymousConduct, isPublicConduct, levelOf, rankOf } from '../detection/level';
import type { Portion, SubjectObservation } from '../detection/observation';
import type { WatchedBucket } from '../detection/pairs';
import { firstSeenByOf, type PairName, type RunName } from '../detection/sighting';
import { NETWORK } from '../rules/subject';
import { eachBounded } from '../state/each-bounded';
import { type ClaimOutcome, claimPairs, WRITES_AT_ONCE } from './claim-pairs';
import type { Detector } from './detector';
import type { BucketPhase, LearnedCount } from './watch-buckets';

interface Evaluated {
  readonly found: readonly {
    readonly observation: SubjectObservation;
    readonly claimed: Extract<ClaimOutcome, { kind: 'found' }>;
    readonly finding: Finding;
  }[];
  readonly seen: readonly SubjectObservation[];
  readonly learned: readonly PairName[];
}

/** Claims the pairs of a portion. Returns which of them are new, known or learned. */
export async function evaluatePortion(
  run: RunName,
  { buckets, subjects }: Portion,
  now: number,
  detector: Detector,
  onOverdue: (milliseconds: number) => void,
): Promise<Evaluated> {
  const { compiled, state, remembered, buckets: watch } = detector;
  const { forgetDays } = compiled.settings;
  await eachBounded(buckets, WRITES_AT_ONCE, (bucket) => watch.registerLog(bucket, now));
  const phases = await currentPhases(subjects, now, detector);
  const isIgnored = ({ bucket, tally }: SubjectObservation): boolean =>
    phases.get(bucket)!.inactiveForAnonymous && isAnonymousConduct(tally);
  const succeeded = subjects.filter((observation) => observation.success !== null && !isIgnored(observation));
  // One context per bucket: a context per pair would stay in memory for many portions.
  const contexts = new Map(
    [...phases].map(([bucket, { learning }]) => [bucket, { ...run, now, learning, forgetDays }] as const),
  );
  const claims = await claimPairs(succeeded.map(seenPair), {
    state,
    remembered,
    contextOf: ({ bucket }) => contexts.get(bucket)!,
    mayLearn: ({ bucket, kind, isPublic }) => phases.get(bucket)!.mayLearn(kind, isPublic),
    onOverdue: (owedUntil) => onOverdue(now - owedUntil),
  });
  const claimOf = new Map(succeeded.map((observation, index) => [observation, claims[index]!] as const));
  const found = succeeded.flatMap((observation) => {
    const claimed = claimOf.get(observation)!;
    if (claimed.kind !== 'found') return [];
    const { forgottenSince, raised } = claimed.sighting.value;
    const finding = firstSuccessFinding(observation, observation.success!.remoteIp, forgottenSince, raised);
    return [{ observation, claimed, finding }];
  });
  const isNew = (observation: SubjectObservation): boolean =>
    ['found', 'learned'].includes(claimOf.get(observation)?.kind ?? 'known');
  const seen = subjects.filter((observation) => !isNew(observation));
  const learned = succeeded.filter((observation) => claimOf.get(observation)!.kind === 'learned');
  await eachBounded([...countsByBucket(learned)], WRITES_AT_ONCE, ([bucket, count]) =>
    watch.countLearned(bucket, count, now),
  );
  return { found, seen, learned };
}

function countsByBucket(learned: readonly PairName[]): ReadonlyMap<string, LearnedCount> {
  const byBucket = new Map<string, LearnedCount>();
  for (const { bucket, kind } of learned) {
    const { networks, others } = byBucket.get(bucket) ?? { networks: 0, others: 0 };
    const isNetwork = kind === NETWORK.id;
    byBucket.set(bucket, isNetwork ? { networks: networks + 1, others } : { networks, others: others + 1 });
  }
  return byBucket;
}

/** The current phases of the buckets of these subjects. */
async function currentPhases(
  subjects: readonly SubjectObservation[],
  now: number,
  { compiled, buckets }: Detector,
): Promise<ReadonlyMap<string, BucketPhase>> {
  const names = [...new Set(subjects.map(({ bucket }) => bucket))];
  const phases = await eachBounded(names, WRITES_AT_ONCE, (bucket) => {
    const watched: WatchedBucket = { bucket, policy: compiled.policyOf(bucket) };
    return buckets.currentPhase(watched, now);
  });
  return new Map(names.map((bucket, index) => [bucket, phases[index]!]));
}

function seenPair({ bucket, kind, name, success, tally }: SubjectObservation): SeenPair {
  return {
    bucket,
    kind,
    name,
    firstAt: success!.firstAt,
    lastAt: success!.lastAt,
    isPublic: isPublicConduct(tally),
    changedAt: changedAt(tally, success!.firstAt),
    firstSeenBy: () => {
      const record = tally.sample?.record() ?? null;
      return record === null ? null : firstSeenByOf(record);
    },
  };
}

const CHANGED_RANK = rankOf('changed');

/**
 * The time of the first successful change: that of the sample. An observer with `keepsAll` may have no new sample; then
 * the time of the first success.
 */
function changedAt(tally: SubjectObservation['tally'], firstAt: number): number | null {
  if (levelOf(tally) !== 'changed') return null;
  return tally.sample?.rank === CHANGED_RANK ? tally.sample.time : firstAt;
}
