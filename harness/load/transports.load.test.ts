import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transportSchema } from '../contract/common.ts';
import type { Observation } from '../contract/observation.ts';
import type { ErrorClass } from '../contract/operation.ts';
import type { LoadPlan, PreparedRequest } from '../contract/plan.ts';
import { executePlan } from './execute-plan.ts';
import { loadPlan, nameOf, type Outcome, outcomesOf, readOperations, testFolder, unexplained } from './testing/load-plan.ts';
import { type Behaviour, behaviours, type MisbehavingServer, splitText, startMisbehavingServer } from './testing/misbehaving-server.ts';

/** What must become of a request to each path, whatever runs on the neighbouring connections. */
const expected: Record<Behaviour, 'ok' | ErrorClass> = {
  ok: 'ok',
  'ok-after-30-ms': 'ok',
  'ok-in-pieces': 'ok',
  'ok-then-close': 'ok',
  chunked: 'ok',
  'slow-headers': 'ok',
  'no-content': 'ok',
  'split-utf8': 'ok',
  'close-delimited': 'ok',
  continue: 'ok',
  'continue-in-pieces': 'ok',
  'continue-in-one-piece': 'ok',
  'not-found': 'http-4xx',
  broken: 'http-5xx',
  redirect: 'mismatch',
  early: 'http-4xx',
  fin: 'closed',
  'fin-mid-headers': 'closed',
  'fin-mid-body': 'closed',
  'fin-mid-chunk': 'closed',
  rst: 'reset',
  'rst-mid-body': 'reset',
  garbage: 'mismatch',
  'foreign-answer': 'mismatch',
  'two-answers': 'ok',
  'one-and-a-half-answers': 'ok',
  'late-second-answer': 'ok',
  'ok-then-fin': 'ok',
  'ok-then-deaf': 'ok',
  hang: 'timeout',
};
/** Bodies other than the request's own id. */
const bodies: Partial<Record<Behaviour, string>> = { 'no-content': '', 'split-utf8': splitText };
const allBehaviours = Object.keys(behaviours) as Behaviour[];
/** What these send after their answer may meet the next request on its connection, which is then cut off, never answered. */
const cuttingBehaviours: readonly Behaviour[] = ['late-second-answer', 'ok-then-fin'];
/** These keep connections until the deadline of what is asked on them. */
const holdingBehaviours: readonly Behaviour[] = ['hang', 'ok-then-deaf'];
const quickBehaviours = allBehaviours.filter(
  (behaviour) => !cuttingBehaviours.includes(behaviour) && !holdingBehaviours.includes(behaviour),
);
/** More than the kernel takes from a sender whose peer does not read. */
const largeBody = 'x'.repeat(8 * 1024 * 1024);

function requestTo(behaviour: Behaviour): PreparedRequest {
  const common = { kind: 'search', path: `/${behaviour}`, headers: {} } as const;
  return behaviour === 'early' ? { ...common, method: 'POST', body: largeBody } : { ...common, method: 'GET' };
}

describe.each(transportSchema.options)('%s', (transport) => {
  async function execute(server: MisbehavingServer, paths: readonly Behaviour[], changes: Partial<LoadPlan> = {}) {
    using folder = testFolder();
    const requests = [...new Set(paths)].map(requestTo);
    const plan = loadPlan(server.port, folder.path, paths, { transport, requests, ...changes });
    const observation: Observation = await executePlan(plan, {
      onEvent: () => {},
      signal: new AbortController().signal,
      realTimeScheduling: false,
    });
    const outcomes = outcomesOf(readOperations(folder.path), plan.offsetsUs.length);
    expect(unexplained(observation)).toBe(0);
    expect(observation.warmUp.issued + observation.steady.issued).toBe(plan.offsetsUs.length);
    return { plan, observation, outcomes };
  }

  function expectOwnAnswer(behaviour: Behaviour, outcome: Outcome): void {
    if (outcome.type === 'ok') {
      expect(outcome.body).toBe(bodies[behaviour] ?? outcome.id);
    }
    if (behaviour === 'ok-after-30-ms' && outcome.type === 'ok') {
      // A latency shifted by one request would give this answer to a neighbour, and the neighbour's quick one to this.
      expect(outcome.doneUs - outcome.sentUs).toBeGreaterThanOrEqual(29_000);
    }
  }

  describe('a misbehaving server', () => {
    it.each(allBehaviours)('"%s" is accounted for what it is, and its neighbours keep their own answers', async (behaviour) => {
      await using server = await startMisbehavingServer();
      const paths: Behaviour[] = Array.from({ length: 24 }, (_, job) => (job % 3 === 1 ? behaviour : 'ok-after-30-ms'));
      // Only where an answer never comes is the deadline reached; elsewhere a busy machine must not reach it.
      const { outcomes } = await execute(
        server,
        paths,
        holdingBehaviours.includes(behaviour) ? { connections: 12, deadlineMs: 600 } : { connections: 6, deadlineMs: 20_000 },
      );
      for (const [job, outcome] of outcomes.entries()) {
        const path = paths[job] as Behaviour;
        if (cuttingBehaviours.includes(behaviour)) {
          expect(['ok', 'mismatch', 'closed', 'reset']).toContain(nameOf(outcome));
        } else if (holdingBehaviours.includes(behaviour) && path !== 'hang') {
          // Hanging requests may hold every connection until their deadline; a neighbour then is late, never wrong.
          expect(['ok', 'timeout', 'dropped']).toContain(nameOf(outcome));
        } else {
          expect(nameOf(outcome)).toBe(expected[path]);
        }
        expectOwnAnswer(path, outcome);
      }
      expect(Math.max(...server.received.values())).toBe(1);
    });

    it('accounts every request once in any mixture, on any number of connections', async () => {
      await using server = await startMisbehavingServer();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom(...quickBehaviours), { minLength: 1, maxLength: 40 }),
          fc.integer({ min: 1, max: 8 }),
          fc.integer({ min: 0, max: 6000 }),
          async (paths, connections, gapUs) => {
            server.received.clear();
            const { outcomes } = await execute(server, paths, {
              connections,
              deadlineMs: 20_000,
              offsetsUs: paths.map((_, job) => job * gapUs),
            });
            expect(outcomes.map(nameOf)).toEqual(paths.map((path) => expected[path]));
            for (const [job, outcome] of outcomes.entries()) {
              expectOwnAnswer(paths[job] as Behaviour, outcome);
            }
            expect([...server.received.values()].every((count) => count === 1)).toBe(true);
          },
        ),
        { numRuns: 25 },
      );
    });

    it('ends a hanging request at its deadline, counted from the intended start, and frees the connection', async () => {
      await using server = await startMisbehavingServer();
      const paths: Behaviour[] = ['hang', 'ok', 'hang', 'ok'];
      const { outcomes, plan } = await execute(server, paths, {
        connections: 1,
        deadlineMs: 150,
        offsetsUs: [0, 100_000, 200_000, 300_000],
      });
      expect(outcomes.map(nameOf)).toEqual(['timeout', 'ok', 'timeout', 'ok']);
      for (const [job, outcome] of outcomes.entries()) {
        const elapsedUs = outcome.doneUs - (plan.offsetsUs[job] as number);
        if (nameOf(outcome) === 'timeout') {
          expect(elapsedUs).toBeGreaterThanOrEqual(150_000);
        } else {
          // It waited behind the hanging one from its intended start at 100 ms (300 ms) to that deadline at 150 ms (350 ms).
          expect(elapsedUs).toBeGreaterThanOrEqual(50_000);
        }
      }
    });

    it('drops what found no connection before its deadline and says that it was never sent', async () => {
      await using server = await startMisbehavingServer();
      const { outcomes, observation } = await execute(server, ['hang', 'ok', 'ok'], {
        connections: 1,
        deadlineMs: 200,
        offsetsUs: [90_000, 0, 0].toSorted((a, b) => a - b),
      });
      expect(outcomes.map(nameOf)[0]).toBe('timeout');
      const dropped = outcomes.filter((outcome) => nameOf(outcome) === 'dropped');
      expect(observation.steady.failed.dropped ?? 0).toBe(dropped.length);
      expect(dropped.length).toBeGreaterThan(0);
      for (const outcome of dropped) {
        expect(outcome).toMatchObject({ type: 'fail' });
        expect(outcome.sentUs).toBeUndefined();
        expect(server.received.has(outcome.id)).toBe(false);
      }
    });

    it('keeps at most 2 KiB of a failed body and all of a good one', async () => {
      await using server = await startMisbehavingServer();
      const { outcomes } = await execute(server, ['broken', 'not-found', 'ok']);
      expect(outcomes[0]).toMatchObject({ type: 'info', errorClass: 'http-5xx', status: 503 });
      expect(outcomes[0]?.body?.length).toBe(2048);
      expect(outcomes[1]).toMatchObject({ type: 'fail', errorClass: 'http-4xx', status: 404, body: 'test-step:1' });
    });

    it('sends what a strict server reads: the body, the request id and the remaining milliseconds', async () => {
      const requests: { id: unknown; remainingMs: number; text: string }[] = [];
      const server = createServer((request, response) => {
        const pieces: Buffer[] = [];
        request.on('data', (piece: Buffer) => pieces.push(piece));
        request.on('end', () => {
          const text = `${request.method} ${request.url} ${Buffer.concat(pieces).toString()}`;
          requests.push({ id: request.headers['x-request-id'], remainingMs: Number(request.headers['x-deadline-ms']), text });
          response.end('{"hits":["é"]}');
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        using folder = testFolder();
        const { port } = server.address() as AddressInfo;
        const post = { kind: 'search', method: 'POST', path: '/v1/search', headers: { 'x-api-key': 'k' }, body: '{"q":"检索"}' } as const;
        const plan = loadPlan(port, folder.path, ['a', 'a'], { transport, requests: [post] });
        await executePlan(plan, { onEvent: () => {}, signal: new AbortController().signal, realTimeScheduling: false });
        expect(requests.map(({ id }) => id)).toEqual(['test-step:0', 'test-step:1']);
        expect(requests.every(({ text }) => text === 'POST /v1/search {"q":"检索"}')).toBe(true);
        expect(requests.every(({ remainingMs }) => remainingMs > 0 && remainingMs <= 1000)).toBe(true);
        expect(outcomesOf(readOperations(folder.path), 2).map(({ body }) => body)).toEqual(['{"hits":["é"]}', '{"hits":["é"]}']);
      } finally {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    });
  });

  it('asks one after the other on one connection while the server keeps it open', async () => {
    await using server = await startMisbehavingServer();
    const kept: Behaviour[] = ['ok', 'chunked', 'no-content', 'not-found', 'slow-headers', 'continue'];
    const paths = Array.from({ length: 30 }, (_, job) => kept[job % kept.length] as Behaviour);
    const { observation } = await execute(server, paths, { connections: 1, deadlineMs: 20_000 });
    expect(observation.generator.connectionsOpened).toBe(1);
    expect(server.connections).toBe(1);
  });

  it('loses only the request that meets a half-open connection, and replaces that connection', async () => {
    await using server = await startMisbehavingServer();
    const { outcomes } = await execute(server, ['ok-then-deaf', 'ok', 'ok'], {
      connections: 1,
      deadlineMs: 400,
      offsetsUs: [0, 100_000, 450_000],
    });
    expect(outcomes.map(nameOf)).toEqual(['ok', 'timeout', 'ok']);
    expect(server.connections).toBe(2);
  });
});
