/**
 * Writes samples/: the access logs of four buckets on three fictional days, in the form in which Amazon S3 delivers
 * them. The output is deterministic. `npm run samples`
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRandom, type Random } from '../support/random';
import { ACTORS, BACKUPS, DATA_LAKE, type Day, PAYROLL, WEBSITE } from './actors';
import { ACCOUNT, type LogLine, linesOf, REGION, with26Fields } from './log-line';

const SEED = 20260302;
const DAYS: readonly Day[] = ([1, 2, 3] as const).map((number) => ({ number, date: `2026-03-0${number + 1}` }));
const MINUTE = 60_000;

/** The reserved test bucket: a record of it causes a test alert. */
const TEST_BUCKET = 's3-access-watch-test';

interface LogObject {
  readonly bucket: string;
  /** Epoch milliseconds; of one of its records. */
  readonly eventTime: number;
  readonly deliveredAt: number;
  readonly lines: readonly string[];
}

interface Target {
  /** How long S3 collects records for one log object. */
  readonly minutes: number;
  readonly key: (object: LogObject, unique: string) => string;
}

/** The log target of each bucket; together they use every key format of S3. */
const TARGETS: Readonly<Record<string, Target>> = {
  // Simple format: [prefix]YYYY-MM-DD-hh-mm-ss-UniqueString, here without a prefix and with one.
  [PAYROLL]: { minutes: 30, key: (object, unique) => `${stamp(object.deliveredAt)}-${unique}` },
  [WEBSITE]: { minutes: 60, key: (object, unique) => `website-${stamp(object.deliveredAt)}-${unique}` },
  // Partitioned by the day of the records: the key does not contain the delivery time.
  [DATA_LAKE]: { minutes: 60, key: (object, unique) => partitioned(object, startOfDay(object.eventTime), unique) },
  // Partitioned by the day of delivery.
  [BACKUPS]: { minutes: 60, key: (object, unique) => partitioned(object, object.deliveredAt, unique) },
  [TEST_BUCKET]: { minutes: 60, key: (object, unique) => `test-${stamp(object.deliveredAt)}-${unique}` },
};

/** Writes the samples into this folder, and replaces its content. */
export function writeSamples(folder: string): { readonly objects: number; readonly lines: number } {
  const random = createRandom(SEED);
  const lines = DAYS.flatMap((day) =>
    ACTORS.flatMap((actor) => actor(day, random).flatMap((scene) => linesOf(scene, day.date, random))),
  );
  const objects = withAccidents(deliver(lines, random));
  rmSync(folder, { recursive: true, force: true });
  for (const object of objects) {
    const path = join(folder, TARGETS[object.bucket]!.key(object, random.text('0123456789ABCDEF', 16)));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${object.lines.join('\n')}\n`);
  }
  return { objects: objects.length, lines: objects.flatMap((object) => object.lines).length };
}

/** Delivers records as log objects 10 to 90 minutes after the requests, in random order. */
function deliver(lines: readonly LogLine[], random: Random): LogObject[] {
  const groups = new Map<string, LogLine[]>();
  for (const line of lines) {
    const window = Math.floor(line.time / windowOf(line));
    const group = `${line.bucket} ${line.deliveredAt ?? window}`;
    groups.set(group, [...(groups.get(group) ?? []), line]);
  }
  return [...groups.values()].map((group) => {
    const { bucket, time, deliveredAt } = group[0]!;
    const end = (Math.floor(time / windowOf(group[0]!)) + 1) * windowOf(group[0]!);
    return {
      bucket,
      eventTime: time,
      deliveredAt: deliveredAt ?? end + random.int(10 * 60, 29 * 60) * 1000,
      lines: random.shuffle(group).map((line) => line.text),
    };
  });
}

/** Imperfections of real logs: older line formats, a repeated delivery, a truncated line, an invalid line. */
function withAccidents(objects: readonly LogObject[]): LogObject[] {
  const at = (bucket: string, time: string): LogObject => {
    const found = objects.find((object) => object.bucket === bucket && isWithin(object, Date.parse(time)));
    if (found === undefined) throw new Error(`no log object of ${bucket} holds records of ${time}`);
    return found;
  };
  const oldLifecycle = at(BACKUPS, '2026-03-02T00:10:00Z');
  const oldAndNew = at(WEBSITE, '2026-03-02T01:17:00Z');
  const twice = at(PAYROLL, '2026-03-03T09:40:00Z');
  const cut = at(DATA_LAKE, '2026-03-03T12:25:00Z');
  const stray = at(WEBSITE, '2026-03-04T13:05:00Z');
  const changed = new Map<LogObject, readonly string[]>([
    [oldLifecycle, oldLifecycle.lines.map(with26Fields)],
    [oldAndNew, oldAndNew.lines.map((line, index) => (index % 2 === 0 ? with26Fields(line) : line))],
    // Truncated inside the requester, so the request and its outcome are lost.
    [cut, cut.lines.map((line, index) => (index === 1 ? line.slice(0, line.indexOf('assumed-role/etl') + 16) : line))],
    [stray, [stray.lines[0]!, STRAY_ERROR, ...stray.lines.slice(1)]],
  ]);
  const again = { ...twice, deliveredAt: twice.deliveredAt + 187 * MINUTE, lines: twice.lines.slice(0, 3) };
  const usual = at(PAYROLL, '2026-03-04T09:40:00Z');
  const [line] = usual.lines;
  // A test alert, and a line with an unreadable remote IP.
  const test = { ...usual, bucket: TEST_BUCKET, lines: [withHead(line!, TEST_BUCKET, '203.0.113.10')] };
  const odd = {
    ...usual,
    deliveredAt: usual.deliveredAt + 5 * MINUTE,
    lines: [withHead(line!, PAYROLL, '192.0.2.300')],
  };
  return [...objects.map((object) => ({ ...object, lines: changed.get(object) ?? object.lines })), again, test, odd];
}

/** The line with another bucket and remote IP. */
function withHead(line: string, bucket: string, remoteIp: string): string {
  return line.replace(/^(\S+) \S+ (\[[^\]]+\]) \S+/, `$1 ${bucket} $2 ${remoteIp}`);
}

const STRAY_ERROR =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';

function isWithin({ bucket, eventTime }: LogObject, time: number): boolean {
  const window = TARGETS[bucket]!.minutes * MINUTE;
  return Math.floor(eventTime / window) === Math.floor(time / window);
}

function windowOf(line: LogLine): number {
  return TARGETS[line.bucket]!.minutes * MINUTE;
}

function startOfDay(time: number): number {
  return time - (time % (24 * 60 * MINUTE));
}

/** 2026-03-02-09-15-33 */
function stamp(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace(/[T:]/g, '-');
}

function partitioned({ bucket }: LogObject, time: number, unique: string): string {
  const day = stamp(time).slice(0, 10).replaceAll('-', '/');
  return `${ACCOUNT}/${REGION}/${bucket}/${day}/${stamp(time)}-${unique}`;
}

if (require.main === module) {
  const folder = join(__dirname, '..', '..', 'samples');
  const { objects, lines } = writeSamples(folder);
  console.log(`${folder}: ${objects} log objects, ${lines} lines`);
}
