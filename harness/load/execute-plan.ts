import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { scheduleHash } from '../arrivals/index.ts';
import { operationKindSchema } from '../contract/common.ts';
import { Failure } from '../contract/failure.ts';
import type { Observation } from '../contract/observation.ts';
import type { LoadPlan } from '../contract/plan.ts';
import { hgrmText } from '../measurement/hgrm.ts';
import { openAutocannonTransport } from './autocannon-transport.ts';
import { throttledSeconds } from './cgroup-throttling.ts';
import { OperationLog } from './operation-log.ts';
import type { GeneratorEvent } from './protocol.ts';
import { StepExecution } from './step-execution.ts';
import { StepRecord } from './step-record.ts';
import { minimumGapUs, Ticker } from './ticker.ts';
import type { OpenTransport } from './transport.ts';

export const observationFileName = 'observation.json';
export const operationsFileName = 'operations.jsonl';

export interface ExecuteOptions {
  readonly onEvent: (event: GeneratorEvent) => void;
  /** Ends the step early: nothing more is fired and what is in flight is counted as unfinished. */
  readonly signal: AbortSignal;
  /** What the observation says about the scheduling of this process. */
  readonly realTimeScheduling: boolean;
  readonly openTransport?: OpenTransport;
}

/** Throws `Failure` where a plan is well-formed but contradicts itself. */
function checkPlan({ offsetsUs, requestOf, requests, warmUpMs, steadyMs }: LoadPlan): void {
  const refuse = (message: string): never => {
    throw new Failure('configuration', 'invalid_load_plan', `the load plan ${message}`);
  };
  if (requestOf.length !== offsetsUs.length) {
    refuse(`has ${offsetsUs.length} offsets but ${requestOf.length} requests for them`);
  }
  const unordered = offsetsUs.findIndex((offset, job) => offset < (offsetsUs[job - 1] ?? 0));
  if (unordered !== -1) {
    refuse(`has offsets that are not ascending: offsetsUs[${unordered}] is ${offsetsUs[unordered]} after ${offsetsUs[unordered - 1]}`);
  }
  const endUs = (warmUpMs + steadyMs) * 1000;
  if ((offsetsUs.at(-1) ?? 0) >= endUs) {
    refuse(`has an offset of ${offsetsUs.at(-1)} µs, which is not before its end at ${endUs} µs`);
  }
  const unknown = requestOf.findIndex((request) => requests[request] === undefined);
  if (unknown !== -1) {
    refuse(`names request ${requestOf[unknown]} for job ${unknown} but has ${requests.length} requests`);
  }
}

function writeHistograms(plan: LoadPlan, record: StepRecord): void {
  for (const kind of operationKindSchema.options) {
    const histogram = record.histogram('steady', kind, 'success', 'response');
    if (histogram !== undefined) {
      writeFileSync(path.join(plan.outputDirectory, `response-${kind}.hgrm`), hgrmText(histogram));
    }
  }
}

/**
 * Fires the jobs of a plan at their intended starts, open loop, and returns what was seen. Writes `operations.jsonl`,
 * `observation.json` and `response-<kind>.hgrm` into the plan's output directory. Throws `Failure` for a plan that
 * contradicts itself; a target that refuses or misbehaves is an observation, not an error.
 */
export async function executePlan(plan: LoadPlan, options: ExecuteOptions): Promise<Observation> {
  checkPlan(plan);
  mkdirSync(plan.outputDirectory, { recursive: true });
  const record = new StepRecord(plan);
  const log = new OperationLog(path.join(plan.outputDirectory, operationsFileName));
  const execution = new StepExecution({ plan, record, log, onEvent: options.onEvent, signal: options.signal });
  const ticker = await Ticker.open(plan.offsetsUs);
  try {
    const transport = await (options.openTransport ?? openAutocannonTransport)(plan.target, plan.connections, execution);
    try {
      const cpuBefore = process.cpuUsage();
      const throttledBefore = throttledSeconds();
      await execution.run(ticker, transport);
      const cpu = process.cpuUsage(cpuBefore);
      const throttledAfter = throttledSeconds();
      const batches = minimumGapUs(plan.offsetsUs) > 0 ? ', fired in batches of 1 ms' : '';
      const observation: Observation = {
        schemaVersion: 1,
        stepId: plan.stepId,
        startedAtMs: execution.startedAtMs,
        warmUp: record.counts('warm-up'),
        steady: record.counts('steady'),
        histograms: record.histogramRecords(),
        seconds: Array.from({ length: execution.secondCount }, (_, second) => record.second(second)),
        generator: {
          transport: `${transport.name}${batches}`,
          cpuSeconds: (cpu.user + cpu.system) / 1_000_000,
          ...(throttledBefore === undefined || throttledAfter === undefined
            ? {}
            : { throttledSeconds: Math.max(0, throttledAfter - throttledBefore) }),
          eventLoopUtilisation: execution.eventLoopUtilisation,
          residentBytes: process.memoryUsage.rss(),
          realTimeScheduling: options.realTimeScheduling,
          scheduleHash: scheduleHash(plan.offsetsUs),
          connectionsOpened: transport.connectionsOpened,
        },
      };
      writeHistograms(plan, record);
      writeFileSync(path.join(plan.outputDirectory, observationFileName), JSON.stringify(observation));
      return observation;
    } finally {
      await transport.close();
    }
  } finally {
    await ticker.close();
    log.close();
  }
}
