import type { Result, ResultVariant, RunRecord } from '../../contract/result.ts';

/** Response times of searches in the steady windows of one rate, ms. */
export interface MeasuredResponse {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly sampleCount: number;
}

/** One rate that was measured; the judged rate is the lowest rung, and the only one with repetitions. */
export interface MeasuredRung {
  /** As planned. */
  readonly ratePerSecond: number;
  /** What the seed made of it. */
  readonly offeredPerSecond: number;
  readonly phase: RunRecord['phase'];
  /** Valid ones. */
  readonly repetitions: number;
  /** All their steady windows together. */
  readonly windowSeconds: number;
  readonly response: MeasuredResponse;
  /** CPU time of all processes of the system per job, ms. */
  readonly systemCpuMs: number;
  /** What the generator's event loop was busy per job, ms: at least its CPU time. Absent where no step tells. */
  readonly generatorBusyMs: number | undefined;
  /** Both, as a share of what the machine's cores could have done. */
  readonly utilisation: number;
  /** Of each valid repetition. */
  readonly runs: readonly MeasuredResponse[];
}

/** A rate that says nothing about the model, and why. */
export interface LeftOutRung {
  readonly ratePerSecond: number;
  readonly kind: 'invalid' | 'saturated' | 'unmeasured';
  readonly why: string;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const lowestAchievedShare = 0.98;

function busyShare({ validity }: RunRecord): number | undefined {
  return validity.checks.find(({ id }) => id === 'generator-utilisation')?.observed;
}

/** Length of the steady window: what came in by how fast it came. */
const windowSecondsOf = ({ counts, offeredPerSecond }: RunRecord) => (offeredPerSecond === 0 ? 0 : counts.issued / offeredPerSecond);

function brokenOf({ achievedPerSecond, offeredPerSecond, brokenLimits = [] }: RunRecord): string[] {
  const share = achievedPerSecond / offeredPerSecond;
  return brokenLimits.length > 0 || share >= lowestAchievedShare
    ? brokenLimits
    : [`${(100 * share).toFixed(1)} % of the offered rate was achieved`];
}

/** The response over all windows of a rate. Repetitions are pooled where the variant's own figures pool them, else averaged. */
function responseOf({ metrics }: ResultVariant, runs: readonly RunRecord[]): MeasuredResponse | undefined {
  const measured = runs.flatMap(({ searchResponseMs }) => searchResponseMs ?? []);
  if (measured.length === 0) {
    return undefined;
  }
  const areJudged = runs.length > 1 && runs.every(({ phase }) => phase === 'judged');
  const figure = (name: 'mean' | 'p50' | 'p95' | 'p99') =>
    (areJudged ? metrics[`search-response-${name}`]?.value : undefined) ?? sum(measured.map((one) => one[name])) / measured.length;
  return {
    mean: figure('mean'),
    p50: figure('p50'),
    p95: figure('p95'),
    p99: figure('p99'),
    sampleCount: sum(measured.map(({ sampleCount }) => sampleCount)),
  };
}

function rungOf(variant: ResultVariant, ratePerSecond: number, all: readonly RunRecord[], cores: number): MeasuredRung | LeftOutRung {
  const valid = all.filter(({ validity }) => validity.verdict === 'valid');
  const [first] = valid;
  if (first === undefined) {
    return { ratePerSecond, kind: 'invalid', why: all.flatMap(({ validity }) => validity.reasons).join(' ') };
  }
  const broken = valid.map(brokenOf).filter((limits) => limits.length > 0);
  if (2 * broken.length >= valid.length) {
    return { ratePerSecond, kind: 'saturated', why: broken.at(-1)?.join(', ') ?? '' };
  }
  const response = responseOf(variant, valid);
  const withCpu = valid.filter(({ cpuSeconds }) => cpuSeconds !== undefined);
  const jobs = sum(withCpu.map(({ counts }) => counts.issued));
  if (response === undefined || jobs === 0) {
    return { ratePerSecond, kind: 'unmeasured', why: response === undefined ? 'no search succeeded' : 'its CPU time was not measured' };
  }
  const systemCpuMs = (1000 * sum(withCpu.map(({ cpuSeconds = 0 }) => cpuSeconds))) / jobs;
  const windowSeconds = sum(valid.map(windowSecondsOf));
  const offeredPerSecond = sum(valid.map(({ counts }) => counts.issued)) / windowSeconds;
  const shares = valid.flatMap((run) => busyShare(run) ?? []);
  const generatorBusyMs = shares.length === 0 ? undefined : (1000 * sum(shares)) / shares.length / offeredPerSecond;
  return {
    ratePerSecond,
    offeredPerSecond,
    phase: first.phase,
    repetitions: valid.length,
    windowSeconds,
    response,
    systemCpuMs,
    generatorBusyMs,
    utilisation: (offeredPerSecond * (systemCpuMs + (generatorBusyMs ?? 0))) / 1000 / cores,
    runs: valid.flatMap(({ searchResponseMs }) => searchResponseMs ?? []),
  };
}

/** Every rate at which the variant was measured, ascending: those that can be compared with a model, and those that cannot. */
export function measuredRungs(
  { provenance }: Pick<Result, 'provenance'>,
  variant: ResultVariant,
): { readonly rungs: readonly MeasuredRung[]; readonly leftOut: readonly LeftOutRung[] } {
  const byRate = Map.groupBy(
    variant.runs.flatMap((run) => (run.ratePerSecond === undefined ? [] : [{ ...run, ratePerSecond: run.ratePerSecond }])),
    ({ ratePerSecond }) => ratePerSecond,
  );
  const all = [...byRate].toSorted(([a], [b]) => a - b).map(([rate, runs]) => rungOf(variant, rate, runs, provenance.cpuCount));
  return {
    rungs: all.filter((rung): rung is MeasuredRung => !('kind' in rung)),
    leftOut: all.filter((rung): rung is LeftOutRung => 'kind' in rung),
  };
}
