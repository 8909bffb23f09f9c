import { counted, isFree, type Lease, NO_LEASE, roomLeft } from '../alerting/lease';
import type { State, Stored } from '../ports';
import { type Change, updateStored } from '../state/update-stored';

/** The right to send messages, the count of messages per minute, and what the next run has to know about failures. */
export interface HeldLease {
  /** How many messages may still be sent in this minute. */
  room(now: number, isHigh: boolean): number;
  /** Reserves one message of this minute; `full`: none is left; `lost`: another run has the lease now. */
  reserve(now: number, isHigh: boolean): Promise<'reserved' | 'full' | 'lost'>;
  /** The number of consecutive failures of this message. */
  failuresOf(name: string): number;
  failed(name: string): void;
  /**
   * Records that this message was delivered, although the run could not store that in the stream: the next run must not
   * send it again.
   */
  reported(name: string): void;
  isReported(name: string): boolean;
  succeeded(name: string): void;
  noticeSentAt(kind: 'started' | 'finished'): number;
  noticeSent(kind: 'started' | 'finished', at: number): void;
  /** Releases the lease if this run still holds it. */
  release(): Promise<void>;
}

/** By how much a lease outlasts the latest end of its holder, because clocks differ; milliseconds. */
// guard: a lease lasts longer than its holder
const MARGIN = 60_000;

/** Attempts to take the lease: another run may write it between the read and the write. Then leave it to that run. */
const MAX_ATTEMPTS = 5;

/** How many failing messages the lease stores: the size of an item is limited. */
const MAX_FAILING = 200;

/** A failure count of this or more marks a message as delivered (see `reported`). */
const REPORTED = 1_000_000;

/**
 * Takes the lease if it is free; null: another run has it. `until` is the latest time at which this run can still be
 * alive, epoch milliseconds.
 */
export async function takeLease(
  state: State,
  holder: string,
  now: number,
  until: number,
  perMinute: number,
): Promise<HeldLease | null> {
  const item = { read: state.lease, put: state.putLease };
  const decide = (stored: Stored<Lease> | null): Change<Lease, HeldLease | null> => {
    if (!isFree(stored?.value ?? null, holder, now)) return { keep: null };
    // guard: the next holder continues the count of messages
    const put = { ...NO_LEASE, ...stored?.value, holder, until: until + MARGIN };
    return { put, written: (taken) => heldLease(state, taken, perMinute) };
  };
  // guard: a lease is read before it is taken
  const asRead = await state.lease();
  return updateStored(item, asRead, decide, MAX_ATTEMPTS);
}

function heldLease(state: State, taken: Stored<Lease>, perMinute: number): HeldLease {
  let current: Stored<Lease> | null = taken;
  const failing = new Map(Object.entries(taken.value.failing));
  const noticeSentAt = { ...taken.value.noticeSentAt };

  async function write(lease: Lease): Promise<boolean> {
    if (current === null) return false;
    const value = { ...lease, failing: Object.fromEntries(keptFailures(failing)), noticeSentAt: { ...noticeSentAt } };
    // guard: only the holder of a lease writes it
    const version = await state.putLease(value, current.version);
    current = version === null ? null : { value, version };
    return version !== null;
  }

  return {
    room: (now, isHigh) => (current === null ? 0 : roomLeft(current.value, now, perMinute, isHigh)),
    async reserve(now, isHigh) {
      if (current === null) return 'lost';
      if (roomLeft(current.value, now, perMinute, isHigh) === 0) return 'full';
      return (await write(counted(current.value, now))) ? 'reserved' : 'lost';
    },
    failuresOf: (name) => failing.get(name) ?? 0,
    failed: (name) => void failing.set(name, (failing.get(name) ?? 0) + 1),
    reported: (name) => {
      failing.delete(name);
      failing.set(name, REPORTED);
    },
    isReported: (name) => (failing.get(name) ?? 0) >= REPORTED,
    succeeded: (name) => void failing.delete(name),
    noticeSentAt: (kind) => noticeSentAt[kind] ?? Number.NEGATIVE_INFINITY,
    noticeSent: (kind, at) => {
      noticeSentAt[kind] = at;
    },
    async release() {
      if (current !== null) await write({ ...current.value, until: 0 });
    },
  };
}

/** At most `MAX_FAILING` entries: the latest delivered messages, and the others that failed most often. */
function keptFailures(failing: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  const reported = [...failing].filter(([, count]) => count >= REPORTED).slice(-MAX_FAILING / 2);
  const others = [...failing].filter(([, count]) => count < REPORTED).sort(([, a], [, b]) => b - a);
  return [...others.slice(0, MAX_FAILING - reported.length), ...reported];
}
