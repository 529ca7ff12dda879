import type { SimulatedGoal, SimulatedRun } from '../../harness/contract/simulation.ts';
import type { TimedStep } from '../charts/step-path.ts';

interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

type Bins = SimulatedRun['bins'];

const endOf = (bins: Bins, place: number, seconds: number): number => bins[place + 1]?.fromSeconds ?? seconds;

/** Spans of bins in which the p95 or the share of failures broke the goal; neighbours are one span. */
export function outsideGoal(bins: Bins, goal: SimulatedGoal, seconds: number): Span[] {
  const spans: Span[] = [];
  for (const [place, { fromSeconds, arrivals, failed, p95Ms = 0 }] of bins.entries()) {
    if (arrivals > 0 && (p95Ms > goal.responseMs || failed / arrivals > goal.errorShare)) {
      const last = spans.at(-1);
      const toSeconds = endOf(bins, place, seconds);
      if (last !== undefined && last.toSeconds === fromSeconds) {
        spans[spans.length - 1] = { ...last, toSeconds };
      } else {
        spans.push({ fromSeconds, toSeconds });
      }
    }
  }
  return spans;
}

/** Mean rate of first attempts, of so many neighbouring bins together that at most `most` remain. */
export function offeredRate(bins: Bins, seconds: number, most: number): TimedStep[] {
  const width = Math.max(1, Math.ceil(bins.length / most));
  return Array.from({ length: Math.ceil(bins.length / width) }, (_, group) => {
    const from = group * width;
    const inGroup = bins.slice(from, from + width);
    const start = inGroup[0]?.fromSeconds ?? 0;
    const span = endOf(bins, from + inGroup.length - 1, seconds) - start;
    const arrivals = inGroup.reduce((sum, bin) => sum + bin.arrivals, 0);
    return { atSeconds: start, value: span > 0 ? arrivals / span : 0 };
  });
}
