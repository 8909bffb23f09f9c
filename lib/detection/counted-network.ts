import { type CountedRecord, count, NOTHING, type Tally } from './tally';

/** How many distinct addresses of one network are named. */
export const MAX_ADDRESSES = 20;

/** What is counted of one (bucket, network) where `new-ip` is on: from its first success on, by the records' own time. */
export interface CountedNetwork {
  readonly bucket: string;
  /** Canonical text. */
  readonly network: string;
  tally: Tally;
  /** The row of `Counters` that stands before the tally. */
  readonly row: number;
  /** Addresses in canonical text, in the order met; at most `MAX_ADDRESSES`. */
  addresses: Set<string>;
  /** The address that was met last, which most records come from again. */
  lastAddress: string;
  /** The successful requests of this portion; null if it holds none. Epoch milliseconds. */
  success: { firstAt: number; lastAt: number; remoteIp: string } | null;
  /** The earliest success since the tally began, or since it is found; epoch milliseconds. */
  firstSuccessAt: number;
  /** Whether it is a finding, whose first success counts for all portions after it. */
  found: boolean;
  /** Unsuccessful records older than the first success known so far: a late record may still move that back. */
  early: { readonly record: Readonly<CountedRecord>; readonly remoteIp: string }[];
  /** Whether this portion added to it. */
  touched: boolean;
}

export function countNetwork(bucket: string, network: string, row: number): CountedNetwork {
  return {
    bucket,
    network,
    tally: NOTHING,
    row,
    addresses: new Set(),
    lastAddress: '',
    success: null,
    firstSuccessAt: Number.POSITIVE_INFINITY,
    found: false,
    early: [],
    touched: false,
  };
}

/** Whether the record is to be counted now; else it is kept, because no success that old is known. */
export function countsNow(network: CountedNetwork, record: Readonly<CountedRecord>, remoteIp: string): boolean {
  const { time } = record;
  if (record.success) {
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
    network.early.push({ record: { ...record }, remoteIp });
    return false;
  }
  addAddress(network, remoteIp);
  return true;
}

/** Ends a portion: counts the early records that turned out to be younger than the first success, drops the others. */
export function settleEarly(network: CountedNetwork): void {
  for (const { record, remoteIp } of network.early) {
    if (record.time < network.firstSuccessAt) continue;
    count(network.tally, record);
    addAddress(network, remoteIp);
  }
  if (network.early.length > 0) network.early = [];
}

/** Begins to count anew, as after a portion. */
export function restart(network: CountedNetwork): void {
  network.touched = false;
  network.tally = NOTHING;
  network.addresses = new Set();
  network.lastAddress = '';
  network.success = null;
  if (!network.found) network.firstSuccessAt = Number.POSITIVE_INFINITY;
}

function addAddress(network: CountedNetwork, remoteIp: string): void {
  if (remoteIp === network.lastAddress) return;
  network.lastAddress = remoteIp;
  if (network.addresses.size < MAX_ADDRESSES) network.addresses.add(remoteIp);
}
