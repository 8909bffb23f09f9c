/*
 * Formats times, for machines and for people. All times are UTC.
 */

/** Epoch milliseconds as ISO 8601: `2026-03-02T09:15:33Z`. Omits the milliseconds if they are zero. */
export function isoTime(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

/** `2026-03-04 02:14`. Takes epoch milliseconds, or ISO 8601 in UTC. */
export function minute(time: number | string): string {
  return isoText(time).slice(0, 16).replace('T', ' ');
}

/** `2026-03-04 02:14:08`. */
export function second(time: number | string): string {
  return isoText(time).slice(0, 19).replace('T', ' ');
}

/** `2026-03-04 02:14 to 02:39 UTC`. Omits the second date if it is the same, and the second time if the minute is. */
export function period(from: number | string, to: number | string): string {
  const [first, last] = [minute(from), minute(to)];
  if (first === last) return `${first} UTC`;
  return `${first} to ${first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last} UTC`;
}

function isoText(time: number | string): string {
  return typeof time === 'number' ? isoTime(time) : time;
}
