import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { scheduleHash } from '../arrivals/index.ts';
import type { Observation } from '../contract/observation.ts';
import type { LoadPlan } from '../contract/plan.ts';
import { throttledSeconds } from './cgroup-throttling.ts';
import { checkPlan } from './check-plan.ts';
import { ClosedLoopJobs, closedLoadHash, mostRatePerSecond } from './closed-loop-jobs.ts';
import type { JobSource } from './job-source.ts';
import { OperationLog } from './operation-log.ts';
import { operationsFileName, samplesFileName, writeObservation } from './output-files.ts';
import { type Epoch, type GeneratorEvent, nextEpoch } from './protocol.ts';
import { ScheduledJobs } from './scheduled-jobs.ts';
import { StepExecution } from './step-execution.ts';
import { StepMilestones } from './step-milestones.ts';
import { StepRecord } from './step-record.ts';
import { Ticker } from './ticker.ts';
import type { OpenTransport } from './transport.ts';
import { transports } from './transports.ts';

export interface ExecuteOptions {
  readonly onEvent: (event: GeneratorEvent) => void;
  /** Ends the step early: nothing more is fired and what is in flight is counted as unfinished. */
  readonly signal: AbortSignal;
  /** What the observation says about the scheduling of this process. */
  readonly realTimeScheduling: boolean;
  readonly openTransport?: OpenTransport;
  /** Asked for the moment at which the step begins when everything is ready; at once where absent. */
  readonly agreeOnEpoch?: () => Promise<Epoch>;
}

interface Clockwork {
  readonly jobs: JobSource;
  readonly ticker: Ticker;
  /** Names the schedule: of an open loop the offsets, of a closed one everything that decides what its users do. */
  readonly scheduleHash: string;
  readonly connections: number;
}

async function openClockwork(plan: LoadPlan): Promise<Clockwork> {
  const { stepId, offsetsUs, connections, closedLoop: load, warmUpMs, steadyMs } = plan;
  if (load === undefined) {
    return { jobs: new ScheduledJobs(plan), ticker: await Ticker.open(offsetsUs), scheduleHash: scheduleHash(offsetsUs), connections };
  }
  return {
    jobs: new ClosedLoopJobs({ stepId, load, endUs: (warmUpMs + steadyMs) * 1000 }),
    ticker: await Ticker.openAlarm(mostRatePerSecond(load)),
    scheduleHash: closedLoadHash(load),
    // A user has one request at a time: further connections would only rest.
    connections: Math.min(connections, load.users.length),
  };
}

/**
 * Fires the jobs of a plan at their intended starts and returns what was seen. Writes `operations.jsonl`,
 * `observation.json` and `response-<kind>.hgrm` into the plan's output directory, a worker also what the percentiles of its seconds
 * are made of. Throws `Failure` for a plan that
 * contradicts itself; a target that refuses or misbehaves is an observation, not an error.
 */
export async function executePlan(plan: LoadPlan, options: ExecuteOptions): Promise<Observation> {
  checkPlan(plan);
  mkdirSync(plan.outputDirectory, { recursive: true });
  const { jobs, ticker, scheduleHash: hash, connections } = await openClockwork(plan);
  const record = new StepRecord(plan, jobs);
  const log = new OperationLog(path.join(plan.outputDirectory, operationsFileName), plan.history ?? 'full');
  try {
    const milestones = new StepMilestones({ plan, record, onEvent: options.onEvent });
    const execution = new StepExecution({ plan, jobs, record, log, milestones, signal: options.signal });
    const open = options.openTransport ?? transports[plan.transport ?? 'autocannon'];
    const transport = await open({ ...plan, connections, observer: execution });
    try {
      const epoch = await (options.agreeOnEpoch?.() ?? nextEpoch());
      const cpuBefore = process.cpuUsage();
      const throttledBefore = throttledSeconds();
      await execution.run(ticker, transport, epoch);
      const cpu = process.cpuUsage(cpuBefore);
      const throttledAfter = throttledSeconds();
      const batches = ticker.gapUs > 0 ? ', fired in batches of 1 ms' : '';
      const observation: Observation = {
        schemaVersion: 1,
        stepId: plan.stepId,
        startedAtMs: epoch.atMs,
        warmUp: record.counts('warm-up'),
        steady: record.counts('steady'),
        histograms: record.histogramRecords(),
        seconds: Array.from({ length: milestones.secondCount }, (_, second) => record.second(second)),
        generator: {
          transport: `${transport.name}${batches}`,
          cpuSeconds: (cpu.user + cpu.system) / 1_000_000,
          ...(throttledBefore === undefined || throttledAfter === undefined
            ? {}
            : { throttledSeconds: Math.max(0, throttledAfter - throttledBefore) }),
          eventLoopUtilisation: milestones.eventLoopUtilisation,
          residentBytes: process.memoryUsage.rss(),
          realTimeScheduling: options.realTimeScheduling,
          scheduleHash: hash,
          connectionsOpened: transport.connectionsOpened,
          connectionWaits: execution.connectionWaits,
        },
      };
      writeObservation(plan.outputDirectory, observation, (kind) => record.histogram('steady', kind, 'success', 'response'));
      if (plan.worker !== undefined) {
        const samples = observation.seconds.map(({ second }) => record.samplesOf(second));
        writeFileSync(path.join(plan.outputDirectory, samplesFileName), JSON.stringify(samples));
      }
      return observation;
    } finally {
      await transport.close();
    }
  } finally {
    await ticker.close();
    log.close();
  }
}
