import { freeBytes, momentaryBytes } from '../memory.ts';
import { normalisedInteger, type PointId } from '../points/point-id.ts';

const integerTag = 0;
const uuidTag = 1;

/** Grows a buffer and appends little-endian values to it. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 1024) {
    this.#buffer = momentaryBytes(capacity);
  }

  /** Makes room and returns where it begins. It may replace the buffer, so it must run before the buffer is read. */
  #reserve(bytes: number): number {
    const start = this.#length;
    this.#length += bytes;
    if (this.#length > this.#buffer.length) {
      const grown = momentaryBytes(Math.max(this.#length, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, start);
      freeBytes(this.#buffer);
      this.#buffer = grown;
    }
    return start;
  }

  uint8(value: number): void {
    const start = this.#reserve(1);
    this.#buffer.writeUInt8(value, start);
  }

  uint32(value: number): void {
    const start = this.#reserve(4);
    this.#buffer.writeUInt32LE(value, start);
  }

  uint64(value: number | bigint): void {
    const start = this.#reserve(8);
    this.#buffer.writeBigUInt64LE(BigInt(value), start);
  }

  text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.uint32(bytes);
    const start = this.#reserve(bytes);
    this.#buffer.write(value, start, 'utf8');
  }

  floats(values: Float32Array): void {
    const start = this.#reserve(values.byteLength);
    this.#buffer.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), start);
  }

  pointId(id: PointId): void {
    this.uint8(typeof id === 'string' ? uuidTag : integerTag);
    if (typeof id === 'string') {
      const start = this.#reserve(16);
      this.#buffer.write(id.replaceAll('-', ''), start, 'hex');
    } else {
      this.uint64(id);
    }
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

/** Reads what {@link ByteWriter} wrote; reading past the end throws. */
export class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  #take(bytes: number): number {
    const start = this.#at;
    this.#at += bytes;
    if (this.#at > this.#buffer.length) {
      throw new RangeError(`a record of ${this.#buffer.length} bytes ends before byte ${this.#at}`);
    }
    return start;
  }

  uint8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  uint32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  uint64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#take(8));
  }

  text(): string {
    const bytes = this.uint32();
    const start = this.#take(bytes);
    return this.#buffer.toString('utf8', start, start + bytes);
  }

  floats(size: number): Float32Array {
    const start = this.#take(size * Float32Array.BYTES_PER_ELEMENT);
    const values = new Float32Array(size);
    new Uint8Array(values.buffer).set(this.#buffer.subarray(start, this.#at));
    return values;
  }

  pointId(): PointId {
    if (this.uint8() === integerTag) {
      return normalisedInteger(this.uint64());
    }
    const start = this.#take(16);
    const hex = this.#buffer.toString('hex', start, start + 16);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  isAtEnd(): boolean {
    return this.#at === this.#buffer.length;
  }
}
