const start = Buffer.from('HTTP/1.1 100');
const end = '\r\n\r\n';
const none: Buffer = Buffer.alloc(0);

/**
 * Takes `100 Continue` out of what a server sends before an answer. A server may send one that nobody asked for (RFC 9110, 15.2.1),
 * but undici gives such a connection up. Only the very beginning of an answer is looked at.
 */
export class InterimFilter {
  #passing = true;
  #held: Buffer = none;

  /** An answer is expected from here on. */
  expectAnswer(): void {
    this.#passing = false;
    this.#held = none;
  }

  /** What is left of a chunk, together with what was held back before; empty while it may still be interim. */
  strip(chunk: Buffer): Buffer {
    if (this.#passing) {
      return chunk;
    }
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (bytes.length > 0 && start.subarray(0, bytes.length).equals(bytes.subarray(0, start.length))) {
      const at = bytes.length < start.length ? -1 : bytes.indexOf(end);
      if (at === -1) {
        this.#held = bytes;
        return none;
      }
      bytes = bytes.subarray(at + end.length);
    }
    this.#held = none;
    this.#passing = bytes.length > 0;
    return bytes;
  }
}
