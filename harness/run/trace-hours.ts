import type { Trace, TraceRequest } from '../arrivals/trace/trace-request.ts';
import { summariseTrace } from '../arrivals/trace/trace-summary.ts';
import { arrivalSettings, type TraceArrivals } from '../contract/arrivals.ts';
import type { ReplayBin, TraceReplay } from '../contract/trace-replay.ts';
import type { Workload } from '../contract/workload.ts';
import { distributionOf } from '../measurement/order-statistic.ts';
import type { AnswerOrigin } from './ask-answers.ts';
import type { JudgedStep } from './judged-step.ts';
import type { ReplayedRequest } from './replayed-requests.ts';
import { stepTimeScale } from './trace-file.ts';

const hourSeconds = 3_600;
const minuteSeconds = 60;
/** Shorter recordings than this have too few hours to show anything: they are shown by minutes. */
const fewestHours = 3;
const hoursPerWeek = 168;
const mostBins = 200;

/** The width of one bin of a recording, s. */
function binSecondsOf({ requests }: Trace): number {
  const spanSeconds = ((requests.at(-1)?.atUs ?? 0) - (requests[0]?.atUs ?? 0)) / 1e6;
  return spanSeconds < fewestHours * hourSeconds ? minuteSeconds : hourSeconds;
}

interface Timed extends ReplayedRequest {
  /** When it was recorded, by the clock of the recording: its intended start mapped back. */
  readonly recordedUs: number;
}

function binOf(bin: number, requests: readonly Timed[]): ReplayBin {
  const answers = requests.flatMap(({ answer }) => answer ?? []);
  const responses = answers.length === 0 ? undefined : distributionOf(answers.map(({ responseMs }) => responseMs));
  const from = (origin: AnswerOrigin) => answers.filter((answer) => answer.origin === origin).length;
  return {
    bin,
    arrivals: requests.length,
    succeeded: requests.filter(({ succeeded }) => succeeded).length,
    answers: answers.length,
    hits: from('hit'),
    shared: from('shared'),
    ...(responses === undefined ? {} : { p50Ms: responses.percentile(50), p95Ms: responses.percentile(95) }),
  };
}

/** Every bin from the first with a request to the last, the quiet ones between them included. Hours of later weeks fall on those of the first. */
function binsOf(requests: readonly Timed[], binSeconds: number): ReplayBin[] {
  const around = binSeconds === hourSeconds ? hoursPerWeek : Number.POSITIVE_INFINITY;
  const byBin = Map.groupBy(requests, ({ recordedUs }) => Math.floor(recordedUs / 1e6 / binSeconds) % around);
  const [first, last] = [Math.min(...byBin.keys()), Math.max(...byBin.keys())];
  return Array.from({ length: Math.min(mostBins, last - first + 1) }, (_, place) => binOf(first + place, byBin.get(first + place) ?? []));
}

/** A request as the recording would have it that had been made of this replay. */
function offeredRequest(trace: Trace, { job, recordedUs, question, answer }: Timed): TraceRequest {
  const { passageKeys } = trace.requests[job] ?? {};
  return {
    atUs: Math.round(recordedUs),
    ...(passageKeys === undefined ? {} : { passageKeys }),
    ...(question === undefined ? {} : { queryKey: question }),
    ...(answer === undefined ? {} : { inputTokens: answer.promptTokens, outputTokens: answer.answerTokens }),
  };
}

export interface ReplaySource {
  readonly trace: Trace;
  readonly workload: Pick<Workload, 'arrivals' | 'mix'>;
  readonly judged: readonly JudgedStep[];
}

/** What was replayed and what became of it by the clock of the recording, over all judged repetitions; nothing where nothing was replayed. */
export function traceReplayOf({ trace, workload, judged }: ReplaySource): TraceReplay | undefined {
  const settings = arrivalSettings(workload.arrivals);
  const [first] = judged;
  const timeScale = first === undefined ? undefined : stepTimeScale(workload.arrivals, first.driven.step, trace);
  if (settings.process !== 'trace' || first === undefined || timeScale === undefined) {
    return undefined;
  }
  const beganUs = trace.requests[0]?.atUs ?? 0;
  const timed = judged.map(({ quality }) =>
    quality.replayed.map((request): Timed => ({ ...request, recordedUs: beganUs + request.intendedUs * timeScale })),
  );
  const offered = (timed[0] ?? []).map((request) => offeredRequest(trace, request));
  if (offered.length === 0) {
    return undefined;
  }
  const binSeconds = binSecondsOf(trace);
  return {
    ...sourceOf(settings, trace),
    timeScale,
    repetitions: judged.length,
    recorded: summariseTrace(trace.requests),
    offered: summariseTrace(offered),
    binSeconds,
    bins: binsOf(timed.flat(), binSeconds),
  };
}

/** Of the file only the name: paths are private. */
function sourceOf(
  { format, weeks, questions, answerLengths }: TraceArrivals,
  { file }: Trace,
): Pick<TraceReplay, 'file' | 'format' | 'weeks' | 'questions' | 'answerLengths'> {
  return {
    file: file.split(/[\\/]/).at(-1) ?? file,
    format,
    ...(weeks === undefined ? {} : { weeks }),
    questions: questions ?? 'drawn',
    answerLengths: answerLengths ?? 'drawn',
  };
}
