import type { RuleId } from '../rules/rule';
import type { Subject } from '../rules/subject';
import { type CountedRecord, count, emptyTally, NOTHING, type Tally } from './tally';

/** How many distinct addresses of one network, or other subject, are stored. */
export const MAX_ADDRESSES = 20;

/** Placeholder for a subject without any counted address; never add to it. */
const NO_ADDRESSES: Set<string> = new Set();

/** The counts of one rule for one (bucket, subject) in a portion. */
export interface Counted {
  readonly rule: RuleId;
  readonly bucket: string;
  tally: Tally;
  /** Its row in `Counters`, which counts the records of the portion before they are added to the tally. */
  readonly row: number;
  /** Addresses in canonical text, in the order of their first record; at most `MAX_ADDRESSES`. */
  addresses: Set<string>;
  /** How many of its pairs were counted. */
  pairs: number;
  /** Whether this portion has records of it, counted or not. */
  touched: boolean;
}

/**
 * The counts of a network whose records are a finding regardless of stored sightings: outside an allowlist, in the test
 * bucket, or with an invalid remote IP.
 */
export interface FlaggedNetwork extends Counted {
  /** Canonical text; if the remote IP is not an address, the beginning of its text as logged. */
  readonly network: string;
  /** The address of the sample. */
  remoteIp: string;
}

/** The counts of a subject for a rule about first successes, from the first success on by the records' own time. */
export interface CountedSubject extends Counted, Subject {
  /** The successful requests of this portion; null: none. Epoch milliseconds. */
  success: { firstAt: number; lastAt: number; remoteIp: string } | null;
  /** The earliest success in the tally, or since the subject was found; epoch milliseconds. */
  firstSuccessAt: number;
  /** Whether it is a finding: then all later portions count from its first success. */
  found: boolean;
  /** Unsuccessful records before the first success so far. If a later line is an earlier success, they count. */
  early: { readonly record: Readonly<CountedRecord>; readonly pair: CountedPair }[];
}

/** The part of a pair that counting a subject needs. */
export interface CountedPair {
  /** Canonical text of the address; if the remote IP is not an address, the beginning of its text as logged. */
  readonly remoteIp: string;
  /** The last portion in which the subject counted this pair. */
  countedIn: number;
}

// Each object is one literal: the properties of a spread object lie elsewhere in memory, and a scan reads one of
// thousands of these objects for every line.

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

/** Whether to count the record now. If not, keeps it in `early`, because no earlier success is known. */
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

/** Ends a portion: counts the early records that are after the first success after all, and drops the others. */
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

/** Counts an address that this portion has not counted for this subject yet. */
export function addAddress(counted: Counted, remoteIp: string): void {
  counted.pairs++;
  if (counted.addresses.size < MAX_ADDRESSES) counted.addresses.add(remoteIp);
}

/** How many distinct addresses were counted. Above `MAX_ADDRESSES`, another spelling of an address counts again. */
export function addressCountOf({ addresses, pairs }: Counted): number {
  return addresses.size < MAX_ADDRESSES ? addresses.size : pairs;
}

/** Creates the tally. Called before a record is counted: most networks of a flood never need one. */
export function startTally(counted: Counted): void {
  if (counted.tally !== NOTHING) return;
  counted.tally = emptyTally();
  counted.addresses = new Set();
}

/** Resets the counts for the next portion. */
export function resetCounts(counted: Counted): void {
  counted.touched = false;
  counted.tally = NOTHING;
  counted.addresses = NO_ADDRESSES;
  counted.pairs = 0;
}

/** Resets the counts for the next portion; a subject that was found keeps its first success. */
export function resetSubject(subject: CountedSubject): void {
  resetCounts(subject);
  subject.success = null;
  if (!subject.found) subject.firstSuccessAt = Number.POSITIVE_INFINITY;
}
