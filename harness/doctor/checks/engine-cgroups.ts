import { type Check, noEngine } from '../check.ts';

/** Under which version of control groups do containers run? Versions 1 and 2 both work. */
export const engineCgroups: Check = {
  id: 'engine-cgroups',
  title: 'container cgroups',
  group: 'engine',
  why: 'quotas, throttled time and memory peaks are read from them',
  look: ({ engine: { info } }) => {
    if (info === undefined) {
      return noEngine;
    }
    // Engines before 20.10 do not name the version; they knew only the first.
    const { CgroupVersion: version = '1', CgroupDriver: driver = 'unknown' } = info;
    return { status: 'ok', observed: `version ${version} (${driver})`, values: { version: Number(version), driver } };
  },
};
