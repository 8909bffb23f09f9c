import type { ParseFailure } from '../access-log/read-records';
import { readStateFile } from '../adapters/files/state-file';
import { createMemoryState, type MemoryState } from '../adapters/memory-state';
import { nothingRead, type ReadSoFar } from '../detect/read-portions';
import { seedSightings } from '../detect/seed-sightings';
import { latestEventTime } from '../detection/event-time';
import type { Finding } from '../detection/finding';
import type { ObserverCounts } from '../detection/observation';
import { pairText, type Sighting } from '../detection/sighting';
import type { SentAlert } from '../notify/notify-run';
import { isDoubt } from '../rules/doubts';
import type { RuleId } from '../rules/rule';
import { isSwitched, ruleOf } from '../rules/rule-of';
import { findInputs, inOrderOfArrival, type LogObjectFile } from './inputs';
import { noAccessLog, sum } from './parse';
import type { Progress } from './progress';
import { createReplay, detectFile, type Replay, type ReplayOptions } from './replay';
import type { Problem } from './usage-error';

export interface ScanResult {
  readonly logObjects: number;
  readonly parseFailures: number;
  /** The first parse failures. */
  readonly failureSamples: readonly ParseFailure[];
  readonly counts: ObserverCounts;
  /** Number of distinct networks that used watched buckets. */
  readonly networks: number;
  /** Time of the first and last record, epoch milliseconds; null without any record. */
  readonly period: { readonly from: number; readonly to: number } | null;
  /** Findings of the rules, over the whole input. */
  readonly findings: readonly Finding[];
  /** Remote IPs that are not addresses. */
  readonly invalidRemoteIps: readonly Finding[];
  /** Implausible content of log objects. */
  readonly doubts: readonly Finding[];
  readonly learning: readonly Learning[];
  /** The alerts that a deployment would have sent, and when. */
  readonly alerts: readonly SentAlert[];
  /** The sightings for the next scan. Save them only after the findings have been printed. */
  readonly sightings: Iterable<Sighting>;
  readonly skipped: readonly string[];
  readonly problems: readonly Problem[];
}

/** The learning of one bucket: new pairs were recorded without findings. */
export interface Learning {
  readonly bucket: string;
  /** Epoch milliseconds. */
  readonly until: number;
  readonly learned: number;
}

export interface ScanOptions extends ReplayOptions {
  /** CSV file with the initial sightings; null: none. */
  readonly stateFile: string | null;
  readonly startProgress: (totalBytes: number) => Promise<Progress>;
}

/**
 * Processes log objects as the deployed function would: in the order of their arrival, on the same two paths, but with
 * the state in memory and a clock that follows the log objects.
 * @throws UsageError, StateFileError: nothing was scanned. Problems with a single file are in `problems`.
 */
export async function scan(paths: readonly string[], options: ScanOptions): Promise<ScanResult> {
  const { configuration, stateFile, now } = options;
  const state = createMemoryState({ dropTaken: true });
  if (stateFile !== null) await seedSightings(state, await readStateFile(stateFile), configuration);
  const { files: found, skipped, problems } = await findInputs(paths);
  const files = await inOrderOfArrival(found, latestEventTime(now));

  const replay = createReplay(state, options);
  const totals = createTotals(problems);
  const progress = await options.startProgress(sum(files.map(({ file }) => file.size ?? 0)));
  let bytesBefore = 0;
  for (const { file, arrivedAt } of files) {
    if (arrivedAt !== null) await replay.alerts.notifyUntil(arrivedAt);
    const read = await detectFile(file, replay, (bytesRead) => progress.at(bytesBefore + bytesRead));
    await replay.alerts.notifyAt(read.latest);
    addFile(totals, file, read);
    bytesBefore += file.size ?? 0;
  }
  progress.stop();
  return resultOf(replay, totals, await replay.alerts.end(), skipped);
}

/** Totals over the files of a scan. */
interface Totals {
  logObjects: number;
  parseFailures: number;
  /** Times of the first and the last record, epoch milliseconds. */
  earliest: number;
  latest: number;
  readonly problems: Problem[];
}

function createTotals(problems: readonly Problem[]): Totals {
  const { parseFailures, earliest, latest } = nothingRead();
  return { logObjects: 0, parseFailures, earliest, latest, problems: [...problems] };
}

function addFile(totals: Totals, { path }: LogObjectFile, read: Readonly<ReadSoFar>): void {
  const { records, parseFailures, firstFailure, earliest, latest, failure } = read;
  // A file that could not be read at all is not a log object.
  if (failure === null || records + parseFailures > 0) totals.logObjects++;
  totals.parseFailures += parseFailures;
  totals.earliest = Math.min(totals.earliest, earliest);
  totals.latest = Math.max(totals.latest, latest);
  if (failure !== null) totals.problems.push({ kind: 'failure', message: failure.message });
  if (records === 0 && firstFailure !== null) totals.problems.push(noAccessLog(path, firstFailure));
}

function resultOf(
  { state, observer, gathered }: Replay,
  { logObjects, parseFailures, earliest, latest, problems }: Totals,
  alerts: readonly SentAlert[],
  skipped: readonly string[],
): ScanResult {
  const all = gathered.findings.list();
  return {
    logObjects,
    parseFailures,
    failureSamples: gathered.failureSamples,
    counts: observer.counts,
    networks: observer.networkCount ?? 0,
    period: earliest <= latest ? { from: earliest, to: latest } : null,
    findings: all.filter(({ rule }) => isSwitched(ruleOf(rule))),
    invalidRemoteIps: all.filter(({ rule, network }) => isNotEvaluated(rule) && !isDoubt(network)),
    doubts: all.filter(({ rule, network }) => isNotEvaluated(rule) && isDoubt(network)),
    learning: learningOf(state, gathered.learned),
    alerts,
    sightings: upToDate(state.allSightings(), gathered.latest),
    skipped,
    problems,
  };
}

function isNotEvaluated(rule: RuleId): boolean {
  return ruleOf(rule).detects.kind === 'not-evaluated';
}

/** The stored sightings, which are refreshed once a day, with the exact time when each pair was last seen. */
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
