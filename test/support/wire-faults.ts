import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { forward, sendHalf, sendSlowly } from './wire-answers';
import { type Refused, refusal } from './wire-refusals';

/**
 * A fault of a request.
 * - `reset`: the connection is closed before the upstream receives the request
 * - `lost-answer`: the upstream performs the request, but the connection is closed before the response
 * - `status-500`, `throttled`: refused, in the format of the service; `slow-down`: refused like S3
 * - `cut-body`: half of the response body, then the connection is closed
 * - `slow-body`: the response body in ten pieces with pauses of 30 ms
 */
export type Fault = 'reset' | 'lost-answer' | Refused | 'cut-body' | 'slow-body';

/** A received request with its complete body. */
export interface WireRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** The operation of JSON services, `DynamoDB_20120810.PutItem`; SNS has `Action=Publish` in the body instead. */
  readonly target: string | undefined;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** A proxy on 127.0.0.1 in front of an emulator. By default, it forwards everything. */
export interface FaultyWire {
  readonly endpoint: string;
  /** All requests so far, including failed requests and retries. */
  readonly requests: readonly WireRequest[];
  /** The next `times` (default 1) matching requests have this fault. Faults apply in the order of the calls. */
  fail(fault: Fault, when?: (request: WireRequest) => boolean, times?: number): void;
  /**
   * The wire awaits this hook for each request before it does anything else. If the client has disconnected by then,
   * the upstream does not receive the request.
   */
  onRequest(hook: (request: WireRequest) => void | Promise<void>): void;
  /** Rejects with the error that a hook threw; the connection of that request was reset. */
  close(): Promise<void>;
}

/** A fault that has not occurred yet. */
interface Plan {
  readonly fault: Fault;
  readonly when: (request: WireRequest) => boolean;
  times: number;
}

export async function startFaultyWire(upstream: string): Promise<FaultyWire> {
  const requests: WireRequest[] = [];
  const plans: Plan[] = [];
  const hooks: ((request: WireRequest) => void | Promise<void>)[] = [];
  const hookErrors: unknown[] = [];

  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const wireRequest = await receive(incoming);
    requests.push(wireRequest);
    try {
      for (const hook of hooks) await hook(wireRequest);
    } catch (error) {
      hookErrors.push(error);
      throw error;
    }
    if (await isGone(incoming)) return;
    await answer(upstream, incoming, wireRequest, response, nextFault(plans, wireRequest));
  };
  const server = createServer((incoming, response) => {
    // If the client or the upstream disconnects during the request, the other side sees that too.
    handle(incoming, response).catch(() => incoming.socket.resetAndDestroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fail: (fault, when = () => true, times = 1) => void plans.push({ fault, when, times }),
    onRequest: (hook) => void hooks.push(hook),
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      if (hookErrors.length > 0) throw hookErrors[0];
    },
  };
}

async function receive(incoming: IncomingMessage): Promise<WireRequest> {
  return {
    method: incoming.method!,
    path: incoming.url!,
    target: incoming.headers['x-amz-target'] as string | undefined,
    contentType: incoming.headers['content-type'],
    body: await buffer(incoming),
  };
}

function nextFault(plans: readonly Plan[], wireRequest: WireRequest): Fault | undefined {
  const plan = plans.find(({ when, times }) => times > 0 && when(wireRequest));
  if (plan !== undefined) plan.times -= 1;
  return plan?.fault;
}

/** Waits one turn of the event loop: only then is the end of a client process visible here. */
async function isGone({ socket }: IncomingMessage): Promise<boolean> {
  for (let turn = 0; turn < 2; turn++) await nextTurn();
  return socket.destroyed || socket.readableEnded;
}

/** Responds to the request, with or without the upstream and the fault. */
async function answer(
  upstream: string,
  incoming: IncomingMessage,
  wireRequest: WireRequest,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const reset = () => incoming.socket.resetAndDestroy();
  if (fault === 'reset') return void reset();
  const isRefused = fault === 'status-500' || fault === 'slow-down' || fault === 'throttled';
  const found = isRefused ? refusal(fault, wireRequest) : await forward(upstream, incoming, wireRequest.body);
  if (fault === 'lost-answer') return void reset();
  if (fault === 'cut-body') return sendHalf(response, found);
  if (fault === 'slow-body') return sendSlowly(response, found);
  response.writeHead(found.status, found.headers).end(found.body);
}
