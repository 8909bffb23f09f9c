import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { forward, sendHalf, sendSlowly } from './wire-answers';
import { type Refused, refusal } from './wire-refusals';

/**
 * What can happen to a request.
 * - `reset`: the connection is gone before the upstream hears of it
 * - `lost-answer`: the upstream has done it, but the connection is gone before the answer
 * - `status-500`, `throttled`: refused as the service that is asked does it; `slow-down`: as S3 does it
 * - `cut-body`: half of the answer's body, then the connection is gone
 * - `slow-body`: the answer's body in ten pieces with pauses of 30 ms
 */
export type Fault = 'reset' | 'lost-answer' | Refused | 'cut-body' | 'slow-body';

/** A request as it came, complete with its body. */
export interface WireRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The operation as JSON services write it, `DynamoDB_20120810.PutItem`; SNS has `Action=Publish` in the body. */
  readonly target: string | undefined;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** A proxy on 127.0.0.1 in front of an emulator, which does nothing by itself. */
export interface FaultyWire {
  readonly endpoint: string;
  /** All requests so far, those of faults and of repeated attempts among them. */
  readonly requests: readonly WireRequest[];
  /** Lets the next `times` (default 1) requests that match suffer this. What is said first comes first. */
  fail(fault: Fault, when?: (request: WireRequest) => boolean, times?: number): void;
  /**
   * Called with each request, and waited for, before anything is done with it. Where the client is gone afterwards, the
   * upstream does not hear of the request.
   */
  onRequest(hook: (request: WireRequest) => void | Promise<void>): void;
  /** Rejects with what a hook threw; that request's connection was reset. */
  close(): Promise<void>;
}

/** A fault that is still to happen. */
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
    // A client or an upstream that went away in the middle: then the other one sees the same.
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

/** A process that died a moment ago shows up here in the next turn of the event loop, not yet in this one. */
async function isGone({ socket }: IncomingMessage): Promise<boolean> {
  for (let turn = 0; turn < 2; turn++) await nextTurn();
  return socket.destroyed || socket.readableEnded;
}

/** Answers the request, with or without the upstream and the fault. */
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
