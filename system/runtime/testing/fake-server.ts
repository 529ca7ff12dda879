import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface FakeRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** An answer that is written piece by piece. */
export interface FakeStream {
  readonly stream: (response: ServerResponse) => void | Promise<void>;
}

/** Never answers, as a stopped process. */
export const hang = Symbol('hang');
/** Closes the connection without an answer, as a crash in the middle of a request. */
export const cut = Symbol('cut');

export interface FakeServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: FakeRequest[];
  /** Callers that closed their connection while they were left hanging. */
  hungUp: number;
}

/** A server for tests that answers as told and remembers what it was asked. */
export async function fakeServer(
  answer: (request: FakeRequest) => FakeAnswer | FakeStream | typeof hang | typeof cut | Promise<FakeAnswer>,
  port = 0,
): Promise<FakeServer> {
  const requests: FakeRequest[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = request.headers['content-length'] === undefined || request.method === 'GET' ? undefined : await json(request);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const taken = { method: request.method ?? '', path, headers: request.headers, body };
    requests.push(taken);
    const given = await answer(taken);
    if (given === cut) {
      request.socket.destroy();
    } else if (given === hang) {
      response.once('close', () => {
        running.hungUp += 1;
      });
    } else if ('stream' in given) {
      await given.stream(response);
    } else {
      response.writeHead(given.status, { 'content-type': 'application/json' }).end(JSON.stringify(given.body));
    }
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const listening = (server.address() as AddressInfo).port;
  const running: FakeServer = {
    url: `http://127.0.0.1:${listening}`,
    port: listening,
    requests,
    hungUp: 0,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return running;
}
