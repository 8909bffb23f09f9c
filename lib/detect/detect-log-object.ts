import { type LogObjectKey, readLogObjectKey } from '../access-log/log-object-key';
import type { ParseFailure } from '../access-log/read-records';
import { outboxFinding } from '../alerting/outbox';
import type { Stream } from '../alerting/stream';
import { latestEventTime } from '../detection/event-time';
import { type Finding, flaggedFinding } from '../detection/finding';
import { levelOf } from '../detection/level';
import { markFound, type ObserverCounts, type SubjectObservation } from '../detection/observation';
import type { Observer } from '../detection/observe';
import { markerExpiryOf, type PairName, type RunName } from '../detection/sighting';
import type { LogObject } from '../ports';
import { ruleOf } from '../rules/rule-of';
import type { Detector } from './detector';
import { evaluatePortion } from './evaluate-portion';
import { nothingRead, type ReadSoFar, readPortions } from './read-portions';
import { type KnownParts, type StreamFinding, storeFindings } from './store-findings';

/** The result for a log object. */
export interface Detected extends Readonly<ReadSoFar> {
  readonly counts: Readonly<ObserverCounts>;
  /** The number of findings by rule. */
  readonly findings: ReadonlyMap<Finding['rule'], number>;
  readonly learned: number;
  /** Whether its key names another account or Region than the deployment's. */
  readonly isMisplaced: boolean;
  /** For how long the finding of a pair in this log object was overdue, at most; milliseconds. */
  readonly longestOverdue: number;
}

/** Callbacks during detection, for the command line. */
export interface DetectionListener {
  found?(finding: Finding): void;
  /** Called for a pair that is not new. */
  seen?(observation: SubjectObservation): void;
  learned?(pair: PairName): void;
  failure?(failure: ParseFailure): void;
}

/** One log object to evaluate. */
export interface DetectionRun {
  readonly logObject: LogObject;
  /** Each chunk is valid until the next one is requested. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** A new observer, or one with `keepsAll` that counts over many log objects. */
  readonly observer: Observer;
  /** When the log object was written, epoch milliseconds: its records are not much later. Undefined: not known. */
  readonly writtenAt?: number | undefined;
  /** Updated while the log object is read, for progress reports. */
  readonly soFar?: ReadSoFar | undefined;
  readonly listener?: DetectionListener | undefined;
  /** As in `ReadOptions`. */
  readonly allocate?: ((length: number) => Uint8Array) | undefined;
  readonly portionBytes?: number | undefined;
}

/** A unique id of this version of the object; for a file, its path. */
function logObjectId({ bucket, key, versionId, etag }: LogObject): string {
  const version = versionId ?? etag;
  return `${bucket === '' ? '' : `${bucket}/`}${key}${version === null ? '' : `@${version}`}`;
}

/**
 * The detect path: reads a log object in portions. For each portion, claims the new pairs and puts the findings into the
 * outbox; after the last portion, puts the marker of the run. If the run dies after any step, a retry ends with the same
 * findings in the outbox. If there is no retry, another log object with the pair stores its finding instead.
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

  const source = originOf(named, detector);
  const bucket = named?.sourceBucket ?? null;
  observer.startLogObject({ latestTime, bucket, isMisplaced, accountId: source.accountId });
  for await (const portion of readPortions({ ...run, source: id, latestTime, soFar, onFailure: listener.failure })) {
    const now = clock.now();
    const evaluated = await evaluatePortion(name, portion, now, detector, (overdue) => {
      longestOverdue = Math.max(longestOverdue, overdue);
    });
    const found = [...portion.flagged.map(flaggedFinding), ...evaluated.found.map(({ finding }) => finding)];
    const origin = { logObject: id, portion: number++, foundAt: now, ...source };
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
    await state.confirmClaims(name, markerExpiryOf(claimsExpireAt));
    detector.remembered.rememberMarker(name);
  }
  return { ...soFar, counts: observer.counts, findings, learned, isMisplaced, longestOverdue };
}

/** The later of two times; null: never. */
function later(one: number | null | undefined, other: number | null): number | null {
  if (one === undefined) return other;
  return one === null || other === null ? null : Math.max(one, other);
}

function asStreamFinding(finding: Finding): StreamFinding {
  const { rule, bucket, tally } = finding;
  const denied = ruleOf(rule).alerts.separatesDenied && levelOf(tally) === 'denied';
  const stream: Stream = { rule, bucket, denied };
  return { stream, finding: outboxFinding(finding) };
}

/** The account and Region of the records: those of the deployment, or else those that the key names. */
function originOf(named: LogObjectKey | null, { accountId, region }: Detector) {
  return { accountId: accountId ?? named?.accountId ?? null, region: region ?? named?.region ?? null };
}

/** Whether the account and Region in the key are those of the deployment. Ignores what is not known. */
function isOfDeployment(named: LogObjectKey, { accountId, region }: Detector): boolean {
  const isSame = (inKey: string | null, own: string | null) => inKey === null || own === null || inKey === own;
  return isSame(named.accountId, accountId) && isSame(named.region, region);
}
