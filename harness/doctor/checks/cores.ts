import os from 'node:os';
import type { Check } from '../check.ts';
import { cores as coresText } from '../units.ts';

/** How many cores are there? */
export const cores: Check = {
  id: 'cores',
  title: 'cores',
  group: 'machine',
  why: 'generator and system under test must not wait for each other',
  look: ({ engine: { info } }) => {
    const all = os.cpus();
    const count = all.length;
    const usable = os.availableParallelism();
    const model = all[0]?.model.trim() ?? '';
    const engine = info === undefined || info.NCPU === count ? '' : `; the engine has ${info.NCPU}`;
    const observed = `${coresText(count)}${usable === count ? '' : `, ${usable} usable`}${engine}${model === '' ? '' : ` (${model})`}`;
    const values = { count, usable, model, ...(info === undefined ? {} : { engine: info.NCPU }) };
    return { status: Math.min(count, usable) < 2 ? 'warn' : 'ok', observed, values };
  },
};
