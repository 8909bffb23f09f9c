import { type LogObjectKey, readLogObjectKey } from '../access-log/log-object-key';
import type { ParseFailure } from '../access-log/read-records';
import { outboxFinding } from '../alerting/outbox';
import type { AlertLimits } from '../alerting/plan-stream';
import type { Stream } from '../alerting/stream';
import type { SeenPair } from '../detection/claim';
import type { CompiledSettings } from '../detection/compile-settings';
import { latestEventTime } from '../detection/event-time';
import { type Finding, firstSuccessFinding, flaggedFinding } from '../detection/finding';
import { isAnonymousConduct, isPublicConduct, levelOf, rankOf } from '../detection/level';
import { markFound, type ObserverCounts, type Portion, type SubjectObservation } from '../detection/observation';
import type { Observer } from '../detection/observe';
import type { WatchedBucket } from '../detection/pairs';
import { firstSeenByOf, markerExpiryOf, type PairName, type RunName } from '../detection/sighting';
import type { Clock, LogObject, State } from '../ports';
import { ruleOf } from '../rules/rule-of';
import { NETWORK } from '../rules/subject';
import { eachBounded } from '../state/each-bounded';
import { type ClaimOutcome, claimPairs, WRITES_AT_ONCE } from './claim-pairs';
import { nothingRead, type ReadSoFar, readPortions } from './read-portions';
import type { RememberedPairs } from './remembered-pairs';
import { type KnownParts, type StreamFinding, type StreamViews, storeFindings } from './store-findings';
import type { BucketPhase, BucketWatch, LearnedCount } from './watch-buckets';

/** What a process keeps from one log object to the next. */
export interface Detector {
  readonly compiled: CompiledSettings;
  readonly state: State;
  readonly clock: Pick<Clock, 'now'>;
  readonly remembered: RememberedPairs;
  readonly buckets: BucketWatch;
  /** What is known of streams, so that what waits in their windows is not looked at again and again. */
  readonly views: StreamViews;
  readonly limits: AlertLimits;
  /** A name for a run: another for every one, in whatever process. */
  readonly newRunId: () => string;
  /** Of the deployment: S3 delivers logs within an account and a Region. Null: what the keys of log objects say holds. */
  readonly accountId: string | null;
  readonly region: string | null;
}

/** What became of a log object. */
export interface Detected extends Readonly<ReadSoFar> {
  readonly counts: Readonly<ObserverCounts>;
  /** By rule. */
  readonly findings: ReadonlyMap<Finding['rule'], number>;
  readonly learned: number;
  /** Whether its key names another account or Region than the deployment's. */
  readonly isMisplaced: boolean;
  /** The longest that a pair met here had been owed after its time; milliseconds. */
  readonly longestOverdue: number;
}

/** Who wants to know as it goes; the command line does. */
export interface DetectionListener {
  found?(finding: Finding): void;
  /** Of a pair that is not new. */
  seen?(observation: SubjectObservation): void;
  learned?(pair: PairName): void;
  failure?(failure: ParseFailure): void;
}

/** One log object to be detected. */
export interface DetectionRun {
  readonly logObject: LogObject;
  /** Valid until the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Its own, but for somebody who reads all there is at once and wants to count over all of it. */
  readonly observer: Observer;
  /** When it was written, epoch milliseconds: its records are not much later. Undefined: they may be of any time. */
  readonly writtenAt?: number | undefined;
  /** Filled while it is read, for those who want to know as it goes. */
  readonly soFar?: ReadSoFar | undefined;
  readonly listener?: DetectionListener | undefined;
  /** As in `ReadOptions`. */
  readonly allocate?: ((length: number) => Uint8Array) | undefined;
  readonly portionBytes?: number | undefined;
}

/** Text that names exactly this version of an object; of a file, its path. */
function logObjectId({ bucket, key, versionId, etag }: LogObject): string {
  const version = versionId ?? etag;
  return `${bucket === '' ? '' : `${bucket}/`}${key}${version === null ? '' : `@${version}`}`;
}

/**
 * The path of detecting: reads a log object in portions and, for each, claims the pairs that are new and puts what is
 * found into the outbox; in the end its marker says that this is done. Whatever step it dies after, the next run of the
 * same log object ends with the same findings in the outbox; and if there is no next run, another log object that meets
 * the pair brings its finding instead.
 */
export async function detectLogObject(run: DetectionRun, detector: Detector): Promise<Detected> {
  const { logObject, observer, writtenAt, soFar = nothingRead(), listener = {} } = run;
  const { state, clock } = detector;
  const latestTime = writtenAt === undefined ? Number.POSITIVE_INFINITY : latestEventTime(writtenAt);
  const named = readLogObjectKey(logObject.key);
  const isMisplaced = named !== null && !isOfDeployment(named, detector);
  const id = logObjectId(logObject);
  const name: RunName = { logObject: id, run: detector.newRunId() };
  let claimsExpireAt: number | null | undefined;
  const findings = new Map<Finding['rule'], number>();
  const knownParts: KnownParts = new Map();
  let learned = 0;
  let longestOverdue = 0;
  let number = 0;

  const place = originOf(named, detector);
  observer.startLogObject({ latestTime, bucket: named?.sourceBucket ?? null, isMisplaced, accountId: place.accountId });
  for await (const portion of readPortions({ ...run, source: id, latestTime, soFar, onFailure: listener.failure })) {
    const now = clock.now();
    const evaluated = await evaluatePortion(name, portion, now, detector, (overdue) => {
      longestOverdue = Math.max(longestOverdue, overdue);
    });
    const found = [...portion.flagged.map(flaggedFinding), ...evaluated.found.map(({ finding }) => finding)];
    const origin = { logObject: id, portion: number++, foundAt: now, ...place };
    // guard: findings are stored before the marker
    await storeFindings(state, found.map(asStreamFinding), origin, knownParts, detector);
    for (const { claimed } of evaluated.found) {
      const { value } = claimed.sighting;
      detector.remembered.remember({ ...value, owedUntil: null }, now);
      claimsExpireAt = later(claimsExpireAt, value.expiresAt);
    }

    for (const finding of found) {
      findings.set(finding.rule, (findings.get(finding.rule) ?? 0) + 1);
      listener.found?.(finding);
    }
    for (const { observation } of evaluated.found) markFound(observation);
    for (const observation of evaluated.seen) listener.seen?.(observation);
    for (const pair of evaluated.learned) listener.learned?.(pair);
    learned += evaluated.learned.length;
  }
  // guard: the marker follows the last portion
  if (claimsExpireAt !== undefined) {
    await state.putRunDone(name, markerExpiryOf(claimsExpireAt));
    detector.remembered.rememberMarker(name);
  }
  return { ...soFar, counts: observer.counts, findings, learned, isMisplaced, longestOverdue };
}

/** The later of two times; null: never. */
function later(one: number | null | undefined, other: number | null): number | null {
  if (one === undefined) return other;
  return one === null || other === null ? null : Math.max(one, other);
}

interface Evaluated {
  readonly found: readonly {
    readonly observation: SubjectObservation;
    readonly claimed: Extract<ClaimOutcome, { kind: 'found' }>;
    readonly finding: Finding;
  }[];
  readonly seen: readonly SubjectObservation[];
  readonly learned: readonly PairName[];
}

/** Decides about the pairs of a portion, and claims what is new. */
async function evaluatePortion(
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
  // One for each bucket: one for each pair would be garbage that outlives many portions.
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

/** How the buckets stand that new pairs may be of. */
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

/** The first change that succeeded: the sample, but for an observer that keeps all and has shown a worse one before. */
function changedAt(tally: SubjectObservation['tally'], firstAt: number): number | null {
  if (levelOf(tally) !== 'changed') return null;
  return tally.sample?.rank === CHANGED_RANK ? tally.sample.time : firstAt;
}

function asStreamFinding(finding: Finding): StreamFinding {
  const { rule, bucket, tally } = finding;
  const denied = ruleOf(rule).alerts.separatesDenied && levelOf(tally) === 'denied';
  const stream: Stream = { rule, bucket, denied };
  return { stream, finding: outboxFinding(finding) };
}

/** The account and Region that its records are of: the deployment's, else those that its key names. */
function originOf(named: LogObjectKey | null, { accountId, region }: Detector) {
  return { accountId: accountId ?? named?.accountId ?? null, region: region ?? named?.region ?? null };
}

/** Whether nothing that the key says is against the account and Region of the deployment, as far as both are known. */
function isOfDeployment(named: LogObjectKey, { accountId, region }: Detector): boolean {
  const agree = (said: string | null, known: string | null) => said === null || known === null || said === known;
  return agree(named.accountId, accountId) && agree(named.region, region);
}
