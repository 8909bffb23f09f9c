import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import dynalite from 'dynalite';

/** A server on 127.0.0.1 that keeps its data in memory, for one test file. */
export interface Emulator {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** DynamoDB. Tables are ready at once. TTL and transactions are not supported. */
export async function startDynamo(): Promise<Emulator> {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  // dynalite throws errors of a request: a client that dies during one would end the tests.
  server.on('request', (request: IncomingMessage) => {
    request.removeAllListeners('error');
    request.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** S3, SQS and SNS. S3 sends no events about new objects: tests create them. */
export async function startAws(): Promise<Emulator> {
  const worker = new Worker(join(__dirname, 'fauxqs-worker.mjs'));
  const [endpoint] = (await once(worker, 'message')) as [string];
  return {
    endpoint,
    close: async () => {
      await worker.terminate();
    },
  };
}

/**
 * The options with which SDK clients connect to an emulator, the same for all services: a client ignores the options of
 * others.
 */
export function clientOptions(endpoint: string) {
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-a-secret' },
    /** S3: `bucket.127.0.0.1` does not resolve. */
    forcePathStyle: true,
    /** SQS: otherwise the URL of a queue would override the endpoint, and bypass a proxy. */
    useQueueUrlAsEndpoint: false,
  };
}
