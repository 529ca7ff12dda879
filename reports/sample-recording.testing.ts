import type { Result } from '../harness/contract/result.ts';
import type { TraceReplay } from '../harness/contract/trace-replay.ts';
import { passingResult } from './sample-result.testing.ts';

/** A day and night that repeat, an hour without a request, and hits that grow as the cache fills; every number is invented. */
function binsOf(bins: number, hitShare: number, slowness: number): TraceReplay['bins'] {
  return Array.from({ length: bins }, (_, bin) => {
    const arrivals = bin === 30 ? 0 : Math.round(42 + 38 * Math.sin((bin / 24) * 2 * Math.PI));
    const answers = bin === 40 ? arrivals - 1 : arrivals;
    const spared = Math.round(answers * hitShare * (1 - Math.exp(-bin / 12)));
    return {
      bin,
      arrivals,
      succeeded: answers,
      answers,
      hits: Math.floor(spared / 2),
      shared: Math.ceil(spared / 2),
      ...(answers === 0 ? {} : { p50Ms: 2_000 + slowness * arrivals, p95Ms: 3_900 + 3 * slowness * arrivals }),
    };
  });
}

function replayOf(bins: TraceReplay['bins'], rest: Partial<TraceReplay> = {}): TraceReplay {
  const requests = bins.reduce((sum, { arrivals }) => sum + arrivals, 0);
  const figures = { requests, spanSeconds: 604_700, meanPerHour: 42.3, peakPerHour: 80, peakToMean: 3.49, gapCvPerMinute: 1.04 };
  return {
    file: 'week.jsonl',
    format: 'ragpulse',
    weeks: 'folded',
    questions: 'recorded',
    answerLengths: 'recorded',
    timeScale: 3_360,
    repetitions: 1,
    recorded: { ...figures, repeatedQueryShare: 0.115, repeatedPassageShare: 0.9, inputTokensP50: 3_140, outputTokensP50: 234 },
    offered: { ...figures, repeatedQueryShare: 0.115, inputTokensP50: 1_900, outputTokensP50: 234 },
    binSeconds: 3_600,
    bins,
    ...rest,
  };
}

/** Two variants that were asked one recorded week, one of them behind a cache, and a third one that was asked another recording. */
export function recordingResult(): Result {
  const result = passingResult();
  const [first, second] = result.variants;
  if (first === undefined || second === undefined) {
    throw new RangeError('the sample has two variants');
  }
  first.traceReplay = replayOf(binsOf(168, 0, 4));
  second.traceReplay = replayOf(binsOf(168, 0.2, 3));
  second.topology = { ...second.topology, cache: { answers: { ttlSeconds: 3_600, expiry: 'absolute' } } };
  const { recorded, offered, ...minutes } = replayOf(binsOf(59, 0, 2), { file: 'hour.csv', format: 'azure', binSeconds: 60 });
  const { repeatedQueryShare: _, ...plain } = recorded;
  const { weeks: __, ...third } = minutes;
  result.variants.push({ ...first, id: 'other-recording', traceReplay: { ...third, recorded: plain, offered } });
  return result;
}
