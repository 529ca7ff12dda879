import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../rendering/environment.ts';
import { inheritedEnvironment } from './inherited-environment.ts';
import { Leash } from './leashed-process.ts';
import { partVariable, runVariable } from './process-table.ts';

/** Compiled code of our processes, kept between runs: a third of their start is compiling. Node goes without where it cannot write. */
const compileCacheDirectory = fileURLToPath(new URL('../../../node_modules/.cache/rag-testbed', import.meta.url));

/** What the variants of one run share while at least one of them runs: the leash and the folder of their state. */
export class RunContext {
  readonly leash: Leash;
  readonly runId: string;
  readonly stateDirectory: string;
  readonly #inherited: Environment;

  private constructor(leash: Leash, runId: string, stateDirectory: string, inherited: Environment) {
    this.leash = leash;
    this.runId = runId;
    this.stateDirectory = stateDirectory;
    this.#inherited = inherited;
  }

  /** @throws Failure `environment` (75) when the leash cannot be started. */
  static async open(runId: string, runDirectory: string, environment: NodeJS.ProcessEnv): Promise<RunContext> {
    const stateDirectory = join(runDirectory, 'state');
    const leash = await Leash.start({ runId, stateDirectory, logFile: join(runDirectory, 'logs', 'leash.log') });
    return new RunContext(leash, runId, stateDirectory, inheritedEnvironment(environment));
  }

  /** What every process of a part is given: a little of the user's environment, and the marks by which leftovers are found. */
  environmentOf(part: string): Environment {
    return { ...this.#inherited, NODE_COMPILE_CACHE: compileCacheDirectory, [runVariable]: this.runId, [partVariable]: part };
  }

  /** Ends the leash and whatever still hangs on it, and removes the state of the run. */
  async close(): Promise<void> {
    await this.leash.close();
    await rm(this.stateDirectory, { recursive: true, force: true });
  }
}
