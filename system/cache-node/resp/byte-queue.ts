const initialBytes = 16 * 1024;
/** A buffer that grew beyond this for one large value is given back once it is empty. */
const keptBytes = 1024 * 1024;

/**
 * Bytes that arrived and were not read yet, in one piece. Every byte is copied once when it arrives, so that a large value that
 * comes in many small pieces costs no more than one that comes whole.
 */
export class ByteQueue {
  #bytes = Buffer.allocUnsafeSlow(initialBytes);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  append(chunk: Uint8Array): void {
    this.#reserve(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The byte at a distance from the first unread one; undefined behind the last. */
  at(distance: number): number | undefined {
    return distance < this.length ? this.#bytes[this.#start + distance] : undefined;
  }

  /** Distance of the first such byte, or -1. */
  indexOf(byte: number): number {
    return this.#bytes.subarray(this.#start, this.#end).indexOf(byte);
  }

  /** Reads so many bytes as text of one character per byte. */
  take(length: number): string {
    const text = this.#bytes.toString('latin1', this.#start, this.#start + length);
    this.skip(length);
    return text;
  }

  skip(length: number): void {
    this.#start += length;
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
      if (this.#bytes.length > keptBytes) {
        this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
      }
    }
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#bytes.length) {
      return;
    }
    const unread = this.length;
    const fits = unread + length <= this.#bytes.length;
    const target = fits ? this.#bytes : Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, unread + length));
    this.#bytes.copy(target, 0, this.#start, this.#end);
    this.#bytes = target;
    this.#start = 0;
    this.#end = unread;
  }
}
