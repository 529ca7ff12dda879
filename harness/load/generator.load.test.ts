import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../contract/failure.ts';
import { exitCodes } from '../contract/verdict.ts';
import { type Generator, startGenerator } from './generator.ts';
import type { GeneratorEvent } from './protocol.ts';
import { loadPlan, nameOf, outcomesOf, readOperations, testFolder, writePlan } from './testing/load-plan.ts';
import { startMisbehavingServer } from './testing/misbehaving-server.ts';

const start = (folder: string): Promise<Generator> =>
  startGenerator({ runId: 'generator-test', logFile: path.join(folder, 'generator.log'), env: { GENERATOR_TEST: 'yes' } });

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A step of two seconds, long enough to meddle with. */
const longPlan = (port: number, folder: string, name = 'ok') =>
  loadPlan(
    port,
    folder,
    Array.from({ length: 400 }, () => name),
  );

const failureOf = async (promise: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) {
    throw new Error(`expected a Failure, got ${String(error)}`);
  }
  return error;
};

describe('the generator process', () => {
  it('executes one plan after the other and ends when it is disposed of', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const generator = await start(folder.path);
    for (const stepId of ['first', 'second']) {
      const output = path.join(folder.path, stepId);
      const events: GeneratorEvent[] = [];
      const plan = loadPlan(server.port, output, ['ok', 'ok', 'not-found'], { stepId });
      const observation = await generator.run(writePlan(plan, folder.path), { onEvent: (event) => void events.push(event) });
      expect(observation.steady).toEqual({ issued: 3, succeeded: 2, failed: { 'http-4xx': 1 } });
      expect(observation.generator.realTimeScheduling).toBe(generator.realTimeScheduling);
      expect(events.map(({ event }) => event)).toEqual(['epoch', 'steady', 'steady-end', 'second', 'done']);
      expect(existsSync(path.join(output, 'operations.jsonl'))).toBe(true);
    }
    await generator[Symbol.asyncDispose]();
    expect(isAlive(generator.pid)).toBe(false);
    await generator[Symbol.asyncDispose]();
  });

  it.runIf(process.platform === 'linux')('carries the run in its environment and tells the truth about its scheduling', async () => {
    using folder = testFolder();
    await using generator = await start(folder.path);
    const environment = readFileSync(`/proc/${generator.pid}/environ`, 'utf8').split('\0');
    expect(environment).toContain('RAG_TESTBED_RUN=generator-test');
    expect(environment).toContain('GENERATOR_TEST=yes');
    const status = readFileSync(`/proc/${generator.pid}/sched`, 'utf8');
    const policy = Number(/^policy\s*:\s*(\d+)/m.exec(status)?.[1]);
    expect(generator.realTimeScheduling).toBe(policy === 1 || policy === 2);
  });

  it('resolves with what it saw when the step is cut short', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    await using generator = await start(folder.path);
    const controller = new AbortController();
    const plan = longPlan(server.port, folder.path);
    const onEvent = ({ event }: GeneratorEvent) => event === 'second' && controller.abort();
    const { steady } = await generator.run(writePlan(plan, folder.path), { onEvent, signal: controller.signal });
    expect(steady.issued).toBeGreaterThan(0);
    expect(steady.issued).toBeLessThan(plan.offsetsUs.length);
    outcomesOf(readOperations(folder.path), steady.issued);
    const next = await generator.run(writePlan(loadPlan(server.port, folder.path, ['ok']), folder.path));
    expect(next.steady.succeeded).toBe(1);
  });

  it('stops at once when the signal was aborted before', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    await using generator = await start(folder.path);
    const { steady } = await generator.run(writePlan(longPlan(server.port, folder.path), folder.path), { signal: AbortSignal.abort() });
    expect(steady.issued).toBeLessThan(400);
  });

  it('ignores Ctrl-C, which reaches the whole process group', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    await using generator = await start(folder.path);
    const plan = longPlan(server.port, folder.path);
    const onEvent = ({ event }: GeneratorEvent) => event === 'epoch' && process.kill(generator.pid, 'SIGINT');
    const { steady } = await generator.run(writePlan(plan, folder.path), { onEvent });
    expect(steady).toEqual({ issued: 400, succeeded: 400, failed: {} });
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'that is ended by %s in the middle of a step is a Failure of the environment, not a hang',
    async (signal) => {
      await using server = await startMisbehavingServer();
      using folder = testFolder();
      await using generator = await start(folder.path);
      const onEvent = ({ event }: GeneratorEvent) => {
        if (event === 'second') {
          // Between two sweeps, so that only what is written before each send can be on record.
          setTimeout(() => process.kill(generator.pid, signal), 12);
        }
      };
      const offsetsUs = Array.from({ length: 2000 }, (_, job) => job * 1000);
      const paths = offsetsUs.map(() => 'ok');
      const planFile = writePlan(loadPlan(server.port, folder.path, paths, { offsetsUs, connections: 16 }), folder.path);
      const failure = await failureOf(generator.run(planFile, { onEvent }));
      expect(failure).toMatchObject({ code: 'generator_died', exitCode: exitCodes.environment });
      // What was sent before is on record: the invocation of every request that the server received.
      const invoked = new Set(readOperations(folder.path).map(({ id }) => id));
      expect(server.received.size).toBeGreaterThan(0);
      expect([...server.received.keys()].filter((id) => !invoked.has(id))).toEqual([]);
      expect((await failureOf(generator.run(planFile))).code).toBe('generator_died');
    },
  );

  it('ends when its standard input does, in the middle of a step', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const generator = await start(folder.path);
    const onEvent = ({ event }: GeneratorEvent) => {
      if (event === 'second') {
        void generator[Symbol.asyncDispose]();
      }
    };
    const failure = await failureOf(generator.run(writePlan(longPlan(server.port, folder.path, 'hang'), folder.path), { onEvent }));
    expect(failure.message).toContain('ended with code 0');
    expect(isAlive(generator.pid)).toBe(false);
    const outcomes = readOperations(folder.path).filter((operation) => operation.type !== 'invoke');
    expect(outcomes.every((outcome) => nameOf(outcome) !== 'ok')).toBe(true);
  });

  it('refuses a plan that is not valid, with every problem, and takes the next one', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    await using generator = await start(folder.path);
    const planFile = path.join(folder.path, 'wrong.json');
    writeFileSync(planFile, JSON.stringify({ ...loadPlan(server.port, folder.path, ['ok']), connections: 0, deadlinMs: 5 }));
    const failure = await failureOf(generator.run(planFile));
    expect(failure.exitCode).toBe(exitCodes.configuration);
    expect(failure.message).toMatch(/connections/);
    expect(failure.message).toMatch(/unknown field "deadlinMs"; did you mean "deadlineMs"/);
    expect((await failureOf(generator.run(path.join(folder.path, 'missing.json')))).message).toMatch(/ENOENT/);
    const observation = await generator.run(writePlan(loadPlan(server.port, folder.path, ['ok']), folder.path));
    expect(observation.steady.succeeded).toBe(1);
  });

  it('takes one plan at a time', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    await using generator = await start(folder.path);
    const planFile = writePlan(loadPlan(server.port, folder.path, ['ok']), folder.path);
    const first = generator.run(planFile);
    expect((await failureOf(generator.run(planFile))).code).toBe('generator_busy');
    expect((await first).steady.succeeded).toBe(1);
  });

  it('says why it could not be started, with its last log lines', async () => {
    using folder = testFolder();
    const options = {
      runId: 'generator-test',
      logFile: path.join(folder.path, 'generator.log'),
      env: { NODE_OPTIONS: '--require=/no/such/file.cjs' },
    };
    const failure = await failureOf(startGenerator(options));
    expect(failure).toMatchObject({ code: 'generator_not_started', exitCode: exitCodes.environment });
    expect(failure.message).toMatch(/no\/such\/file/);
  });
});
