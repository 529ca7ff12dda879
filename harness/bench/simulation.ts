import { scalingRule } from '../autoscaling/index.ts';
import { hpaSettingsSchema } from '../autoscaling/rules/hpa.ts';
import type { SimulatedRun, SimulatedSystem } from '../contract/simulation.ts';
import type { SimulationRequest } from '../simulation/request.ts';
import { simulate } from '../simulation/simulate.ts';
import { benchCommand } from './bench-command.ts';
import { benchWords } from './bench-words.ts';

/*
 * How fast virtual time passes: the whole reference system (gateway, query replicas, vector shards with stragglers, provider) under an HPA
 * that looks every 15 s. Verdicts go by wall time; beside it stands what the same would have been if the process had had a core to itself, from
 * its own CPU time, because a machine that others use says little by its clock. The table has the median of the rounds.
 */
const help = `npm run bench:simulation -- [--short] [--rounds N] [--seconds N]

  --short      less virtual time: produces every row, decides nothing
  --rounds N   of each measurement at 500 requests per second, after one that is not counted (default 5)
  --seconds N  of virtual time in each of them (default 1200)
`;

const ratePerSecond = 500;
const mebibyte = 2 ** 20;
const daySeconds = 86_400;
const replicasOfTheDay = 30;
const targets = { eventsPerSecond: 1e6, fanOut: { 1: 1000, 3: 300 }, daySeconds: 90, residentMebibytes: 1024 };

interface Settings {
  readonly rounds: number;
  readonly seconds: number;
  readonly daySeconds: number;
  readonly isShort: boolean;
}

function readSettings(words: readonly string[]): Settings | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { help: flag, short: flag, rounds: text, seconds: text };
  const { values, whole } = benchWords(help, words, options);
  const isShort = values.short === true;
  return values.help === true
    ? undefined
    : {
        rounds: whole('rounds', values.rounds ?? (isShort ? '1' : '5'), 1, 100),
        seconds: whole('seconds', values.seconds ?? (isShort ? '300' : '1200'), 1, daySeconds),
        daySeconds: isShort ? 1800 : daySeconds,
        isShort,
      };
}

const exponential = (meanMs: number) => ({ distribution: 'exponential', meanMs }) as const;

/** Its own work is 20 ms, so that 500 requests per second keep seventeen replicas at 60 %. */
function systemOf(shards: number): SimulatedSystem {
  return {
    source: { kind: 'assumed', text: 'a system to be simulated fast' },
    gateway: { serviceTime: { distribution: 'constant', ms: 1 } },
    query: {
      concurrency: 64,
      queueLimit: 200,
      cores: 1,
      prepare: exponential(15),
      finish: exponential(5),
      balancing: 'least-in-flight',
      requests: { cpuMillicores: 1000, memoryBytes: 500_000_000 },
      memory: { baseBytes: 100_000_000, bytesPerRequest: 1_000_000, heldShare: 0.8 },
      startUp: { scheduleSeconds: 3, loadSeconds: 15, warmUpSeconds: 30, warmUpSlowdown: 1.5 },
      drainSeconds: 30,
    },
    embed: exponential(20),
    vector: {
      shards,
      replicas: 2,
      concurrency: 8,
      serviceTime: { distribution: 'gamma', meanMs: 8, cv: 0.5 },
      straggler: { share: 0.01, factor: 5 },
    },
    provider: { generate: { distribution: 'lognormal', meanMs: 800, cv: 0.5 }, slots: 2000 },
    client: { deadlineMs: 10_000, retries: { attempts: 2, backoffMs: 200, budgetShare: 0.1 } },
  };
}

function requestOf(shards: number, seconds: number, replicas: { readonly fewest: number; readonly most: number }): SimulationRequest {
  const rule = scalingRule(
    hpaSettingsSchema.parse({
      type: 'hpa',
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'query' },
        minReplicas: replicas.fewest,
        maxReplicas: replicas.most,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
      },
    }),
  );
  return {
    system: systemOf(shards),
    load: { title: 'constant', arrivals: 'poisson', profile: { shape: 'constant', ratePerSecond } },
    goal: { percentile: 95, responseMs: 2000, errorShare: 0.01 },
    seconds,
    seed: 1,
    initialReplicas: Math.max(20, replicas.fewest),
    controller: { rule },
    demand: [{ atMs: 0, replicas: 17 }],
  };
}

interface Timed {
  readonly run: SimulatedRun;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

function timed(request: SimulationRequest): Timed {
  const started = performance.now();
  const before = process.cpuUsage();
  const run = simulate(request);
  const { user, system } = process.cpuUsage(before);
  return { run, wallSeconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

function row(...cells: readonly string[]): void {
  const widths = [48, 14, 20, 24, 14];
  process.stdout.write(
    `${cells
      .map((cell, place) => cell.padEnd(widths[place] ?? 0))
      .join('')
      .trimEnd()}\n`,
  );
}

async function measure({ rounds, seconds, daySeconds: day, isShort }: Settings, signal: AbortSignal): Promise<void> {
  const note = (text: string) => process.stderr.write(`${text}\n`);
  const fanOuts = [1, 3] as const;
  const results = new Map<number, Timed[]>(fanOuts.map((shards) => [shards, []]));
  // The first round warms compilers up and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const shards of fanOuts) {
      signal.throwIfAborted();
      note(`${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}: fan-out ${shards}`);
      const one = timed(requestOf(shards, seconds, { fewest: 5, most: 40 }));
      if (round > 0) {
        results.get(shards)?.push(one);
      }
      // Lets an interruption be heard.
      await new Promise(setImmediate);
    }
  }
  note(`${day / 3600} hours`);
  const dayRun = timed({
    ...requestOf(1, day, { fewest: replicasOfTheDay, most: replicasOfTheDay }),
    load: {
      title: 'diurnal',
      arrivals: 'poisson',
      profile: { shape: 'diurnal', meanPerSecond: ratePerSecond, amplitude: 0.6, peakAtSeconds: 0.6 * day, periodSeconds: day },
    },
  });
  const residentMebibytes = (process.resourceUsage().maxRSS * 1024) / mebibyte;

  let missed = 0;
  const judged = (title: string, figure: string, alone: string, target: string, isMet: boolean) => {
    missed += isMet ? 0 : 1;
    row(title, figure, alone, target, isShort ? 'not judged' : isMet ? 'met' : 'missed');
  };
  process.stdout.write(`${rounds} interleaved rounds of ${seconds} s at ${ratePerSecond}/s\n\n`);
  row('', 'by the clock', 'by its CPU time', 'target', 'verdict');
  for (const shards of fanOuts) {
    const all = results.get(shards) ?? [];
    const [perSecond, perCpuSecond] = [
      median(all.map(({ wallSeconds }) => seconds / wallSeconds)),
      median(all.map(({ cpuSeconds }) => seconds / cpuSeconds)),
    ];
    const [events, eventsPerCpuSecond] = [
      median(all.map(({ run, wallSeconds }) => run.events / wallSeconds)),
      median(all.map(({ run, cpuSeconds }) => run.events / cpuSeconds)),
    ];
    if (shards === 1) {
      judged(
        'events per second',
        `${(events / 1e6).toFixed(2)} million`,
        `${(eventsPerCpuSecond / 1e6).toFixed(2)} million`,
        `≥ ${targets.eventsPerSecond / 1e6} million`,
        events >= targets.eventsPerSecond,
      );
    }
    judged(
      `simulated seconds per second, fan-out ${shards}`,
      perSecond.toFixed(0),
      perCpuSecond.toFixed(0),
      `≥ ${targets.fanOut[shards]}`,
      perSecond >= targets.fanOut[shards],
    );
  }
  const { arrived, succeeded } = dayRun.run.counts;
  judged(
    `${day / 3600} hours, ${replicasOfTheDay} replicas, ${(arrived / 1e6).toFixed(1)} million requests`,
    `${dayRun.wallSeconds.toFixed(1)} s`,
    `${dayRun.cpuSeconds.toFixed(1)} s`,
    isShort ? `< ${targets.daySeconds} s for 24 hours` : `< ${targets.daySeconds} s`,
    dayRun.wallSeconds < targets.daySeconds,
  );
  judged(
    'resident memory at most',
    `${residentMebibytes.toFixed(0)} MiB`,
    '',
    `< ${targets.residentMebibytes} MiB`,
    residentMebibytes < targets.residentMebibytes,
  );
  process.stdout.write(
    `\n${succeeded} of the day's requests succeeded, ${dayRun.run.events} events; the slowest round of fan-out 1 had ${Math.min(...(results.get(1) ?? []).map(({ wallSeconds }) => seconds / wallSeconds)).toFixed(0)} simulated seconds per second\n`,
  );
  process.stdout.write(isShort ? 'short form: nothing is judged\n' : `${5 - missed} of 5 targets met\n`);
}

await benchCommand(help, readSettings, measure);
