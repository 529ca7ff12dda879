import type { OverloadSecond } from '../contract/overload.ts';
import { time } from './askbot-runs.ts';
import { boundOf, type Judge, short, undecided } from './judge.ts';
import { failedOf, isPlain, rampOf } from './overloaded.ts';

/** Seconds over which a mean response time is taken, and requests that it must rest on. */
const windowSeconds = 5;
const leastSamples = 20;
/** Share of the ramp at its foot that is low load. */
const footShare = 0.2;
const mostFailing = 0.5;

interface Window {
  readonly fromSecond: number;
  readonly meanMs: number;
  readonly failedShare: number;
}

function windowsOf(seconds: readonly OverloadSecond[]): Window[] {
  return seconds.flatMap(({ second }, place) => {
    const part = seconds.slice(place, place + windowSeconds);
    const counted = part.flatMap(({ succeeded, responseMs }) => (responseMs === undefined ? [] : [{ succeeded, meanMs: responseMs.mean }]));
    const succeeded = counted.reduce((sum, each) => sum + each.succeeded, 0);
    const arrivals = part.reduce((sum, each) => sum + each.arrivals, 0);
    return part.length < windowSeconds || succeeded < leastSamples
      ? []
      : [
          {
            fromSecond: second,
            meanMs: counted.reduce((sum, each) => sum + each.succeeded * each.meanMs, 0) / succeeded,
            failedShare: part.reduce((sum, each) => sum + failedOf(each), 0) / arrivals,
          },
        ];
  });
}

/** How slow one uncached instance becomes before it sheds or fails, against its low-load response time. */
export const askbotPeakSlowdown: Judge = (claim, findings) => {
  const bound = boundOf(claim);
  const ramp = rampOf(findings, 'one uncached instance past its knee', (id) => id === 'one-instance', isPlain);
  if ('verdict' in ramp) {
    return ramp;
  }
  const windows = windowsOf(ramp.seconds);
  const foot = windows.filter(({ fromSecond }) => fromSecond + windowSeconds <= Math.max(windowSeconds, ramp.ramp.seconds * footShare));
  const low = Math.min(...foot.map(({ meanMs }) => meanMs));
  if (!Number.isFinite(low)) {
    return undecided(`${ramp.variant} has too few answers at low load`);
  }
  const reached = windows.find(({ meanMs }) => meanMs >= bound * low);
  const shed = windows.find(({ failedShare }) => failedShare > mostFailing);
  const highest = Math.max(...windows.filter(({ failedShare }) => failedShare <= mostFailing).map(({ meanMs }) => meanMs));
  const closed = 'a closed loop hides it: its users wait and ask less';
  const measured = { value: highest / low, unit: 'ratio' };
  const text = `${ramp.variant}, open arrivals from ${ramp.ramp.fromPerSecond} to ${ramp.ramp.toPerSecond}/s: mean response time went from ${time(low)} to ${time(highest)}, × ${short(highest / low)}`;
  if (reached !== undefined && (shed === undefined || reached.fromSecond < shed.fromSecond)) {
    return { verdict: 'confirmed', measured, why: `${text}, while most requests still succeeded; ${closed}` };
  }
  if (shed !== undefined) {
    return { verdict: 'refuted', measured, why: `${text}; from second ${shed.fromSecond} on most requests failed before it was slower` };
  }
  return undecided(`${text}, and the ramp ended before it gave way`, measured);
};
