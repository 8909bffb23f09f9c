import type { RuleId } from '../rules/rule';
import type { Subject } from '../rules/subject';
import { type CountedRecord, count, emptyTally, NOTHING, type Tally } from './tally';

/** How many distinct addresses of one network, or other subject, are named. */
export const MAX_ADDRESSES = 20;

/** Stands for the addresses of what no portion has added to yet; never added to. */
const NO_ADDRESSES: Set<string> = new Set();

/** What is counted of one (bucket, subject) in a portion for one rule. */
export interface Counted {
  readonly rule: RuleId;
  readonly bucket: string;
  tally: Tally;
  /** The row of `Counters` that stands before the tally. */
  readonly row: number;
  /** Addresses in canonical text, in the order met; at most `MAX_ADDRESSES`. */
  addresses: Set<string>;
  /** How many pairs of it were counted. */
  pairs: number;
  /** Whether this portion has records of it, counted or not. */
  touched: boolean;
}

/** What is a finding whatever is remembered: outside an allowlist, of the test bucket, and of invalid remote IPs. */
export interface FlaggedNetwork extends Counted {
  /** Canonical text; of what is no address, the beginning as logged. */
  readonly network: string;
  /** The address of the sample. */
  remoteIp: string;
}

/** What is counted for a rule about first successes: from the first one on, by the records' own time. */
export interface CountedSubject extends Counted, Subject {
  /** The successful requests of this portion; null if it holds none. Epoch milliseconds. */
  success: { firstAt: number; lastAt: number; remoteIp: string } | null;
  /** The earliest success since the tally began, or since it is found; epoch milliseconds. */
  firstSuccessAt: number;
  /** Whether it is a finding, whose first success counts for all portions after it. */
  found: boolean;
  /** Unsuccessful records older than the first success known so far: a late record may still move that back. */
  early: { readonly record: Readonly<CountedRecord>; readonly pair: CountedPair }[];
}

/** One address of a subject, as far as it is counted. */
export interface CountedPair {
  /** Canonical text of the address; what is none as logged, the beginning of it. */
  readonly remoteIp: string;
  /** The last portion in which it was counted in the subject. */
  countedIn: number;
}

// Written out, each in one literal: what is spread from another object lies apart from it in memory, and a scan looks at
// one of thousands in every line.

export function newFlaggedNetwork(rule: RuleId, bucket: string, network: string, row: number): FlaggedNetwork {
  return {
    rule,
    bucket,
    network,
    remoteIp: network,
    tally: NOTHING,
    row,
    addresses: NO_ADDRESSES,
    pairs: 0,
    touched: false,
  };
}

export function newCountedSubject(
  rule: RuleId,
  bucket: string,
  kind: string,
  name: string,
  row: number,
): CountedSubject {
  return {
    rule,
    bucket,
    kind,
    name,
    tally: NOTHING,
    row,
    addresses: NO_ADDRESSES,
    pairs: 0,
    touched: false,
    success: null,
    firstSuccessAt: Number.POSITIVE_INFINITY,
    found: false,
    early: [],
  };
}

/** Whether the record is to be counted now; else it is kept, because no success that old is known. */
export function countsNow(
  subject: CountedSubject,
  record: Readonly<CountedRecord>,
  pair: CountedPair,
  portion: number,
): boolean {
  const { time } = record;
  if (record.success) {
    const { remoteIp } = pair;
    if (time < subject.firstSuccessAt) subject.firstSuccessAt = time;
    const { success } = subject;
    if (success === null) subject.success = { firstAt: time, lastAt: time, remoteIp };
    else {
      if (time > success.lastAt) success.lastAt = time;
      if (time < success.firstAt) {
        success.firstAt = time;
        success.remoteIp = remoteIp;
      }
    }
  } else if (time < subject.firstSuccessAt) {
    subject.early.push({ record: { ...record }, pair });
    return false;
  }
  startTally(subject);
  addPair(subject, pair, portion);
  return true;
}

/** Ends a portion: counts the early records that turned out to be younger than the first success, drops the others. */
export function countEarlyRecords(subject: CountedSubject, portion: number): void {
  for (const { record, pair } of subject.early) {
    if (record.time < subject.firstSuccessAt) continue;
    startTally(subject);
    count(subject.tally, record);
    addPair(subject, pair, portion);
  }
  if (subject.early.length > 0) subject.early = [];
}

function addPair(subject: CountedSubject, pair: CountedPair, portion: number): void {
  if (pair.countedIn === portion) return;
  pair.countedIn = portion;
  addAddress(subject, pair.remoteIp);
}

/** Counts a pair that this portion has not counted in this subject. */
export function addAddress(counted: Counted, remoteIp: string): void {
  counted.pairs++;
  if (counted.addresses.size < MAX_ADDRESSES) counted.addresses.add(remoteIp);
}

/** How many distinct addresses were counted. Beyond `MAX_ADDRESSES`, another spelling of one counts as another. */
export function addressCountOf({ addresses, pairs }: Counted): number {
  return addresses.size < MAX_ADDRESSES ? addresses.size : pairs;
}

/** Before a record is counted: of most networks in a flood, none ever is. */
export function startTally(counted: Counted): void {
  if (counted.tally !== NOTHING) return;
  counted.tally = emptyTally();
  counted.addresses = new Set();
}

/** Begins to count anew, as after a portion. */
export function resetCounts(counted: Counted): void {
  counted.touched = false;
  counted.tally = NOTHING;
  counted.addresses = NO_ADDRESSES;
  counted.pairs = 0;
}

/** Begins to count anew; what is found goes on from its first success. */
export function resetSubject(subject: CountedSubject): void {
  resetCounts(subject);
  subject.success = null;
  if (!subject.found) subject.firstSuccessAt = Number.POSITIVE_INFINITY;
}
