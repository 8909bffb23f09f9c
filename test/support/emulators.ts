import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import dynalite from 'dynalite';

/** A server on 127.0.0.1 that holds in memory what it is given, for one test file. */
export interface Emulator {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** DynamoDB. Tables are ready as soon as they are made. There is neither TTL nor are there transactions. */
export async function startDynamo(): Promise<Emulator> {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  // dynalite itself throws what goes wrong with a request, which would end the tests where a client dies within one.
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

/** S3, SQS and SNS. S3 tells nobody of new objects: a test writes those messages itself. */
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
 * What the SDK's clients need to speak to an emulator, the same for each of them: a client does not mind what is meant
 * for another.
 */
export function clientOptions(endpoint: string) {
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-a-secret' },
    /** S3: there is no name server for `bucket.127.0.0.1`. */
    forcePathStyle: true,
    /** SQS: else a queue's URL beats the endpoint, and with it a proxy in front. */
    useQueueUrlAsEndpoint: false,
  };
}
