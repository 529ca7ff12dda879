import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observationSchema } from '../contract/observation.ts';
import { type Result, resultSchema } from '../contract/result.ts';
import { exitCodeOf } from '../contract/verdict.ts';
import { leftoversAfter } from '../platform/local/testing/leftovers.ts';
import { outputOf } from './testing/child-output.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs words as a shell would in a checkout, on the runtime that the tests run on. */
async function run(command: string, environment: Record<string, string> = {}): Promise<Ended> {
  const [program = '', ...words] = command.split(' ');
  const child = spawn(program, words, { cwd: root, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const { stdout, stderr, ended } = outputOf(child);
  const code = await ended;
  return { code, stdout: stdout(), stderr: stderr() };
}

async function scheduleHashes(folder: string): Promise<Map<string, string>> {
  const steps = (await readdir(path.join(folder, 'steps'))).sort();
  const entries = steps.map(async (step) => {
    const observation = observationSchema.parse(JSON.parse(await readFile(path.join(folder, 'steps', step, 'observation.json'), 'utf8')));
    return [step, observation.generator.scheduleHash] as const;
  });
  return new Map(await Promise.all(entries));
}

describe('npm run scenario single-vs-sharded -- --profile smoke', () => {
  let directory = '';
  let first: Ended;
  let result: Result;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'rag-testbed-smoke-'));
    first = await run(
      `npm run -s scenario single-vs-sharded -- --profile smoke --platform local --warm-up 1.5 --json --out ${path.join(directory, 'first')}`,
    );
    expect(first.stdout, first.stderr).not.toBe('');
    result = resultSchema.parse(JSON.parse(first.stdout));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('measures both variants through the real system and exits as its verdicts say', () => {
    // A noisy machine may make the run invalid (75); what it may not do is make it wrong.
    const expected = exitCodeOf({ verdict: result.verdict, validity: result.validity.verdict, interrupted: false });
    expect(first.code, first.stderr).toBe(expected);
    expect([0, 75, 99]).toContain(first.code);
    expect(result.status).toBe('complete');
    expect(result.provenance.generator).toEqual({ processes: 1, realTimeScheduling: expect.any(Boolean) });
    expect(result.variants.map(({ id }) => id)).toEqual(['single', 'router-hash-3']);
    expect(result.variants.map(({ shards }) => shards.length)).toEqual([1, 3]);
    for (const { runs, shards, processes } of result.variants) {
      expect(runs.length).toBeGreaterThan(0);
      expect(shards.reduce((sum, { points }) => sum + points, 0)).toBe(2_000);
      for (const { counts } of runs) {
        expect(counts.issued).toBe(counts.succeeded + Object.values(counts.failed).reduce((sum, count) => sum + count, 0));
      }
      if (result.validity.verdict === 'valid') {
        expect(new Set(processes.map(({ tier }) => tier))).toEqual(
          new Set(['gateway', 'query', 'indexer', 'provider', 'vector', 'postgres']),
        );
      }
    }
    expect(result.comparisons.every(({ verdict }) => verdict === 'undecided')).toBe(true);
  });

  it('finds nothing foreign, stale, incomplete or unwritten, and the exact neighbours', () => {
    expect(result.checkers.map(({ id, verdict, why }) => [id, verdict, verdict === 'pass' ? '' : why])).toEqual(
      ['tenant-isolation', 'complete-answers', 'document-version', 'current-version', 'wire-format'].map((id) => [id, 'pass', '']),
    );
    for (const { runs } of result.variants) {
      for (const { recallAt10 } of runs) {
        // The store is exact, so that anything below 1 is a fault of the path or of the judge.
        expect(recallAt10?.mean).toBe(1);
      }
    }
  });

  it('leaves the files it promises, no key in any of them, and no process', async () => {
    const out = path.join(directory, 'first');
    for (const file of [
      'result.json',
      'report.html',
      'summary.md',
      'percentiles.svg',
      'plan.json',
      'events.jsonl',
      'logs/single/gateway-0.log',
    ]) {
      expect(existsSync(path.join(out, file)), file).toBe(true);
    }
    expect(existsSync(path.join(out, 'state'))).toBe(false);
    expect(JSON.parse(await readFile(path.join(out, 'result.json'), 'utf8'))).toEqual(JSON.parse(first.stdout));
    for (const step of await readdir(path.join(out, 'steps'))) {
      const plan = JSON.parse(await readFile(path.join(out, 'steps', step, 'load-plan.json'), 'utf8')) as {
        requests: { headers: Record<string, string> }[];
      };
      expect(new Set(plan.requests.map(({ headers }) => headers['x-api-key']))).toEqual(new Set(['removed']));
    }
    expect(await leftoversAfter(result.runId, directory, 1_000)).toEqual([]);
  });

  it('gives the same plan again when its reproduce line is executed, however long the run warmed up', async () => {
    expect(result.provenance.command).toContain(' --warm-up 1.5');
    expect(result.variants.map(({ warmUp }) => warmUp?.usedSeconds)).toEqual([1.5, 1.5]);
    const again = await run(`${result.provenance.command} --quiet --out ${path.join(directory, 'second')}`);
    const second = resultSchema.parse(JSON.parse(await readFile(path.join(directory, 'second', 'result.json'), 'utf8')));
    expect([0, 75, 99], again.stderr).toContain(again.code);
    expect(second.provenance.configurationHash).toBe(result.provenance.configurationHash);
    expect(second.provenance.command).toBe(result.provenance.command);
    const [before, after] = [await scheduleHashes(path.join(directory, 'first')), await scheduleHashes(path.join(directory, 'second'))];
    // Repeated invalid steps stand at the end and differ; the planned ones are the same, byte for byte.
    const planned = [...before.keys()].slice(0, 4);
    expect(planned).toHaveLength(4);
    expect(planned.map((step) => after.get(step))).toEqual(planned.map((step) => before.get(step)));
  });

  it('renders the same report from result.json alone', async () => {
    const out = path.join(directory, 'first');
    const before = await readFile(path.join(out, 'report.html'), 'utf8');
    await rm(path.join(out, 'report.html'));
    expect(await run(`npm run -s scenario -- report ${out}`)).toMatchObject({ code: 0 });
    expect(await readFile(path.join(out, 'report.html'), 'utf8')).toBe(before);
  });
});

describe('trouble before anything starts', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'rag-testbed-trouble-'));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it.each(['RAG_TESTBED_QDRANT_BIN', 'RAG_TESTBED_REDIS_BIN'])('exits 75 when %s names nothing executable', async (variable) => {
    const out = path.join(directory, variable.toLowerCase());
    const ended = await run(`npm run -s scenario single-vs-sharded -- --profile smoke --platform local --quiet --out ${out}`, {
      [variable]: '/nowhere/at-all',
    });
    expect(ended.code).toBe(75);
    expect(ended.stderr).toContain(`${variable} is "/nowhere/at-all"`);
    expect(resultSchema.parse(JSON.parse(await readFile(path.join(out, 'result.json'), 'utf8')))).toMatchObject({
      status: 'partial',
      verdict: 'no-data',
    });
  });

  it('exits 78 when the output folder holds something', async () => {
    const ended = await run(`npm run -s scenario single-vs-sharded -- --quiet --out ${root}`);
    expect(ended.code).toBe(78);
    expect(ended.stderr).toContain('already holds');
  });

  it('exits 64 when the warm-up that was asked is shorter than that of the profile', async () => {
    const ended = await run(
      `npm run -s scenario single-vs-sharded -- --profile smoke --platform local --warm-up 0.5 --quiet --out ${path.join(directory, 'warm')}`,
    );
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain('0.5 s');
    expect(existsSync(path.join(directory, 'warm'))).toBe(false);
  });

  it('exits 75 when the output folder cannot be written', async () => {
    const ended = await run('npm run -s scenario single-vs-sharded -- --quiet --out /proc/rag-testbed');
    expect(ended.code).toBe(75);
    expect(ended.stderr).toContain('/proc/rag-testbed');
  });

  it('exits 64 and tells about the lone -- when npm swallowed a flag', async () => {
    const ended = await run('npm run -s scenario single-vs-sharded --profile smoke');
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain('flags follow a lone --');
  });
});
