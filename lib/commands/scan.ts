import { createLayout } from '../access-log/layout';
import { type LineHandler, splitLines } from '../access-log/lines';
import { locateLine } from '../access-log/parse-line';
import { overlongFailure, type ParseFailure, parseFailure } from '../access-log/read-records';
import { ReadFailure, readChunks } from '../adapters/log-files';
import { readStateFile } from '../adapters/state-file';
import type { Configuration } from '../config/configuration';
import { formatNetwork, networkOf, parseCidr } from '../detection/address';
import { compileAllowlist } from '../detection/allowlist';
import { compileBucketPolicies } from '../detection/bucket-policy';
import { createJudge, type Finding, type Learning } from '../detection/judge';
import { createObserver, type ObserverCounts } from '../detection/observe';
import type { InvalidRemoteIp } from '../detection/pairs';
import { createSightings, type Sighting } from '../detection/sightings';
import { findInputs, inOrderOfArrival, type LogObjectFile } from './inputs';
import type { Problem } from './mistake';
import { noAccessLog, sum } from './parse';
import type { Progress } from './progress';

/** A log object is folded in portions that end with the first line that makes them this many bytes. */
const PORTION_BYTES = 16 * 1024 * 1024;

/** How many parse failures are kept to be shown; all are counted. */
const MAX_FAILURE_SAMPLES = 20;

export interface ScanResult {
  readonly logObjects: number;
  readonly parseFailures: number;
  /** The first of them. */
  readonly failureSamples: readonly ParseFailure[];
  readonly counts: ObserverCounts;
  readonly invalidRemoteIps: readonly InvalidRemoteIp[];
  /** Distinct networks met in watched buckets. */
  readonly networks: number;
  /** Time of the first and last record, epoch milliseconds; null without any record. */
  readonly period: { readonly from: number; readonly to: number } | null;
  readonly findings: readonly Finding[];
  readonly learning: readonly Learning[];
  /** What is known now, for the next scan: to be kept once the findings are told. */
  readonly sightings: Iterable<Sighting>;
  readonly skipped: readonly string[];
  readonly problems: readonly Problem[];
}

export interface ScanOptions {
  readonly configuration: Configuration;
  /** CSV file of sightings to begin with; null: with none. */
  readonly stateFile: string | null;
  readonly startProgress: (totalBytes: number) => Promise<Progress>;
}

/**
 * Reads log objects as the deployed function would meet them, in the order of their arrival, and returns what it
 * would have found.
 * @throws Mistake, StateFileError: nothing was scanned. What goes wrong with a single file is in `problems`.
 */
export async function scan(paths: readonly string[], options: ScanOptions): Promise<ScanResult> {
  const { configuration, stateFile } = options;
  const sightings = createSightings(configuration.forgetDays);
  if (stateFile !== null) {
    for (const sighting of await readStateFile(stateFile)) sightings.learn(asRemembered(sighting, configuration));
  }
  const inputs = await findInputs(paths);
  const files = await inOrderOfArrival(inputs.files);

  const observer = createObserver(configuration);
  const policyOf = compileBucketPolicies(configuration, compileAllowlist(configuration.allowlist));
  const judge = createJudge({
    sightings,
    learningDaysOf: (bucket) => policyOf(bucket).learningDays,
    newIpChosenFor: (bucket) => policyOf(bucket).newIpChosen,
  });
  const problems = [...inputs.problems];
  const failureSamples: ParseFailure[] = [];
  const period = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  let parseFailures = 0;
  let logObjects = 0;

  const fail = (failure: ParseFailure): void => {
    parseFailures++;
    if (failureSamples.length < MAX_FAILURE_SAMPLES) failureSamples.push(failure);
  };

  const layout = createLayout();

  async function scanFile(file: LogObjectFile, onProgress: (bytesRead: number) => void): Promise<void> {
    const before = { failures: parseFailures, records: observer.counts.records };
    let firstFailure: ParseFailure | null = null;
    let lastRecordAt = file.keyTime ?? Number.NEGATIVE_INFINITY;
    let portionLeft = PORTION_BYTES;
    const handler: LineHandler = {
      line(bytes, start, end, number) {
        const outcome = locateLine(bytes, start, end, layout);
        if (outcome === 'record') {
          if (layout.time > lastRecordAt) lastRecordAt = layout.time;
          if (layout.time < period.from) period.from = layout.time;
          if (layout.time > period.to) period.to = layout.time;
          observer.record(bytes, start, end, layout);
        } else if (outcome !== 'blank') {
          const failure = parseFailure(file.path, number, outcome, bytes, start, end);
          firstFailure ??= failure;
          fail(failure);
        }
        portionLeft -= end - start + 1;
        if (portionLeft <= 0) {
          observer.endPortion(judge.portion(lastRecordAt));
          portionLeft = PORTION_BYTES;
        }
      },
      tooLong(sample, number) {
        const failure = overlongFailure(file.path, number, sample);
        firstFailure ??= failure;
        fail(failure);
      },
    };
    const lines = splitLines(handler, Buffer.alloc);
    try {
      await readChunks(file, (chunk, bytesRead) => {
        lines.push(chunk);
        onProgress(bytesRead);
      });
      logObjects++;
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error;
      problems.push({ kind: 'failure', message: error.message });
      if (observer.counts.records + parseFailures > before.records + before.failures) logObjects++;
    }
    lines.end();
    observer.endPortion(judge.portion(lastRecordAt));
    if (observer.counts.records === before.records && firstFailure !== null) {
      problems.push(noAccessLog(file.path, firstFailure));
    }
  }

  const progress = await options.startProgress(sum(files.map(({ size }) => size ?? 0)));
  let bytesBefore = 0;
  for (const file of files) {
    await scanFile(file, (bytesRead) => progress.at(bytesBefore + bytesRead));
    bytesBefore += file.size ?? 0;
  }
  progress.stop();
  return {
    logObjects,
    parseFailures,
    failureSamples,
    counts: observer.counts,
    invalidRemoteIps: observer.invalid,
    networks: observer.networkCount,
    period: period.from <= period.to ? period : null,
    findings: judge.findings(),
    learning: [...judge.learning],
    sightings: sightings.entries(),
    skipped: inputs.skipped,
    problems,
  };
}

/** A sighting of an address, as a Splunk lookup has them, or of a smaller network than is remembered, as one of that. */
function asRemembered(sighting: Sighting, { ipv4PrefixLength, ipv6PrefixLength }: Configuration): Sighting {
  const network = parseCidr(sighting.network);
  if ('problem' in network) return sighting;
  const { family, first: value, prefixLength } = network;
  if (prefixLength <= (family === 4 ? ipv4PrefixLength : ipv6PrefixLength)) return sighting;
  return { ...sighting, network: formatNetwork(networkOf({ family, value }, ipv4PrefixLength, ipv6PrefixLength)) };
}
