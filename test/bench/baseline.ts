/**
 * What one writes first: readline, one regular expression a line, ipaddr.js for the address, Date for the time, a
 * string key a pair. Counts what `scan` counts; kept to compare with. Usage: baseline.ts FILE
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import ipaddr from 'ipaddr.js';

const LINE =
  /^([^ ]*) ([^ ]*) \[(.*?)\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) (-|[0-9]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) ("[^"]*"|-) ([^ ]*)(?: ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*))?.*$/;

interface Pair {
  requests: number;
  successes: number;
  denied: number;
  bytesSent: number;
  firstEventAt: number;
  lastEventAt: number;
  operations: Map<string, number>;
  sample: RegExpExecArray;
}

/** `06/Feb/2026:00:00:38 +0000` as Date reads it. */
function readTime(text: string): number {
  return Date.parse(text.replace(/\//g, ' ').replace(':', ' '));
}

async function main(path: string): Promise<void> {
  const pairs = new Map<string, Pair>();
  let records = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const fields = LINE.exec(line);
    if (fields === null) continue;
    records++;
    const bucket = fields[2]!;
    const address = ipaddr.parse(fields[4]!).toString();
    const status = Number(fields[10]);
    const key = `${bucket} ${address}`;
    const time = readTime(fields[3]!);
    const pair = pairs.get(key) ?? {
      requests: 0,
      successes: 0,
      denied: 0,
      bytesSent: 0,
      firstEventAt: time,
      lastEventAt: time,
      operations: new Map(),
      sample: fields,
    };
    pairs.set(key, pair);
    pair.requests++;
    pair.bytesSent += fields[12] === '-' ? 0 : Number(fields[12]);
    pair.firstEventAt = Math.min(pair.firstEventAt, time);
    pair.lastEventAt = Math.max(pair.lastEventAt, time);
    pair.operations.set(fields[7]!, (pair.operations.get(fields[7]!) ?? 0) + 1);
    if ((status >= 200 && status < 300) || status === 304) pair.successes++;
    if (status === 401 || status === 403) pair.denied++;
  }
  const successful = [...pairs.values()].filter(({ successes }) => successes > 0);
  const bytesSent = successful.reduce((sum, pair) => sum + pair.bytesSent, 0);
  const lastEventAt = successful.reduce((last, pair) => Math.max(last, pair.lastEventAt), 0);
  console.log(JSON.stringify({ records, successfulPairs: successful.length, bytesSent, lastEventAt }));
}

void main(process.argv[2]!);
