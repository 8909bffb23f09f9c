import type { LineLayout } from '../../lib/access-log/layout';
import { splitLines } from '../../lib/access-log/lines';
import { locateLine, parseLine } from '../../lib/access-log/parse-line';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { createMemoryState } from '../../lib/adapters/memory-state';
import { newRunId } from '../../lib/adapters/run-ids';
import type { Learning } from '../../lib/commands/scan';
import { type DetectionListener, detectLogObject } from '../../lib/detect/detect-log-object';
import { createDetector } from '../../lib/detect/detector';
import { seedSightings } from '../../lib/detect/seed-sightings';
import { compileSettings } from '../../lib/detection/compile-settings';
import { type Finding, foldFindings } from '../../lib/detection/finding';
import type { ObserverCounts } from '../../lib/detection/observation';
import { createObserver, type Observer } from '../../lib/detection/observe';
import type { AllowlistEntry, DetectionSettings, TrustedRule } from '../../lib/detection/settings';
import type { Sighting } from '../../lib/detection/sighting';
import type { Tally } from '../../lib/detection/tally';
import type { RuleId } from '../../lib/rules/rule';
import { LIMITS } from './limits';
import { DETECTOR_ERROR, NEW_IP, TEST, UNAPPROVED_IP } from './rule-ids';
import { writeLine } from './write-line';

/** The defaults of the configuration, but without learning, as in `scan`. */
export const DEFAULTS: DetectionSettings = {
  allowlist: [],
  buckets: [],
  excludeBuckets: [],
  bucketSettings: {},
  trusted: [],
  unapprovedIp: true,
  newIp: true,
  successStatuses: ['2xx', '304'],
  learningDays: 0,
  forgetDays: 90,
  ipv4PrefixLength: 32,
  ipv6PrefixLength: 64,
};

export function entry(cidr: string, given: Partial<AllowlistEntry> = {}): AllowlistEntry {
  return { cidr, reason: null, buckets: null, until: null, ...given };
}

export function trust(given: Partial<TrustedRule>): TrustedRule {
  return { requester: null, operation: null, cidr: null, bucket: null, reason: 'test', until: null, ...given };
}

export const DAY = 86_400_000;

/** The given time of day (UTC) on 2 March 2026, or the given number of days later; epoch milliseconds. */
export function at(clock: string, days = 0): number {
  return Date.parse(`2026-03-02T${clock}Z`) + days * DAY;
}

/** A plain successful GET at 09:00; tests override fields. */
export const PLAIN: AccessLogRecord = {
  bucketOwner: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
  bucket: 'payroll',
  time: at('09:00'),
  remoteIp: '203.0.113.7',
  requester: 'arn:aws:iam::111122223333:user/ana',
  requestId: '3E57427F33A59F07',
  operation: 'REST.GET.OBJECT',
  key: '2026/february.csv',
  requestUri: 'GET /2026/february.csv HTTP/1.1',
  httpStatus: 200,
  errorCode: null,
  bytesSent: 100,
  objectSize: 100,
  totalTime: 70,
  turnAroundTime: 10,
  referer: null,
  userAgent: 'curl/8.5.0',
  versionId: null,
  hostId: 's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=',
  signatureVersion: 'SigV4',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
  authenticationType: 'AuthHeader',
  hostHeader: 'payroll.s3.eu-central-1.amazonaws.com',
  tlsVersion: 'TLSv1.3',
  accessPointArn: null,
  aclRequired: null,
  sourceRegion: null,
  extra: [],
  flags: [],
};

/** The fields that differ from `PLAIN`, or a complete line of a log. */
export type Logged = Partial<AccessLogRecord> | string;

/** The line, without its LF. */
export function lineOf(logged: Logged): string {
  if (typeof logged === 'string') return logged;
  return Buffer.from(writeLine({ ...PLAIN, ...logged }, { vintage: 27, bareDashes: [] })).toString();
}

/** Passes the lines to the observer, in chunks that are overwritten afterwards; returns why some are not records. */
export function show(observer: Observer, layout: LineLayout, lines: readonly Logged[]): string[] {
  const failures: string[] = [];
  const splitter = splitLines({
    line(bytes, start, end) {
      const outcome = locateLine(bytes, start, end, layout);
      if (outcome === 'record') observer.record(bytes, start, end, layout);
      else failures.push(outcome);
    },
    tooLong: () => failures.push('too long'),
  });
  const chunk = Buffer.from(lines.map((line) => `${lineOf(line)}\n`).join(''));
  splitter.push(chunk);
  splitter.end();
  chunk.fill(0);
  return failures;
}

/** Lines that arrived together; without `arrivedAt`, at the time of the latest record so far, as in `scan`. */
export interface Arrival {
  readonly lines: readonly Logged[];
  readonly arrivedAt?: number;
}

/** A remote IP that is not an address, and how often it occurred. */
export interface InvalidRemoteIp {
  readonly bucket: string;
  readonly remoteIp: string;
  readonly requests: number;
}

/** A finding of one of the two rules. */
export interface RuleFinding extends Finding {
  readonly rule: RuleId;
}

export interface Watched {
  readonly findings: readonly RuleFinding[];
  readonly counts: ObserverCounts;
  readonly invalid: readonly InvalidRemoteIp[];
  /** Findings of the reserved test bucket. */
  readonly tests: readonly Finding[];
  readonly networkCount: number;
  readonly sightings: readonly Sighting[];
  readonly learning: readonly Learning[];
  readonly parseFailures: readonly string[];
}

/** Runs detection over one log object after the other, like `scan`, with `known` sightings in memory. */
export async function watch(
  given: Partial<DetectionSettings>,
  arrivals: readonly (readonly Logged[] | Arrival)[],
  known: readonly Sighting[] = [],
): Promise<Watched> {
  const compiled = compileSettings({ ...DEFAULTS, ...given });
  const state = createMemoryState();
  await seedSightings(state, known, compiled.settings);
  const observer = createObserver(compiled, { keepsAll: true });
  const folded = foldFindings();
  const learned = new Map<string, number>();
  const parseFailures: string[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  let now = latest;
  const detector = createDetector({
    compiled,
    state,
    clock: { now: () => now },
    newRunId,
    limits: LIMITS,
    accountId: null,
    region: null,
  });
  for (const [index, arrival] of arrivals.entries()) {
    const { lines, arrivedAt }: Arrival = 'lines' in arrival ? arrival : { lines: arrival };
    for (const line of lines) if (typeof line !== 'string') latest = Math.max(latest, line.time ?? PLAIN.time);
    now = arrivedAt ?? latest;
    const logObject = { bucket: 'logs', key: `log-${index}`, versionId: null, etag: null };
    const listener: DetectionListener = {
      found: (finding) => folded.add(finding),
      seen: (observation) => folded.addSeen(observation),
      learned: ({ bucket }) => learned.set(bucket, (learned.get(bucket) ?? 0) + 1),
      failure: ({ reason }) => parseFailures.push(reason),
    };
    await detectLogObject({ logObject, chunks: chunkOf(lines), observer, listener }, detector);
  }
  const findings = folded.list();
  return {
    findings: findings.filter(isOfRule),
    counts: observer.counts,
    invalid: findings
      .filter(({ rule }) => rule === DETECTOR_ERROR)
      .map(({ bucket, remoteIp, tally }) => ({ bucket, remoteIp, requests: tally.requests })),
    tests: findings.filter(({ rule }) => rule === TEST),
    networkCount: observer.networkCount ?? 0,
    sightings: [...state.allSightings()].map(asSighting),
    learning: [...state.allBuckets()].flatMap(({ bucket, learningUntil: until }) =>
      until === null ? [] : [{ bucket, until, learned: learned.get(bucket) ?? 0 }],
    ),
    parseFailures,
  };
}

function isOfRule(finding: Finding): finding is RuleFinding {
  return finding.rule === NEW_IP || finding.rule === UNAPPROVED_IP;
}

/** The lines in one chunk, which is overwritten when the next chunk is requested. */
async function* chunkOf(lines: readonly Logged[]): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.from(lines.map((line) => `${lineOf(line)}\n`).join(''));
  yield chunk;
  chunk.fill(0);
}

/** A sighting without the other properties that the state stores. */
export function asSighting({ bucket, kind, name, firstSeenAt, lastSeenAt }: Sighting): Sighting {
  return { bucket, kind, name, firstSeenAt, lastSeenAt };
}

/** The name of a finding: `new-ip payroll 203.0.113.7`. */
export function nameOf({ rule, bucket, network }: Finding): string {
  return `${rule} ${bucket} ${network}`;
}

/** The names of the findings, optionally of one rule only. */
export function namesOf({ findings }: Pick<Watched, 'findings'>, rule?: Finding['rule']): string[] {
  return findings.filter((finding) => rule === undefined || finding.rule === rule).map(nameOf);
}

/** The sample record of a tally. */
export function sampleOf({ sample }: Tally): AccessLogRecord {
  const record = sample === null ? null : parseLine(sample.line);
  if (record === null || typeof record === 'string') throw new Error(`no sample: ${record}`);
  return record;
}
