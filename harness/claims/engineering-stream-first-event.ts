import { agreed, askBotRuns, type Finding, metricOf, time } from './askbot-runs.ts';
import { boundOf, type Judge, short, undecided } from './judge.ts';

const leastStreams = 1000;

/** The first status event against the whole answer, both at P95 and from the intended start. */
export const engineeringStreamFirstEvent: Judge = (claim, findings) => {
  const bound = boundOf(claim);
  const order = findings.checkers.find(({ id }) => id === 'stream-order');
  if (order?.verdict === 'fail') {
    return { verdict: 'refuted', why: order.why };
  }
  const streamed = askBotRuns(findings).filter(({ isStreamed }) => isStreamed);
  const judgement = agreed(
    'a streamed variant',
    streamed.map((run): Finding => {
      const [first, token, whole] = (['time-to-first-event-p95', 'time-to-first-token-p95', 'ask-stream-response-p95'] as const).map((id) =>
        metricOf(run, id),
      );
      if (first === undefined || whole === undefined || whole.sampleCount < leastStreams) {
        return { run, verdict: 'undecided', text: `has ${whole?.sampleCount ?? 0} streams, ${leastStreams} are needed` };
      }
      const ratio = first.value / whole.value;
      const beside = token === undefined ? '' : `, the first token after ${time(token.value)}`;
      return {
        run,
        verdict: ratio < bound ? 'confirmed' : 'refuted',
        text: `${time(first.value)} of ${time(whole.value)}, which is ${short(ratio * 100)} %${beside}`,
        measured: { value: ratio, unit: 'ratio' },
      };
    }),
  );
  return judgement.verdict === 'confirmed' && order?.verdict !== 'pass'
    ? undecided('whether the four states came in order was not seen', judgement.measured)
    : judgement;
};
