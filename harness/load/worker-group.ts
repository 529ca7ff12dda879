import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { scheduleHash } from '../arrivals/index.ts';
import type { Observation, Second } from '../contract/observation.ts';
import { parseOrFail } from '../contract/parse.ts';
import { type LoadPlan, loadPlanSchema } from '../contract/plan.ts';
import { closedLoadHash } from './closed-loop-jobs.ts';
import { type GeneratorOptions, type LoadGenerator, type RunOptions, startGenerator } from './generator.ts';
import { mergeHistories } from './merge-histories.ts';
import { mergedHistograms, mergeObservations, type Part } from './merge-observations.ts';
import { observationFileName, operationsFileName, samplesFileName, writeObservation } from './output-files.ts';
import { type Epoch, type GeneratorEvent, nextEpoch } from './protocol.ts';
import { addedCounts, emptyCounts, secondSamplesSchema } from './second-samples.ts';
import { splitPlan } from './split-plan.ts';

/** All who come wait for the last one, and then begin at one moment. */
function commonEpoch(count: number): () => Promise<Epoch> {
  const epoch = Promise.withResolvers<Epoch>();
  let armed = 0;
  return () => {
    armed += 1;
    if (armed === count) {
      epoch.resolve(nextEpoch());
    }
    return epoch.promise;
  };
}

/**
 * Makes one sequence of events of those of several workers: each milestone once, when the first reaches it, and each second when all
 * have told it. Percentiles of a second cannot be made from those of its parts and are left to the observation.
 */
function commonEvents(count: number, onEvent: (event: GeneratorEvent) => void): (event: GeneratorEvent) => void {
  const told = new Set<string>();
  const seconds = new Map<number, Second[]>();
  return (event) => {
    if (event.event === 'second') {
      const parts = [...(seconds.get(event.second.second) ?? []), event.second];
      seconds.set(event.second.second, parts);
      if (parts.length === count) {
        seconds.delete(event.second.second);
        onEvent({ ...event, second: parts.reduce(addedCounts, emptyCounts(event.second.second)) });
      }
    } else if (event.event !== 'done' && event.event !== 'failed' && !told.has(event.event)) {
      told.add(event.event);
      onEvent(event);
    }
  };
}

async function partOf(observation: Observation, { outputDirectory }: LoadPlan): Promise<Part> {
  const file = path.join(outputDirectory, samplesFileName);
  return { observation, samples: parseOrFail(z.array(secondSamplesSchema), JSON.parse(await readFile(file, 'utf8')), file) };
}

/** Puts the files of the workers together into those of the step. */
async function mergeOutput(plan: LoadPlan, parts: readonly LoadPlan[], observations: readonly Observation[]): Promise<Observation> {
  const seen = await Promise.all(observations.map((observation, index) => partOf(observation, parts[index] as LoadPlan)));
  const observation = mergeObservations(
    seen,
    plan.closedLoop === undefined ? scheduleHash(plan.offsetsUs) : closedLoadHash(plan.closedLoop),
  );
  const responses = mergedHistograms(observation.histograms).filter(
    ({ record: { window, outcome, timing } }) => window === 'steady' && outcome === 'success' && timing === 'response',
  );
  writeObservation(plan.outputDirectory, observation, (kind) => responses.find(({ record }) => record.kind === kind)?.histogram);
  const histories = parts.map(({ outputDirectory }) => path.join(outputDirectory, operationsFileName));
  await mergeHistories(histories, path.join(plan.outputDirectory, operationsFileName));
  await Promise.all(parts.map(({ outputDirectory }) => rm(outputDirectory, { recursive: true })));
  return observation;
}

/** Several load generators that execute one plan together, from one epoch. */
class WorkerGroup implements LoadGenerator {
  readonly pids: readonly number[];
  readonly realTimeScheduling: boolean;
  readonly #workers: readonly LoadGenerator[];

  constructor(workers: readonly LoadGenerator[]) {
    this.#workers = workers;
    this.pids = workers.flatMap(({ pids }) => pids);
    this.realTimeScheduling = workers.every(({ realTimeScheduling }) => realTimeScheduling);
  }

  /** See `LoadGenerator`; when one worker fails the others are ended, because the rest of a load is another load. */
  async run(planFile: string, { onEvent = () => {}, signal }: RunOptions = {}): Promise<Observation> {
    const plan = parseOrFail(loadPlanSchema, JSON.parse(await readFile(planFile, 'utf8')), `load plan ${planFile}`);
    const parts = splitPlan(plan, this.#workers.length);
    const files = parts.map(({ outputDirectory }) => path.join(outputDirectory, 'load-plan.json'));
    const agreeOnEpoch = commonEpoch(parts.length);
    const tell = commonEvents(parts.length, onEvent);
    try {
      await Promise.all(
        parts.map(async (part, index) => {
          await mkdir(part.outputDirectory, { recursive: true });
          await writeFile(files[index] as string, JSON.stringify(part));
        }),
      );
      const observations = await Promise.all(
        this.#workers.map((worker, index) =>
          worker.run(files[index] as string, { agreeOnEpoch, onEvent: tell, ...(signal === undefined ? {} : { signal }) }),
        ),
      );
      const observation = await mergeOutput(plan, parts, observations);
      onEvent({ event: 'done', stepId: plan.stepId, observationFile: path.join(plan.outputDirectory, observationFileName) });
      return observation;
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    } finally {
      // They hold the keys of the requests; the plan of the whole step is the caller's.
      await Promise.all(files.map((file) => rm(file, { force: true })));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
}

/** The log of one worker: the named one of the first, numbered ones of the others. */
function logFileOf(logFile: string, index: number): string {
  const { dir, name, ext } = path.parse(logFile);
  return index === 0 ? logFile : path.join(dir, `${name}-${index}${ext}`);
}

/**
 * Starts as many load generators as are asked for and resolves when all take plans. Rejects with a `Failure` (exit 75) when one of
 * them cannot be started; the others are ended then.
 */
export async function startGenerators(options: GeneratorOptions & { readonly workers: number }): Promise<LoadGenerator> {
  const { workers, ...each } = options;
  if (workers === 1) {
    return await startGenerator(each);
  }
  const starting = Array.from({ length: workers }, (_, index) =>
    startGenerator({ ...each, processes: workers, logFile: logFileOf(each.logFile, index) }),
  );
  try {
    return new WorkerGroup(await Promise.all(starting));
  } catch (error) {
    const started = await Promise.allSettled(starting);
    await Promise.all(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value[Symbol.asyncDispose]()] : [])));
    throw error;
  }
}
