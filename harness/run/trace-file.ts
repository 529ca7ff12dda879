import { createReadStream } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectTrace, traceRatePerSecond } from '../arrivals/trace/collect-trace.ts';
import { linesOf } from '../arrivals/trace/parse-trace.ts';
import type { Trace } from '../arrivals/trace/trace-request.ts';
import { summariseTrace } from '../arrivals/trace/trace-summary.ts';
import { type Arrivals, arrivalSettings, type TraceArrivals, type TraceFormat } from '../contract/arrivals.ts';
import { Failure } from '../contract/failure.ts';
import type { Plan } from '../contract/plan.ts';
import { stepSchedule } from './corpus.ts';

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

/**
 * Makes the schedule of every step once, so that a trace too short for one of them is refused before anything starts.
 * Gives what will be replayed, in words.
 */
export function replayDescription(arrivals: Arrivals, trace: Trace, { steps }: Plan): string {
  // A closed loop has no rate: nothing is replayed in it.
  const open = steps.filter(({ ratePerSecond }) => ratePerSecond !== undefined);
  for (const step of open) {
    stepSchedule(arrivals, step, trace);
  }
  const { requests, spanSeconds, peakToMean } = summariseTrace(trace.requests);
  const settings = arrivalSettings(arrivals);
  const given = settings.process === 'trace' ? settings.timeScale : undefined;
  const scales = [...new Set(open.map(({ ratePerSecond }) => given ?? (ratePerSecond ?? 0) / traceRatePerSecond(trace)))];
  const peak = peakToMean === undefined ? '' : `, busiest hour ${peakToMean.toFixed(1)} × the mean`;
  return `replays ${trace.file}: ${requests} requests over ${(spanSeconds / 3600).toFixed(1)} h${peak}; time × ${scales.map((scale) => Number(scale.toPrecision(4))).join(', ')} (${given === undefined ? 'for the asked rate' : 'as given'})`;
}
