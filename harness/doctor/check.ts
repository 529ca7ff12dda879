import type { Scenario } from '../contract/scenario.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Offer } from './platforms.ts';
import type { Checked, Finding } from './report.ts';
import type { Sample } from './sample.ts';

/** Everything that the checks look at. What takes time was taken before, so that no check disturbs another. */
export interface Scene {
  readonly environment: NodeJS.ProcessEnv;
  readonly system: NodeJS.Platform;
  /** Commands that need root's rights are shown with `sudo` unless this is so. */
  readonly isRoot: boolean;
  /** Where runs are written; need not exist yet. */
  readonly runsFolder: string;
  readonly scenarios: readonly Scenario[];
  readonly engine: EngineFacts;
  /** What each platform could run. */
  readonly offers: readonly Offer[];
  readonly sample: Sample;
  /** The text of a file such as those of /proc; undefined where there is none. */
  readonly read: (path: string) => string | undefined;
}

/** One question about the machine. To add one: write a file beside the others in `checks/` and name it in `index.ts`. */
export interface Check extends Pick<Checked, 'id' | 'title' | 'group' | 'why'> {
  /** What throws becomes `unknown`, with the message. */
  readonly look: (scene: Scene) => Finding | Promise<Finding>;
}

const names: Partial<Record<NodeJS.Platform, string>> = { darwin: 'macOS', win32: 'Windows', freebsd: 'FreeBSD', linux: 'Linux' };

/** For what only Linux tells, and for files that a container hides. */
export function unknown(scene: Pick<Scene, 'system'>, missing: string): Finding {
  return { status: 'unknown', observed: `unknown: ${names[scene.system] ?? scene.system} has no ${missing} here` };
}

/** For what only an engine tells. */
export const noEngine: Finding = { status: 'unknown', observed: 'unknown: there is no engine to ask' };

/** A command as this user has to type it. */
export function asRoot({ isRoot }: Pick<Scene, 'isRoot'>, command: string): string {
  return isRoot ? command : `sudo ${command}`;
}
