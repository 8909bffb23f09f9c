import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** A complete response of a server. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Forwards the request of the client to the upstream, on a new connection. */
export async function forward(upstream: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const headers = endToEnd(incoming.headers, body);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(upstream + incoming.url, { method: incoming.method, headers, agent: false }, resolve)
      .on('error', reject)
      .end(body);
  });
  const answerBody = await buffer(answer);
  return { status: answer.statusCode!, headers: endToEnd(answer.headers, answerBody), body: answerBody };
}

/** Removes hop-by-hop headers. Keeps the host, because SQS builds the URLs of queues from it. */
function endToEnd(headers: IncomingHttpHeaders, body: Buffer): IncomingHttpHeaders {
  const { connection, 'keep-alive': keepAlive, expect, 'transfer-encoding': encoding, ...rest } = headers;
  return encoding === undefined ? rest : { ...rest, 'content-length': String(body.length) };
}

/** Sends all headers and half of the body, then closes the connection. */
export async function sendHalf(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  response.writeHead(status, headers);
  const half = body.subarray(0, body.length / 2);
  await new Promise<void>((resolve) => response.write(half, () => resolve()));
  // Not a reset: then the client could lose data that it has not read yet.
  response.socket?.destroy();
}

/** Sends the body in ten pieces with pauses of 30 ms. */
export async function sendSlowly(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  response.writeHead(status, headers);
  const length = Math.ceil(body.length / 10);
  for (let start = 0; start < body.length && !response.destroyed; start += length) {
    response.write(body.subarray(start, start + length));
    await delay(30);
  }
  response.end();
}
