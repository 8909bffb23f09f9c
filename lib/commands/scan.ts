import type { ParseFailure } from '../access-log/read-records';
import { ReadFailure, readChunks } from '../adapters/files/log-files';
import { readStateFile } from '../adapters/files/state-file';
import { createMemoryState, type MemoryState } from '../adapters/memory-state';
import { newRunId } from '../adapters/run-ids';
import type { Configuration } from '../config/configuration';
import { type Detector, detectLogObject } from '../detect/detect-log-object';
import { nothingRead } from '../detect/read-portions';
import { rememberPairs } from '../detect/remembered-pairs';
import { seedSightings } from '../detect/seed-sightings';
import { viewStreams } from '../detect/stream-views';
import { watchBuckets } from '../detect/watch-buckets';
import { isNetworkRuleChosen } from '../detection/bucket-policy';
import { compileSettings } from '../detection/compile-settings';
import { latestEventTime } from '../detection/event-time';
import { type Finding, foldFindings } from '../detection/finding';
import type { ObserverCounts } from '../detection/observation';
import { createObserver } from '../detection/observe';
import { pairText, type Sighting } from '../detection/sighting';
import type { SentAlert } from '../notify/notify-run';
import type { Geography, LogObject } from '../ports';
import { isDoubt } from '../rules/doubts';
import type { RuleId } from '../rules/rule';
import { isSwitched, ruleOf } from '../rules/rule-of';
import { NETWORK } from '../rules/subject';
import { findInputs, inOrderOfArrival, type LogObjectFile } from './inputs';
import { noAccessLog, sum } from './parse';
import type { Progress } from './progress';
import { simulateAlerts } from './simulate-alerts';
import type { Problem } from './usage-error';

/** How many parse failures are kept to be shown; all are counted. */
const MAX_FAILURE_SAMPLES = 20;

export interface ScanResult {
  readonly logObjects: number;
  readonly parseFailures: number;
  /** The first of them. */
  readonly failureSamples: readonly ParseFailure[];
  readonly counts: ObserverCounts;
  /** Distinct networks met in watched buckets. */
  readonly networks: number;
  /** Time of the first and last record, epoch milliseconds; null without any record. */
  readonly period: { readonly from: number; readonly to: number } | null;
  /** What the rules found, over the whole input. */
  readonly findings: readonly Finding[];
  /** Remote IPs that are no addresses. */
  readonly invalidRemoteIps: readonly Finding[];
  /** What is not believed of log objects. */
  readonly doubts: readonly Finding[];
  readonly learning: readonly Learning[];
  /** What a deployment would have sent, and when. */
  readonly alerts: readonly SentAlert[];
  /** What is known now, for the next scan: to be kept once the findings are told. */
  readonly sightings: Iterable<Sighting>;
  readonly skipped: readonly string[];
  readonly problems: readonly Problem[];
}

/** What a bucket's learning did: new pairs recorded, nothing found. */
export interface Learning {
  readonly bucket: string;
  /** Epoch milliseconds. */
  readonly until: number;
  readonly learned: number;
}

export interface ScanOptions {
  readonly configuration: Configuration;
  /** CSV file of sightings to begin with; null: with none. */
  readonly stateFile: string | null;
  readonly geography: Geography;
  /** The time of this machine, epoch milliseconds: nothing was logged later. */
  readonly now: number;
  readonly startProgress: (totalBytes: number) => Promise<Progress>;
}

/**
 * Reads log objects as the deployed function would meet them, in the order of their arrival, on the same two paths, in
 * a memory of its own and with a clock that follows the log objects.
 * @throws UsageError, StateFileError: nothing was scanned. What goes wrong with a single file is in `problems`.
 */
export async function scan(paths: readonly string[], options: ScanOptions): Promise<ScanResult> {
  const { configuration, stateFile, geography, now } = options;
  const compiled = compileSettings(configuration);
  const state = createMemoryState({ dropTold: true });
  if (stateFile !== null) await seedSightings(state, await readStateFile(stateFile), configuration);
  const inputs = await findInputs(paths);
  const files = await inOrderOfArrival(inputs.files, latestEventTime(now));

  const rehearsal = simulateAlerts({
    state,
    nextDueAt: async () => state.nextDueAt(),
    limits: configuration,
    geography,
    isNetworkRuleChosen: (bucket) => isNetworkRuleChosen(compiled.policyOf(bucket)),
  });
  // One for all log objects: a finding counts over the whole input.
  const observer = createObserver(compiled, { keepsAll: true });
  const findings = foldFindings();
  const learned = new Map<string, number>();
  const latest = new Map<string, number>();
  const problems = [...inputs.problems];
  const failureSamples: ParseFailure[] = [];
  let period = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  let parseFailures = 0;
  let logObjects = 0;

  const progress = await options.startProgress(sum(files.map(({ file }) => file.size ?? 0)));
  let bytesBefore = 0;

  let soFar = nothingRead();
  let unreadable = false;
  const detector: Detector = {
    compiled,
    state,
    // Where only its records tell when a log object arrived, they do so as they are read.
    clock: {
      now: () => {
        const arrivedAt = Math.max(rehearsal.now(), soFar.latest);
        return Number.isFinite(arrivedAt) ? arrivedAt : now;
      },
    },
    remembered: rememberPairs(),
    buckets: watchBuckets(state),
    views: viewStreams(state),
    limits: configuration,
    newRunId,
    accountId: null,
    region: null,
  };

  async function* chunksOf(file: LogObjectFile): AsyncGenerator<Uint8Array> {
    try {
      for await (const { bytes, bytesRead } of readChunks(file)) {
        yield bytes;
        progress.at(bytesBefore + bytesRead);
      }
      logObjects++;
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error;
      problems.push({ kind: 'failure', message: error.message });
      unreadable = true;
    }
  }
  for (const { file, arrivedAt } of files) {
    unreadable = false;
    soFar = nothingRead();
    if (arrivedAt !== null) await rehearsal.announceUntil(arrivedAt);
    await detectLogObject(
      {
        logObject: asLogObject(file),
        chunks: chunksOf(file),
        observer,
        // A copy of a log object does not say when the object itself was written.
        writtenAt: now,
        soFar,
        allocate: Buffer.alloc,
        listener: {
          found: (finding) => findings.add(finding),
          seen: (observation) => {
            findings.countOn(observation);
            const { success } = observation;
            if (success === null) return;
            const key = pairText(observation);
            latest.set(key, Math.max(latest.get(key) ?? success.lastAt, success.lastAt));
          },
          learned: ({ bucket, kind }) => {
            if (kind === NETWORK.id) learned.set(bucket, (learned.get(bucket) ?? 0) + 1);
          },
          failure: (failure) => {
            if (failureSamples.length < MAX_FAILURE_SAMPLES) failureSamples.push({ ...failure, source: file.path });
          },
        },
      },
      detector,
    );
    await rehearsal.announceAt(soFar.latest);
    period = { from: Math.min(period.from, soFar.earliest), to: Math.max(period.to, soFar.latest) };
    parseFailures += soFar.parseFailures;
    const { firstFailure } = soFar;
    if (unreadable && soFar.records + soFar.parseFailures > 0) logObjects++;
    if (soFar.records === 0 && firstFailure !== null) {
      problems.push(noAccessLog(file.path, firstFailure));
    }
    bytesBefore += file.size ?? 0;
  }
  progress.stop();
  const alerts = await rehearsal.end();
  const all = findings.list();
  return {
    logObjects,
    parseFailures,
    failureSamples,
    counts: observer.counts,
    networks: observer.networkCount ?? 0,
    period: period.from <= period.to ? period : null,
    findings: all.filter(({ rule }) => isSwitched(ruleOf(rule))),
    invalidRemoteIps: all.filter(({ rule, network }) => isNotJudged(rule) && !isDoubt(network)),
    doubts: all.filter(({ rule, network }) => isNotJudged(rule) && isDoubt(network)),
    learning: learningOf(state, learned),
    alerts,
    sightings: upToDate(state.allSightings(), latest),
    skipped: inputs.skipped,
    problems,
  };
}

function isNotJudged(rule: RuleId): boolean {
  return ruleOf(rule).detects.kind === 'not-judged';
}

function asLogObject(file: LogObjectFile): LogObject {
  return { bucket: '', key: file.path, versionId: null, etag: null };
}

/** A stored sighting is refreshed once a day; the next scan is to know to the second when a pair was last seen. */
function* upToDate(stored: Iterable<Sighting>, latest: ReadonlyMap<string, number>): Generator<Sighting, void> {
  for (const sighting of stored) {
    const { bucket, kind, name, firstSeenAt, lastSeenAt } = sighting;
    const seenAt = latest.get(pairText(sighting)) ?? lastSeenAt;
    yield { bucket, kind, name, firstSeenAt, lastSeenAt: Math.max(lastSeenAt, seenAt) };
  }
}

function learningOf(state: MemoryState, learned: ReadonlyMap<string, number>): Learning[] {
  return [...state.allBuckets()].flatMap(({ bucket, learningUntil }) =>
    learningUntil === null ? [] : [{ bucket, until: learningUntil, learned: learned.get(bucket) ?? 0 }],
  );
}
