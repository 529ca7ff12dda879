import type { ResultVariant } from '../contract/result.ts';
import { activeShare, agreed, closedRuns, type Finding, metricOf, time, wantedSeconds, withUsers } from './askbot-runs.ts';
import { type Judge, short } from './judge.ts';

const mostErrors = 0.003;
/** From the first third of the window to the last: more is a trend. */
const mostGrowth = 0.1;
/** Users who wait for ever ask no more: then fewer are active than there are. */
const leastActive = 0.98;

/** Resident memory of all servers, last third ÷ first third of the judged window; undefined where it was not seen. */
function memoryGrowth({ serverSeries = [] }: ResultVariant): number | undefined {
  const servers = serverSeries[0]?.servers ?? [];
  const end = Math.max(0, ...servers.flatMap(({ points }) => points.map(({ seconds }) => seconds)));
  const sum = (from: number, to: number) =>
    servers.reduce((total, { points }) => {
      const seen = points.filter(({ seconds }) => seconds >= from && seconds <= to).flatMap(({ residentBytes }) => residentBytes ?? []);
      return total + seen.reduce((all, bytes) => all + bytes, 0) / Math.max(1, seen.length);
    }, 0);
  const [first, last] = [sum(0, end / 3), sum((2 * end) / 3, end)];
  return first === 0 || last === 0 ? undefined : last / first;
}

/** Errors, response time, memory and users over the ten minutes of the source material. */
export const askbotLoadUsers: Judge = (_claim, findings) => {
  const { steadySeconds } = findings.settings;
  return agreed(
    'the closed loop of the load test',
    closedRuns(findings).map((run): Finding => {
      const errors = metricOf(run, 'error-ratio');
      const trend = run.variant.runs.findLast(({ askTrend, phase }) => phase === 'judged' && askTrend !== undefined)?.askTrend;
      const [memory, active] = [memoryGrowth(run.variant), activeShare(run)];
      if (errors === undefined || trend === undefined || memory === undefined || active === undefined) {
        return { run, verdict: 'undecided', text: 'was not seen for long enough' };
      }
      const growth = trend.lastMs / Math.max(1, trend.firstMs);
      const broken = [
        ...(errors.value > mostErrors ? [`${short(errors.value * 100)} % errors`] : []),
        // A few ms more or less of a hit are no trend that a user would feel.
        ...(growth > 1 + mostGrowth && trend.lastMs - trend.firstMs > 50
          ? [`response time grew from ${time(trend.firstMs)} to ${time(trend.lastMs)}`]
          : []),
        ...(memory > 1 + mostGrowth ? [`memory grew by ${short((memory - 1) * 100)} %`] : []),
        ...(active < leastActive ? [`${short(active * 100)} % of the users were active`] : []),
      ];
      const isWhole = steadySeconds >= wantedSeconds;
      const span = isWhole ? '' : ` in ${steadySeconds} s of ${wantedSeconds} s`;
      if (errors.value > mostErrors) {
        return { run, verdict: 'refuted', text: broken.join(', ') };
      }
      if (!isWhole) {
        return { run, verdict: 'undecided', text: `${broken.length === 0 ? 'held' : broken.join(', ')}${span}` };
      }
      return { run, ...withUsers(run, broken.length === 0 ? 'confirmed' : 'refuted', broken.length === 0 ? 'held' : broken.join(', ')) };
    }),
  );
};
