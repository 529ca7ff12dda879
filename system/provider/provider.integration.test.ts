import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import pino from 'pino';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { healthResponseSchema } from '../api/health.ts';
import { createConceptSpace } from '../concepts/concept-space.ts';
import { listen, type RunningServer } from '../runtime/server.ts';
import { createProviderApp } from './app.ts';
import { type ProviderSettings, providerSettingsSchema } from './settings.ts';
import { tokenCount } from './tokens.ts';

const environment = { EMBEDDING_DIM: '384', CONCEPT_COUNT: '64', CONCEPT_SEED: '1' };
const settings: ProviderSettings = providerSettingsSchema.parse({ ...environment, PORT: '1' });
const space = createConceptSpace({ seed: 1, concepts: 64, dimensions: 384 });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface EmbeddingsAnswer {
  data: { index: number; embedding: string | number[] }[];
  usage: { prompt_tokens: number };
}
interface ErrorAnswer {
  error: { message: string; type: string; param: string | null; code: string | null };
}

function decode(embedding: string | number[]): Float32Array {
  if (Array.isArray(embedding)) {
    return Float32Array.from(embedding);
  }
  const bytes = Buffer.from(embedding, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

describe('the process', () => {
  let child: ChildProcess;
  let origin: string;
  const logs: string[] = [];

  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await request(`${origin}${path}`, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as unknown };
  };
  const embed = async (body: object) => (await post('/v1/embeddings', { model: 'm', ...body })).body as EmbeddingsAnswer;

  beforeAll(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    child = spawn(process.execPath, [new URL('main.ts', import.meta.url).pathname], {
      env: { ...process.env, ...environment, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the provider ended with code ${code}: ${logs.join('\n')}`)));
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
        logs.push(line);
        if (line.includes('"listening"')) {
          resolve();
        }
      });
    });
  });
  afterAll(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    expect(code).toBe(0);
  });

  test('embeddings are bit for bit those of the concept space, in both encodings', async () => {
    const input = ['Xylophone quartz', `${space.words(3, 'en').join(' ')} ${space.words(4, 'zh').join('的')}`, '?'];
    for (const encoding_format of ['float', 'base64']) {
      const { data, usage } = await embed({ input, encoding_format, unheard_of: 1 });
      expect(data.map(({ index }) => index)).toEqual([0, 1, 2]);
      expect(data.map(({ embedding }) => decode(embedding))).toEqual(input.map((text) => space.embed(text)));
      expect(usage.prompt_tokens).toBe(input.reduce((sum, text) => sum + tokenCount(text), 0));
    }
    const { data } = await embed({ input: 'Xylophone quartz' });
    expect(decode(data[0]?.embedding ?? '')).toEqual(space.embed('Xylophone quartz'));
  });

  test('dimensions shorten a vector and cannot lengthen it', async () => {
    const { data } = await embed({ input: 'quartz', dimensions: 8 });
    const short = decode(data[0]?.embedding ?? '');
    expect(short.length).toBe(8);
    expect(Math.hypot(...short)).toBeCloseTo(1, 6);
    const refused = await post('/v1/embeddings', { model: 'm', input: 'quartz', dimensions: 385 });
    expect(refused.status).toBe(400);
    expect((refused.body as ErrorAnswer).error).toMatchObject({ type: 'invalid_request_error', param: 'dimensions' });
  });

  test('takes 2048 inputs and refuses 2049', async () => {
    expect((await embed({ input: Array.from({ length: 2048 }, () => 'a'), encoding_format: 'base64' })).data.length).toBe(2048);
    const refused = await post('/v1/embeddings', { model: 'm', input: Array.from({ length: 2049 }, () => 'a') });
    expect(refused.status).toBe(400);
    expect((refused.body as ErrorAnswer).error.param).toBe('input');
  });

  const deep = `${'['.repeat(40)}${']'.repeat(40)}`;
  test.each([
    ['/v1/embeddings', { input: 'a' }, 400, 'model'],
    ['/v1/embeddings', { model: 'm' }, 400, 'input'],
    ['/v1/embeddings', { model: 'm', input: '' }, 400, 'input'],
    ['/v1/embeddings', { model: 'm', input: [] }, 400, 'input'],
    ['/v1/embeddings', { model: 'm', input: 'a', encoding_format: 'hex' }, 400, 'encoding_format'],
    ['/v1/embeddings', '{', 400, null],
    ['/v1/embeddings', `{"model":"m","input":${deep}}`, 400, null],
    ['/v1/embeddings', `"${'a'.repeat(33 * 1024 * 1024)}"`, 413, null],
    ['/v1/chat/completions', { model: 'm', messages: [] }, 400, 'messages'],
    ['/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'a' }], stream: 'yes' }, 400, 'stream'],
    ['/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'a' }], n: 2 }, 400, 'n'],
    ['/v1/rerank', { model: 'm', query: 'a' }, 400, 'documents'],
    ['/v1/rerank', { model: 'm', query: 'a', documents: [] }, 400, 'documents'],
    ['/v1/rerank', { model: 'm', query: '', documents: ['a'] }, 400, 'query'],
    ['/v1/rerank', { model: 'm', query: 'a', documents: ['a'], top_n: 0 }, 400, 'top_n'],
    ['/v1/nothing', {}, 404, null],
    ['/v1/models', {}, 405, null],
  ] as const)('%s refuses what it cannot serve in OpenAI’s envelope (%#)', async (path, body, status, param) => {
    const refused = await post(path, body);
    expect(refused.status).toBe(status);
    const { error } = refused.body as ErrorAnswer;
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect(error).toMatchObject({ type: 'invalid_request_error', param });
    expect(error.message.length).toBeLessThan(500);
  });

  test('ranks documents by meaning and by words, equals in the order given', async () => {
    const about = (concept: number, language: 'en' | 'zh' = 'en') => space.words(concept, language).join(' ');
    const documents = [about(5), 'the code ZX-4711', about(4, 'zh'), about(4), about(5)];
    const rank = async (query: string, more: object = {}) => {
      const { body } = await post('/v1/rerank', { model: 'm', query, documents, ...more });
      return (body as { results: { index: number; relevance_score: number }[] }).results;
    };
    expect((await rank(about(4))).map(({ index }) => index)).toEqual([3, 2, 0, 1, 4]);
    expect((await rank('ZX-4711', { top_n: 2 })).map(({ index }) => index)).toEqual([1, 0]);
    expect((await rank(about(4)))[0]?.relevance_score).toBeCloseTo(1, 12);
  });

  test('an answer quotes its context, comes again for the same prompt, and keeps max_tokens', async () => {
    const messages = [
      { role: 'system', content: [{ type: 'text', text: 'Cite the context.' }] },
      { role: 'user', content: '[1] Record CN-tenant-1-0a1b. Trees grow.\n[2] 水在流动。\n\nQuestion: what grows?' },
    ];
    const ask = async (more: object) => {
      const { body } = await post('/v1/chat/completions', { model: 'm', messages, ...more });
      return body as { choices: [{ message: { content: string }; finish_reason: string }]; usage: { completion_tokens: number } };
    };
    const [first, second, short] = [await ask({}), await ask({ temperature: 2 }), await ask({ max_tokens: 5 })];
    const { content } = first.choices[0].message;
    expect(content).toContain('Record CN-tenant-1-0a1b. [1] 水在流动。 [2]');
    expect(second.choices).toEqual(first.choices);
    expect(first.choices[0].finish_reason).toBe('stop');
    expect(first.usage.completion_tokens).toBe(tokenCount(content));
    expect(short.choices[0].finish_reason).toBe('length');
    expect(short.usage.completion_tokens).toBeLessThanOrEqual(5);
  });

  test('probes, models and metrics answer', async () => {
    const get = async (path: string) => (await request(`${origin}${path}`)).body;
    for (const probe of ['/health', '/ready']) {
      expect(healthResponseSchema.parse(await (await get(probe)).json()).overall_status).toBe('healthy');
    }
    expect(await (await get('/v1/models')).json()).toMatchObject({
      object: 'list',
      data: [{ id: 'concept-embedding' }, { id: 'concept-chat' }, { id: 'concept-rerank' }],
    });
    const exposition = await (await get('/metrics')).text();
    expect(exposition).toContain('http_route="/v1/embeddings"');
    expect(exposition).toContain('gen_ai_server_time_to_first_token_seconds_count');
  });
});

test('an unknown preset or a missing port ends the process with 78 and names both', async () => {
  const child = spawn(process.execPath, [new URL('main.ts', import.meta.url).pathname], {
    env: { PATH: process.env.PATH, CHAT_PRESET: 'warp' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(78);
  expect(errors).toContain('CHAT_PRESET');
  expect(errors).toContain('PORT');
});

describe('simulated time', () => {
  const servers: RunningServer[] = [];
  const start = async (more: Partial<ProviderSettings>) => {
    const server = await listen(createProviderApp({ ...settings, ...more }, pino({ level: 'silent' })), '127.0.0.1', 0);
    servers.push(server);
    return `http://127.0.0.1:${server.port}`;
  };
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close(0)));
  });
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'what?' }], max_tokens: 1 });

  test('a ranking takes the published time for its number of documents', async () => {
    const origin = await start({ RERANK_PRESET: 'cross-encoder' });
    const startedMs = performance.now();
    const documents = Array.from({ length: 24 }, () => 'a');
    await (
      await request(`${origin}/v1/rerank`, { method: 'POST', body: JSON.stringify({ model: 'm', query: 'a', documents }) })
    ).body.dump();
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(128);
  });

  test('an answer takes at least the published order of time, and the metric tells the same', async () => {
    const origin = await start({ CHAT_PRESET: 'gpt-4o-mini' });
    const startedMs = performance.now();
    const answer = await request(`${origin}/v1/chat/completions`, { method: 'POST', body });
    await answer.body.dump();
    const tookMs = performance.now() - startedMs;
    const metrics = await (await request(`${origin}/metrics`)).body.text();
    const simulatedSeconds = Number(/gen_ai_server_time_to_first_token_seconds_sum ([\d.]+)/.exec(metrics)?.[1]);
    expect(simulatedSeconds).toBeGreaterThan(0.15);
    expect(tookMs).toBeGreaterThanOrEqual(simulatedSeconds * 1000 - 2);
  });
});
