import pino from 'pino';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { listen, type RunningServer } from '../runtime/server.ts';
import { createProviderApp } from './app.ts';
import { providerSettingsSchema } from './settings.ts';

const servers: RunningServer[] = [];
async function start(environment: Record<string, string>): Promise<string> {
  const settings = providerSettingsSchema.parse({ EMBEDDING_DIM: '8', CONCEPT_COUNT: '4', PORT: '1', ...environment });
  const server = await listen(createProviderApp(settings, pino({ level: 'silent' })), '127.0.0.1', 0);
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

const messages = [{ role: 'user', content: '[1] Trees grow. They are green.\n[2] Water flows.\n\nQuestion: what grows?' }];
const ask = (origin: string, more: object = {}, signal?: AbortSignal) =>
  request(`${origin}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', messages, ...more }),
    ...(signal === undefined ? {} : { signal }),
  });
const metricOf = async (origin: string, line: string) => {
  const text = await (await request(`${origin}/metrics`)).body.text();
  return Number(
    text
      .split('\n')
      .find((candidate) => candidate.startsWith(`${line} `))
      ?.split(' ')[1],
  );
};
interface ErrorBody {
  error: { type: string; code: string | null };
}

/** What came of a stream, and how it ended. */
async function readStream(origin: string, signal?: AbortSignal) {
  const answer = await ask(origin, { stream: true }, signal);
  let text = '';
  let broken: unknown;
  try {
    for await (const bytes of answer.body) {
      text += String(bytes);
    }
  } catch (error) {
    broken = error;
  }
  return { status: answer.statusCode, data: text.split('\n\n').filter(Boolean), broken };
}
const isJson = (line: string) => {
  try {
    JSON.parse(line.replace(/^data: /, ''));
    return true;
  } catch {
    return false;
  }
};

describe('faulty streams', () => {
  test('cut: begins well, closes the connection, and has no end mark', async () => {
    const origin = await start({ FAULT_CUT_SHARE: '1' });
    const { status, data, broken } = await readStream(origin);
    expect(status).toBe(200);
    expect(data.length).toBeGreaterThan(1);
    expect(data.every(isJson)).toBe(true);
    expect(broken).toBeDefined();
    expect(await metricOf(origin, 'provider_injected_faults_total{fault="cut"}')).toBe(1);
    expect(await metricOf(origin, 'provider_slots_in_use')).toBe(0);
  });

  test('stalled: begins well, then silence on an open connection until the caller goes', async () => {
    const origin = await start({ FAULT_STALLED_SHARE: '1' });
    const patience = new AbortController();
    const reading = readStream(origin, patience.signal);
    // The answer is over when its times are measured; its stream is not.
    await expect.poll(() => metricOf(origin, 'gen_ai_server_time_to_first_token_seconds_count')).toBe(1);
    expect(await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, 100, 'open'))])).toBe('open');
    patience.abort();
    const { data, broken } = await reading;
    expect(data.length).toBeGreaterThan(1);
    expect(data.some((line) => line.includes('[DONE]'))).toBe(false);
    expect(broken).toBeDefined();
  });

  test('malformed: one event is no JSON, all others and the end are there', async () => {
    const { data, broken } = await readStream(await start({ FAULT_MALFORMED_SHARE: '1' }));
    expect(broken).toBeUndefined();
    expect(data.pop()).toBe('data: [DONE]');
    expect(data.filter((line) => !isJson(line)).length).toBe(1);
    expect(data.length).toBeGreaterThan(10);
  });

  test('error: ends in good form, with an error and without an end mark', async () => {
    const { status, data, broken } = await readStream(await start({ FAULT_ERROR_SHARE: '1' }));
    expect([status, broken]).toEqual([200, undefined]);
    const last = JSON.parse((data.pop() ?? '').replace('data: ', '')) as ErrorBody;
    expect(last.error).toMatchObject({ type: 'server_error', code: 'server_error' });
    expect(data.some((line) => line.includes('[DONE]'))).toBe(false);
  });

  test('the n-th request of a seed meets the same fault in every run; whole answers meet none', async () => {
    const outcomes = async () => {
      const origin = await start({ FAULT_CUT_SHARE: '0.3', FAULT_MALFORMED_SHARE: '0.3', CONCEPT_SEED: '5' });
      const list: string[] = [];
      for (let index = 0; index < 30; index += 1) {
        const { data, broken } = await readStream(origin);
        list.push(broken !== undefined ? 'cut' : data.slice(0, -1).every(isJson) ? 'good' : 'malformed');
      }
      expect((await ask(origin)).statusCode).toBe(200);
      return list;
    };
    const first = await outcomes();
    expect(new Set(first)).toEqual(new Set(['cut', 'malformed', 'good']));
    expect(await outcomes()).toEqual(first);
  });
});

describe('refusals', () => {
  test('beyond the limit: 429 in OpenAI’s form with the headers of both limits, and the attempt is counted', async () => {
    const origin = await start({ LIMIT_REQUESTS_PER_MINUTE: '1', LIMIT_TOKENS_PER_MINUTE: '60000' });
    const first = await ask(origin);
    expect(first.statusCode).toBe(200);
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit-requests': '1', 'x-ratelimit-remaining-requests': '0' });
    const second = await ask(origin, { stream: true });
    expect(second.statusCode).toBe(429);
    expect(second.headers).toMatchObject({ 'x-ratelimit-limit-tokens': '60000', 'retry-after': '60' });
    expect(Number(second.headers['retry-after-ms'])).toBeGreaterThan(59_000);
    expect(((await second.body.json()) as ErrorBody).error).toMatchObject({ type: 'requests', code: 'rate_limit_exceeded' });
    expect(await metricOf(origin, 'provider_rejected_requests_total{reason="requests"}')).toBe(1);
  });

  test('a request that is broken counts as well', async () => {
    const origin = await start({ LIMIT_REQUESTS_PER_MINUTE: '1' });
    expect((await ask(origin, { n: 2 })).statusCode).toBe(400);
    expect((await ask(origin)).statusCode).toBe(429);
  });

  test('tokens: what the caller allows the answer to be is counted before it is written', async () => {
    const origin = await start({ LIMIT_TOKENS_PER_MINUTE: '1000' });
    const refused = await ask(origin, { max_tokens: 5000 });
    expect(refused.statusCode).toBe(429);
    expect(((await refused.body.json()) as ErrorBody).error).toMatchObject({ type: 'tokens', code: 'rate_limit_exceeded' });
    expect(refused.headers).not.toHaveProperty('retry-after');
    expect((await ask(origin, { max_tokens: 10 })).statusCode).toBe(200);
  });

  test('an exhausted quota is told by its own code and no time to come back', async () => {
    const origin = await start({ QUOTA_REQUESTS: '2' });
    expect([(await ask(origin)).statusCode, (await ask(origin)).statusCode]).toEqual([200, 200]);
    const refused = await ask(origin);
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).not.toHaveProperty('retry-after');
    expect(((await refused.body.json()) as ErrorBody).error).toMatchObject({ type: 'insufficient_quota', code: 'insufficient_quota' });
  });

  test('an overloaded host says 529', async () => {
    const refused = await ask(await start({ FAULT_OVERLOADED_SHARE: '1' }));
    expect(refused.statusCode).toBe(529);
    expect(((await refused.body.json()) as ErrorBody).error.type).toBe('overloaded_error');
  });

  test('settings that make no sense are refused all at once', () => {
    const bad = {
      PORT: '1',
      LIMIT_REQUESTS_PER_MINUTE: '0',
      FAULT_CUT_SHARE: '2',
      LIMIT_HEADERS: 'maybe',
      TIME_SCALE: 'fast',
      QUOTA_REQUESTS: '-1',
    };
    const names = providerSettingsSchema.safeParse(bad).error?.issues.map(({ path }) => path[0]);
    expect(names).toEqual(expect.arrayContaining(Object.keys(bad).filter((name) => name !== 'PORT')));
    const { error } = providerSettingsSchema.safeParse({ PORT: '1', FAULT_CUT_SHARE: '0.6', FAULT_ERROR_SHARE: '0.6' });
    expect(error?.issues[0]?.message).toContain('1.2');
  });
});

describe('a self-hosted model', () => {
  test('has as many answers at work as slots; the others wait, and a caller that waits can leave', async () => {
    const origin = await start({ CHAT_PRESET: 'llama-3.3-70b-2xh100' });
    const leaving = new AbortController();
    const asked = Array.from({ length: 90 }, () => ask(origin, { stream: true }, leaving.signal).catch(() => undefined));
    await expect.poll(() => metricOf(origin, 'provider_slots_in_use')).toBe(87);
    expect(await metricOf(origin, 'provider_queue_length')).toBe(3);
    leaving.abort();
    await Promise.all(asked);
    await expect.poll(() => metricOf(origin, 'provider_slots_in_use')).toBe(0);
    expect(await metricOf(origin, 'provider_queue_length')).toBe(0);
  });

  test('answers with the same text as any other, in its own time, scaled', async () => {
    const [slots, instant] = [await start({ CHAT_PRESET: 'llama-3.3-70b-2xh100', TIME_SCALE: '50' }), await start({})];
    const contentOf = async (origin: string) => {
      const answer = (await (await ask(origin, { max_tokens: 60 })).body.json()) as { choices: [{ message: { content: string } }] };
      return answer.choices[0].message.content;
    };
    expect((await contentOf(slots)).slice(0, 100)).toBe((await contentOf(instant)).slice(0, 100));
    // In simulated time, whatever the scale: 17.7 ms of an iteration and the reading and writing of one answer.
    const perTokenSeconds = await metricOf(slots, 'gen_ai_server_time_per_output_token_seconds_sum');
    expect(perTokenSeconds).toBeGreaterThan(0.0177);
    expect(perTokenSeconds).toBeLessThan(0.019);
  });

  test('its embeddings take the longer the more there are of them', async () => {
    const origin = await start({ EMBEDDINGS_PRESET: 'llama-3.3-70b-2xh100', TIME_SCALE: '10' });
    const startedMs = performance.now();
    const input = Array.from({ length: 16 }, () => 'word '.repeat(410));
    const answer = await request(`${origin}/v1/embeddings`, { method: 'POST', body: JSON.stringify({ model: 'm', input }) });
    expect(answer.statusCode).toBe(200);
    await answer.body.dump();
    expect(performance.now() - startedMs).toBeGreaterThan(119);
  });
});
