import type { ParseFailure } from '../access-log/read-records';
import { readChunks } from '../adapters/files/log-files';
import type { MemoryState } from '../adapters/memory-state';
import { newRunId } from '../adapters/run-ids';
import type { Configuration } from '../config/configuration';
import { type DetectionListener, detectLogObject } from '../detect/detect-log-object';
import type { Detector } from '../detect/detector';
import { createDetector } from '../detect/detector';
import { nothingRead, type ReadSoFar } from '../detect/read-portions';
import { isNetworkRuleChosen } from '../detection/bucket-policy';
import { compileSettings } from '../detection/compile-settings';
import { foldFindings } from '../detection/finding';
import { createObserver, type Observer } from '../detection/observe';
import { pairText } from '../detection/sighting';
import type { Geography } from '../ports';
import { NETWORK } from '../rules/subject';
import type { LogObjectFile } from './inputs';
import { type Simulation, simulateAlerts } from './simulate-alerts';

/** Maximum number of parse failures that are kept for the output; all are counted. */
const MAX_FAILURE_SAMPLES = 20;

export interface ReplayOptions {
  readonly configuration: Configuration;
  readonly geography: Geography;
  /** The current time, epoch milliseconds: no record can be later. */
  readonly now: number;
}

/** The simulated deployment of a scan: its state, its two paths, and what they find. */
export interface Replay {
  readonly state: MemoryState;
  readonly alerts: Simulation;
  /** Shared by all log objects, so that a finding counts the requests of the whole input. */
  readonly observer: Observer;
  readonly gathered: Gathered;
  /** Creates the detector for a log object that is being read: its clock follows the records read so far. */
  readonly detectorAt: (soFar: Readonly<ReadSoFar>) => Detector;
  readonly now: number;
}

export function createReplay(state: MemoryState, { configuration, geography, now }: ReplayOptions): Replay {
  const compiled = compileSettings(configuration);
  const alerts = simulateAlerts({
    state,
    nextDueAt: async () => state.nextDueAt(),
    limits: configuration,
    geography,
    isNetworkRuleChosen: (bucket) => isNetworkRuleChosen(compiled.policyOf(bucket)),
  });
  const detector = createDetector({
    compiled,
    state,
    clock: { now: () => now },
    limits: configuration,
    newRunId,
    accountId: null,
    region: null,
  });
  return {
    state,
    alerts,
    observer: createObserver(compiled, { keepsAll: true }),
    gathered: { findings: foldFindings(), learned: new Map(), latest: new Map(), failureSamples: [] },
    detectorAt: (soFar) => ({ ...detector, clock: clockOfRecords(soFar, alerts, now) }),
    now,
  };
}

/** The arrival time of a log object, as far as its records show it while they are read; `now` before the first one. */
function clockOfRecords(soFar: Readonly<ReadSoFar>, alerts: Simulation, now: number): Detector['clock'] {
  return {
    now() {
      const arrivedAt = Math.max(alerts.now(), soFar.latest);
      return Number.isFinite(arrivedAt) ? arrivedAt : now;
    },
  };
}

/** Runs detection on a file as a log object, as far as the file can be read. */
export async function detectFile(
  file: LogObjectFile,
  { observer, gathered, detectorAt, now }: Replay,
  onRead: (bytesRead: number) => void,
): Promise<Readonly<ReadSoFar>> {
  const soFar = nothingRead();
  async function* chunksOfFile(): AsyncGenerator<Uint8Array> {
    for await (const { bytes, bytesRead } of readChunks(file)) {
      yield bytes;
      onRead(bytesRead);
    }
  }
  const run = {
    logObject: { bucket: '', key: file.path, versionId: null, etag: null },
    chunks: chunksOfFile(),
    observer,
    // The copy of a log object does not show when S3 wrote the object.
    writtenAt: now,
    soFar,
    allocate: Buffer.alloc,
    listener: listenerFor(file.path, gathered),
  };
  await detectLogObject(run, detectorAt(soFar));
  return soFar;
}

/** The results over all log objects. */
interface Gathered {
  readonly findings: ReturnType<typeof foldFindings>;
  /** Number of learned networks, by bucket. */
  readonly learned: Map<string, number>;
  /** The time of the last success of each pair that was not new, by `pairText`; epoch milliseconds. */
  readonly latest: Map<string, number>;
  readonly failureSamples: ParseFailure[];
}

function listenerFor(path: string, { findings, learned, latest, failureSamples }: Gathered): DetectionListener {
  return {
    found: (finding) => findings.add(finding),
    seen(observation) {
      findings.addSeen(observation);
      const { success } = observation;
      if (success === null) return;
      const key = pairText(observation);
      latest.set(key, Math.max(latest.get(key) ?? success.lastAt, success.lastAt));
    },
    learned({ bucket, kind }) {
      if (kind === NETWORK.id) learned.set(bucket, (learned.get(bucket) ?? 0) + 1);
    },
    failure(failure) {
      if (failureSamples.length < MAX_FAILURE_SAMPLES) failureSamples.push({ ...failure, source: path });
    },
  };
}
