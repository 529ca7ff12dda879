import { projectRoot } from '../../platform/docker/images/sources.ts';
import { qdrantVariable } from '../../platform/local/vector-engine.ts';
import { askProgram, lateAnswer } from '../ask-program.ts';
import type { Check } from '../check.ts';

/** Does the native library of the embedded vector node load? Asked in a process of its own: a wrong build can end it. */
export const vectorLibrary: Check = {
  id: 'vector-library',
  title: 'usearch (local)',
  group: 'programs',
  why: 'the embedded vector node searches with it',
  look: async ({ environment }) => {
    const answer = await askProgram(process.execPath, ['--input-type=module', '-e', "await import('usearch')"], projectRoot);
    if ('isLate' in answer) {
      return lateAnswer;
    }
    if ('stdout' in answer) {
      return { status: 'ok', observed: 'the native library loads' };
    }
    const finding = { observed: `the native library does not load: ${answer.failure}`, fix: 'npm ci' };
    const isUsed = (environment[qdrantVariable] ?? '') === '';
    return isUsed ? { status: 'lack', ...finding, blocks: ['local'] } : { status: 'warn', ...finding };
  },
};
