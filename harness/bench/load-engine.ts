import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { schedule } from '../arrivals/index.ts';
import type { TransportName } from '../contract/common.ts';
import type { Observation } from '../contract/observation.ts';
import type { LoadPlan } from '../contract/plan.ts';
import type { ThinkTime } from '../contract/workload.ts';
import type { Generator } from '../load/generator.ts';
import { decode, merge, percentileUs } from '../measurement/histogram.ts';

interface Window {
  readonly port: number;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly steadySeconds: number;
  readonly seed: number;
  readonly transport?: TransportName;
  /** What is written per request; a judge needs everything, a figure of the engine alone nothing. */
  readonly history?: LoadPlan['history'];
}

export interface OpenWindow extends Window {
  readonly arrivals: 'constant' | 'poisson';
  readonly ratePerSecond: number;
}

export interface ClosedWindow extends Window {
  readonly users: number;
  readonly thinkTime: ThinkTime;
  /** The users start evenly over this time. */
  readonly rampUpSeconds: number;
}

/** One executed window, with the plan that was given. */
export interface EngineRun {
  readonly plan: LoadPlan;
  readonly observation: Observation;
}

/** Our own generator, given windows of load on a port. */
export class Engine {
  readonly #generator: Generator;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  #windows = 0;

  constructor(generator: Generator, folder: string, signal: AbortSignal) {
    this.#generator = generator;
    this.#folder = folder;
    this.#signal = signal;
  }

  get pid(): number {
    return this.#generator.pid;
  }

  get realTimeScheduling(): boolean {
    return this.#generator.realTimeScheduling;
  }

  async open(window: OpenWindow): Promise<EngineRun> {
    const { arrivals, ratePerSecond, warmUpSeconds, steadySeconds, seed } = window;
    const offsetsUs = schedule(arrivals, { ratePerSecond, durationMs: (warmUpSeconds + steadySeconds) * 1000, seed });
    return this.#run(window, { offsetsUs, requestOf: offsetsUs.map(() => 0) });
  }

  async closed(window: ClosedWindow): Promise<EngineRun> {
    const { users, thinkTime, rampUpSeconds, seed } = window;
    const each = Array.from({ length: users }, (_, user) => ({
      user,
      startUs: Math.floor((user * rampUpSeconds * 1e6) / users),
      script: [0],
    }));
    return this.#run(window, {
      offsetsUs: [],
      requestOf: [],
      closedLoop: { seed, thinkTime, turnsPerSession: 1, population: users, users: each },
    });
  }

  async #run(
    { port, connections, warmUpSeconds, steadySeconds, transport, history = 'none' }: Window,
    load: Partial<LoadPlan>,
  ): Promise<EngineRun> {
    this.#signal.throwIfAborted();
    this.#windows += 1;
    const stepId = `window-${this.#windows}`;
    const plan: LoadPlan = {
      schemaVersion: 1,
      stepId,
      target: { host: '127.0.0.1', port },
      connections,
      deadlineMs: 10_000,
      ...(transport === undefined ? {} : { transport }),
      warmUpMs: warmUpSeconds * 1000,
      steadyMs: steadySeconds * 1000,
      requests: [{ kind: 'health', method: 'GET', path: '/', headers: {} }],
      offsetsUs: [],
      requestOf: [],
      history,
      outputDirectory: path.join(this.#folder, stepId),
      ...load,
    };
    const file = path.join(this.#folder, `${stepId}.json`);
    await writeFile(file, JSON.stringify(plan));
    return { plan, observation: await this.#generator.run(file, { signal: this.#signal }) };
  }
}

/** Jobs of both windows. */
export const issuedIn = ({ warmUp, steady }: Observation): number => warmUp.issued + steady.issued;

/** CPU time per job, µs; both windows, because the CPU time is of both. */
export const cpuUsPerRequest = (observation: Observation): number => (observation.generator.cpuSeconds * 1e6) / issuedIn(observation);

/** A percentile of the steady window over all kinds, ms; NaN where nothing was recorded. */
export function steadyMs({ histograms }: Observation, timing: 'response' | 'lag', percentile: number): number {
  const matching = histograms.filter(({ window, outcome, timing: of }) => window === 'steady' && outcome === 'all' && of === timing);
  return (percentileUs(merge(matching.map(({ encoded }) => decode(encoded))), percentile) ?? Number.NaN) / 1000;
}
