import type { FindingRule } from './rules';
import { type CountedRecord, count, emptyTally, NOTHING, type Tally } from './tally';

/** How many distinct addresses of one network are named. */
export const MAX_ADDRESSES = 20;

/** Stands for the addresses of what no portion has added to yet; never added to. */
const NOBODY: Set<string> = new Set();

/** What is counted of one (bucket, network) in a portion. */
export interface Counted {
  readonly bucket: string;
  /** Canonical text; of what is no address, the beginning as logged. */
  readonly network: string;
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

/** What is a finding whatever is remembered: where `unapproved-ip` is on, of the test bucket, and of invalid remote IPs. */
export interface FlaggedNetwork extends Counted {
  readonly rule: Exclude<FindingRule, 'new-ip'>;
  /** The address of the sample. */
  remoteIp: string;
}

/** What is counted where `new-ip` is on: from the first success on, by the records' own time. */
export interface CountedNetwork extends Counted {
  /** The successful requests of this portion; null if it holds none. Epoch milliseconds. */
  success: { firstAt: number; lastAt: number; remoteIp: string } | null;
  /** The earliest success since the tally began, or since it is found; epoch milliseconds. */
  firstSuccessAt: number;
  /** Whether it is a finding, whose first success counts for all portions after it. */
  found: boolean;
  /** Unsuccessful records older than the first success known so far: a late record may still move that back. */
  early: { readonly record: Readonly<CountedRecord>; readonly pair: CountedPair }[];
}

/** One address of a network, as far as it is counted. */
export interface CountedPair {
  /** Canonical text of the address; what is none as logged, the beginning of it. */
  readonly remoteIp: string;
  /** The last portion in which it was counted in the network where `new-ip` is on. */
  networkIn: number;
}

// Written out, each in one literal: what is spread from another object lies apart from it in memory, and a scan looks at
// one of thousands in every line.

export function flagNetwork(
  rule: FlaggedNetwork['rule'],
  bucket: string,
  network: string,
  row: number,
): FlaggedNetwork {
  return {
    rule,
    bucket,
    network,
    remoteIp: network,
    tally: NOTHING,
    row,
    addresses: NOBODY,
    pairs: 0,
    touched: false,
  };
}

export function countNetwork(bucket: string, network: string, row: number): CountedNetwork {
  return {
    bucket,
    network,
    tally: NOTHING,
    row,
    addresses: NOBODY,
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
  network: CountedNetwork,
  record: Readonly<CountedRecord>,
  pair: CountedPair,
  portion: number,
): boolean {
  const { time } = record;
  if (record.success) {
    const { remoteIp } = pair;
    if (time < network.firstSuccessAt) network.firstSuccessAt = time;
    const { success } = network;
    if (success === null) network.success = { firstAt: time, lastAt: time, remoteIp };
    else {
      if (time > success.lastAt) success.lastAt = time;
      if (time < success.firstAt) {
        success.firstAt = time;
        success.remoteIp = remoteIp;
      }
    }
  } else if (time < network.firstSuccessAt) {
    network.early.push({ record: { ...record }, pair });
    return false;
  }
  begin(network);
  addPair(network, pair, portion);
  return true;
}

/** Ends a portion: counts the early records that turned out to be younger than the first success, drops the others. */
export function settleEarly(network: CountedNetwork, portion: number): void {
  for (const { record, pair } of network.early) {
    if (record.time < network.firstSuccessAt) continue;
    begin(network);
    count(network.tally, record);
    addPair(network, pair, portion);
  }
  if (network.early.length > 0) network.early = [];
}

function addPair(network: CountedNetwork, pair: CountedPair, portion: number): void {
  if (pair.networkIn === portion) return;
  pair.networkIn = portion;
  addAddress(network, pair.remoteIp);
}

/** Counts a pair that this portion has not counted in this network. */
export function addAddress(network: Counted, remoteIp: string): void {
  network.pairs++;
  if (network.addresses.size < MAX_ADDRESSES) network.addresses.add(remoteIp);
}

/** How many distinct addresses were counted. Beyond `MAX_ADDRESSES`, another spelling of one counts as another. */
export function addressCountOf({ addresses, pairs }: Counted): number {
  return addresses.size < MAX_ADDRESSES ? addresses.size : pairs;
}

/** Before a record is counted: of most networks in a flood, none ever is. */
export function begin(network: Counted): void {
  if (network.tally !== NOTHING) return;
  network.tally = emptyTally();
  network.addresses = new Set();
}

/** Begins to count anew, as after a portion. */
export function restart(network: Counted): void {
  network.touched = false;
  network.tally = NOTHING;
  network.addresses = NOBODY;
  network.pairs = 0;
}

/** Begins to count anew; what is found goes on from its first success. */
export function restartNetwork(network: CountedNetwork): void {
  restart(network);
  network.success = null;
  if (!network.found) network.firstSuccessAt = Number.POSITIVE_INFINITY;
}
