import { Worker } from 'node:worker_threads';
import type { BuildReply, BuildRequest, BuildStart } from './build-messages.ts';

export const buildWorkerFile = new URL('./build-worker.ts', import.meta.url);

interface Waiting {
  readonly resolve: (reply: BuildReply) => void;
  readonly reject: (error: Error) => void;
}

/** The near end of a build worker: requests are answered in order, and all of them fail when the thread ends. */
export class Builder {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #ended: Error | undefined;

  constructor(start: BuildStart, workerFile: URL = buildWorkerFile) {
    this.#worker = new Worker(workerFile, { workerData: start });
    this.#worker.on('message', (reply: BuildReply) => this.#waiting.shift()?.resolve(reply));
    this.#worker.on('error', (error: Error) => this.#end(error));
    this.#worker.on('exit', (code) => this.#end(new Error(`the thread that builds the index ended with code ${code}`)));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.splice(0)) {
      reject(this.#ended);
    }
  }

  request(request: BuildRequest): Promise<BuildReply> {
    const reply = new Promise<BuildReply>((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
    // Several requests are under way, and whoever waits for the first learns of a failure from it; the others must not end the process.
    reply.catch(() => undefined);
    return reply;
  }

  /** Ends the thread, whatever it is doing. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
