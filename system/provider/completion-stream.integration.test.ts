import { createConnection } from 'node:net';
import pino from 'pino';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen, type RunningServer } from '../runtime/server.ts';
import { createProviderApp } from './app.ts';
import { providerSettingsSchema } from './settings.ts';

interface Chunk {
  object: string;
  choices: { delta: { role?: string; content?: string }; finish_reason: string | null }[];
  usage?: { completion_tokens: number } | null;
}

let server: RunningServer;
let slow: RunningServer;
const start = (CHAT_PRESET: 'instant' | 'gpt-4o-mini') =>
  listen(
    createProviderApp(
      providerSettingsSchema.parse({ CHAT_PRESET, EMBEDDING_DIM: 8, CONCEPT_COUNT: 4, PORT: 1 }),
      pino({ level: 'silent' }),
    ),
    '127.0.0.1',
    0,
  );

beforeAll(async () => {
  [server, slow] = await Promise.all([start('instant'), start('gpt-4o-mini')]);
});
afterAll(async () => {
  await Promise.all([server.close(0), slow.close(0)]);
});

const messages = [{ role: 'user', content: '[1] Trees grow. 树木生长😀。\n[2] 水在流动。\n\nQuestion: what grows?' }];
const ask = (port: number, more: object, headers: Record<string, string> = {}) =>
  request(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'm', messages, ...more }),
  });
const dataOf = (text: string) =>
  text
    .split('\n\n')
    .filter(Boolean)
    .map((event) => event.replace(/^data: /, ''));

describe('a streamed answer', () => {
  test.each([{}, { max_tokens: 7 }])('has the text, the reason and the tokens of the whole one (%j)', async (more) => {
    const whole = (await (await ask(server.port, more)).body.json()) as {
      choices: [{ message: { content: string }; finish_reason: string }];
      usage: { completion_tokens: number };
    };
    const answer = await ask(server.port, { ...more, stream: true, stream_options: { include_usage: true } });
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const data = dataOf(await answer.body.text());
    expect(data.pop()).toBe('[DONE]');
    const chunks = data.map((text) => JSON.parse(text) as Chunk);
    expect(new Set(chunks.map(({ object }) => object))).toEqual(new Set(['chat.completion.chunk']));
    expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: 'assistant', content: '' });
    const last = chunks.pop();
    expect(last).toMatchObject({ choices: [], usage: whole.usage });
    expect(chunks.every(({ usage }) => usage === null)).toBe(true);
    expect(chunks.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: whole.choices[0].finish_reason });
    const texts = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').filter((text) => text !== '');
    expect(texts.join('')).toBe(whole.choices[0].message.content);
    expect(texts.length).toBe(whole.usage.completion_tokens);
  });

  test('says nothing of its usage when it was not asked to', async () => {
    const data = dataOf(await (await ask(server.port, { stream: true })).body.text());
    expect(data.pop()).toBe('[DONE]');
    const chunks = data.map((text) => JSON.parse(text) as Chunk);
    expect(chunks.every((chunk) => chunk.choices.length === 1 && !('usage' in chunk))).toBe(true);
  });

  test('comes in pieces over time, the first long before the last', async () => {
    const answer = await ask(slow.port, { stream: true, max_tokens: 40 });
    const arrivals: number[] = [];
    for await (const _bytes of answer.body) {
      arrivals.push(performance.now());
    }
    expect(arrivals.length).toBeGreaterThan(5);
  });
});

describe('an answer whose length the caller of the whole system names', () => {
  const named = async (tokens: string, more: object = {}) => {
    const answer = await ask(server.port, more, { 'x-simulated-answer-tokens': tokens });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
  };

  test.each([1, 7, 500])('has %s tokens, and ends of itself', async (tokens) => {
    expect(await named(String(tokens))).toMatchObject({
      status: 200,
      body: { choices: [{ finish_reason: 'stop' }], usage: { completion_tokens: tokens } },
    });
  });

  test('keeps within what the request itself allows', async () => {
    const cut = { choices: [{ finish_reason: 'length' }], usage: { completion_tokens: 20 } };
    expect((await named('500', { max_tokens: 20 })).body).toMatchObject(cut);
  });

  test.each(['0', '-1', '1.5', 'many', '100001', ''])('is refused where it is "%s"', async (tokens) => {
    expect(await named(tokens)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('x-simulated-answer-tokens') } },
    });
  });
});

test('a caller that hangs up in the middle frees its slot at once, and no answer is measured for it', async () => {
  const measured = async () => {
    const text = await (await request(`http://127.0.0.1:${slow.port}/metrics`)).body.text();
    const value = (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
    return { answers: value('gen_ai_server_time_to_first_token_seconds_count'), slots: value('provider_slots_in_use') };
  };
  const before = await measured();
  expect(before.slots).toBe(0);
  const body = JSON.stringify({ model: 'm', messages, stream: true });
  const socket = createConnection(slow.port, '127.0.0.1');
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  await new Promise((resolve) => socket.once('data', resolve));
  expect((await measured()).slots).toBe(1);
  socket.destroy();
  await expect.poll(async () => (await measured()).slots).toBe(0);
  expect((await measured()).answers).toBe(before.answers);
});
