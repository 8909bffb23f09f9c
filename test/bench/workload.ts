import { closeSync, openSync, writeSync } from 'node:fs';
import { parseLine } from '../../lib/access-log/parse-line';
import { createRandom } from '../support/random';
import { writeJsonLine } from '../support/write-line';

/** The distribution of the lines over buckets and addresses, by Zipf's law. */
export interface Workload {
  readonly name: string;
  readonly buckets: number;
  readonly addressesPerBucket: number;
  /** The form of the log; text if it is left out. */
  readonly form?: 'text' | 'json';
}

export const FEW_ADDRESSES: Workload = { name: 'few addresses', buckets: 5, addressesPerBucket: 200 };
export const AS_JSON: Workload = { ...FEW_ADDRESSES, name: 'few addresses, as JSON', form: 'json' };
export const MANY_ADDRESSES: Workload = { name: 'many addresses', buckets: 20, addressesPerBucket: 100_000 };

/** The allowlist, which contains all addresses except one in twenty. */
export const ALLOWLIST = ['198.18.0.0/15', '10.0.0.0/8'];

/** The expected counts of a reader of the file. */
export interface WorkloadTruth {
  readonly lines: number;
  readonly bytes: number;
  readonly all: Counted;
  /** Counts for the addresses outside `ALLOWLIST`. */
  readonly unapproved: Counted;
}

export interface Counted {
  /** Distinct (bucket, address) pairs, and those with a success. */
  readonly pairs: number;
  readonly successfulPairs: number;
  readonly requests: number;
  readonly successes: number;
  /** The denied requests of a workload send nothing. */
  readonly bytesSent: number;
}

const SEED = 7;
const OWNER = '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be';
const AGENT =
  'aws-cli/2.17.18 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#s3.cp';
/** Status, error code, bytes sent, per hundred requests: most real traffic is range requests and cache hits. */
const OUTCOMES = [
  { weight: 62, block: '206 - 8388608 73400320 118 21' },
  { weight: 20, block: '200 - 48211 48211 31 29' },
  { weight: 10, block: '304 - - 48211 7 -' },
  { weight: 8, block: '403 AccessDenied - - 9 -' },
];

/** An endless access log, deterministic for each workload, with its counts. */
export interface WorkloadLog {
  /** The next `lines` lines. */
  next(lines: number): string;
  /** The counts of all lines so far. */
  truth(): WorkloadTruth;
}

/** One record per second from the beginning of this day of February 2026; at its end, the day begins again. */
export function startWorkload({ buckets, addressesPerBucket, form = 'text' }: Workload, day = 6): WorkloadLog {
  const random = createRandom(SEED);
  const pairs = buckets * addressesPerBucket;
  const logPairs = Math.log(pairs);
  const all = startCounting();
  const unapproved = startCounting();
  let lines = 0;
  let bytes = 0;

  function nextLine(): string {
    const pair = Math.min(pairs - 1, Math.floor(Math.exp(random.next() * logPairs)) - 1);
    const outcome = pickOutcome(random.next() * 100);
    const address = Math.floor(pair / buckets);
    lines++;
    all.count(pair, outcome);
    if (isUnapproved(address)) unapproved.count(pair, outcome);
    const text = line(pair % buckets, address, lines, day, outcome);
    return form === 'text' ? text : inJson(text);
  }

  return {
    next(count) {
      let text = '';
      for (let i = 0; i < count; i++) text += nextLine();
      bytes += text.length; // the text is ASCII
      return text;
    },
    truth: () => ({ lines, bytes, all: all.result(), unapproved: unapproved.result() }),
  };
}

/** Writes at least `bytes` bytes of access log, deterministically, and returns its counts. */
export function writeWorkload(path: string, workload: Workload, bytes: number): WorkloadTruth {
  const log = startWorkload(workload);
  const file = openSync(path, 'w');
  for (let written = 0; written < bytes; ) written += writeSync(file, log.next(2000));
  closeSync(file);
  return log.truth();
}

function startCounting() {
  const pairs = new Set<number>();
  const successful = new Set<number>();
  const counts = { requests: 0, successes: 0, bytesSent: 0 };
  return {
    count(pair: number, outcome: string): void {
      pairs.add(pair);
      counts.requests++;
      if (outcome.startsWith('403')) return;
      successful.add(pair);
      counts.successes++;
      const bytesSent = outcome.split(' ')[2]!;
      if (bytesSent !== '-') counts.bytesSent += Number(bytesSent);
    },
    result: (): Counted => ({ pairs: pairs.size, successfulPairs: successful.size, ...counts }),
  };
}

function isUnapproved(address: number): boolean {
  return address % 20 === 7;
}

function pickOutcome(percent: number): string {
  let rest = percent;
  for (const { weight, block } of OUTCOMES) {
    if (rest < weight) return block;
    rest -= weight;
  }
  return OUTCOMES[0]!.block;
}

/**
 * 198.18.0.0/15, reserved for benchmarks (RFC 2544), and then 10.0.0.0/8; unapproved addresses are from carrier-grade
 * NAT, 100.64.0.0/10 (RFC 6598).
 */
function ipOf(address: number): string {
  const low = `${(address >> 8) & 255}.${address & 255}`;
  const high = address >> 16;
  if (isUnapproved(address)) return `100.${64 + high}.${low}`;
  return address < 131_072 ? `198.${18 + high}.${low}` : `10.${high}.${low}`;
}

/** 27 fields, 740 bytes. */
function line(bucketNumber: number, address: number, number: number, day: number, outcome: string): string {
  const bucket = `bench-bucket-${String(bucketNumber).padStart(3, '0')}`;
  const ip = ipOf(address);
  const key = `data/year=2026/month=02/part-${String(number % 100_000).padStart(5, '0')}.snappy.parquet`;
  const time = `${two(day)}/Feb/2026:${two(Math.floor(number / 3600) % 24)}:${two(Math.floor(number / 60) % 60)}:${two(number % 60)}`;
  return (
    `${OWNER} ${bucket} [${time} +0000] ${ip} arn:aws:sts::111122223333:assumed-role/analytics-reader/worker-${address % 7} ` +
    `3E57427F${number.toString(16).toUpperCase().padStart(8, '0')} REST.GET.OBJECT ${key} "GET /${key} HTTP/1.1" ${outcome} ` +
    `"-" "${AGENT}" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ` +
    `TLS_AES_128_GCM_SHA256 AuthHeader ${bucket}.s3.eu-central-1.amazonaws.com TLSv1.3 - - eu-central-1\n`
  );
}

/** The same record in the JSON form, 1,260 bytes. */
function inJson(text: string): string {
  const record = parseLine(Buffer.from(text.trimEnd()));
  if (record === null || typeof record === 'string') throw new Error(`no record: ${record}`);
  return `${writeJsonLine(record)}\n`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
