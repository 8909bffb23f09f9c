import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { toPart } from '../../lib/adapters/aws/dynamo-items';
import type { OutboxPart } from '../../lib/alerting/outbox';
import { ALLOWLIST, type Counted, FEW_ADDRESSES, type WorkloadTruth, writeWorkload } from '../bench/workload';
import { batchOf, type Deployment, deploy, LOG_BUCKET, objectCreated } from '../support/deployment';
import { clientOptions } from '../support/emulators';
import { NEW_IP, UNAPPROVED_IP } from '../support/rule-ids';
import { temporaryFolder } from '../support/run-cli';

const MEBIBYTE = 1024 * 1024;
const KEY = 'large.log';
const ETAG = '0123456789abcdef0123456789abcdef';

/** The allowlist, what must be found with it, and the limit for peak memory in bytes. */
interface Setup {
  readonly name: string;
  readonly allowlist: readonly string[];
  readonly found: (truth: WorkloadTruth) => Counted;
  readonly maxMemory: number;
}

/**
 * If no address is approved, each of 16 portions has findings of all pairs. Detection stays below 200 MiB. The notify
 * run, which comes after it in the same process, reads some thousands of findings at a time and needs the rest.
 */
const SETUPS: readonly Setup[] = [
  {
    name: 'most addresses are approved',
    allowlist: ALLOWLIST,
    found: ({ unapproved }) => unapproved,
    maxMemory: 200 * MEBIBYTE,
  },
  { name: 'no address is approved', allowlist: ['192.0.2.0/24'], found: ({ all }) => all, maxMemory: 240 * MEBIBYTE },
];

const file = join(temporaryFolder(), KEY);
let truth: WorkloadTruth;
let s3: Server;

/** S3 with one object, served from disk: the emulator and the wire in front of it would both keep it in memory. */
async function serveLog(): Promise<Server> {
  const server = createServer((request, response) => {
    if (!request.url!.startsWith(`/${LOG_BUCKET}/${KEY}`) || request.headers['if-match'] !== `"${ETAG}"`) {
      response.writeHead(500).end();
      return;
    }
    response.writeHead(200, {
      'content-length': truth.bytes,
      etag: `"${ETAG}"`,
      'last-modified': 'Sat, 07 Feb 2026 00:00:00 GMT',
    });
    createReadStream(file).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  truth = writeWorkload(file, FEW_ADDRESSES, 256 * MEBIBYTE);
  s3 = await serveLog();
});
afterAll(() => {
  s3.close();
  s3.closeAllConnections();
});

/** The metrics of an invocation, by name. */
function metricsIn(output: string): Record<string, unknown> {
  const lines = output.split('\n').filter((line) => line.startsWith('{"_aws"'));
  return Object.assign({}, ...lines.map((line) => JSON.parse(line) as object));
}

/** Peak memory since the process started; bytes. */
function peakMemory(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

/** Everything that was put into the outbox, whether sent or not. */
async function outbox({ dynamo, tableName }: Deployment): Promise<OutboxPart[]> {
  const client = new DynamoDBClient(clientOptions(dynamo.endpoint));
  const parts: OutboxPart[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName })) {
    const items = Items.map((item) => unmarshall(item));
    parts.push(...items.filter(({ pk, sk }) => pk.startsWith('outbox#') && !sk.startsWith('done#')).map(toPart));
  }
  client.destroy();
  return parts;
}

/** The sums of all findings of a rule; `names` has one entry for each finding. */
function addedUp(parts: readonly OutboxPart[], rule: OutboxPart['rule']) {
  const names: string[] = [];
  const sums = { requests: 0, successes: 0, bytesSent: 0 };
  for (const { bucket, findings } of parts.filter((part) => part.rule === rule)) {
    for (const finding of findings) {
      names.push(`${bucket} ${finding.network}`);
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += finding[key];
    }
  }
  return { names, pairs: new Set(names).size, sums };
}

test.each(SETUPS)('a log object of 256 MB if $name', async ({ allowlist, found, maxMemory }) => {
  const deployment = await deploy({ allowlist: allowlist.map((cidr) => ({ cidr, reason: 'test' })) });
  const endpoint = `http://127.0.0.1:${(s3.address() as AddressInfo).port}`;
  const watcher = await deployment.startFunction({ timeoutSeconds: 600, env: { AWS_ENDPOINT_URL_S3: endpoint } });
  const answer = await watcher.invoke(batchOf([objectCreated(KEY, ETAG, truth.bytes)]));
  const peak = peakMemory(watcher.pid!);
  const parts = await outbox(deployment);
  await deployment.close();

  expect(answer).toEqual({ kind: 'result', value: { batchItemFailures: [] } });
  const { Records, ParseFailures, UnapprovedIpFindings, NewIpFindings } = metricsIn(watcher.output);
  expect({ Records, ParseFailures }).toEqual({ Records: truth.lines, ParseFailures: 0 });

  const { pairs, successfulPairs, ...sums } = found(truth);
  const unapproved = addedUp(parts, UNAPPROVED_IP);
  expect(unapproved).toMatchObject({ pairs, sums });
  const fresh = addedUp(parts, NEW_IP);
  expect(fresh.pairs).toBe(successfulPairs);
  expect({ UnapprovedIpFindings, NewIpFindings }).toEqual({
    UnapprovedIpFindings: unapproved.names.length,
    NewIpFindings: successfulPairs,
  });
  expect(fresh.names).toHaveLength(successfulPairs);

  console.log(`${pairs} pairs, ${unapproved.names.length} findings: peak ${(peak / MEBIBYTE).toFixed(0)} MiB`);
  expect(peak).toBeLessThanOrEqual(maxMemory);
});
