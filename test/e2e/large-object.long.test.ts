import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { toPart } from '../../lib/adapters/dynamo-items';
import type { OutboxPart } from '../../lib/alerting/outbox';
import { FEW_ADDRESSES, type WorkloadTruth, writeWorkload } from '../bench/workload';
import { batchOf, type Deployment, deploy, LOG_BUCKET, objectCreated } from '../support/deployment';
import { clientOptions } from '../support/emulators';
import type { LambdaFunction } from '../support/lambda-runtime';
import { temporaryFolder } from '../support/run-cli';

const MEBIBYTE = 1024 * 1024;
const KEY = 'large.log';
const ETAG = '0123456789abcdef0123456789abcdef';

const file = join(temporaryFolder(), KEY);
let truth: WorkloadTruth;
let s3: Server;
let deployment: Deployment;
let watcher: LambdaFunction;

/** S3 with this one object, from disk: the emulator would hold it in memory, and the wire in front of it once more. */
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
  // Nobody of the log may: all that it holds is to be told, in each portion.
  deployment = await deploy({ allowlist: [{ cidr: '192.0.2.0/24', reason: 'office' }] });
  watcher = await deployment.startFunction({
    timeoutSeconds: 600,
    env: { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(s3.address() as AddressInfo).port}` },
  });
});
afterAll(async () => {
  await deployment.close();
  s3.close();
});

/** Metrics of the invocation, by name. */
function metrics(): Record<string, unknown> {
  const lines = watcher.output.split('\n').filter((line) => line.startsWith('{"_aws"'));
  return Object.assign({}, ...lines.map((line) => JSON.parse(line) as object));
}

async function outbox(): Promise<OutboxPart[]> {
  const client = new DynamoDBClient(clientOptions(deployment.dynamo.endpoint));
  const parts: OutboxPart[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: deployment.tableName })) {
    parts.push(
      ...Items.map((item) => unmarshall(item))
        .filter(isPart)
        .map(toPart),
    );
  }
  client.destroy();
  return parts;
}

function isPart({ pk }: Record<string, unknown>): boolean {
  return (pk as string).startsWith('outbox#');
}

/** Since the program began; bytes. */
function peakMemory(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

test('a log object of 256 MB: all of it counted, all of it found, in no more than 200 MiB', async () => {
  const started = Date.now();
  const event = batchOf([objectCreated(KEY, ETAG, truth.bytes)]);
  expect(await watcher.invoke(event)).toEqual({ kind: 'result', value: { batchItemFailures: [] } });
  const peak = peakMemory(watcher.pid!);
  const { Records, ParseFailures, ReadUnits, WriteUnits, AlertsSent } = metrics();
  console.log(
    `${truth.lines} records, ${truth.all.pairs} pairs: ${((Date.now() - started) / 1000).toFixed(0)} s, ` +
      `peak ${(peak / MEBIBYTE).toFixed(0)} MiB, ${ReadUnits} read and ${WriteUnits} write units, ${AlertsSent} alerts`,
  );
  expect({ Records, ParseFailures }).toEqual({ Records: truth.lines, ParseFailures: 0 });
  expect(peak).toBeLessThanOrEqual(200 * MEBIBYTE);
});

test('what it put into the outbox is what the log holds', async () => {
  const parts = await outbox();
  const findingsOf = (rule: OutboxPart['rule']) =>
    parts
      .filter((part) => part.rule === rule)
      .flatMap(({ bucket, findings }) =>
        findings.map((finding) => ({ ...finding, name: `${bucket} ${finding.network}` })),
      );
  const unapproved = findingsOf('unapproved-ip');
  const sum = (key: 'requests' | 'successes' | 'bytesSent') =>
    unapproved.reduce((total, finding) => total + finding[key], 0);
  const { pairs, successfulPairs, requests, successes, bytesSent } = truth.all;
  expect(new Set(unapproved.map(({ name }) => name)).size).toBe(pairs);
  expect({ requests: sum('requests'), successes: sum('successes'), bytesSent: sum('bytesSent') }).toEqual({
    requests,
    successes,
    bytesSent,
  });
  const fresh = findingsOf('new-ip').map(({ name }) => name);
  expect(fresh).toHaveLength(successfulPairs);
  expect(new Set(fresh).size).toBe(successfulPairs);
});
