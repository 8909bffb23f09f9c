import { dynamoState } from '../../lib/adapters/aws/dynamo-state';
import { newRunId } from '../../lib/adapters/run-ids';
import { type Detector, detectLogObject } from '../../lib/detect/detect-log-object';
import { rememberPairs } from '../../lib/detect/remembered-pairs';
import { viewStreams } from '../../lib/detect/stream-views';
import { watchBuckets } from '../../lib/detect/watch-buckets';
import { compileSettings } from '../../lib/detection/compile-settings';
import { createObserver } from '../../lib/detection/observe';
import { LIMITS } from '../support/limits';
import { DEFAULTS } from '../support/observe-lines';
import type { Asked, CountedTable } from './counted-table';
import { startWorkload, type Workload, type WorkloadTruth } from './workload';

/** How a log is cut into log objects. */
export interface Objects {
  readonly name: string;
  readonly lines: number;
  readonly count: number;
}

/** One reading of a log, in the order in which the passes follow each other over one table. */
export interface Pass {
  readonly name: 'cold' | 'table warm' | 'all warm' | 'no memory' | 'next day';
  /** Of February 2026. */
  readonly day: number;
  /** `new`: of a process that starts with the pass; `kept`: of the pass before; `none`: a new process a log object. */
  readonly memory: 'new' | 'kept' | 'none';
}

const PASSES: readonly Pass[] = [
  { name: 'cold', day: 6, memory: 'new' },
  { name: 'table warm', day: 6, memory: 'new' },
  { name: 'all warm', day: 6, memory: 'kept' },
  { name: 'no memory', day: 6, memory: 'none' },
  { name: 'next day', day: 7, memory: 'new' },
];

/** What a pass came to, and what it took. */
export interface Passed extends Asked {
  readonly pass: Pass;
  readonly truth: WorkloadTruth;
  readonly records: number;
  readonly findings: number;
  readonly reads: number;
  /** Without what the index takes. */
  readonly writes: number;
}

/**
 * All that is met is judged, and all that succeeds is remembered: no allowlist settles anything, which is the most
 * that a table can be asked. Without an allowlist there is no `unapproved-ip` either, whose findings are stored anew
 * for each log object, warm or not.
 */
const COMPILED = compileSettings(DEFAULTS);

type Memory = Pick<Detector, 'remembered' | 'buckets' | 'views'>;

/** Reads the same log again and again, over one table that is empty at first. */
export async function runPasses(workload: Workload, objects: Objects, { table, asked }: CountedTable) {
  const state = dynamoState(table);
  const newMemory = (): Memory => ({
    remembered: rememberPairs(),
    buckets: watchBuckets(state),
    views: viewStreams(state),
  });
  let memory = newMemory();
  const passed: Passed[] = [];
  for (const pass of PASSES) {
    const log = startWorkload(workload, pass.day);
    // Time stands still within a pass: what is remembered for a quarter of an hour, or written once an hour, is so once.
    const clock = { now: () => Date.UTC(2026, 1, pass.day + 1) };
    const before = { ...asked, ...table.usage };
    let records = 0;
    let findings = 0;
    if (pass.memory === 'new') memory = newMemory();
    for (let number = 0; number < objects.count; number++) {
      if (pass.memory === 'none') memory = newMemory();
      const logObject = { bucket: 'logs', key: `${pass.name}/${number}`, versionId: null, etag: null };
      const chunks = inChunks(Buffer.from(log.next(objects.lines)));
      const observer = createObserver(COMPILED);
      const place = { accountId: null, region: null };
      const deployment = { compiled: COMPILED, state, clock, limits: LIMITS, newRunId, ...place };
      const detected = await detectLogObject({ logObject, chunks, observer }, { ...deployment, ...memory });
      records += detected.records;
      for (const count of detected.findings.values()) findings += count;
    }
    passed.push({
      pass,
      truth: log.truth(),
      records,
      findings,
      requests: asked.requests - before.requests,
      pairWrites: asked.pairWrites - before.pairWrites,
      indexWrites: asked.indexWrites - before.indexWrites,
      reads: table.usage.reads - before.reads,
      writes: table.usage.writes - before.writes,
    });
  }
  return passed;
}

const CHUNK_BYTES = 65_536;

async function* inChunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}
