import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resultSchema } from '../contract/result.ts';
import { openEngine } from '../platform/docker/engine.ts';
import { engineEndpoint } from '../platform/docker/engine-probe.ts';
import { sweepDeadRuns } from '../platform/docker/removal.ts';
import { dockerLack, leftOut } from '../platform/docker/testing/available.ts';
import { engineLeftovers, engineLeftoversAfter } from '../platform/docker/testing/engine-leftovers.ts';
import { leftoversAfter } from '../platform/local/testing/leftovers.ts';
import { type ScenarioProcess, startScenario } from './testing/scenario-process.ts';

const lack = await dockerLack();
const words = ['single-vs-sharded', '--profile', 'smoke', '--platform', 'docker', '--variants', 'single,router-hash-3'];

/** An engine that can be taken away: a socket that passes everything on to the real one. */
async function engineBehindProxy(socketPath: string) {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const engine = connect(new URL(engineEndpoint()).pathname);
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
    client.pipe(engine).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    endpoint: `unix://${socketPath}`,
    die() {
      server.close();
      for (const socket of open) {
        socket.destroy();
      }
    },
  };
}

describe.skipIf(lack !== undefined)(`a run on containers that is cut short${leftOut(lack)}`, () => {
  let directory = '';
  let out = '';
  let runner: ScenarioProcess | undefined;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'rag-testbed-docker-'));
    out = path.join(directory, 'out');
  });
  afterEach(async () => {
    runner?.process.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });
  const resultOf = async () => resultSchema.parse(JSON.parse(await readFile(path.join(out, 'result.json'), 'utf8')));

  it.each(['start', 'step'] as const)(
    'ends in order on Ctrl-C during %s: exit 130, a partial report, nothing left in the engine',
    async (moment) => {
      const { client } = await openEngine();
      runner = startScenario(out, words);
      const runId = await runner.until(moment);
      expect(await engineLeftovers(client, runId)).not.toEqual([]);
      runner.signal('SIGINT');
      expect(await runner.ended, runner.stderr()).toBe(130);
      expect(await engineLeftovers(client, runId)).toEqual([]);
      expect(await leftoversAfter(runId, directory, 2000)).toEqual([]);
      expect(await resultOf()).toMatchObject({
        status: 'partial',
        partialReason: 'interrupted by SIGINT',
        validity: { verdict: 'invalid' },
      });
    },
  );

  it.each(['start', 'step'] as const)('leaves nothing in the engine within 20 s of a SIGKILL during %s', async (moment) => {
    const { client } = await openEngine();
    runner = startScenario(out, words);
    const runId = await runner.until(moment);
    runner.signal('SIGKILL');
    expect(await engineLeftoversAfter(client, runId, 20_000)).toEqual([]);
    expect(await leftoversAfter(runId, directory, 5000)).toEqual([]);
  });

  it('ends with a partial report that decides nothing when the engine is lost, and the next run sweeps', async () => {
    const { client } = await openEngine();
    const proxy = await engineBehindProxy(path.join(directory, 'engine.sock'));
    runner = startScenario(out, words, { DOCKER_HOST: proxy.endpoint });
    const runId = await runner.until('step');
    proxy.die();
    expect(await runner.ended, runner.stderr()).toBe(75);
    expect(runner.stderr()).toContain('the Docker engine was lost during the run');
    const result = await resultOf();
    expect(result).toMatchObject({ status: 'partial', validity: { verdict: 'invalid' } });
    expect(['inconclusive', 'no-data']).toContain(result.verdict);
    expect(await engineLeftovers(client, runId)).not.toEqual([]);
    expect(await sweepDeadRuns(client)).toContain(runId);
    expect(await engineLeftovers(client, runId)).toEqual([]);
  });
});
