import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { headers } from '../../system/api/headers.ts';
import type { Observation, Second } from '../contract/observation.ts';
import type { LoadPlan, Step } from '../contract/plan.ts';
import type { Workload } from '../contract/workload.ts';
import type { Generator } from '../load/generator.ts';
import { judgeStep, type StepValidity } from '../measurement/validity.ts';
import type { ProcessSample, RunningSystem } from '../platform/platform.ts';
import { type ProcessWindow, processWindows } from './process-windows.ts';
import type { RunFolder } from './run-folder.ts';

/** One executed step with everything that was seen of it. */
export interface DrivenStep {
  readonly step: Step;
  readonly observation: Observation;
  readonly validity: StepValidity;
  /** Absent when a sample could not be taken at both ends of the window. */
  readonly processes: readonly ProcessWindow[] | undefined;
  readonly operationsFile: string;
  /** Mean bytes of the body of a search of the schedule; absent where none was scheduled. */
  readonly searchRequestBytes?: number;
}

export interface DriveRequest {
  readonly step: Step;
  readonly system: RunningSystem;
  readonly generator: Generator;
  readonly folder: RunFolder;
  readonly workload: Workload;
  /** Requests, and which of them each job sends; made by the corpus. */
  readonly prepared: Pick<LoadPlan, 'requests' | 'requestOf' | 'offsetsUs'>;
  readonly signal: AbortSignal;
  readonly onSecond: (second: Second) => void;
}

function meanSearchBytes({ requests, requestOf }: DriveRequest['prepared']): number | undefined {
  const bytes = requests.map(({ kind, body }) => (kind === 'search' ? Buffer.byteLength(body ?? '') : undefined));
  const sent = requestOf.flatMap((position) => bytes[position] ?? []);
  return sent.length === 0 ? undefined : sent.reduce((sum, each) => sum + each, 0) / sent.length;
}

function withoutKeys(plan: LoadPlan): LoadPlan {
  return {
    ...plan,
    requests: plan.requests.map((request) => ({ ...request, headers: { ...request.headers, [headers.apiKey]: 'removed' } })),
  };
}

/**
 * Executes one step: gives the generator its plan, samples the processes at both ends of the steady window, and judges
 * whether the step may count. Rejects when a process of the system or the generator ends.
 */
export async function drive({ step, system, generator, folder, workload, prepared, signal, onSecond }: DriveRequest): Promise<DrivenStep> {
  const outputDirectory = path.join(folder.steps, step.id);
  await mkdir(outputDirectory, { recursive: true });
  const [target] = system.gateways;
  if (target === undefined) {
    throw new Error(`variant ${system.variant} has no gateway`);
  }
  const plan: LoadPlan = {
    schemaVersion: 1,
    stepId: step.id,
    target,
    connections: workload.connections,
    deadlineMs: workload.deadlineMs,
    warmUpMs: step.warmUpSeconds * 1000,
    steadyMs: step.steadySeconds * 1000,
    ...prepared,
    outputDirectory,
  };
  const planFile = path.join(outputDirectory, 'load-plan.json');
  await writeFile(planFile, JSON.stringify(plan));
  const samples: Promise<ProcessSample[]>[] = [];
  let watching = false;
  const takeSample = () => {
    const sample = system.sample();
    // Awaited below; until then a rejection must not count as unhandled.
    sample.catch(() => undefined);
    samples.push(sample);
  };
  const observation = await Promise.race([
    system.failed,
    generator.run(planFile, {
      signal,
      onEvent(event) {
        if (event.event === 'steady') {
          takeSample();
          watching = true;
        } else if (event.event === 'steady-end') {
          takeSample();
          watching = false;
        } else if (event.event === 'second') {
          onSecond(event.second);
          if (watching) {
            takeSample();
          }
        }
      },
    }),
  ]);
  // The file stays as evidence of what was sent and when; the keys in it were for the generator alone.
  await writeFile(planFile, JSON.stringify(withoutKeys(plan)));
  const searchRequestBytes = meanSearchBytes(prepared);
  const plannedSteadyJobs = plan.offsetsUs.filter((offsetUs) => offsetUs >= plan.warmUpMs * 1000).length;
  return {
    step,
    observation,
    validity: judgeStep(observation, step, workload.arrivals, plannedSteadyJobs),
    processes: processWindows(await Promise.all(samples)),
    operationsFile: path.join(outputDirectory, 'operations.jsonl'),
    ...(searchRequestBytes === undefined ? {} : { searchRequestBytes }),
  };
}
