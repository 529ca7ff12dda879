import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ChatChunk, type ChatCompletion, chatChunkSchema, chatCompletionSchema, openAiErrorSchema } from '../api/chat-completions.ts';
import { createEventReader } from '../api/event-stream.ts';
import { askResponseSchema } from '../api/search.ts';
import { eventually } from '../runtime/testing/child-process.ts';
import { type FrontTiers, startFrontTiers } from '../runtime/testing/front-tiers.ts';

let system: FrontTiers;

beforeAll(async () => {
  system = await startFrontTiers();
  for (let index = 0; index < 5; index += 1) {
    system.store(`doc-${index}`, `text ${index}: größer 文 😀`);
  }
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.heal());

const path = '/v1/chat/completions';
const messages = [{ role: 'user', content: 'text 3' }];
const request = { model: 'concept-chat', messages, rag_testbed: { top_k: 2 } };

async function complete(body: object = {}): Promise<ChatCompletion> {
  const response = await system.post(path, { ...request, ...body });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  return chatCompletionSchema.parse(await response.json());
}

async function dataOf(response: Response): Promise<string[]> {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  return createEventReader()
    .push(new Uint8Array(await response.arrayBuffer()))
    .map(({ event, data }) => {
      expect(event).toBe('message');
      return data;
    });
}

async function stream(body: object = {}): Promise<ChatChunk[]> {
  const data = await dataOf(await system.post(path, { ...request, stream: true, ...body }));
  expect(data.at(-1)).toBe('[DONE]');
  return data.slice(0, -1).map((text) => chatChunkSchema.parse(JSON.parse(text)));
}

async function errorOf(response: Response) {
  return { status: response.status, ...openAiErrorSchema.parse(await response.json()).error };
}

/** What the provider was asked to write, last. */
const generation = () =>
  system.provider.requests.filter((asked) => asked.path === path).at(-1)?.body as { messages: object[] } & Record<string, unknown>;

describe('a chat completion', () => {
  test('is the answer of /v1/ask in OpenAI’s form, its sources beside it', async () => {
    const asked = askResponseSchema.parse(await (await system.post('/v1/ask', { query: 'text 3', top_k: 2 })).json());
    const { created, ...completion } = await complete();
    expect(Math.abs(created - Date.now() / 1000)).toBeLessThan(600);
    expect(completion).toMatchObject({
      id: 'chatcmpl-mine',
      object: 'chat.completion',
      model: 'concept-chat',
      choices: [{ index: 0, message: { role: 'assistant', content: asked.answer, refusal: null }, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
      rag_testbed: { sources: asked.sources, evidence: { request_id: 'mine', degraded: false } },
    });
  });

  test('takes a body as OpenAI’s clients send it', async () => {
    await complete({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'text 3' }], name: 'someone' }],
      stream: false,
      stream_options: null,
      n: 1,
      user: 'someone',
      temperature: 0.2,
      top_p: 1,
      max_tokens: 64,
      seed: 7,
      stop: ['END'],
      frequency_penalty: 0,
      presence_penalty: 0,
    });
    const { messages: prompt, ...settings } = generation();
    expect(settings).toEqual({
      model: 'concept-chat',
      stream: false,
      temperature: 0.2,
      top_p: 1,
      max_tokens: 64,
      seed: 7,
      stop: ['END'],
      frequency_penalty: 0,
      presence_penalty: 0,
    });
    expect(prompt).toHaveLength(2);
  });

  test('passes the earlier messages on before the question, and searches for the question alone', async () => {
    const earlier = [
      { role: 'system', content: 'Answer in rhymes.' },
      { role: 'user', content: 'What is text 1?' },
      { role: 'assistant', content: 'It is a text [1].' },
    ];
    await complete({ messages: [...earlier, ...messages] });
    const prompt = generation().messages as { role: string; content: string }[];
    expect(prompt.slice(1, -1)).toEqual(earlier);
    expect(prompt[0]?.role).toBe('system');
    expect(prompt.at(-1)?.content).toMatch(/^Sources:\n\n\[1\] .*Question: text 3$/s);
    expect(system.provider.embedded.at(-1)).toBe('text 3');
  });
});

describe('a streamed chat completion', () => {
  test('begins with the role, gives the text in pieces, and ends with a reason and the sources', async () => {
    const plain = await complete();
    const chunks = await stream();
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(plain.choices[0].message.content);
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([...chunks.slice(1).map(() => null), 'stop']);
    expect(chunks.at(-1)?.rag_testbed?.sources).toEqual(plain.rag_testbed.sources);
    expect(new Set(chunks.map(({ id, model, created }) => `${id} ${model} ${created}`)).size).toBe(1);
    expect(chunks.length).toBeGreaterThan(4);
    expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true);
  });

  test('has the usage in a last chunk without choices when it is asked for, and null before', async () => {
    const chunks = await stream({ stream_options: { include_usage: true } });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } });
    expect(chunks.slice(0, -1).every(({ usage, choices }) => usage === null && choices.length === 1)).toBe(true);
  });

  test('that fails midway ends with an error in OpenAI’s form and without [DONE]', async () => {
    system.provider.chat.streamFault = 'cut';
    const data = await dataOf(await system.post(path, { ...request, stream: true }));
    expect(data).not.toContain('[DONE]');
    expect(openAiErrorSchema.parse(JSON.parse(data.at(-1) ?? '')).error).toMatchObject({ type: 'server_error', code: 'upstream_failed' });
    for (const text of data.slice(0, -1)) {
      chatChunkSchema.parse(JSON.parse(text));
    }
  });

  test('that meets its deadline midway ends with that as its error, once', async () => {
    system.provider.chat.streamFault = 'hanging';
    const data = await dataOf(await system.post(path, { ...request, stream: true }, { headers: { 'x-deadline-ms': '600' } }));
    const errors = data.filter((text) => text.startsWith('{"error"'));
    expect(errors).toEqual([data.at(-1)]);
    expect(openAiErrorSchema.parse(JSON.parse(errors[0] ?? '')).error.code).toBe('deadline_exceeded');
    await eventually(() => system.provider.chat.open === 0);
  });
});

describe('refusals in OpenAI’s form', () => {
  const cases: [string, object | string, Record<string, string>, number, string, string | null][] = [
    ['no key', request, { 'x-api-key': '' }, 401, 'authentication_error', null],
    ['no JSON', '{', {}, 400, 'invalid_request_error', null],
    ['a bad deadline', request, { 'x-deadline-ms': 'soon' }, 400, 'invalid_request_error', null],
    ['another type', request, { 'content-type': 'text/plain' }, 415, 'invalid_request_error', null],
    ['another model', { ...request, model: 'gpt-9' }, {}, 404, 'invalid_request_error', 'model'],
    ['no messages', { ...request, messages: [] }, {}, 400, 'invalid_request_error', 'messages'],
    [
      'no question',
      { ...request, messages: [{ role: 'assistant', content: 'hello' }] },
      {},
      400,
      'invalid_request_error',
      'messages.0.role',
    ],
    [
      'an empty question',
      { ...request, messages: [{ role: 'user', content: ' ' }] },
      {},
      400,
      'invalid_request_error',
      'messages.0.content',
    ],
    ['two choices', { ...request, n: 2 }, {}, 400, 'invalid_request_error', 'n'],
    ['usage of no stream', { ...request, stream_options: { include_usage: true } }, {}, 400, 'invalid_request_error', 'stream_options'],
    ['tools', { ...request, tools: [] }, {}, 400, 'invalid_request_error', null],
  ];
  test.each(cases)('%s', async (_name, body, headers, status, type, param) => {
    expect(await errorOf(await system.post(path, body, { headers }))).toMatchObject({ status, type, param });
    expect(system.provider.requests).toEqual([]);
  });

  test('a provider that fails, a deadline, and another method', async () => {
    system.provider.chat.chatStatus = 429;
    expect(await errorOf(await system.post(path, request))).toMatchObject({ status: 502, type: 'server_error', code: 'upstream_failed' });
    system.provider.fault = 'hanging';
    expect(await errorOf(await system.post(path, request, { headers: { 'x-deadline-ms': '200' } }))).toMatchObject({
      status: 504,
      type: 'server_error',
      code: 'deadline_exceeded',
    });
    expect(await errorOf(await fetch(`${system.gateway.url}${path}`))).toMatchObject({ status: 405, code: 'method_not_allowed' });
  });
});
