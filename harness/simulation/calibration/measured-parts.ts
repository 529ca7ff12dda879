import { Failure } from '../../contract/failure.ts';
import type { Result, ResultVariant } from '../../contract/result.ts';
import type { MeasuredRung } from './measured-rungs.ts';
import { bentThrough, curveOf, meanOfSlowest, type QuantileCurve, scaled } from './quantile-curve.ts';

/** Where one figure of a model came from. */
export interface Source {
  readonly figure: string;
  readonly value: string;
  readonly from: string;
}

/** What one search needs of each part of the system, at the rate of one rung. */
export interface MeasuredParts {
  readonly queryReplicas: number;
  /** Own CPU of the query tier per job, ms. */
  readonly queryCpuMs: number;
  /** Response time of searches. */
  readonly response: QuantileCurve;
  /** Vector shards that a search asks, and the time of one as the query tier sees it. */
  readonly shardsAsked: number;
  readonly oneShard: QuantileCurve;
  /** CPU of one vector node per job, ms. */
  readonly nodeCpuMs: number;
  /** Embedding as a share of everything that is neither the query tier's own CPU nor a shard. */
  readonly embedShare: number;
  readonly cores: number;
  /** CPU of the whole machine per job, ms: the system, and the generator as long as its event loop was busy. */
  readonly machineCpuMs: number;
  readonly queryMemoryBytes: number;
  readonly deadlineMs: number;
  readonly sources: readonly Source[];
  /** What the result does not tell, and what was put in its place. */
  readonly notTold: readonly string[];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const ms = (value: number) => `${value.toFixed(2)} ms`;
const one = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function missing(variant: ResultVariant, what: string, where: string): Failure {
  return new Failure('configuration', 'not_calibratable', `variant "${variant.id}" has no ${what}: ${where} is empty`, {
    hint: 'calibrate from a run of this version on a platform that tells the CPU time of its processes',
  });
}

/** CPU of one tier per job, ms, at a rung: its own servers where the step tells them, else its share of the judged windows. */
function cpuOfTier(
  variant: ResultVariant,
  rung: MeasuredRung,
  tier: 'query' | 'vector',
): { readonly cpuMs: number; readonly from: string } {
  const { processes, runs } = variant;
  const total = sum(processes.map(({ cpuSecondsPer1k }) => cpuSecondsPer1k));
  const ofTier = sum(processes.filter((process) => process.tier === tier).map(({ cpuSecondsPer1k }) => cpuSecondsPer1k));
  const judged = rung.phase === 'judged';
  if (judged) {
    return { cpuMs: ofTier, from: `processes[tier ${tier}].cpuSecondsPer1k, judged windows` };
  }
  const steps = runs.filter(
    ({ ratePerSecond, validity, servers }) =>
      ratePerSecond === rung.ratePerSecond && validity.verdict === 'valid' && servers !== undefined && servers.length > 0,
  );
  const jobs = sum(steps.map(({ counts }) => counts.issued));
  if (jobs > 0) {
    const servers = steps.flatMap(({ servers: all = [] }) => all.filter((server) => server.tier === tier));
    return {
      cpuMs: (1000 * sum(servers.map(({ cpuSeconds }) => cpuSeconds))) / jobs,
      from: `runs[${steps.map(({ stepId }) => stepId).join(', ')}].servers[tier ${tier}].cpuSeconds`,
    };
  }
  return {
    cpuMs: (rung.systemCpuMs * ofTier) / total,
    from: `runs[].cpuSeconds at ${rung.ratePerSecond}/s, divided among tiers as in the judged windows (processes[])`,
  };
}

/** The response of the judged windows, bent through the three quantiles of the rung where that is another one. */
function responseCurve(variant: ResultVariant, rung: MeasuredRung): { readonly curve: QuantileCurve; readonly from: string } {
  const found = variant.curves.find(({ kind }) => kind === 'search');
  const judged = found && curveOf(found.points);
  if (judged === undefined) {
    throw missing(variant, 'distribution of the response time of searches', 'curves[kind search]');
  }
  return rung.phase === 'judged'
    ? { curve: judged, from: `curves[kind search], ${one(found?.sampleCount ?? 0, 'sample')} of the judged windows` }
    : {
        curve: bentThrough(judged, rung.response),
        from: `curves[kind search] of the judged windows, bent through p50, p95 and p99 at ${rung.ratePerSecond}/s`,
      };
}

function stageMean(variant: ResultVariant, names: readonly string[]): number {
  const mean = variant.stages.find(({ cohort }) => cohort === 'mean');
  return sum(mean?.parts.filter(({ stage }) => names.includes(stage)).map((part) => part.ms) ?? []);
}

interface Shard {
  readonly asked: number;
  /** False where the result knows no single shards. */
  readonly isTold: boolean;
  readonly curve: QuantileCurve;
  readonly from: string;
  readonly notTold: readonly string[];
}

/** The time of one shard. Shards of one search have the machine in common, so that independent draws are scaled to the measured slowest. */
function shardOf(variant: ResultVariant, rung: MeasuredRung, response: QuantileCurve): Shard {
  const fanOut = variant.costs?.fanOut;
  const factor = rung.phase === 'judged' ? 1 : rung.response.mean / (variant.metrics['search-response-mean']?.value ?? rung.response.mean);
  const moved = factor === 1 ? '' : `, × ${factor.toFixed(2)} as the mean response at ${rung.ratePerSecond}/s`;
  if (fanOut === undefined) {
    const share = stageMean(variant, ['search']) / (variant.stages.find(({ cohort }) => cohort === 'mean')?.totalMs ?? Number.NaN);
    if (!(share > 0)) {
      throw missing(variant, 'time of its vector shards', 'costs.fanOut and the stage "search"');
    }
    return {
      asked: 1,
      isTold: false,
      curve: scaled(response, share),
      from: `stages[mean].search, ${(100 * share).toFixed(0)} % of the response, in the shape of curves[kind search]`,
      notTold: ['the time of single shards: a search of all of them is one call of the model, which is drawn as one time'],
    };
  }
  const measured = bentThrough(response, fanOut.oneShardMs);
  const together = fanOut.slowestMs.mean / meanOfSlowest(measured, fanOut.asked);
  const scale = fanOut.asked === 1 ? factor : factor * together;
  return {
    asked: fanOut.asked,
    isTold: true,
    curve: scaled(measured, scale),
    from: `costs.fanOut.oneShardMs, p50, p95 and p99 of ${one(fanOut.oneShardMs.sampleCount, 'sample')}, between them in the shape of curves[kind search]${
      fanOut.asked === 1 ? '' : `, × ${together.toFixed(2)} so that the slowest of ${fanOut.asked} independent draws has the measured mean`
    }${moved}`,
    notTold: [],
  };
}

/** Reads what a model needs off a result. Throws `Failure` `not_calibratable` (78) where the result has no CPU times or no distribution. */
export function measuredParts(result: Pick<Result, 'provenance' | 'workload'>, variant: ResultVariant, rung: MeasuredRung): MeasuredParts {
  if (variant.processes.length === 0) {
    throw missing(variant, 'CPU time per process', 'processes');
  }
  const { curve: response, from: responseFrom } = responseCurve(variant, rung);
  const shard = shardOf(variant, rung, response);
  const query = cpuOfTier(variant, rung, 'query');
  const vector = cpuOfTier(variant, rung, 'vector');
  const nodes = shard.isTold ? shard.asked : variant.processes.filter(({ tier }) => tier === 'vector').length;
  const nodeCpuMs = vector.cpuMs / Math.max(1, nodes);
  const outside = stageMean(variant, ['client wait', 'gateway, network, queues']);
  const embed = stageMean(variant, ['embed']);
  const cores = result.provenance.cpuCount;
  const machineCpuMs = rung.systemCpuMs + (rung.generatorBusyMs ?? 0);
  const residents = variant.processes.flatMap(({ tier, residentBytes }) =>
    tier === 'query' && residentBytes !== undefined ? [residentBytes] : [],
  );
  const quotas = variant.processes.filter(({ quota }) => quota !== undefined).map(({ id }) => id);
  return {
    queryReplicas: variant.topology.query.replicas,
    queryCpuMs: query.cpuMs,
    response,
    shardsAsked: shard.asked,
    oneShard: shard.curve,
    nodeCpuMs,
    embedShare: embed + outside === 0 ? 0 : embed / (embed + outside),
    cores,
    machineCpuMs,
    queryMemoryBytes: Math.max(1, ...residents),
    deadlineMs: result.workload.deadlineMs,
    sources: [
      { figure: 'response time of a search', value: `${ms(rung.response.mean)} mean, ${ms(rung.response.p95)} p95`, from: responseFrom },
      { figure: 'CPU of the query tier per job', value: ms(query.cpuMs), from: query.from },
      { figure: 'CPU of a vector node per job', value: ms(nodeCpuMs), from: vector.from },
      { figure: 'time of one shard', value: `${ms(meanOfSlowest(shard.curve, 1))} mean`, from: shard.from },
      ...(shard.isTold ? [{ figure: 'shards that a search asks', value: String(shard.asked), from: 'costs.fanOut.asked' }] : []),
      { figure: 'gateway and embedding', value: ms(outside + embed), from: 'stages[mean]: client wait; gateway, network, queues; embed' },
      { figure: 'CPU of the system per job', value: ms(rung.systemCpuMs), from: 'runs[].cpuSeconds ÷ runs[].counts.issued' },
      ...(rung.generatorBusyMs === undefined
        ? []
        : [
            {
              figure: 'CPU of the generator per job',
              value: ms(rung.generatorBusyMs),
              from: 'validity.checks[generator-utilisation]: how long its event loop was busy',
            },
          ]),
      { figure: 'cores of the machine', value: String(cores), from: 'provenance.cpuCount' },
    ],
    notTold: [
      ...shard.notTold,
      'how the own CPU of the query tier divides: half of it is before what other tiers do, half after',
      'how the CPU of one job varies: its spread is taken from the response time, up to a coefficient of variation of 1',
      'stragglers: a slow shard is in the tail of the time of one shard, and is not drawn apart',
      'start-up, warm-up, drain and memory per request of a query replica: none of them is in the model',
      'CPU by kind of job: every job costs what the average of searches, asks and upserts costs',
      ...(rung.generatorBusyMs === undefined ? ['the CPU of the load generator: the shared machine lacks it'] : []),
      ...(quotas.length === 0 ? [] : [`being kept from running by a quota: ${quotas.join(', ')} had one, and the model has none`]),
    ],
  };
}
