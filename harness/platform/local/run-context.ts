import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomSecret } from './api-keys.ts';
import { Leash } from './leashed-process.ts';
import { createPostgresTemplate, type PostgresTemplate } from './postgres.ts';
import { partVariable, runVariable } from './process-table.ts';
import { type Environment, inheritedEnvironment } from './render-environment.ts';

/** What the variants of one run share while at least one of them runs: the leash and the initialised cluster. */
export class RunContext {
  readonly leash: Leash;
  readonly runId: string;
  readonly stateDirectory: string;
  readonly #runDirectory: string;
  readonly #inherited: Environment;
  #template: Promise<PostgresTemplate> | undefined;

  private constructor(leash: Leash, runId: string, runDirectory: string, stateDirectory: string, inherited: Environment) {
    this.leash = leash;
    this.runId = runId;
    this.stateDirectory = stateDirectory;
    this.#runDirectory = runDirectory;
    this.#inherited = inherited;
  }

  /** @throws Failure `environment` (75) when the leash cannot be started. */
  static async open(runId: string, runDirectory: string, environment: NodeJS.ProcessEnv): Promise<RunContext> {
    const stateDirectory = join(runDirectory, 'state');
    const leash = await Leash.start({ runId, stateDirectory, logFile: join(runDirectory, 'logs', 'leash.log') });
    return new RunContext(leash, runId, runDirectory, stateDirectory, inheritedEnvironment(environment));
  }

  /** What every process of a part is given: a little of the user's environment, and the marks by which leftovers are found. */
  environmentOf(part: string): Environment {
    return { ...this.#inherited, [runVariable]: this.runId, [partVariable]: part };
  }

  /** The cluster that variants copy; initialised by the first that asks, and again after a failure. */
  async postgresTemplate(): Promise<PostgresTemplate> {
    this.#template ??= createPostgresTemplate(this.leash, {
      stateDirectory: this.stateDirectory,
      logFile: join(this.#runDirectory, 'logs', 'initdb.log'),
      environment: this.environmentOf('initdb'),
      password: randomSecret(),
    });
    try {
      return await this.#template;
    } catch (error) {
      this.#template = undefined;
      throw error;
    }
  }

  /** Ends the leash and whatever still hangs on it, and removes the state of the run. */
  async close(): Promise<void> {
    await this.leash.close();
    await rm(this.stateDirectory, { recursive: true, force: true });
  }
}
