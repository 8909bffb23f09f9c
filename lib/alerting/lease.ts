/** Which run sends messages; there is one at a time. Times are epoch milliseconds. */
export interface Lease {
  readonly holder: string;
  /** Longer than any holder lives, so that a lease that is over has a dead holder. */
  readonly until: number;
  /** The clock minute of the last message, and how many were sent in it. Minutes since the epoch. */
  readonly minute: number;
  readonly sent: number;
  /** How often in a row each message failed that fails, by its name; those that have failed least are left out. */
  readonly failing: Readonly<Record<string, number>>;
  /** When the last notice of each kind was sent. */
  readonly noticeSentAt: Readonly<Partial<Record<'started' | 'finished', number>>>;
}

/** What a lease says before anybody has had it. */
export const NO_LEASE: Lease = { holder: '', until: 0, minute: 0, sent: 0, failing: {}, noticeSentAt: {} };

/** Whether somebody may take it: nobody has it, it is over, or it is their own already. */
export function isFree(lease: Lease | null, holder: string, now: number): boolean {
  // guard: a holder is not refused its own lease
  return lease === null || lease.until < now || lease.holder === holder;
}

export function minuteOf(now: number): number {
  return Math.floor(now / 60_000);
}

/** A clock that went so many minutes back or ahead is a broken one; then its minute does not count. */
const MAX_JUMP = 10;

/**
 * How many messages this minute still has room for. A third of a minute's messages, one at least, is kept for what is
 * High; of one message a minute nothing is, but what is High comes first. A clock
 * that goes back by a little does not begin a new minute.
 */
export function roomLeft(
  { minute, sent }: Pick<Lease, 'minute' | 'sent'>,
  now: number,
  perMinute: number,
  isHigh: boolean,
): number {
  const kept = perMinute < 2 ? 0 : Math.max(1, Math.floor(perMinute / 3));
  const most = isHigh ? perMinute : perMinute - kept;
  return isSameMinute(minute, now) ? Math.max(0, most - sent) : most;
}

/** The count with one message more. */
export function counted(lease: Lease, now: number): Lease {
  if (isSameMinute(lease.minute, now)) return { ...lease, sent: lease.sent + 1 };
  return { ...lease, minute: minuteOf(now), sent: 1 };
}

function isSameMinute(minute: number, now: number): boolean {
  const ahead = minute - minuteOf(now);
  return ahead >= 0 && ahead <= MAX_JUMP;
}
