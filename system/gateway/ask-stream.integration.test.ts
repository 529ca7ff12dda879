import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AskEvent, type AskEventName, askEventSchemas } from '../api/ask-stream.ts';
import { errorBodySchema } from '../api/errors.ts';
import { createEventReader, type ServerSentEvent } from '../api/event-stream.ts';
import { type AskResponse, askResponseSchema } from '../api/search.ts';
import { eventually } from '../runtime/testing/child-process.ts';
import { type FrontTiers, readerKey, startFrontTiers } from '../runtime/testing/front-tiers.ts';

let system: FrontTiers;

beforeAll(async () => {
  system = await startFrontTiers();
  for (let index = 0; index < 5; index += 1) {
    system.store(`doc-${index}`, `text ${index}: größer 文 😀`);
  }
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.heal());

interface Streamed {
  readonly names: AskEventName[];
  of<Name extends AskEventName>(name: Name): AskEvent<Name>[];
}

/** Every event is read by its schema, so an event of another form fails whatever test meets it. */
function readEvents(events: readonly ServerSentEvent[]): Streamed {
  const read = events.map(({ event, data }) => {
    const name = event as AskEventName;
    return { name, value: askEventSchemas[name].parse(JSON.parse(data)) };
  });
  return {
    names: read.map(({ name }) => name),
    of: (wanted) => read.filter(({ name }) => name === wanted).map(({ value }) => value as never),
  };
}

async function streamed(response: Response): Promise<Streamed> {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  return readEvents(createEventReader().push(new Uint8Array(await response.arrayBuffer())));
}

/** Reads until the text that came contains this, and leaves the rest where it is. */
async function readUntil(response: Response, text: string): Promise<void> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let read = '';
  while (!read.includes(text)) {
    const { value, done } = await reader.read();
    expect(done).toBe(false);
    read += decoder.decode(value, { stream: true });
  }
}

const ask = (body: object, headers: Record<string, string> = {}) => system.post('/v1/ask', body, { headers });
const question = { query: 'text 3', top_k: 2 };
/** What does not depend on the clock. */
const content = ({ answer, sources, usage }: AskResponse) => JSON.stringify({ answer, sources, usage });

async function errorOf(response: Response) {
  return { status: response.status, ...errorBodySchema.parse(await response.json()).error };
}

describe('a streamed answer', () => {
  test.each(['/v1/ask', '/api/v1/ask'])('of %s tells what happens in order, and is the plain one in the end', async (path) => {
    const plain = askResponseSchema.parse(await (await system.post(path, question)).json());
    const answer = await streamed(await system.post(path, { ...question, stream: true }));
    const texts = answer.of('generating').map(({ text }) => text);
    expect(answer.names).toEqual(['processing', 'retrieved', ...texts.map(() => 'generating'), 'completed']);
    expect(texts.length).toBeGreaterThan(3);
    const [completed] = answer.of('completed') as [AskResponse];
    expect(content(completed)).toBe(content(plain));
    expect(texts.join('')).toBe(plain.answer);
    expect(plain.answer).toContain('größer 文 😀');
    expect(answer.of('processing')).toEqual([{ request_id: 'mine' }]);
    expect(answer.of('retrieved')[0]?.sources).toEqual(plain.sources);
  });

  test('carries evidence: the search first, then everything, with the time to the first token inside the generation', async () => {
    const answer = await streamed(await ask({ ...question, stream: true }));
    const [retrieved] = answer.of('retrieved');
    const [completed] = answer.of('completed');
    const searched = ['preprocess', 'embed', 'search', 'merge'];
    expect(retrieved?.evidence.stages.map(({ stage }) => stage)).toEqual(searched);
    expect(completed?.evidence.stages.map(({ stage }) => stage)).toEqual([...searched, 'generate']);
    const generatedMs = completed?.evidence.stages.at(-1)?.duration_ms ?? 0;
    const firstTokenMs = completed?.evidence.time_to_first_token_ms ?? Number.NaN;
    expect(firstTokenMs).toBeGreaterThan(0);
    expect(firstTokenMs).toBeLessThanOrEqual(generatedMs);
    const metrics = await (await fetch(`${system.query.url}/metrics`)).text();
    expect(metrics).toMatch(/time_to_first_token_seconds_count [1-9]/);
  });

  test.each<[string, object, string | undefined, boolean]>([
    ['the header alone', {}, 'text/event-stream', true],
    ['the header preferring it', {}, 'application/json;q=0.5, text/event-stream', true],
    ['the header preferring JSON', {}, 'application/json, text/event-stream;q=0.5', false],
    ['anything', {}, '*/*', false],
    ['the body against the header', { stream: false }, 'text/event-stream', false],
    ['both', { stream: true }, 'application/json', true],
  ])('is asked for by the body, otherwise by the header: %s', async (_name, body, accept, isStream) => {
    const response = await ask({ ...question, ...body }, accept === undefined ? {} : { accept });
    expect(response.headers.get('content-type')?.startsWith('text/event-stream')).toBe(isStream);
    await response.text();
  });

  test('that does not begin is an ordinary error', async () => {
    const refused = { ...question, stream: true };
    expect(await errorOf(await ask({ ...refused, top_k: 0 }))).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(await errorOf(await ask({ ...refused, stream: 'yes' }))).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(await errorOf(await ask(refused, { 'x-api-key': 'unknown' }))).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(await errorOf(await ask({ ...refused, session_id: 'one' }))).toMatchObject({
      status: 400,
      code: 'invalid_request',
      problems: [{ path: 'session_id', message: 'no sessions are kept here' }],
    });
    expect(system.provider.requests).toEqual([]);
  });
});

describe('a stream that fails midway', () => {
  test.each([
    ['cut', /broke off/],
    ['unfinished', /ended before \[DONE\]/],
    ['error', /told to fail/],
    ['broken', /broken JSON/],
    ['no-usage', /no usage/],
    ['not-a-stream', /text\/html|broken JSON/],
  ] as const)('%s: what came, then the error', async (fault, message) => {
    system.provider.chat.streamFault = fault;
    const answer = await streamed(await ask({ ...question, stream: true }));
    expect(answer.names.slice(0, 2)).toEqual(['processing', 'retrieved']);
    expect(answer.names.filter((name) => name === 'completed' || name === 'error')).toEqual(['error']);
    expect(answer.names.at(-1)).toBe('error');
    expect(answer.of('error')[0]?.error).toMatchObject({ code: 'upstream_failed', request_id: 'mine' });
    expect(answer.of('error')[0]?.error.message).toMatch(message);
    await eventually(() => system.provider.chat.open === 0);
  });

  test.each([429, 500, 529])('a provider that answers %d: the same named error as without a stream', async (status) => {
    system.provider.chat.chatStatus = status;
    const plain = await errorOf(await ask(question));
    const answer = await streamed(await ask({ ...question, stream: true }));
    expect(answer.of('error')[0]?.error).toMatchObject({ code: plain.code, message: plain.message.replace('a chat', 'a streamed chat') });
    expect(plain).toMatchObject({ status: 502, code: 'upstream_failed' });
  });

  test('a search that fails is an event too, since the stream has begun', async () => {
    system.node.mood = 'failing';
    const answer = await streamed(await ask({ ...question, stream: true }));
    expect(answer.names).toEqual(['processing', 'error']);
    expect(answer.of('error')[0]?.error.code).toBe('unavailable');
  });

  test('the deadline holds for the whole stream', async () => {
    system.provider.chat.streamFault = 'hanging';
    const answer = await streamed(await ask({ ...question, stream: true }, { 'x-deadline-ms': '700' }));
    expect(answer.names).toContain('generating');
    expect(answer.names.filter((name) => name === 'error')).toHaveLength(1);
    expect(answer.names.at(-1)).toBe('error');
    expect(answer.of('error')[0]?.error.code).toBe('deadline_exceeded');
    await eventually(() => system.provider.chat.open === 0);
    expect(system.provider.chat.abandoned).toBe(1);
  });

  test('a query tier that dies ends the stream with an error, and one that streams no more is not waited for', async () => {
    await using own = await startFrontTiers();
    own.store('doc', 'text');
    own.provider.chat.streamFault = 'hanging';
    const response = await own.post('/v1/ask', { query: 'text', stream: true });
    const events: ServerSentEvent[] = [];
    const reader = createEventReader();
    for await (const piece of response.body as ReadableStream<Uint8Array>) {
      events.push(...reader.push(piece));
      if (events.some(({ event }) => event === 'generating')) {
        own.query.kill('SIGKILL');
      }
    }
    const answer = readEvents(events);
    expect(answer.names.at(-1)).toBe('error');
    expect(answer.of('error')[0]?.error.code).toBe('upstream_failed');
  });
});

describe('a caller that leaves', () => {
  test('while text comes: the provider sees the close', async () => {
    system.provider.chat.streamFault = 'hanging';
    const leaving = new AbortController();
    const response = await system.post('/v1/ask', { ...question, stream: true }, { signal: leaving.signal });
    await readUntil(response, 'generating');
    expect(system.provider.chat).toMatchObject({ open: 1, abandoned: 0 });
    leaving.abort();
    await eventually(() => system.provider.chat.abandoned === 1);
    expect(system.provider.chat.open).toBe(0);
  });

  test('while the shards are asked: the vector node sees the close, and nothing is generated', async () => {
    system.node.mood = 'hanging';
    const leaving = new AbortController();
    const response = await system.post('/v1/ask', { ...question, stream: true }, { signal: leaving.signal });
    await readUntil(response, 'processing');
    await eventually(() => system.node.requests.length === 1);
    leaving.abort();
    await eventually(() => system.node.hungUp === 1);
    expect(system.provider.requests.filter(({ path }) => path === '/v1/chat/completions')).toEqual([]);
  });

  test('counts as an error, and a stream that ended with one as well', async () => {
    const count = async (status: string) => {
      const metrics = await (await fetch(`${system.gateway.url}/metrics`)).text();
      return Number(new RegExp(`query_total\\{status="${status}",method="ask"\\} (\\d+)`).exec(metrics)?.[1] ?? 0);
    };
    const [successes, errors] = [await count('success'), await count('error')];
    await streamed(await ask({ ...question, stream: true }));
    system.provider.chat.streamFault = 'cut';
    await streamed(await ask({ ...question, stream: true }));
    expect([await count('success'), await count('error')]).toEqual([successes + 1, errors + 1]);
  });
});

test('a provider that keeps its stream open after the last event is not waited for', async () => {
  system.provider.chat.streamFault = 'lingering';
  const answer = await streamed(await ask({ ...question, stream: true }));
  expect(answer.names.at(-1)).toBe('completed');
  await eventually(() => system.provider.chat.open === 0);
});

describe('a slow reader', () => {
  const mebibyte = 1024 * 1024;
  const text = 'x'.repeat(64 * 1024);
  /** Resident memory of both processes, bytes. */
  const residentBytes = async () => {
    let sum = 0;
    for (const { pid } of [system.gateway, system.query]) {
      sum += Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024;
    }
    return sum;
  };

  /** Asks for an answer with so much text and takes nothing of it, until nothing moves any more. */
  async function stall(repeats: number): Promise<{ readonly reader: Socket; readonly taken: number }> {
    system.provider.chat.filler = { text, repeats };
    const body = JSON.stringify({ ...question, stream: true });
    const reader = connect(Number(new URL(system.gateway.url).port), '127.0.0.1').pause();
    reader.write(
      `POST /v1/ask HTTP/1.1\r\nhost: x\r\nx-api-key: ${readerKey}\r\nx-deadline-ms: 110000\r\nconnection: close\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    let [taken, unchanged] = [-1, 0];
    await eventually(() => {
      const now = system.provider.chat.streamedBytes;
      unchanged = now === taken && now > 0 ? unchanged + 1 : 0;
      taken = now;
      return unchanged === 10;
    });
    return { reader, taken };
  }

  test('stops the provider, and loses nothing when it reads on', async () => {
    const repeats = 1_600;
    const wholeBytes = text.length * repeats;
    const { reader, taken } = await stall(repeats);
    expect(taken).toBeLessThan(wholeBytes / 2);
    let received = 0;
    let tail = '';
    reader.on('data', (bytes: Buffer) => {
      received += bytes.length;
      tail = (tail + bytes.toString('latin1')).slice(-2_000);
    });
    reader.resume();
    await once(reader, 'close');
    // The text comes once in pieces and once whole.
    expect(received).toBeGreaterThan(2 * wholeBytes);
    expect(received).toBeLessThan(2 * wholeBytes + 4 * mebibyte);
    expect(tail).toContain('"time_to_first_token_ms"');
    await eventually(() => system.provider.chat.open === 0);
    expect(system.provider.chat.abandoned).toBe(0);
  });

  test('of a gibibyte costs no more memory than the buffers on the way, and ends everything when it leaves', async () => {
    const before = await residentBytes();
    const { reader } = await stall((1024 * mebibyte) / text.length);
    expect((await residentBytes()) - before).toBeLessThan(300 * mebibyte);
    expect(system.provider.chat.open).toBe(1);
    reader.destroy();
    await eventually(() => system.provider.chat.abandoned === 1);
  });
});
