import { quote } from './messages';
import { type Parser, type Reading, textParser } from './parsers';

const EXPECTED = 'write a date such as "2030-12-31", or a time with a time zone such as "2030-12-31T18:00:00+01:00"';
const MINUTE = 60_000;

/** A date, which means 00:00 UTC, or an ISO 8601 date-time with a time zone; as epoch milliseconds. */
export const instant: Parser<number> = textParser(EXPECTED, 'is not a date', (text): Reading<number> => {
  const parts = FORM.exec(text)?.groups;
  if (parts === undefined) return { problem: 'is not a date' };
  const { date = '', time, zone } = parts;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // Date.parse reads 30 February as 2 March.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date)) return impossibleDate(date);
  if (time === undefined) return { value: midnight };
  if (zone === undefined) return { problem: 'has no time zone', instead: `write ${quote(`${text}Z`)} if it is UTC` };
  const moment = Date.parse(`${date}T${time}Z`);
  const offset = zoneOffset(zone);
  if (Number.isNaN(moment) || offset === null || moment >= midnight + 24 * 60 * MINUTE) {
    return { problem: 'is not a valid time of day' };
  }
  return { value: moment - offset };
});

const FORM =
  /^(?<date>\d{4}-\d{2}-\d{2})(?:T(?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(?<zone>Z|[+-]\d{2}:\d{2})?)?$/;

/** Suggests the last day of the month, if the month exists. */
function impossibleDate(date: string): Reading<number> {
  const [year = 0, month = 0] = date.split('-').map(Number);
  const problem = 'is not a calendar date';
  if (month < 1 || month > 12 || date.endsWith('-00')) return { problem };
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return { problem, instead: `write ${quote(`${date.slice(0, 8)}${lastDay}`)}` };
}

/** Milliseconds east of UTC. */
function zoneOffset(zone: string): number | null {
  if (zone === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  if (hours > 14 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}
