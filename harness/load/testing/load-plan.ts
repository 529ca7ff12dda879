import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Observation } from '../../contract/observation.ts';
import { type Operation, operationSchema } from '../../contract/operation.ts';
import { type LoadPlan, loadPlanSchema } from '../../contract/plan.ts';

export interface TestFolder extends Disposable {
  readonly path: string;
}

export function testFolder(): TestFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'rag-testbed-load-'));
  return { path: folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A plan with one GET request per path, job i using path i; what is not given is small and quick. */
export function loadPlan(port: number, outputDirectory: string, paths: readonly string[], changes: Partial<LoadPlan> = {}): LoadPlan {
  const distinct = [...new Set(paths)];
  const offsetsUs = changes.offsetsUs ?? paths.map((_, job) => job * 5000);
  return loadPlanSchema.parse({
    schemaVersion: 1,
    stepId: 'test-step',
    target: { host: '127.0.0.1', port },
    connections: 4,
    deadlineMs: 1000,
    warmUpMs: 0,
    steadyMs: Math.floor((offsetsUs.at(-1) ?? 0) / 1000) + 1,
    requests: distinct.map((name) => ({ kind: 'search', method: 'GET', path: `/${name}`, headers: {} })),
    requestOf: paths.map((name) => distinct.indexOf(name)),
    outputDirectory,
    ...changes,
    offsetsUs,
  });
}

export function writePlan(plan: LoadPlan, folder: string): string {
  const file = path.join(folder, `${plan.stepId}.json`);
  writeFileSync(file, JSON.stringify(plan));
  return file;
}

export function readOperations(folder: string): Operation[] {
  const lines = readFileSync(path.join(folder, 'operations.jsonl'), 'utf8').trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => operationSchema.parse(JSON.parse(line)));
}

export type Outcome = Exclude<Operation, { type: 'invoke' }>;

/** The outcome of every job in order; throws when a job has none, two, or one before its invocation. */
export function outcomesOf(operations: readonly Operation[], jobs: number): Outcome[] {
  const outcomes = new Map<string, Outcome>();
  const invoked = new Set<string>();
  for (const operation of operations) {
    if (operation.type === 'invoke') {
      invoked.add(operation.id);
    } else if (outcomes.has(operation.id) || !invoked.has(operation.id)) {
      throw new Error(`${operation.id} has ${outcomes.has(operation.id) ? 'two outcomes' : 'an outcome before its invocation'}`);
    } else {
      outcomes.set(operation.id, operation);
    }
  }
  return Array.from({ length: jobs }, (_, job) => {
    const outcome = outcomes.get(`test-step:${job}`);
    if (outcome === undefined) {
      throw new Error(`job ${job} has no outcome`);
    }
    return outcome;
  });
}

export const nameOf = (outcome: Outcome): string => (outcome.type === 'ok' ? 'ok' : outcome.errorClass);

/** Issued jobs that no count explains; 0 in every correct observation. */
export function unexplained({ warmUp, steady }: Observation): number {
  return [warmUp, steady].reduce(
    (sum, { issued, succeeded, failed }) => sum + issued - succeeded - Object.values(failed).reduce((total, count) => total + count, 0),
    0,
  );
}
