import { createServer } from 'node:net';
import { Failure } from '../contract/failure.ts';

const host = '127.0.0.1';
const attempts = 3;
/** How often the kernel may offer a port that was given away before; it hardly ever repeats one. */
const offers = 100;

/** Binds a port for a moment; 0 takes any free one. Answers the number, or `undefined` when it is taken. */
async function tryBind(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        resolve(undefined);
        return;
      }
      reject(
        new Failure('environment', 'port_not_bound', `port ${port} on ${host} cannot be bound: ${error.message}`, {
          hint: port > 0 && port < 1024 ? 'ports below 1024 are reserved; choose a higher one' : 'is the loopback interface up?',
          cause: error,
        }),
      );
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

/** Ports on 127.0.0.1, each given away once for as long as it is held. */
export class Ports {
  readonly #held = new Set<number>();

  /**
   * A free port, or the fixed one when it is free.
   * @throws Failure `environment` (75) with the number when the fixed port is taken.
   */
  async take(fixed?: number): Promise<number> {
    for (let offer = 0; offer < offers; offer++) {
      const port = await tryBind(fixed ?? 0);
      if (port !== undefined && !this.#held.has(port)) {
        this.#held.add(port);
        return port;
      }
      if (fixed !== undefined) {
        throw new Failure('environment', 'port_taken', `port ${fixed} on ${host} is taken`, {
          hint: 'end the process that listens there, or leave the port out to get a free one',
        });
      }
    }
    throw new Failure('environment', 'no_free_port', `no free port was found on ${host} in ${offers} attempts`);
  }

  /**
   * Looks whether a port that will be needed later is free, before anything is started for nothing.
   * @throws Failure `environment` (75) with the number when it is taken.
   */
  async requireFree(port: number): Promise<void> {
    this.release(await this.take(port));
  }

  release(port: number): void {
    this.#held.delete(port);
  }

  /**
   * Starts something on a port and, when it failed because somebody else took the port between our looking and its binding,
   * starts it again on another. `start` must have ended what it started when it rejects, unless `wasTaken` tells from the
   * error alone whether that was the reason; without it the port is tried.
   */
  async startOn<T>(start: (port: number) => Promise<T>, fixed?: number, wasTaken?: (error: unknown) => boolean): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const port = await this.take(fixed);
      try {
        return await start(port);
      } catch (error) {
        this.release(port);
        const taken = wasTaken === undefined ? (await tryBind(port)) === undefined : wasTaken(error);
        if (!taken || attempt === attempts) {
          throw error;
        }
      }
    }
  }
}
