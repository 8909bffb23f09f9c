/** The parts of a log object's key. */
export interface LogObjectKey {
  /** Epoch milliseconds, to the second: delivery time, or (partitioned by event time) the day of the records. */
  readonly time: number;
  /** From the partitioned form; null in the simple form. */
  readonly accountId: string | null;
  readonly region: string | null;
  readonly sourceBucket: string | null;
}

const NAME = /(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-[0-9A-F]{16}(?:\.gz)?$/;
const PARTITION = /(?:^|\/)(\d{12})\/([a-z0-9-]{1,40})\/([^/]{1,255})\/\d{4}\/\d\d\/\d\d\/$/;

/**
 * Parses the end of a log object's key, or of a path of the same form: `[prefix]YYYY-MM-DD-hh-mm-ss-[16 hex]`, or
 * partitioned `[prefix]account/region/bucket/YYYY/MM/DD/YYYY-…`. Null if it is not the key of a log object.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html ("Log object key format")
 */
export function readLogObjectKey(key: string): LogObjectKey | null {
  const name = NAME.exec(key.slice(-64));
  if (name === null) return null;
  const [year, month, day, hour, minute, second] = name.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(time);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) {
    return null;
  }
  const partition = PARTITION.exec(key.slice(0, key.length - name[0].length).slice(-400));
  return {
    time,
    accountId: partition?.[1] ?? null,
    region: partition?.[2] ?? null,
    sourceBucket: partition?.[3] ?? null,
  };
}
