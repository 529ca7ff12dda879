import { z } from 'zod';
import { projectRoot } from '../../platform/docker/images/sources.ts';
import type { Check } from '../check.ts';

const manifestSchema = z.object({ optionalDependencies: z.record(z.string(), z.string()) });

/** The version that the lock file installs, from the packages that carry Node: one version for all machines. */
export function pinnedNode(manifest: string): string | undefined {
  const { optionalDependencies } = manifestSchema.parse(JSON.parse(manifest));
  return Object.entries(optionalDependencies).find(([name]) => /^node-(bin-)?(linux|darwin|win)-/.test(name))?.[1];
}

/** Does the pinned Node run this? */
export const node: Check = {
  id: 'node',
  title: 'Node',
  group: 'programs',
  why: 'figures measured on another runtime do not compare',
  look: ({ read }) => {
    const running = process.versions.node;
    const pinned = pinnedNode(read(`${projectRoot}package.json`) ?? '{}');
    if (pinned === undefined) {
      return { status: 'unknown', observed: `${running} runs; package.json pins none`, values: { running } };
    }
    const values = { running, pinned };
    if (running === pinned) {
      return { status: 'ok', observed: `${running}, the pinned one`, values };
    }
    const isInstalled = read(`${projectRoot}node_modules/.bin/node`) !== undefined;
    return {
      status: 'warn',
      observed: `${running} runs, ${pinned} is pinned`,
      values,
      // npm puts the installed one first in PATH.
      fix: isInstalled ? 'npm run -s scenario -- doctor' : 'npm ci',
    };
  },
};
