import { counted, isFree, type Lease, NO_LEASE, roomLeft } from '../alerting/lease';
import type { State, Stored } from '../ports';
import { type Change, updateStored } from '../state/update-stored';

/** The right to send messages, the count of what is sent in a minute, and what the next run has to know. */
export interface HeldLease {
  /** How many messages this minute still has room for. */
  room(now: number, isHigh: boolean): number;
  /** Takes one message of this minute; `full`: it has no more; `lost`: another run has the lease by now. */
  reserve(now: number, isHigh: boolean): Promise<'reserved' | 'full' | 'lost'>;
  /** How often in a row this message failed. */
  failuresOf(name: string): number;
  failed(name: string): void;
  /** People have this message, though that could not be written where it belongs; whether they have it. */
  reported(name: string): void;
  isReported(name: string): boolean;
  succeeded(name: string): void;
  noticeSentAt(kind: 'started' | 'finished'): number;
  noticeSent(kind: 'started' | 'finished', at: number): void;
  /** Gives it back, if it is still ours. */
  release(): Promise<void>;
}

/** A lease lasts longer than its holder can live by this, since clocks differ; milliseconds. */
// guard: a lease lasts longer than its holder
const MARGIN = 60_000;

/** Other runs may write it between our read and our write; after so many times it is left to them. */
const MAX_ATTEMPTS = 5;

/** Messages that fail, as far as they are remembered: an item has its limits. */
const MAX_FAILING = 200;

/** What people have counts as so many failures, or more. */
const REPORTED = 1_000_000;

/** Takes the lease if it is free; `until` is when its holder is dead or gone at the latest, epoch milliseconds. */
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
    return { put, written: (taken) => held(state, taken, perMinute) };
  };
  // guard: a lease is read before it is taken
  const asRead = await state.lease();
  return updateStored(item, asRead, decide, MAX_ATTEMPTS);
}

function held(state: State, taken: Stored<Lease>, perMinute: number): HeldLease {
  let current: Stored<Lease> | null = taken;
  const failing = new Map(Object.entries(taken.value.failing));
  const noticeSentAt = { ...taken.value.noticeSentAt };

  async function write(lease: Lease): Promise<boolean> {
    if (current === null) return false;
    const value = { ...lease, failing: Object.fromEntries(most(failing)), noticeSentAt: { ...noticeSentAt } };
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

/** Of what people have, the latest, and of the others, what failed most often. */
function most(failing: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  const reported = [...failing].filter(([, count]) => count >= REPORTED).slice(-MAX_FAILING / 2);
  const others = [...failing].filter(([, count]) => count < REPORTED).sort(([, a], [, b]) => b - a);
  return [...others.slice(0, MAX_FAILING - reported.length), ...reported];
}
