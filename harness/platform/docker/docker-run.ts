import { join } from 'node:path';
import { type Engine, openEngine } from './engine.ts';
import { EngineEvents } from './engine-events.ts';
import { removeRun, sweepDeadRuns } from './removal.ts';
import { labelsOf } from './run-labels.ts';
import { Warden } from './warden-process.ts';

/** The image of testcontainers' own cleaner, at the version that this testcontainers starts. */
const ryukImage = 'testcontainers/ryuk:0.14.0';

/** testcontainers would pull its cleaner; without it the warden and the sweep do the same work. */
async function withoutRyukUnlessPresent({ client }: Engine): Promise<void> {
  if (process.env.TESTCONTAINERS_RYUK_DISABLED !== undefined) {
    return;
  }
  const present = await client.listImages({ filters: { reference: [process.env.RYUK_CONTAINER_IMAGE ?? ryukImage] } });
  if (present.length === 0) {
    process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  }
}

/** What the variants of one run share: the engine, its events, the network, and the warden that outlives a killed runner. */
export class DockerRun {
  readonly engine: Engine;
  readonly events: EngineEvents;
  readonly network: string;
  readonly #runId: string;
  readonly #warden: Warden;

  private constructor(runId: string, engine: Engine, events: EngineEvents, network: string, warden: Warden) {
    this.#runId = runId;
    this.engine = engine;
    this.events = events;
    this.network = network;
    this.#warden = warden;
  }

  /**
   * Sweeps what dead runs left, then opens what the run needs.
   * @throws Failure `environment` (75) when the engine cannot be used.
   */
  static async open(runId: string, runDirectory: string, onEvent: (message: string) => void): Promise<DockerRun> {
    const engine = await openEngine();
    await withoutRyukUnlessPresent(engine);
    for (const swept of await sweepDeadRuns(engine.client)) {
      onEvent(`removed what the dead run ${swept} had left in the engine`);
    }
    // Before anything is created: from here on a killed runner leaves nothing.
    const warden = await Warden.start(runId, join(runDirectory, 'logs', 'warden.log'));
    try {
      const events = await EngineEvents.open(engine.client, runId);
      const { id } = await engine.client.createNetwork({ Name: `rag-testbed-${runId}`, Driver: 'bridge', Labels: labelsOf(runId) });
      return new DockerRun(runId, engine, events, id, warden);
    } catch (error) {
      await warden.close();
      throw error;
    }
  }

  /** Removes what is left of the run. When the engine is lost, the warden and later the sweep try again. */
  async close(): Promise<void> {
    this.events[Symbol.dispose]();
    try {
      await removeRun(this.engine.client, { runId: this.#runId, looks: 1 });
    } catch (error) {
      this.#warden.abandon();
      if (!this.events.isLost) {
        throw error;
      }
      return;
    }
    await this.#warden.close();
  }
}
