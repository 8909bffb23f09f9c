import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The result of an invocation; `error` also covers errors while the module is loaded. */
export type Answer =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'error'; readonly errorType: string; readonly errorMessage: string };

/**
 * The Lambda Runtime API for one process, which fetches one event after the other and posts its responses:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export interface RuntimeApi extends Pick<Counter, 'offer'> {
  /** `host:port`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Connects the next event with the process that requests one; either can come first. */
interface Counter {
  /**
   * Offers one event at a time. Calls `taken` when the process gets the event; `taken` returns its deadline, in epoch
   * milliseconds. The promise stays pending if there is no response.
   */
  offer(event: unknown, taken: () => number): Promise<Answer>;
  /** A process requests an event. */
  ask(response: ServerResponse): void;
  /** Returns false if no event waits for this response. Without a request id, it is about the start of the process. */
  answer(requestId: string | undefined, answer: Answer): boolean;
}

/** An event without a response so far. */
interface Work {
  readonly requestId: string;
  readonly event: unknown;
  readonly taken: () => number;
  readonly answered: (answer: Answer) => void;
}

export async function startRuntimeApi(): Promise<RuntimeApi> {
  const counter = openCounter();
  const server = createServer((request, response) => {
    // The process died during a request.
    serve(counter, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    offer: counter.offer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function openCounter(): Counter {
  let asking: ServerResponse | undefined;
  let offered: Work | undefined;
  let unanswered: Work | undefined;

  const handOver = () => {
    if (asking === undefined || offered === undefined) return;
    send(asking, offered);
    asking = undefined;
    offered = undefined;
  };
  return {
    offer: (event, taken) =>
      new Promise((answered) => {
        offered = unanswered = { requestId: randomUUID(), event, taken, answered };
        handOver();
      }),
    ask(response) {
      asking = response;
      handOver();
    },
    answer(requestId = unanswered?.requestId, answer) {
      if (unanswered === undefined || unanswered.requestId !== requestId) return false;
      unanswered.answered(answer);
      unanswered = undefined;
      return true;
    },
  };
}

function send(response: ServerResponse, { requestId, event, taken }: Work): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': String(taken()),
    'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:111122223333:function:function-under-test',
    'lambda-runtime-trace-id': 'Root=1-67400000-000000000000000000000001;Parent=0000000000000001;Sampled=0',
  });
  response.end(JSON.stringify(event));
}

async function serve(counter: Counter, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [what, id, action] = request.url!.split('/').slice(3);
  if (what === 'invocation' && id === 'next') return counter.ask(response);
  const body: unknown = JSON.parse(await text(request));
  let isAwaited = false;
  if (what === 'init') isAwaited = counter.answer(undefined, asError(body));
  else if (action === 'error') isAwaited = counter.answer(id, asError(body));
  else if (action === 'response') isAwaited = counter.answer(id, { kind: 'result', value: body });
  response.writeHead(isAwaited ? 202 : 400).end('{}');
}

function asError(body: unknown): Answer {
  const { errorType, errorMessage } = body as { readonly errorType: string; readonly errorMessage: string };
  return { kind: 'error', errorType, errorMessage };
}
