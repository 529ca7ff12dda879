import { agreed, closedRuns, type Finding, metricOf } from './askbot-runs.ts';
import { boundOf, type Judge, short } from './judge.ts';

/** The claim is a ratio of 35 ± 5 %. */
const toleranceShare = 0.05;
/** An answer that could not be looked for says that it is degraded. */
const leastComplete = 0.999;

/** Hits over all asks. Single flight is always on; who waits for another one's answer is no hit and is told apart. */
export const askbotLoadHitRatio: Judge = (claim, findings) => {
  const [low, high] = [boundOf(claim) / 100 - toleranceShare, boundOf(claim) / 100 + toleranceShare];
  return agreed(
    'the closed loop of the load test',
    closedRuns(findings).map((run): Finding => {
      const hits = metricOf(run, 'answer-hit-ratio');
      const shared = metricOf(run, 'answer-shared-ratio')?.value ?? 0;
      if (hits?.interval === undefined) {
        return { run, verdict: 'undecided', text: 'not measured' };
      }
      const { value, interval } = hits;
      const text = `${short(value * 100)} %${shared > 0 ? ` and ${short(shared * 100)} % shared in flight` : ''}, ${run.questions}`;
      if ((metricOf(run, 'complete-answer-ratio')?.value ?? 0) < leastComplete) {
        return { run, verdict: 'undecided', text: `${text}, with degraded answers` };
      }
      const inside = interval.low >= low && interval.high <= high;
      const outside = interval.high < low || interval.low > high;
      return {
        run,
        verdict: inside ? 'confirmed' : outside ? 'refuted' : 'undecided',
        text,
        measured: { value: value * 100, unit: '%', interval: { ...interval, low: interval.low * 100, high: interval.high * 100 } },
      };
    }),
  );
};
