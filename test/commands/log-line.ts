import type { AccessLogRecord } from '../../lib/access-log/record';
import { lineOf, PLAIN } from '../support/observe-lines';

/** A plain download by a known user. */
export const DOWNLOAD: AccessLogRecord = {
  ...PLAIN,
  time: Date.parse('2026-03-02T09:15:33Z'),
  remoteIp: '192.0.2.10',
  bytesSent: 2000,
  objectSize: 2000,
  totalTime: 12,
  sourceRegion: 'eu-central-1',
};

/** The fields of a line that a test sets; `at` is its time, ISO 8601. */
export type LineChanges = Partial<AccessLogRecord> & { readonly at?: string };

/** A line of an access log with its LF: `DOWNLOAD` with these fields replaced. */
export function logLine({ at, ...changes }: LineChanges = {}): string {
  return `${lineOf({ ...DOWNLOAD, ...changes, ...(at === undefined ? {} : { time: Date.parse(at) }) })}\n`;
}
