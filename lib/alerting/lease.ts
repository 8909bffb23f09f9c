/** Who announces; there is one at a time. Times are epoch milliseconds. */
export interface Lease {
  readonly holder: string;
  /** Longer than any holder lives, so that a lease that is over has a dead holder. */
  readonly until: number;
  /** The clock minute of the last message, and how many were sent in it. Minutes since the epoch. */
  readonly minute: number;
  readonly sent: number;
}

/** Whether somebody may take it: nobody has it, it is over, or it is their own already. */
export function isFree(lease: Lease | null, holder: string, now: number): boolean {
  return lease === null || lease.until < now || lease.holder === holder;
}

export function minuteOf(now: number): number {
  return Math.floor(now / 60_000);
}

/** How many messages this minute still has room for. */
export function roomLeft({ minute, sent }: Pick<Lease, 'minute' | 'sent'>, now: number, perMinute: number): number {
  return minute === minuteOf(now) ? Math.max(0, perMinute - sent) : perMinute;
}
