/**
 * What one writes first: readline, one regular expression a line, ipaddr.js for the address, Date for the time, a
 * string key a pair. Counts what `scan` counts; kept to compare with. Usage: baseline.ts FILE [ALLOWED-CIDR,…]
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

async function main(path: string, allowlist: string): Promise<void> {
  const allowed = allowlist === '' ? [] : allowlist.split(',').map((cidr) => ipaddr.parseCIDR(cidr));
  const pairs = new Map<string, Pair>();
  let records = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const fields = LINE.exec(line);
    if (fields === null) continue;
    records++;
    const bucket = fields[2]!;
    const address = ipaddr.parse(fields[4]!);
    if (allowed.some((network) => address.kind() === network[0].kind() && address.match(network))) continue;
    const status = Number(fields[10]);
    const key = `${bucket} ${address.toString()}`;
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
  const counted = [...pairs.values()];
  const sum = (key: 'requests' | 'successes' | 'bytesSent'): number =>
    counted.reduce((total, pair) => total + pair[key], 0);
  const successfulPairs = counted.filter(({ successes }) => successes > 0).length;
  const totals = { requests: sum('requests'), successes: sum('successes'), bytesSent: sum('bytesSent') };
  console.log(JSON.stringify({ records, pairs: counted.length, successfulPairs, ...totals }));
}

void main(process.argv[2]!, process.argv[3] ?? '');
