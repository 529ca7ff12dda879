import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { headers } from '../../system/api/headers.ts';
import type { Observation, Second } from '../contract/observation.ts';
import type { LoadPlan, Step } from '../contract/plan.ts';
import type { ServerSeries, ServerWindow } from '../contract/server-series.ts';
import type { Workload } from '../contract/workload.ts';
import type { LoadGenerator } from '../load/generator.ts';
import { judgeStep, type StepValidity } from '../measurement/validity.ts';
import type { RunningSystem } from '../platform/platform.ts';
import type { PreparedLoad } from './corpus.ts';
import type { MachineWatch } from './machine-watch.ts';
import type { ProcessWindow } from './process-windows.ts';
import type { RunFolder } from './run-folder.ts';
import { ServerWatch } from './server-watch.ts';

/** One executed step with everything that was seen of it. */
export interface DrivenStep {
  readonly step: Step;
  readonly observation: Observation;
  readonly validity: StepValidity;
  /** Absent when a sample could not be taken at both ends of the window. */
  readonly processes: readonly ProcessWindow[] | undefined;
  /** Every server over the steady window, and second by second in it. */
  readonly servers: readonly ServerWindow[];
  readonly serverSeries: readonly ServerSeries[];
  readonly operationsFile: string;
  /** Mean bytes of the body of a search of the schedule; absent where none was scheduled. */
  readonly searchRequestBytes?: number;
}

export interface DriveRequest {
  readonly step: Step;
  readonly system: RunningSystem;
  readonly generator: LoadGenerator;
  readonly folder: RunFolder;
  readonly workload: Workload;
  /** Requests, and which of them each job sends; made by the corpus. */
  readonly prepared: PreparedLoad;
  /** Tells what others took of the machine in the steady window. */
  readonly machine: MachineWatch;
  readonly signal: AbortSignal;
  readonly onSecond: (second: Second) => void;
  /** Looks at the servers; given by whoever wants to know what was seen although the step fails. */
  readonly watch?: ServerWatch;
  /** Keeps the answers of one request in a hundred; all where absent. */
  readonly isSampled?: boolean;
  /** Drives on when a process of the system ends: that is then a finding. */
  readonly isOverload?: boolean;
}

function meanSearchBytes({ requests, requestOf, closedLoop }: PreparedLoad): number | undefined {
  const bytes = requests.map(({ kind, body }) => (kind === 'search' ? Buffer.byteLength(body ?? '') : undefined));
  const asked = closedLoop?.users.map(({ script }) => script) ?? [requestOf];
  const sent = asked.flatMap((positions) => positions.flatMap((position) => bytes[position] ?? []));
  return sent.length === 0 ? undefined : sent.reduce((sum, each) => sum + each, 0) / sent.length;
}

function withoutKeys(plan: LoadPlan): LoadPlan {
  return {
    ...plan,
    requests: plan.requests.map((request) => ({ ...request, headers: { ...request.headers, [headers.apiKey]: 'removed' } })),
  };
}

/**
 * Executes one step: gives the generator its plan, looks at the servers at both ends of the steady window and every second in it, and judges
 * whether the step may count. Rejects when a process of the system or the generator ends.
 */
export async function drive(request: DriveRequest): Promise<DrivenStep> {
  const {
    step,
    system,
    generator,
    folder,
    workload,
    prepared,
    machine,
    signal,
    onSecond,
    watch = new ServerWatch(request.system),
  } = request;
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
    ...(workload.transport !== undefined && { transport: workload.transport }),
    warmUpMs: step.warmUpSeconds * 1000,
    steadyMs: step.steadySeconds * 1000,
    ...prepared,
    ...(request.isSampled === true ? { history: 'sampled' } : {}),
    outputDirectory,
  };
  const planFile = path.join(outputDirectory, 'load-plan.json');
  await writeFile(planFile, JSON.stringify(plan));
  let watching = false;
  const observation = await Promise.race([
    ...(request.isOverload === true ? [] : [system.failed]),
    generator.run(planFile, {
      signal,
      onEvent(event) {
        if (event.event === 'steady') {
          machine.begin();
          watch.look();
          watching = true;
        } else if (event.event === 'steady-end') {
          machine.end();
          watch.look();
          watching = false;
        } else if (event.event === 'second') {
          onSecond(event.second);
          if (watching) {
            watch.look();
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
    validity: judgeStep(observation, step, workload.arrivals, plannedSteadyJobs, { use: machine.use(), isStrict: machine.isStrict }),
    processes: await watch.processes(),
    servers: await watch.windows(),
    serverSeries: await watch.series(),
    operationsFile: path.join(outputDirectory, 'operations.jsonl'),
    ...(searchRequestBytes === undefined ? {} : { searchRequestBytes }),
  };
}
