/*
 * How numbers and times are written for people, in mails and in the terminal.
 */

/** `12,345`: `Intl` would take longer to start than reading a small log. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 request`, `12,345 requests`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Decimal units, three digits at most: `374 MB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  let rest = value;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${unit === 0 || rest >= 99.5 ? Math.round(rest) : rest.toFixed(1)} ${units[unit]}`;
}

/** `2026-03-04 02:14`, of a time in ISO 8601 and UTC. */
export function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

/** `2026-03-04 02:14:08`. */
export function second(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}

/** `2026-03-04 02:14 to 02:39 UTC`: the day once where it is one, and the minute. */
export function period(from: string, to: string): string {
  const [first, last] = [minute(from), minute(to)];
  if (first === last) return `${first} UTC`;
  return `${first} to ${first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last} UTC`;
}
