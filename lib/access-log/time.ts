import { isDigit } from './bytes';

/** Length of `[06/Feb/2019:00:00:38 +0000]`, including the brackets. */
export const TIME_LENGTH = 28;

/** Length of `[06/Feb/2019`. */
export const DATE_LENGTH = 12;

/** Keyed by the three letters of the English abbreviation. */
const MONTHS = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, month) => [
    monthKey(name.charCodeAt(0), name.charCodeAt(1), name.charCodeAt(2)),
    month,
  ]),
);

function monthKey(a: number, b: number, c: number): number {
  return (a << 16) | (b << 8) | c;
}

/**
 * Parses `[dd/Mon/yyyy:hh:mm:ss ±hhmm]` at `at`. Returns epoch milliseconds, or NaN if the bytes are not such a time
 * or name a day that does not exist. S3 writes +0000; other offsets are accepted. The caller guarantees 28 bytes.
 */
export function readTime(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0x5b || bytes[at + 27] !== 0x5d) return Number.NaN; // [ and ]
  if (bytes[at + 3] !== 0x2f || bytes[at + 7] !== 0x2f) return Number.NaN; // slashes
  if (bytes[at + 12] !== 0x3a || bytes[at + 15] !== 0x3a || bytes[at + 18] !== 0x3a) return Number.NaN; // colons
  if (bytes[at + 21] !== 0x20) return Number.NaN;
  const day = twoDigits(bytes, at + 1);
  const month = MONTHS.get(monthKey(bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!));
  const year = twoDigits(bytes, at + 8) * 100 + twoDigits(bytes, at + 10);
  const hour = twoDigits(bytes, at + 13);
  const minute = twoDigits(bytes, at + 16);
  const second = twoDigits(bytes, at + 19);
  const sign = bytes[at + 22] === 0x2b ? 1 : bytes[at + 22] === 0x2d ? -1 : Number.NaN;
  const offsetHour = twoDigits(bytes, at + 23);
  const offsetMinute = twoDigits(bytes, at + 25);
  const offset = sign * (offsetHour * 60 + offsetMinute);
  if (month === undefined || Number.isNaN(day + year + offset)) return Number.NaN;
  // 60 is a leap second. It counts as the first second of the next minute, because POSIX time has no leap seconds.
  if (!(hour <= 23 && minute <= 59 && second <= 60 && offsetHour <= 23 && offsetMinute <= 59)) return Number.NaN;
  if (day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  return utcDay(year, month, day) * 86_400_000 + ((hour * 60 + minute - offset) * 60 + second) * 1000;
}

/**
 * Parses `:hh:mm:ss +0000]` at `at`: the part of the text for `readTime` that follows the date. Returns milliseconds
 * since midnight, or -1 if the bytes have another form.
 */
export function readUtcClock(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0x3a || bytes[at + 3] !== 0x3a || bytes[at + 6] !== 0x3a) return -1;
  if (bytes[at + 9] !== 0x20 || bytes[at + 10] !== 0x2b || bytes[at + 15] !== 0x5d) return -1;
  for (let zero = at + 11; zero < at + 15; zero++) if (bytes[zero] !== 0x30) return -1;
  const hour = twoDigits(bytes, at + 1);
  const minute = twoDigits(bytes, at + 4);
  const second = twoDigits(bytes, at + 7);
  return hour <= 23 && minute <= 59 && second <= 60 ? ((hour * 60 + minute) * 60 + second) * 1000 : -1;
}

/** NaN if either byte is not a digit. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]!;
  const ones = bytes[at + 1]!;
  return isDigit(tens) && isDigit(ones) ? (tens - 0x30) * 10 + ones - 0x30 : Number.NaN;
}

export function daysInMonth(year: number, month: number): number {
  if (month === 1) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 3 || month === 5 || month === 8 || month === 10 ? 30 : 31;
}

/** Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March. */
export function utcDay(year: number, month: number, day: number): number {
  const marchYear = month < 2 ? year - 1 : year;
  const marchMonth = (month + 10) % 12;
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}
