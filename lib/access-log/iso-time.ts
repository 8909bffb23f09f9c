import { DASH, DOT, isDigit } from './bytes';
import { isText } from './json-bytes';
import type { JsonObject } from './layout';
import { beginsAsRemembered, remember } from './remembered';
import { daysInMonth, utcDay } from './time';

/** Length of `2026-02-06`. */
const DATE_LENGTH = 10;

/** Length of `2026-02-06T00:00:38`. */
const SECONDS_LENGTH = 19;

/**
 * Parses `2026-02-06T00:00:38.000Z`, where the fraction may be absent and the zone may be `±hh:mm`. Returns epoch
 * milliseconds, or NaN if `view[start, end)` is not such a time or names a day that does not exist. Drops the fraction:
 * the text form has whole seconds, and both forms of a record have the same time. Remembers the day.
 */
export function readIsoTime(view: DataView, start: number, end: number, remembered: JsonObject): number {
  const clockEnd = start + SECONDS_LENGTH;
  if (clockEnd >= end || view.getUint8(start + DATE_LENGTH) !== 0x54) return Number.NaN; // T
  if (view.getUint8(start + 13) !== 0x3a || view.getUint8(start + 16) !== 0x3a) return Number.NaN; // colons
  const hour = twoDigits(view, start + 11);
  const minute = twoDigits(view, start + 14);
  const second = twoDigits(view, start + 17);
  // 60 is a leap second, as in the text form.
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  const offset = readOffset(view, skipFraction(view, clockEnd, end), end);
  return readDate(view, start, end, remembered) + ((hour * 60 + minute - offset) * 60 + second) * 1000;
}

/** The start of the day in UTC, or NaN. */
function readDate(view: DataView, start: number, end: number, remembered: JsonObject): number {
  if (beginsAsRemembered(remembered.date, view, start, end)) return remembered.midnight;
  if (view.getUint8(start + 4) !== DASH || view.getUint8(start + 7) !== DASH) return Number.NaN;
  const year = twoDigits(view, start) * 100 + twoDigits(view, start + 2);
  const month = twoDigits(view, start + 5) - 1;
  const day = twoDigits(view, start + 8);
  if (!(year >= 0 && month >= 0 && month < 12 && day >= 1 && day <= daysInMonth(year, month))) return Number.NaN;
  remember(remembered.date, view, start, start + DATE_LENGTH);
  remembered.midnight = utcDay(year, month, day) * 86_400_000;
  return remembered.midnight;
}

/** The index after `.` and at least one digit at `at`, or `at` if there is no fraction. */
function skipFraction(view: DataView, at: number, end: number): number {
  if (view.getUint8(at) !== DOT) return at;
  let after = at + 1;
  while (after < end && isDigit(view.getUint8(after))) after++;
  return after === at + 1 ? at : after;
}

/** Minutes east of UTC: `Z` or `±hh:mm` up to the end; NaN for anything else. */
function readOffset(view: DataView, at: number, end: number): number {
  if (isText(view, at, end, 'Z')) return 0;
  const sign = end - at === 6 ? view.getUint8(at) : 0;
  if ((sign !== 0x2b && sign !== DASH) || view.getUint8(at + 3) !== 0x3a) return Number.NaN;
  const hours = twoDigits(view, at + 1);
  const minutes = twoDigits(view, at + 4);
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  return (sign === 0x2b ? 1 : -1) * (hours * 60 + minutes);
}

/** NaN if either byte is not a digit. */
function twoDigits(view: DataView, at: number): number {
  const tens = view.getUint8(at);
  const ones = view.getUint8(at + 1);
  return isDigit(tens) && isDigit(ones) ? (tens - 0x30) * 10 + ones - 0x30 : Number.NaN;
}
