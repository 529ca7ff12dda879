import { spawnSync } from 'node:child_process';
import { asRoot, type Check, unknown } from '../check.ts';

const permission = 'echo "$USER - rtprio 10" | sudo tee /etc/security/limits.d/rag-testbed.conf && su - "$USER"';

/** May the load generator run under SCHED_RR? */
export const realTime: Check = {
  id: 'real-time',
  title: 'real-time scheduling',
  group: 'time',
  why: 'under it the generator fires within a fraction of a millisecond on a busy machine',
  look: (scene) => {
    const { sample, system, isRoot } = scene;
    if (system !== 'linux') {
      return unknown(scene, 'SCHED_RR by chrt');
    }
    if (!('failure' in sample) && sample.realTimeScheduling) {
      return { status: 'ok', observed: 'permitted', values: { permitted: true } };
    }
    const { error, stderr } = spawnSync('chrt', ['-r', '10', 'true'], { encoding: 'utf8' });
    if (error !== undefined) {
      return {
        status: 'warn',
        observed: 'chrt is not installed',
        values: { permitted: false },
        fix: asRoot(scene, 'apt-get install util-linux'),
      };
    }
    const why = stderr.trim().split('\n')[0] ?? '';
    return {
      status: 'warn',
      observed: `not permitted${why === '' ? '' : `: ${why}`}`,
      values: { permitted: false },
      // Root without this right is in a container that was not given it, or under a kernel that grants no real-time share.
      fix: isRoot ? 'docker run --cap-add SYS_NICE' : permission,
    };
  },
};
