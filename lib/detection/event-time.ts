const DAY = 86_400_000;

/** Amazon S3 started on 14 March 2006: no request is older. Epoch milliseconds. */
export const S3_BEGAN_AT = Date.UTC(2006, 2, 14);

/** How much later than its log object a record may be, because clocks differ; milliseconds. */
const MAX_AHEAD = DAY;

/** The latest plausible time of a record in a log object written at `writtenAt`. Epoch milliseconds. */
export function latestEventTime(writtenAt: number): number {
  return writtenAt + MAX_AHEAD;
}

/** Whether the time is implausible: after `latest`, or before S3 existed. */
export function isImplausibleTime(time: number, latest: number): boolean {
  return time > latest || time < S3_BEGAN_AT;
}

/** The time used to evaluate and count a record: its own time, or the nearest plausible time. */
export function plausibleTime(time: number, latest: number): number {
  if (time > latest) return latest;
  return time < S3_BEGAN_AT ? S3_BEGAN_AT : time;
}
