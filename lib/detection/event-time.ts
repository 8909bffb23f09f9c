const DAY = 86_400_000;

/** Amazon S3 began on 14 March 2006: no request is older. Epoch milliseconds. */
export const S3_BEGAN_AT = Date.UTC(2006, 2, 14);

/** A record may say that it is so much later than its log object was written: clocks differ. Milliseconds. */
const MAX_AHEAD = DAY;

/** The latest time that a record of a log object can have, which was written at that time. Epoch milliseconds. */
export function latestEventTime(writtenAt: number): number {
  return writtenAt + MAX_AHEAD;
}

/** Whether no request can have been made at that time. */
export function isOddTime(time: number, latest: number): boolean {
  return time > latest || time < S3_BEGAN_AT;
}

/** The time that a record is judged and counted by: what it says, or the nearest that can be. */
export function believedTime(time: number, latest: number): number {
  if (time > latest) return latest;
  return time < S3_BEGAN_AT ? S3_BEGAN_AT : time;
}
