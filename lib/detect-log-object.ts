import { type LogObjectKey, readLogObjectKey } from './access-log/log-object-key';
import type { ParseFailure } from './access-log/read-records';
import { outboxFinding } from './alerting/outbox';
import type { Stream } from './alerting/stream';
import { type Claimed, claimPairs, settlePair, WRITES_AT_ONCE } from './claim-pairs';
import type { SeenPair } from './detection/claim';
import type { CompiledSettings } from './detection/compile-settings';
import { latestEventTime } from './detection/event-time';
import { type Finding, flaggedFinding, networkFinding } from './detection/finding';
import {
  countOn,
  type NetworkObservation,
  type Observer,
  type ObserverCounts,
  type Portion,
} from './detection/observe';
import type { WatchedBucket } from './detection/pairs';
import { eachBounded } from './each-bounded';
import type { Clock, LogObject, State } from './ports';
import { nothingRead, type ReadSoFar, readPortions } from './read-portions';
import type { RememberedPairs } from './remembered-pairs';
import { type KnownParts, type StreamFinding, storeFindings } from './store-findings';
import type { BucketPhase, BucketWatch } from './watch-buckets';

/** What a process keeps from one log object to the next. */
export interface Detector {
  readonly compiled: CompiledSettings;
  readonly state: State;
  readonly clock: Pick<Clock, 'now'>;
  readonly remembered: RememberedPairs;
  readonly buckets: BucketWatch;
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
  seen?(observation: NetworkObservation): void;
  learned?(bucket: string): void;
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
export function logObjectId({ bucket, key, versionId, etag }: LogObject): string {
  const version = versionId ?? etag;
  return `${bucket === '' ? '' : `${bucket}/`}${key}${version === null ? '' : `@${version}`}`;
}

/**
 * The path of detecting: reads a log object in portions and, for each, claims the pairs that are new, puts what is
 * found into the outbox, and says that this is done. Whatever step it dies after, the next run of the same log object
 * ends with the same findings in the outbox; and if there is no next run, another log object that meets the pair
 * brings its finding instead.
 */
export async function detectLogObject(run: DetectionRun, detector: Detector): Promise<Detected> {
  const { logObject, observer, writtenAt, soFar = nothingRead(), listener = {} } = run;
  const { state, clock } = detector;
  const latestTime = writtenAt === undefined ? Number.POSITIVE_INFINITY : latestEventTime(writtenAt);
  const named = readLogObjectKey(logObject.key);
  const isMisplaced = named !== null && !isOfDeployment(named, detector);
  const id = logObjectId(logObject);
  const findings = new Map<Finding['rule'], number>();
  const knownParts: KnownParts = new Map();
  let learned = 0;
  let longestOverdue = 0;
  let number = 0;

  observer.begin({ latestTime, bucket: named?.sourceBucket ?? null, isMisplaced });
  for await (const portion of readPortions({ ...run, source: id, latestTime, soFar, onFailure: listener.failure })) {
    const now = clock.now();
    const judged = await judgePortion(id, portion, now, detector, (overdue) => {
      longestOverdue = Math.max(longestOverdue, overdue);
    });
    const found = [...portion.flagged.map(flaggedFinding), ...judged.found.map(({ finding }) => finding)];
    const origin = { logObject: id, portion: number++, foundAt: now, ...whereFrom(named, detector) };
    await storeFindings(state, found.map(asStreamFinding), origin, knownParts);
    await eachBounded(judged.found, WRITES_AT_ONCE, async ({ claimed }) => {
      await settlePair(state, claimed.sighting);
      detector.remembered.remember({ ...claimed.sighting.value, owedUntil: null }, now);
    });

    for (const finding of found) {
      findings.set(finding.rule, (findings.get(finding.rule) ?? 0) + 1);
      listener.found?.(finding);
    }
    for (const { observation } of judged.found) countOn(observation);
    for (const observation of judged.seen) listener.seen?.(observation);
    for (const bucket of judged.learned) listener.learned?.(bucket);
    learned += judged.learned.length;
  }
  return { ...soFar, counts: observer.counts, findings, learned, isMisplaced, longestOverdue };
}

interface Judged {
  readonly found: readonly {
    readonly observation: NetworkObservation;
    readonly claimed: Extract<Claimed, { kind: 'found' }>;
    readonly finding: Finding;
  }[];
  readonly seen: readonly NetworkObservation[];
  /** The bucket of each pair that was learned. */
  readonly learned: readonly string[];
}

/** Decides about the pairs of a portion, and claims what is new. */
async function judgePortion(
  id: string,
  { buckets, networks }: Portion,
  now: number,
  detector: Detector,
  onOverdue: (milliseconds: number) => void,
): Promise<Judged> {
  const { compiled, state, remembered, buckets: watch } = detector;
  const { forgetDays } = compiled.settings;
  await eachBounded(buckets, WRITES_AT_ONCE, (bucket) => watch.met(bucket, now));
  const phases = await phasesOf(networks, now, detector);
  const succeeded = networks.filter(({ bucket, success }) => success !== null && !phases.get(bucket)!.resting);
  const claims = await claimPairs(succeeded.map(seenPair), {
    state,
    remembered,
    contextOf: ({ bucket }) => ({ logObject: id, now, learning: phases.get(bucket)!.learning, forgetDays }),
    onOverdue: (owedUntil) => onOverdue(now - owedUntil),
  });
  const claimOf = new Map(succeeded.map((observation, index) => [observation, claims[index]!] as const));
  const found = succeeded.flatMap((observation) => {
    const claimed = claimOf.get(observation)!;
    if (claimed.kind !== 'found') return [];
    const { forgottenSince } = claimed.sighting.value;
    const finding = networkFinding(observation, observation.success!.remoteIp, forgottenSince);
    return [{ observation, claimed, finding }];
  });
  const seen = networks.filter((observation) => (claimOf.get(observation)?.kind ?? 'known') === 'known');
  const learned = succeeded.filter((observation) => claimOf.get(observation)!.kind === 'learned');
  return { found, seen, learned: learned.map(({ bucket }) => bucket) };
}

/** How the buckets stand that new pairs may be of. */
async function phasesOf(
  networks: readonly NetworkObservation[],
  now: number,
  { compiled, buckets }: Detector,
): Promise<ReadonlyMap<string, BucketPhase>> {
  const names = [...new Set(networks.map(({ bucket }) => bucket))];
  const phases = await eachBounded(names, WRITES_AT_ONCE, (bucket) => {
    const watched: WatchedBucket = { bucket, policy: compiled.policyOf(bucket) };
    return buckets.phaseOf(watched, now);
  });
  return new Map(names.map((bucket, index) => [bucket, phases[index]!]));
}

function seenPair({ bucket, network, success, tally }: NetworkObservation): SeenPair {
  return {
    bucket,
    network,
    firstAt: success!.firstAt,
    lastAt: success!.lastAt,
    seenAs: () => {
      const record = tally.sample?.record() ?? null;
      return record === null ? null : { requester: record.requester, operation: record.operation };
    },
  };
}

function asStreamFinding(finding: Finding): StreamFinding {
  const { rule, bucket, tally } = finding;
  const denied = rule === 'unapproved-ip' && tally.denied === tally.requests;
  const stream: Stream = { rule, bucket, denied };
  return { stream, finding: outboxFinding(finding) };
}

/** The account and Region that its records are of: the deployment's, else those that its key names. */
function whereFrom(named: LogObjectKey | null, { accountId, region }: Detector) {
  return { accountId: accountId ?? named?.accountId ?? null, region: region ?? named?.region ?? null };
}

/** Whether nothing that the key says is against the account and Region of the deployment, as far as both are known. */
function isOfDeployment(named: LogObjectKey, { accountId, region }: Detector): boolean {
  const agree = (said: string | null, known: string | null) => said === null || known === null || said === known;
  return agree(named.accountId, accountId) && agree(named.region, region);
}
