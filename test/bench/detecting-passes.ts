import { dynamoState } from '../../lib/adapters/aws/dynamo-state';
import { newRunId } from '../../lib/adapters/run-ids';
import { detectLogObject } from '../../lib/detect/detect-log-object';
import type { Detector } from '../../lib/detect/detector';
import { rememberPairs } from '../../lib/detect/remembered-pairs';
import { viewStreams } from '../../lib/detect/stream-views';
import { watchBuckets } from '../../lib/detect/watch-buckets';
import { compileSettings } from '../../lib/detection/compile-settings';
import { createObserver } from '../../lib/detection/observe';
import { LIMITS } from '../support/limits';
import { DEFAULTS } from '../support/observe-lines';
import type { CountedTable, RequestCounts } from './counted-table';
import { startWorkload, type Workload, type WorkloadTruth } from './workload';

/** How a log is split into log objects. */
export interface Objects {
  readonly name: string;
  readonly lines: number;
  readonly count: number;
}

/** One pass over a log; the passes use one table, in this order. */
export interface Pass {
  readonly name: 'cold' | 'table warm' | 'all warm' | 'no memory' | 'next day';
  /** The day of February 2026. */
  readonly day: number;
  /** `new`: a process that starts with the pass; `kept`: that of the pass before; `none`: a new one per log object. */
  readonly memory: 'new' | 'kept' | 'none';
}

const PASSES: readonly Pass[] = [
  { name: 'cold', day: 6, memory: 'new' },
  { name: 'table warm', day: 6, memory: 'new' },
  { name: 'all warm', day: 6, memory: 'kept' },
  { name: 'no memory', day: 6, memory: 'none' },
  { name: 'next day', day: 7, memory: 'new' },
];

/** The results and the requests of a pass. */
export interface PassResult extends RequestCounts {
  readonly pass: Pass;
  readonly truth: WorkloadTruth;
  readonly records: number;
  readonly findings: number;
  readonly reads: number;
  /** Without the writes of the index. */
  readonly writes: number;
}

/**
 * Without an allowlist, every network is evaluated and every success is remembered: the maximum load of the table. It
 * also excludes `unapproved-ip`, whose findings are stored again for each log object, cached or not.
 */
const COMPILED = compileSettings(DEFAULTS);

type Memory = Pick<Detector, 'remembered' | 'buckets' | 'views'>;

/** Runs all passes over one table that is empty at first. */
export async function runPasses(workload: Workload, objects: Objects, { table, tableCounts }: CountedTable) {
  const state = dynamoState(table);
  const newMemory = (): Memory => ({
    remembered: rememberPairs(),
    buckets: watchBuckets(state),
    views: viewStreams(state),
  });
  let memory = newMemory();
  const passed: PassResult[] = [];
  for (const pass of PASSES) {
    const log = startWorkload(workload, pass.day);
    // The clock stands still within a pass, so what is cached for 15 minutes or written once an hour is done once.
    const clock = { now: () => Date.UTC(2026, 1, pass.day + 1) };
    const before = { ...tableCounts, ...table.usage };
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
      requests: tableCounts.requests - before.requests,
      pairWrites: tableCounts.pairWrites - before.pairWrites,
      indexWrites: tableCounts.indexWrites - before.indexWrites,
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
