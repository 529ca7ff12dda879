import { describe, expect, it } from 'vitest';
import { createEventReader } from '../../system/api/event-stream.ts';
import { transportSchema } from '../contract/common.ts';
import type { Observation, Timing } from '../contract/observation.ts';
import type { ErrorClass } from '../contract/operation.ts';
import type { LoadPlan, PreparedRequest } from '../contract/plan.ts';
import { decode, percentileUs } from '../measurement/histogram.ts';
import { executePlan } from './execute-plan.ts';
import { wireRequest } from './request-wire.ts';
import { loadPlan, nameOf, outcomesOf, readOperations, testFolder, unexplained } from './testing/load-plan.ts';
import { completedBody, floodTexts, type StreamBehaviour, startStreamingServer, streamBehaviours } from './testing/streaming-server.ts';
import type { Transport, TransportObserver } from './transport.ts';
import { transports } from './transports.ts';

type Path = StreamBehaviour | 'refused' | 'not-a-stream' | 'handshake';

interface Expected {
  readonly outcome: 'ok' | ErrorClass;
  /** Pieces that arrived; several where the server never stops. */
  readonly tokens: number | 'several';
}

const expected: Record<Exclude<Path, 'handshake'>, Expected> = {
  ask: { outcome: 'ok', tokens: 3 },
  'ask-at-once': { outcome: 'ok', tokens: 3 },
  'ask-in-bytes': { outcome: 'ok', tokens: 3 },
  'ask-with-comments': { outcome: 'ok', tokens: 3 },
  'ask-empty': { outcome: 'ok', tokens: 0 },
  chat: { outcome: 'ok', tokens: 2 },
  'ends-in-the-middle': { outcome: 'truncated-stream', tokens: 2 },
  'ends-at-once': { outcome: 'truncated-stream', tokens: 0 },
  'ends-before-the-answer': { outcome: 'truncated-stream', tokens: 0 },
  'chat-without-done': { outcome: 'truncated-stream', tokens: 1 },
  'fin-in-the-middle': { outcome: 'truncated-stream', tokens: 2 },
  'fin-before-any-event': { outcome: 'truncated-stream', tokens: 0 },
  'reset-in-the-middle': { outcome: 'truncated-stream', tokens: 2 },
  'fin-after-the-last': { outcome: 'closed', tokens: 3 },
  'stalls-in-the-middle': { outcome: 'stalled-stream', tokens: 2 },
  'stalls-before-the-answer': { outcome: 'timeout', tokens: 0 },
  'slow-but-alive': { outcome: 'timeout', tokens: 'several' },
  'error-event': { outcome: 'http-5xx', tokens: 1 },
  'error-event-of-the-client': { outcome: 'http-4xx', tokens: 0 },
  'chat-error': { outcome: 'http-5xx', tokens: 1 },
  'chat-rate-limit': { outcome: 'http-4xx', tokens: 0 },
  malformed: { outcome: 'mismatch', tokens: 1 },
  'chat-malformed': { outcome: 'mismatch', tokens: 1 },
  'after-the-last': { outcome: 'mismatch', tokens: 3 },
  flood: { outcome: 'ok', tokens: floodTexts.length },
  refused: { outcome: 'http-5xx', tokens: 0 },
  'not-a-stream': { outcome: 'mismatch', tokens: 0 },
};
const endless: readonly Path[] = ['stalls-in-the-middle', 'stalls-before-the-answer', 'slow-but-alive'];

const ask = (path: string): PreparedRequest => ({
  kind: 'ask-stream',
  method: 'POST',
  path: `/${path}`,
  headers: { 'content-type': 'application/json' },
  body: '{"stream":true}',
});

function samples(observation: Observation, outcome: 'success' | 'all', timing: Timing): number {
  return observation.histograms
    .filter((entry) => entry.outcome === outcome && entry.timing === timing)
    .reduce((sum, { sampleCount }) => sum + sampleCount, 0);
}

describe.each(transportSchema.options)('streamed answers through %s', (transport) => {
  async function execute(port: number, paths: readonly Path[], changes: Partial<LoadPlan> = {}) {
    using folder = testFolder();
    const requests = [...new Set(paths)].map(ask);
    const plan = loadPlan(port, folder.path, paths, { transport, requests, deadlineMs: 20_000, ...changes });
    const observation = await executePlan(plan, {
      onEvent: () => {},
      signal: new AbortController().signal,
      realTimeScheduling: false,
    });
    expect(unexplained(observation)).toBe(0);
    return { plan, observation, outcomes: outcomesOf(readOperations(folder.path), paths.length) };
  }

  it.each(Object.keys(expected) as (keyof typeof expected)[])('"%s" is called what it is, beside whole ones', async (path) => {
    await using server = await startStreamingServer();
    const paths = Array.from({ length: 6 }, (_, job) => (job % 2 === 0 ? path : 'ask'));
    // A busy machine must reach a deadline only where nothing else ends the stream.
    const { observation, outcomes, plan } = await execute(
      server.port,
      paths,
      endless.includes(path) ? { connections: 6, deadlineMs: 1500 } : {},
    );
    for (const [job, outcome] of outcomes.entries()) {
      const { outcome: name, tokens } = expected[paths[job] as keyof typeof expected];
      expect(nameOf(outcome)).toBe(name);
      if (outcome.type === 'ok' && tokens === 0) {
        expect(outcome.stream).toBeUndefined();
      } else if (outcome.type === 'ok') {
        expect(outcome.stream?.tokens).toBe(tokens);
        expect(outcome.stream?.firstTokenUs).toBeGreaterThanOrEqual(outcome.sentUs);
        expect(outcome.stream?.firstTokenUs).toBeLessThanOrEqual(outcome.doneUs);
      }
      if (outcome.type === 'ok' && paths[job] !== 'chat') {
        expect(outcome.body).toBe(completedBody);
      }
      if (name === 'stalled-stream' || name === 'timeout') {
        expect(outcome.doneUs - (plan.offsetsUs[job] as number)).toBeGreaterThanOrEqual(1_500_000);
      }
    }
    const count = (of: (tokens: number) => number, succeeded: boolean) =>
      paths.reduce((sum, each) => {
        const { outcome, tokens } = expected[each as keyof typeof expected];
        return succeeded && outcome !== 'ok' ? sum : sum + (tokens === 'several' ? 0 : of(tokens));
      }, 0);
    const first = (tokens: number) => Math.min(1, tokens);
    const gaps = (tokens: number) => Math.max(0, tokens - 1);
    expect(samples(observation, 'success', 'time-to-first-token')).toBe(count(first, true));
    expect(samples(observation, 'success', 'inter-token-gap')).toBe(count(gaps, true));
    if (expected[path].tokens === 'several') {
      expect(samples(observation, 'all', 'inter-token-gap')).toBeGreaterThan(count(gaps, false));
    } else {
      expect(samples(observation, 'all', 'time-to-first-token')).toBe(count(first, false));
      expect(samples(observation, 'all', 'inter-token-gap')).toBe(count(gaps, false));
    }
  });

  it('keeps the data of an error event, and counts the first token from the intended start', async () => {
    await using server = await startStreamingServer();
    // The second ask waits for the only connection, which the first holds until its deadline.
    const { outcomes, observation, plan } = await execute(server.port, ['stalls-in-the-middle', 'ask', 'error-event'], {
      connections: 1,
      deadlineMs: 1000,
      offsetsUs: [0, 500_000, 900_000],
    });
    expect(outcomes.map(nameOf)).toEqual(['stalled-stream', 'ok', 'http-5xx']);
    expect(JSON.parse(outcomes[2]?.body ?? '')).toMatchObject({ error: { code: 'unavailable' } });
    const firstToken = observation.histograms.find(({ outcome, timing }) => outcome === 'success' && timing === 'time-to-first-token');
    const [, second] = outcomes;
    const stream = second?.type === 'ok' ? second.stream : undefined;
    const fromIntendedUs = (stream?.firstTokenUs ?? 0) - (plan.offsetsUs[1] as number);
    expect(fromIntendedUs).toBeGreaterThanOrEqual(500_000);
    expect(percentileUs(decode(firstToken?.encoded ?? ''), 100)).toBeGreaterThanOrEqual(fromIntendedUs * 0.999);
  });

  it('does not believe an ordinary search that answers with events to be a stream', async () => {
    await using server = await startStreamingServer();
    const { outcomes } = await execute(server.port, ['ask'], { requests: [{ ...ask('ask'), kind: 'search' }] });
    expect(outcomes[0]).toMatchObject({ type: 'ok' });
    expect(outcomes[0]?.body).toContain('event: completed');
  });

  interface Driven {
    readonly transport: Transport;
    readonly pieces: Buffer[];
    /** Resolves at the end of the answer. */
    readonly ended: Promise<string>;
  }

  /** One streamed ask on one connection, without deadline. */
  async function drive(port: number, path: Path, onPiece: (piece: Buffer) => void, readPauseMs?: number): Promise<Driven> {
    const target = { host: '127.0.0.1', port } as const;
    const pieces: Buffer[] = [];
    const ended = Promise.withResolvers<string>();
    const observer: TransportObserver = {
      onAnswered: (_job, status) => ended.resolve(`answered ${status}`),
      onFailed: (_job, failure) => ended.resolve(failure),
      onChange: () => {},
    };
    const opened = await transports[transport]({ target, connections: 1, readPauseMs, observer });
    opened.take()?.send({
      job: 0,
      requestId: 'test:0',
      wire: wireRequest(ask(path), target),
      remainingMs: 60_000,
      onPiece: (piece) => {
        pieces.push(piece);
        onPiece(piece);
      },
    });
    return { transport: opened, pieces, ended: ended.promise };
  }

  it('hands each piece on while the rest of the answer is still to be written', async () => {
    const proceed = Promise.withResolvers<void>();
    await using server = await startStreamingServer(proceed.promise);
    // A transport that kept pieces back would wait for a server that waits for it.
    const driven = await drive(server.port, 'handshake', () => proceed.resolve());
    expect(await driven.ended).toBe('answered 200');
    await driven.transport.close();
  });

  it('a slow reader holds the server back and gets everything once, in order', async () => {
    await using server = await startStreamingServer();
    const readPauseMs = 1;
    const startedMs = performance.now();
    const driven = await drive(server.port, 'flood', () => {}, readPauseMs);
    expect(await driven.ended).toBe('answered 200');
    const elapsedMs = performance.now() - startedMs;
    const reader = createEventReader();
    const events = driven.pieces.flatMap((piece) => reader.push(piece));
    const texts = events.filter(({ event }) => event === 'generating').map(({ data }) => (JSON.parse(data) as { text: string }).text);
    expect(texts).toEqual(floodTexts);
    // A read brings 64 KiB at most, and after each the socket rested.
    const reads = driven.pieces.reduce((sum, { length }) => sum + length, 0) / 65_536;
    expect(elapsedMs).toBeGreaterThanOrEqual(Math.floor(reads) * readPauseMs * 0.9);
    await driven.transport.close();
  });

  it('an abandoned stream tells nothing more, and its connection serves again', async () => {
    await using server = await startStreamingServer();
    const paths: Path[] = ['slow-but-alive', 'ask'];
    const { outcomes } = await execute(server.port, paths, { connections: 1, deadlineMs: 1000, offsetsUs: [0, 900_000], readPauseMs: 5 });
    expect(outcomes.map(nameOf)).toEqual(['timeout', 'ok']);
  });
});

it('has an expectation for every behaviour', () => {
  expect(Object.keys(expected)).toEqual(expect.arrayContaining(Object.keys(streamBehaviours)));
});
