import { type Check, noEngine } from '../check.ts';

/** Can the engine limit CPU and memory? */
export const engineLimits: Check = {
  id: 'engine-limits',
  title: 'CPU, memory limits',
  group: 'engine',
  why: 'without enforced quotas the resource rule of a comparison is a lie',
  look: ({ engine: { info } }) => {
    if (info === undefined) {
      return noEngine;
    }
    const { CpuCfsQuota: cpu, MemoryLimit: memory } = info;
    const lacking = [...(cpu ? [] : ['CPU']), ...(memory ? [] : ['memory'])];
    return lacking.length === 0
      ? { status: 'ok', observed: 'both supported', values: { cpu, memory } }
      : {
          status: 'lack',
          observed: `no ${lacking.join(' and no ')} limits`,
          values: { cpu, memory },
          fix: 'see https://docs.docker.com/engine/containers/resource_constraints/',
          blocks: ['docker'],
        };
  },
};
