import { performance } from 'node:perf_hooks';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { createEventReader } from '../../system/api/event-stream.ts';
import type { ConcurrencyRow } from '../../system/policies/generation/llama-3.3-70b-2xh100.ts';
import { Failure } from '../contract/failure.ts';

/** What is read of a `chat.completion.chunk`. */
const chunkSchema = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().optional() }) })),
  usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int() }).nullish(),
});

interface Answer {
  readonly timeToFirstTokenMs: number;
  readonly interTokenMs: number;
}

export interface ProviderLoad {
  readonly origin: string;
  readonly concurrency: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** How many times as fast as real the provider's time runs; figures are multiplied back. */
  readonly timeScale: number;
  /** Answers of each client before those that count, and those that count. */
  readonly rounds: { readonly warmUp: number; readonly counted: number };
  readonly signal: AbortSignal;
}

/** Four characters are a token: passages that fill a prompt up to exactly so many tokens. */
function promptOf(tokens: number): string {
  const question = '\n\nQuestion: which of these holds?';
  const passage = (label: number) =>
    `[${label}] Passage ${label} says what it says and is quoted word for word. It is followed by the next one.\n`;
  let text = '';
  for (let label = 1; text.length < tokens * 4; label += 1) {
    text += passage(label);
  }
  return text.slice(0, tokens * 4 - question.length) + question;
}

async function readAnswer(load: ProviderLoad, signal: AbortSignal, agent: Agent, body: string, onToken: () => void): Promise<Answer> {
  const fromMs = performance.now();
  const url = `${load.origin}/v1/chat/completions`;
  const headers = { 'content-type': 'application/json' };
  const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal });
  if (answer.statusCode !== 200) {
    throw new Failure('environment', 'provider_refused', `the provider answered ${answer.statusCode}: ${await answer.body.text()}`);
  }
  const reader = createEventReader();
  let [firstMs, lastMs, tokens, isEnded] = [Number.NaN, Number.NaN, 0, false];
  let usage: z.infer<typeof chunkSchema>['usage'];
  for await (const bytes of answer.body) {
    const nowMs = performance.now();
    for (const { data } of reader.push(bytes as Buffer)) {
      if (data === '[DONE]') {
        isEnded = true;
        continue;
      }
      const chunk = chunkSchema.parse(JSON.parse(data));
      usage = chunk.usage ?? usage;
      if ((chunk.choices[0]?.delta.content ?? '') !== '') {
        tokens += 1;
        firstMs = Number.isNaN(firstMs) ? nowMs : firstMs;
        lastMs = nowMs;
        onToken();
      }
    }
  }
  const isWhole =
    isEnded && tokens === load.outputTokens && usage?.completion_tokens === tokens && usage.prompt_tokens === load.promptTokens;
  if (!isWhole) {
    throw new Failure(
      'environment',
      'unexpected_answer',
      `asked for ${load.outputTokens} tokens to ${load.promptTokens}, got ${tokens} and the usage ${JSON.stringify(usage)}, ${isEnded ? '' : 'not '}ended`,
    );
  }
  return {
    timeToFirstTokenMs: (firstMs - fromMs) * load.timeScale,
    interTokenMs: ((lastMs - firstMs) / Math.max(1, tokens - 1)) * load.timeScale,
  };
}

/**
 * A closed loop of streaming clients without think time: means over the answers that begin once every client has had its share of
 * warm-up, and throughput of the time from then to the end. Throws a `Failure` on anything but whole answers of the length asked for.
 */
export async function driveProvider(load: ProviderLoad): Promise<ConcurrencyRow & { readonly answers: number }> {
  const { concurrency, outputTokens, rounds } = load;
  const agent = new Agent({ connections: concurrency, headersTimeout: 0, bodyTimeout: 0, pipelining: 1 });
  const body = JSON.stringify({
    model: 'bench',
    messages: [{ role: 'user', content: promptOf(load.promptTokens) }],
    stream: true,
    stream_options: { include_usage: true },
    min_tokens: outputTokens,
    max_tokens: outputTokens,
  });
  const counted: Answer[] = [];
  let [ended, tokens, countedFromMs, countedUntilMs] = [0, 0, Number.NaN, Number.NaN];
  const [warmUpAnswers, allAnswers] = [rounds.warmUp * concurrency, (rounds.warmUp + rounds.counted) * concurrency];
  /** Ends what the last clients still wait for. */
  const over = new AbortController();
  const signal = AbortSignal.any([load.signal, over.signal]);
  const client = async () => {
    while (!over.signal.aborted) {
      const isCounted = ended >= warmUpAnswers;
      const answer = await readAnswer(load, signal, agent, body, () => {
        tokens += ended >= warmUpAnswers ? 1 : 0;
      });
      ended += 1;
      if (ended === warmUpAnswers) {
        countedFromMs = performance.now();
      }
      if (isCounted) {
        counted.push(answer);
      }
      if (ended === allAnswers) {
        countedUntilMs = performance.now();
        over.abort();
      }
    }
  };
  const untilOver = async () => {
    try {
      await client();
    } catch (error) {
      if (!over.signal.aborted) {
        over.abort();
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, untilOver));
  await agent.destroy();
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken !== undefined) {
    throw broken.reason;
  }
  const mean = (of: (answer: Answer) => number) => counted.reduce((sum, answer) => sum + of(answer), 0) / counted.length;
  return {
    concurrency,
    timeToFirstTokenMs: mean(({ timeToFirstTokenMs }) => timeToFirstTokenMs),
    interTokenMs: mean(({ interTokenMs }) => interTokenMs),
    tokensPerSecond: (tokens / ((countedUntilMs - countedFromMs) * load.timeScale)) * 1000,
    answers: counted.length,
  };
}
