// fauxqs in a thread of its own, since it is an ES module only, which jest does not import. Says where it listens.
import { parentPort } from 'node:worker_threads';
import { buildApp } from 'fauxqs';

parentPort.postMessage(await buildApp({ logger: false }).listen({ port: 0, host: '127.0.0.1' }));
