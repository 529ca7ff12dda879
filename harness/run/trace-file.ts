import { createReadStream } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectTrace } from '../arrivals/trace/collect-trace.ts';
import { linesOf } from '../arrivals/trace/parse-trace.ts';
import { replayTimeScale } from '../arrivals/trace/time-scale.ts';
import type { Trace } from '../arrivals/trace/trace-request.ts';
import { summariseTrace } from '../arrivals/trace/trace-summary.ts';
import { type Arrivals, arrivalSettings, arrivalsSchema, type TraceArrivals, type TraceFormat } from '../contract/arrivals.ts';
import { Failure } from '../contract/failure.ts';
import type { Plan, Step } from '../contract/plan.ts';
import type { Workload } from '../contract/workload.ts';

const projectFolder = fileURLToPath(new URL('../../', import.meta.url));
/** The samples that come with the project; they are parts of larger files. */
const samplesFolder = path.join(projectFolder, 'fixtures', 'traces');

/** Name the full file that takes the place of the sample of a format. */
const fullTraceVariables: Partial<Record<TraceFormat, string>> = {
  ragpulse: 'RAG_TESTBED_RAGPULSE_TRACE',
  azure: 'RAG_TESTBED_AZURE_TRACE',
};

/** The file to read: the named one, or in place of a sample the full one where the environment names it. */
function fileOf({ file, format }: TraceArrivals, environment: NodeJS.ProcessEnv): string {
  const named = path.resolve(projectFolder, file);
  const full = environment[fullTraceVariables[format] ?? ''];
  return full !== undefined && full !== '' && path.dirname(named) === samplesFolder ? path.resolve(projectFolder, full) : named;
}

/**
 * Reads the trace that the arrivals replay; nothing for any other process. Rejects with a `Failure` (exit 78) when the
 * file cannot be read or a line of it cannot be used.
 */
export async function readTrace(arrivals: Arrivals, environment: NodeJS.ProcessEnv = process.env): Promise<Trace | undefined> {
  const settings = arrivalSettings(arrivals);
  if (settings.process !== 'trace') {
    return undefined;
  }
  const file = fileOf(settings, environment);
  try {
    return await collectTrace(settings, linesOf(createReadStream(file, { encoding: 'utf8' }), file), file);
  } catch (error) {
    if (error instanceof Failure) {
      throw error;
    }
    throw new Failure('configuration', 'unreadable_trace', `the trace ${file} cannot be read: ${(error as Error).message}`, {
      hint: 'paths are absolute or relative to the folder of the project',
      cause: error,
    });
  }
}

/** What each of these workloads replays; of a closed loop nothing is replayed. Every file is read once. Rejects as `readTrace` does. */
export async function readTraces(
  workloads: Iterable<Pick<Workload, 'arrivals' | 'closedLoop'>>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<(arrivals: Arrivals) => Trace | undefined> {
  const keyOf = (arrivals: Arrivals) => {
    const settings = arrivalSettings(arrivals);
    const { process: kind, ...source } = settings;
    // How fast and with what words makes no other recording.
    return kind === 'trace' ? JSON.stringify({ ...source, timeScale: 0, whenShort: '', questions: '' }) : undefined;
  };
  const traces = new Map<string, Trace>();
  for (const { arrivals, closedLoop } of workloads) {
    const key = keyOf(arrivals);
    if (key !== undefined && closedLoop === undefined && !traces.has(key)) {
      const trace = await readTrace(arrivals, environment);
      if (trace !== undefined) {
        traces.set(key, trace);
      }
    }
  }
  return (arrivals) => traces.get(keyOf(arrivals) ?? '');
}

/** What will be replayed, in words. */
export function replayDescription(arrivals: Arrivals, trace: Trace, { steps }: Pick<Plan, 'steps'>): string {
  // A closed loop has no rate: nothing is replayed in it.
  const open = steps.filter(({ ratePerSecond }) => ratePerSecond !== undefined);
  // Nobody counts what a pilot replays.
  const counted = open.filter(({ phase }) => phase !== 'pilot');
  const scales = new Set((counted.length > 0 ? counted : open).map((step) => stepTimeScale(arrivals, step, trace) ?? 0));
  const { requests, spanSeconds, peakToMean } = summariseTrace(trace.requests);
  const settings = arrivalSettings(arrivals);
  const isGiven = settings.process === 'trace' && settings.timeScale !== undefined;
  const peak = peakToMean === undefined ? '' : `, busiest hour ${peakToMean.toFixed(1)} × the mean`;
  return `replays ${trace.file}: ${requests} requests over ${(spanSeconds / 3600).toFixed(1)} h${peak}; time × ${[...scales].map((scale) => Number(scale.toPrecision(4))).join(', ')} (${isGiven ? 'as given' : 'for the asked rate'})`;
}

/** How much faster than recorded the replay of a step is; nothing for a step that replays none. */
export function stepTimeScale(
  arrivals: Arrivals,
  { ratePerSecond, warmUpSeconds, steadySeconds }: Pick<Step, 'ratePerSecond' | 'warmUpSeconds' | 'steadySeconds'>,
  trace: Trace,
): number | undefined {
  const settings = arrivalSettings(arrivals);
  return settings.process !== 'trace' || ratePerSecond === undefined
    ? undefined
    : replayTimeScale(settings, trace, { ratePerSecond, durationSeconds: warmUpSeconds + steadySeconds });
}

/** What is replayed for each workload, said once for variants that replay alike. */
export function replayDescriptions(
  plan: Pick<Plan, 'steps'>,
  workloadOf: (variant: string) => Pick<Workload, 'arrivals'>,
  traceOf: (arrivals: Arrivals) => Trace | undefined,
): string[] {
  const byArrivals = Map.groupBy(plan.steps, ({ variant }) => JSON.stringify(workloadOf(variant).arrivals));
  const texts = [...byArrivals].flatMap(([text, steps]) => {
    const arrivals = arrivalsSchema.parse(JSON.parse(text));
    const trace = traceOf(arrivals);
    return trace === undefined ? [] : [replayDescription(arrivals, trace, { steps })];
  });
  return [...new Set(texts)];
}
