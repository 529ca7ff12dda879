import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../contract/failure.ts';
import type { ContainerPart } from '../../rendering/containers.ts';
import { linesRead } from '../ended-part.ts';
import type { ChosenImage } from './choose-images.ts';
import { lastLinesOf } from './container-log.ts';
import type { DockerRun } from './docker-run.ts';
import type { RunningContainer } from './docker-system.ts';
import type { ContainerExit } from './engine-events.ts';
import { createModule } from './modules/index.ts';
import { NotReadyError } from './modules/probe-wait.ts';
import { describeExit, partFailure } from './part-failure.ts';
import { labelsOf } from './run-labels.ts';

export interface StartContainerRequest {
  readonly run: DockerRun;
  readonly runId: string;
  readonly variant: string;
  readonly part: ContainerPart;
  readonly image: ChosenImage;
  /** The name under which the other containers of the run find it. */
  readonly alias: string;
  readonly hostPort: number;
  /** Receives `<part id>.log`. */
  readonly logDirectory: string;
  readonly signal: AbortSignal;
  /** Called when it ends after it was ready. */
  readonly onExit: (failure: Failure) => void;
}

/** Volumes that carry our labels, for the state of the part and for every folder that its image declares as a volume. */
async function createVolumes({ run, runId, variant, part, image }: StartContainerRequest): Promise<Record<string, string>> {
  const folders = [...new Set([...(part.stateFolder === undefined ? [] : [part.stateFolder]), ...(image.found?.volumes ?? [])])];
  const volumes = await Promise.all(
    folders.map(async (folder, index) => {
      const name = `rag-testbed-${runId}-${variant}-${part.id}-${index}`;
      await run.engine.client.createVolume({ Name: name, Labels: labelsOf(runId, { variant, part: part.id }) });
      return [folder, name] as const;
    }),
  );
  return Object.fromEntries(volumes);
}

/** The stream is cut when the container is removed; what it had written by then is in the file. */
const cutStream = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'];

async function keepLog(stream: Readable, file: string): Promise<void> {
  try {
    await pipeline(stream, createWriteStream(file, { flags: 'a', mode: 0o600 }));
  } catch (error) {
    if (!cutStream.includes((error as NodeJS.ErrnoException).code ?? '')) {
      throw error;
    }
  }
}

/** Engines say it in several ways; all of them mean that another process listens there. */
const portTaken = /port is already allocated|address already in use|ports are not available/i;

/** One attempt to start one container. */
class ContainerStart {
  readonly #request: StartContainerRequest;
  readonly #exited = Promise.withResolvers<ContainerExit>();
  #containerId: string | undefined;
  #ready = false;

  constructor(request: StartContainerRequest) {
    this.#request = request;
  }

  async run(): Promise<RunningContainer> {
    const { run, part, hostPort, signal } = this.#request;
    signal.throwIfAborted();
    const container = this.#create(await createVolumes(this.#request));
    const unsubscribe = run.events.onExit((exit) => this.#onExit(exit));
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const starting = container.start();
    // When something else ends the wait, this comes seconds later, after the removal, and has nothing more to tell.
    starting.catch(() => undefined);
    const wait = container.probeWait;
    try {
      const outcome = await Promise.race([starting, this.#exited.promise, aborted.promise, ...(wait === undefined ? [] : [wait.failed])]);
      if (!('getId' in outcome)) {
        if (wait?.began === true) {
          // It sees the end as well, and reads the log before testcontainers removes the container.
          await wait.failed;
        }
        throw this.#failure('part_exited', `${describeExit(outcome, part.quota.memoryMiB)} before it was ready`, await this.#lines());
      }
      const containerId = outcome.getId();
      const { State: state } = await run.engine.client.getContainer(containerId).inspect();
      this.#ready = true;
      const { tier, id, position, quota } = part;
      return { tier, id, position, containerId, pid: state.Pid, hostPort, quota };
    } catch (error) {
      unsubscribe();
      throw await this.#explained(error);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #create(volumes: Record<string, string>) {
    const { run, runId, variant, part, image, alias, hostPort, logDirectory } = this.#request;
    const container = createModule(part.image, image.name, part.environment)
      .confine({
        name: `rag-testbed-${runId}-${variant}-${part.id}`,
        labels: labelsOf(runId, { variant, part: part.id }),
        network: run.network,
        alias,
        port: part.port,
        hostPort,
        quota: part.quota,
        volumes,
        onCreated: (id) => {
          this.#containerId = id;
        },
      })
      .withLogConsumer((stream) => void keepLog(stream as Readable, join(logDirectory, `${part.id}.log`)))
      .withCopyContentToContainer(Object.entries(part.files ?? {}).map(([target, content]) => ({ target, content, mode: 0o644 })));
    return part.command === undefined ? container : container.withCommand([...part.command]);
  }

  #onExit(exit: ContainerExit): void {
    if (exit.containerId !== this.#containerId) {
      return;
    }
    if (!this.#ready) {
      this.#exited.resolve(exit);
      return;
    }
    const { part, onExit } = this.#request;
    const what = `${describeExit(exit, part.quota.memoryMiB)} while the system was running`;
    void this.#lines().then((lines) => onExit(this.#failure('part_died', what, lines)));
  }

  async #lines(): Promise<string[]> {
    const { client } = this.#request.run.engine;
    return this.#containerId === undefined ? [] : lastLinesOf(client.getContainer(this.#containerId), linesRead);
  }

  #failure(code: string, what: string, lines: readonly string[]): Failure {
    const { part, variant, image } = this.#request;
    return partFailure({ code, part: `${part.id} of ${variant}`, image, what, lines });
  }

  async #explained(error: unknown): Promise<unknown> {
    const { signal, hostPort, run } = this.#request;
    if (signal.aborted) {
      return signal.reason;
    }
    if (error instanceof Failure) {
      return error;
    }
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof NotReadyError) {
      return this.#failure('part_not_ready', message, error.lines);
    }
    if (!portTaken.test(message)) {
      return this.#failure('part_not_started', `could not be started: ${message}`, await this.#lines());
    }
    if (this.#containerId !== undefined) {
      // Its name is needed for the next attempt, on another port.
      await run.engine.client.getContainer(this.#containerId).remove({ force: true });
    }
    return new Failure('environment', 'port_taken', `port ${hostPort} on 127.0.0.1 is taken`, {
      hint: 'end the process that listens there, or leave the port out to get a free one',
      cause: error,
    });
  }
}

/**
 * Creates and starts the container of a part and waits until it is ready.
 * @throws Failure `environment` (75) with part, image, last 20 log lines and a hint. The container is left to the removal
 * of the variant, unless the port was taken: then it is gone, so that the part can be started on another.
 */
export async function startContainer(request: StartContainerRequest): Promise<RunningContainer> {
  return new ContainerStart(request).run();
}
