import { agreed, closedRuns, type Finding, metricOf } from './askbot-runs.ts';
import { boundOf, type Judge, short } from './judge.ts';

/** The claim is a share of 80 ± 10 %. */
const toleranceShare = 0.1;
const leastSamples = 100;

/** Time in the language model over response time, of all asks: what comes from the cache costs it nothing. */
export const askbotLlmShare: Judge = (claim, findings) => {
  const [low, high] = [boundOf(claim) / 100 - toleranceShare, boundOf(claim) / 100 + toleranceShare];
  return agreed(
    'the closed loop of the load test',
    closedRuns(findings).map((run): Finding => {
      const share = metricOf(run, 'generate-share');
      const missMs = metricOf(run, 'miss-response-mean');
      if (share === undefined || share.sampleCount < leastSamples) {
        return { run, verdict: 'undecided', text: `has ${share?.sampleCount ?? 0} asks, ${leastSamples} are needed` };
      }
      const inside = share.value >= low && share.value <= high;
      return {
        run,
        verdict: inside ? 'confirmed' : 'refuted',
        text: `${short(share.value * 100)} % of ${share.sampleCount} asks${missMs === undefined ? ', none of which the model answered' : ''}`,
        measured: { value: share.value * 100, unit: '%' },
      };
    }),
  );
};
