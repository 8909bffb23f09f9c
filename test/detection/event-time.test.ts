import { isImplausibleTime, latestEventTime, plausibleTime, S3_BEGAN_AT } from '../../lib/detection/event-time';
import { at, DAY } from '../support/observe-lines';

const WRITTEN_AT = at('12:00');
const LATEST = latestEventTime(WRITTEN_AT);

test.each<{ name: string; time: number; plausible: number }>([
  { name: 'a time before the log object was written', time: WRITTEN_AT - 5_000, plausible: WRITTEN_AT - 5_000 },
  { name: 'a day later, within the tolerance for clocks', time: WRITTEN_AT + DAY, plausible: WRITTEN_AT + DAY },
  { name: 'a second more', time: WRITTEN_AT + DAY + 1_000, plausible: WRITTEN_AT + DAY },
  { name: 'the year 2099', time: Date.UTC(2099, 0), plausible: WRITTEN_AT + DAY },
  { name: 'the first day of S3', time: Date.parse('2006-03-14T00:00:00Z'), plausible: S3_BEGAN_AT },
  { name: 'a second before it', time: Date.parse('2006-03-13T23:59:59Z'), plausible: S3_BEGAN_AT },
  { name: 'the epoch', time: 0, plausible: S3_BEGAN_AT },
])('$name', ({ time, plausible }) => {
  expect(plausibleTime(time, LATEST)).toBe(plausible);
  expect(isImplausibleTime(time, LATEST)).toBe(plausible !== time);
});
