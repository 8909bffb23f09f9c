import { createLayout, type LineLayout } from '../../lib/access-log/layout';
import { splitLines } from '../../lib/access-log/lines';
import { locateLine, parseLine } from '../../lib/access-log/parse-line';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { compileAllowlist } from '../../lib/detection/allowlist';
import { compileBucketPolicies } from '../../lib/detection/bucket-policy';
import { createJudge, type Finding, type Learning } from '../../lib/detection/judge';
import { createObserver, type Observer, type ObserverCounts } from '../../lib/detection/observe';
import type { InvalidRemoteIp } from '../../lib/detection/pairs';
import type { AllowlistEntry, DetectionSettings, TrustedRule } from '../../lib/detection/settings';
import { createSightings, type Sighting } from '../../lib/detection/sightings';
import type { Tally } from '../../lib/detection/tally';
import { writeLine } from './write-line';

/** The configuration's defaults, but without learning, as in `scan`. */
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

/** That time of day (UTC) on 2 March 2026, or so many days later; epoch milliseconds. */
export function at(clock: string, days = 0): number {
  return Date.parse(`2026-03-02T${clock}Z`) + days * DAY;
}

/** A plain successful GET at 09:00; tests say what is different. */
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

/** What differs from `PLAIN`, or a line as it stands in a log. */
export type Logged = Partial<AccessLogRecord> | string;

/** The line, without its LF. */
export function lineOf(logged: Logged): string {
  if (typeof logged === 'string') return logged;
  return Buffer.from(writeLine({ ...PLAIN, ...logged }, { vintage: 27, bareDashes: [] })).toString();
}

/** Shows the lines to the observer, in chunks of bytes that are gone afterwards; returns why some were no record. */
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

/** Lines that arrived together; without `arrivedAt`, as soon as the latest record so far was made, as in `scan`. */
export interface Arrival {
  readonly lines: readonly Logged[];
  readonly arrivedAt?: number;
}

export interface Watched {
  readonly findings: readonly Finding[];
  readonly counts: ObserverCounts;
  readonly invalid: readonly InvalidRemoteIp[];
  readonly networkCount: number;
  readonly sightings: readonly Sighting[];
  readonly learning: readonly Learning[];
  readonly parseFailures: readonly string[];
}

/** Observes and judges portions of lines, as `scan` does it, in memory of `known` sightings. */
export function watch(
  given: Partial<DetectionSettings>,
  portions: readonly (readonly Logged[] | Arrival)[],
  known: readonly Sighting[] = [],
): Watched {
  const settings = { ...DEFAULTS, ...given };
  const sightings = createSightings(settings.forgetDays);
  for (const sighting of known) sightings.learn(sighting);
  const observer = createObserver(settings);
  const policyOf = compileBucketPolicies(settings, compileAllowlist(settings.allowlist));
  const judge = createJudge({
    sightings,
    learningDaysOf: (bucket) => policyOf(bucket).learningDays,
    newIpChosenFor: (bucket) => policyOf(bucket).newIpChosen,
  });
  const layout = createLayout();
  const parseFailures: string[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (const portion of portions) {
    const { lines, arrivedAt }: Arrival = 'lines' in portion ? portion : { lines: portion };
    for (const line of lines) if (typeof line !== 'string') latest = Math.max(latest, line.time ?? PLAIN.time);
    parseFailures.push(...show(observer, layout, lines));
    observer.endPortion(judge.portion(arrivedAt ?? latest));
  }
  return {
    findings: judge.findings(),
    counts: observer.counts,
    invalid: observer.invalid,
    networkCount: observer.networkCount,
    sightings: [...sightings.entries()],
    learning: [...judge.learning],
    parseFailures,
  };
}

/** `new-ip payroll 203.0.113.7`: what it is a finding of. */
export function nameOf({ rule, bucket, network, remoteIp }: Finding): string {
  return `${rule} ${bucket} ${rule === 'new-ip' ? network : remoteIp}`;
}

/** The names of the findings, of one rule if that is given. */
export function namesOf({ findings }: Pick<Watched, 'findings'>, rule?: Finding['rule']): string[] {
  return findings.filter((finding) => rule === undefined || finding.rule === rule).map(nameOf);
}

/** The record that a tally shows. */
export function sampleOf({ sample }: Tally): AccessLogRecord {
  const record = sample === null ? null : parseLine(sample.line);
  if (record === null || typeof record === 'string') throw new Error(`no sample: ${record}`);
  return record;
}
