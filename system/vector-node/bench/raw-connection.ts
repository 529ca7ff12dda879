import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');

/** A whole request as bytes, so that measuring does not include writing it. */
export function requestBytes(method: string, route: string, body: unknown): Buffer {
  const content = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const head = `${method} ${route} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${content.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), content]);
}

/** One HTTP connection that sends prepared requests one at a time and takes answers that state their length. */
export class RawConnection {
  readonly #socket: Socket;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #expectedBytes: number | undefined;
  #isClosed = false;
  #waiting: { resolve(body: Buffer): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => {
      this.#isClosed = true;
      this.#waiting?.reject(new Error('the server closed the connection'));
    });
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Sends a request and resolves with the body of a 200. */
  send(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(new Error('the server had closed the connection'));
        return;
      }
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    if (this.#expectedBytes === undefined) {
      const start = Buffer.concat(this.#received);
      this.#received = [start];
      const end = start.indexOf(headEnd);
      if (end === -1) {
        return;
      }
      const length = /content-length: *(\d+)/i.exec(start.toString('latin1', 0, end))?.[1];
      if (length === undefined) {
        this.#waiting?.reject(new Error('an answer without a length'));
        return;
      }
      this.#expectedBytes = end + headEnd.length + Number(length);
    }
    if (this.#receivedBytes < this.#expectedBytes) {
      return;
    }
    const whole = Buffer.concat(this.#received);
    const body = whole.subarray(whole.indexOf(headEnd) + headEnd.length);
    const waiting = this.#waiting;
    this.#received = [];
    this.#receivedBytes = 0;
    this.#expectedBytes = undefined;
    this.#waiting = undefined;
    if (whole.toString('latin1', 9, 12) === '200') {
      waiting?.resolve(body);
    } else {
      waiting?.reject(new Error(`the server answered ${whole.toString('utf8').slice(0, 500)}`));
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
