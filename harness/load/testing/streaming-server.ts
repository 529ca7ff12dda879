import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataText, eventStreamType, eventText } from '../../../system/api/event-stream.ts';

/** Long enough that events mostly arrive as separate reads. */
const eventGapMs = 3;
/** Of the flood: more than all buffers between two sockets take. */
const floodEvents = 1500;
const floodEventCharacters = 10_000;

const processing = eventText('processing', { request_id: 'r' });
const retrieved = eventText('retrieved', { sources: [], evidence: {} });
const piece = (text: string) => eventText('generating', { text });
const error = (code: string) => eventText('error', { error: { code, message: 'no', request_id: 'r' } });
const chunk = (delta: object) => dataText(JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta }] }));
const done = dataText('[DONE]');

/** The data of the event that ends a whole answer. */
export const completedBody = JSON.stringify({ answer: '检 ok' });
const completed = eventText('completed', JSON.parse(completedBody));
const whole = [processing, retrieved, piece('检'), piece(' '), piece('ok'), completed];

type Step = string | Buffer | ((response: ServerResponse) => Promise<void> | void);

const socketOf = (response: ServerResponse) => response.socket as Socket;
const end: Step = (response) => void response.end();
const close: Step = (response) => void socketOf(response).end();
const reset: Step = (response) => void socketOf(response).resetAndDestroy();
const silence: Step = () => {};
const endlessly: Step = async (response) => {
  while (!response.destroyed) {
    response.write(piece('x'));
    await sleep(eventGapMs);
  }
};
const flood: Step = async (response) => {
  for (let event = 0; event < floodEvents; event += 1) {
    if (!response.write(piece(`${event}:`.padEnd(floodEventCharacters, 'x')))) {
      await once(response, 'drain');
    }
  }
};
const inBytes = (texts: readonly string[]): Step[] => Array.from(Buffer.from(texts.join('')), (byte) => Buffer.of(byte));

/** What the server does in answer to a streamed ask, one after the other, by path. */
export const streamBehaviours = {
  ask: [...whole, end],
  'ask-at-once': [whole.join(''), end],
  'ask-in-bytes': [...inBytes(whole), end],
  'ask-with-comments': [': a\n\n', ...whole.flatMap((event) => [event, ':\n\n']), eventText('later', {}), end].toSpliced(-2, 1),
  'ask-empty': [processing, completed, end],
  chat: [chunk({ role: 'assistant' }), chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({}), done, end],
  'ends-in-the-middle': [processing, piece('a'), piece('b'), end],
  'ends-at-once': [end],
  'ends-before-the-answer': [processing, end],
  'chat-without-done': [chunk({ content: 'a' }), chunk({}), end],
  'fin-in-the-middle': [processing, piece('a'), piece('b'), close],
  'fin-before-any-event': ['', close],
  'reset-in-the-middle': [processing, piece('a'), piece('b'), reset],
  'fin-after-the-last': [...whole, close],
  'stalls-in-the-middle': [processing, piece('a'), piece('b'), silence],
  'stalls-before-the-answer': [processing, retrieved, silence],
  'slow-but-alive': [processing, endlessly],
  'error-event': [processing, piece('a'), error('unavailable'), end],
  'error-event-of-the-client': [processing, error('invalid_request'), end],
  'chat-error': [
    chunk({ content: 'a' }),
    dataText(JSON.stringify({ error: { message: 'no', type: 'server_error', param: null, code: null } })),
    end,
  ],
  'chat-rate-limit': [dataText(JSON.stringify({ error: { message: 'no', type: 'requests', code: 429 } })), end],
  malformed: [processing, piece('a'), 'event: generating\ndata: {"text":\n\n', ...whole, end],
  'chat-malformed': [chunk({ content: 'a' }), 'data: {"choices":\n\n', done, end],
  'after-the-last': [...whole, piece('c'), end],
  flood: [processing, flood, completed, end],
} satisfies Record<string, readonly Step[]>;

export type StreamBehaviour = keyof typeof streamBehaviours;

/** The data of the events of `flood`, in order. */
export const floodTexts = Array.from({ length: floodEvents }, (_, event) => `${event}:`.padEnd(floodEventCharacters, 'x'));

export interface StreamingServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * An HTTP server on 127.0.0.1 that streams as its path says. Further paths: `refused` and `not-a-stream` answer with JSON, and
 * `handshake` sends its first piece and the rest only when `proceed` has resolved.
 */
export async function startStreamingServer(proceed: Promise<void> = Promise.resolve()): Promise<StreamingServer> {
  const server = createServer({ noDelay: true }, (request, response) => {
    request.resume();
    // A client that gives up is part of the tests; it is counted on its side.
    response.on('error', () => {});
    void answer(request.url?.slice(1) ?? '', response, proceed);
  });
  server.on('connection', (socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(path: string, response: ServerResponse, proceed: Promise<void>): Promise<void> {
  if (path === 'refused' || path === 'not-a-stream') {
    response.writeHead(path === 'refused' ? 503 : 200, { 'content-type': 'application/json' }).end(completedBody);
    return;
  }
  const handshake: readonly Step[] = [piece('a'), () => proceed, completed, end];
  const steps: readonly Step[] = path === 'handshake' ? handshake : streamBehaviours[path as StreamBehaviour];
  response.writeHead(200, { 'content-type': `${eventStreamType}; charset=utf-8` });
  response.flushHeaders();
  for (const step of steps) {
    if (response.destroyed) {
      return;
    }
    if (typeof step === 'function') {
      await step(response);
    } else if (step.length > 0) {
      response.write(step);
      await sleep(step.length === 1 ? 0 : eventGapMs);
    } else {
      await sleep(eventGapMs);
    }
  }
}
