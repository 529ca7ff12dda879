import { readFilter } from './filter/read-filter.ts';
import { parsePath } from './points/payload-path.ts';
import { FlatSegment } from './segment/flat-segment.ts';
import type { IndexType } from './segment/payload-index.ts';
import type { Operation } from './storage/operation.ts';
import { decodeOperation, encodeOperation } from './storage/operation-codec.ts';
import type { CollectionConfig } from './wire/collection-config.ts';

interface DeclaredIndex {
  readonly type: IndexType;
  /** The schema object as the client gave it; undefined when it gave only the type. */
  readonly params: unknown;
}

/** Where a collection writes its operations before it applies them. */
export interface OperationLog {
  /** Resolves when the record is on the disk; `onDurable` runs just before, in the order of the records. */
  append(record: Buffer, onDurable: () => void): Promise<void>;
  /** Waits for what is being written; what comes later is refused with the reason. */
  close(reason: Error): Promise<void>;
}

/** One collection: its points in memory, and the log from which a restart brings them back. */
export class Collection {
  readonly name: string;
  readonly config: CollectionConfig;
  readonly segment: FlatSegment;
  readonly #declaredIndexes = new Map<string, DeclaredIndex>();
  #lastOperationId = 0;
  #appliedOperationId = 0;
  #log: OperationLog | undefined;

  constructor(name: string, config: CollectionConfig) {
    this.name = name;
    this.config = config;
    this.segment = new FlatSegment(config.vectors);
  }

  get declaredIndexes(): ReadonlyMap<string, DeclaredIndex> {
    return this.#declaredIndexes;
  }

  /** Applies a record of the log at a start. */
  replay(record: Buffer): void {
    const { operationId, operation } = decodeOperation(record);
    this.#apply(operation, operationId);
    this.#lastOperationId = Math.max(this.#lastOperationId, operationId);
  }

  /** Sets the count after a checkpoint was read: numbers that no record carries were given too. */
  continueAfter(operationId: number): void {
    this.#lastOperationId = Math.max(this.#lastOperationId, operationId);
  }

  /** The last number that was given to an operation. */
  get lastOperationId(): number {
    return this.#lastOperationId;
  }

  /** The number of the last operation that the points show; operations are applied in the order of their numbers. */
  get appliedOperationId(): number {
    return this.#appliedOperationId;
  }

  /** From here on writes go to this log. */
  writeTo(log: OperationLog): void {
    this.#log = log;
  }

  /**
   * Logs a checked operation and applies it once it is on the disk; resolves with its number when both are done. Every write is
   * acknowledged only then, with and without `wait`: an acknowledged write survives a crash.
   */
  async write(operation: Operation): Promise<number> {
    if (this.#log === undefined) {
      throw new Error(`collection ${this.name} has no log`);
    }
    this.#lastOperationId += 1;
    const operationId = this.#lastOperationId;
    await this.#log.append(encodeOperation({ operationId, operation }), () => this.#apply(operation, operationId));
    return operationId;
  }

  /** Takes a number for an operation that is refused where the engine has already numbered it, or that the engine counts twice. */
  skipOperationId(): void {
    this.#lastOperationId += 1;
  }

  #apply(operation: Operation, operationId: number): void {
    this.#appliedOperationId = Math.max(this.#appliedOperationId, operationId);
    switch (operation.kind) {
      case 'upsert':
        for (const point of operation.points) {
          this.segment.upsert(point, operationId);
        }
        break;
      case 'deletePoints':
        for (const id of operation.ids) {
          this.segment.delete(id);
        }
        break;
      case 'deleteWhere': {
        const filter = readFilter(operation.filter, { name: 'filter', allowsEmptyField: true });
        for (const id of filter === undefined ? [] : this.segment.idsWhere(filter)) {
          this.segment.delete(id);
        }
        break;
      }
      case 'createIndex':
        this.segment.createIndex(parsePath(operation.field), operation.type);
        this.#declaredIndexes.set(operation.field, { type: operation.type, params: operation.params });
        break;
      case 'deleteIndex':
        this.segment.deleteIndex(operation.field);
        this.#declaredIndexes.delete(operation.field);
        break;
    }
  }

  /** Writes that come later are refused with the reason. */
  async close(reason: Error): Promise<void> {
    await this.#log?.close(reason);
  }
}
