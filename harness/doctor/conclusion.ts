import { exitCodes } from '../contract/verdict.ts';
import type { PlatformFacts } from './platforms.ts';
import type { Checked, DoctorReport } from './report.ts';

export interface Grounds {
  readonly requested: DoctorReport['requested'];
  readonly platforms: PlatformFacts;
  readonly checks: readonly Checked[];
  readonly scenarioCount: number;
}

/**
 * A platform is ready when no check lacks anything that it needs and it has at least one variant of every scenario.
 *
 * `ready`, exit code 0: the platform that was asked for is. `auto` asks for the one that it takes, because that is where a
 * run would fail. Otherwise `unfit`, 75. What only another platform lacks, and every warning, leaves the verdict as it is:
 * without an engine `auto` takes the local platform, and is ready.
 */
export function concluded({
  requested,
  platforms: { auto, offers },
  checks,
  scenarioCount,
}: Grounds): Pick<DoctorReport, 'verdict' | 'exitCode' | 'taken' | 'platforms'> {
  const platforms = offers.map(({ id, scenarios }) => {
    const lacks = checks.filter(({ status, blocks = [] }) => status === 'lack' && blocks.includes(id)).map((check) => check.id);
    const served = scenarios.filter(({ variants }) => variants.length > 0);
    return { id, ready: lacks.length === 0 && served.length === scenarioCount, lacks, scenarios };
  });
  const taken = requested === 'auto' ? auto : { id: requested, why: `--platform ${requested} was asked for` };
  const isReady = platforms.some(({ id, ready }) => id === taken.id && ready);
  return isReady
    ? { verdict: 'ready', exitCode: exitCodes.passed, taken, platforms }
    : { verdict: 'unfit', exitCode: exitCodes.environment, taken, platforms };
}
