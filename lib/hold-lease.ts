import { isFree, type Lease, minuteOf, roomLeft } from './alerting/lease';
import type { State, Stored } from './ports';

/** The right to announce, and the count of what is sent in a minute. */
export interface HeldLease {
  /** Takes one message of this minute; `full`: it has no more; `lost`: another has the lease by now. */
  reserve(now: number): Promise<'reserved' | 'full' | 'lost'>;
  /** Gives it back, if it is still ours. */
  release(): Promise<void>;
}

/** A lease lasts longer than its holder can live by this, since clocks differ; milliseconds. */
const MARGIN = 60_000;

/** Others may write it between our read and our write; who is beaten so often can leave it to them. */
const MOST_ATTEMPTS = 5;

/** Takes the lease if it is free; `until` is when its holder is dead or gone at the latest, epoch milliseconds. */
export async function takeLease(
  state: State,
  holder: string,
  now: number,
  until: number,
  perMinute: number,
): Promise<HeldLease | null> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const stored = await state.lease();
    if (!isFree(stored?.value ?? null, holder, now)) return null;
    const { minute = 0, sent = 0 } = stored?.value ?? {};
    const taken = { holder, until: until + MARGIN, minute, sent };
    const version = await state.putLease(taken, stored?.version ?? null);
    if (version !== null) return held(state, { value: taken, version }, perMinute);
  }
  return null;
}

function held(state: State, taken: Stored<Lease>, perMinute: number): HeldLease {
  let current: Stored<Lease> | null = taken;

  async function write(lease: Lease): Promise<boolean> {
    if (current === null) return false;
    const version = await state.putLease(lease, current.version);
    current = version === null ? null : { value: lease, version };
    return version !== null;
  }

  return {
    async reserve(now) {
      if (current === null) return 'lost';
      const left = roomLeft(current.value, now, perMinute);
      if (left === 0) return 'full';
      const reserved = { ...current.value, minute: minuteOf(now), sent: perMinute - left + 1 };
      return (await write(reserved)) ? 'reserved' : 'lost';
    },
    async release() {
      if (current !== null) await write({ ...current.value, until: 0 });
    },
  };
}
