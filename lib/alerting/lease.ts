/** Gives one run at a time the right to send messages. Times are epoch milliseconds. */
export interface Lease {
  readonly holder: string;
  /** Later than the end of any run, so that the holder of an expired lease is certainly dead. */
  readonly until: number;
  /** The clock minute of the last message, in minutes since the epoch; `sent` messages were sent in it. */
  readonly minute: number;
  readonly sent: number;
  /** Consecutive failures of each failing message, by id. Bounded: drops the entries with the fewest failures. */
  readonly failing: Readonly<Record<string, number>>;
  /** When the last notice of each kind was sent. */
  readonly noticeSentAt: Readonly<Partial<Record<'started' | 'finished', number>>>;
}

/** The initial value, before any run has held the lease. */
export const NO_LEASE: Lease = { holder: '', until: 0, minute: 0, sent: 0, failing: {}, noticeSentAt: {} };

/** Whether `holder` may take the lease: no run has it, it has expired, or `holder` has it already. */
export function isFree(lease: Lease | null, holder: string, now: number): boolean {
  // guard: a holder is not refused its own lease
  return lease === null || lease.until < now || lease.holder === holder;
}

export function minuteOf(now: number): number {
  return Math.floor(now / 60_000);
}

/** If the stored minute is further ahead than this, the clock that wrote it was wrong, and it is ignored. Minutes. */
const MAX_CLOCK_SKEW = 10;

/**
 * How many messages may still be sent in this minute. A third of the limit, at least one message, is reserved for High.
 * With a limit of one message a minute nothing is reserved, but High still goes first. A clock that goes back a little
 * does not start a new minute.
 */
export function roomLeft(
  { minute, sent }: Pick<Lease, 'minute' | 'sent'>,
  now: number,
  perMinute: number,
  isHigh: boolean,
): number {
  const reserved = perMinute < 2 ? 0 : Math.max(1, Math.floor(perMinute / 3));
  const max = isHigh ? perMinute : perMinute - reserved;
  return isSameMinute(minute, now) ? Math.max(0, max - sent) : max;
}

/** The lease with one more message counted. */
export function counted(lease: Lease, now: number): Lease {
  if (isSameMinute(lease.minute, now)) return { ...lease, sent: lease.sent + 1 };
  return { ...lease, minute: minuteOf(now), sent: 1 };
}

function isSameMinute(minute: number, now: number): boolean {
  const ahead = minute - minuteOf(now);
  return ahead >= 0 && ahead <= MAX_CLOCK_SKEW;
}
