import type { Logger } from 'pino';
import { applyToPoints } from './apply-operation.ts';
import { freeBytes } from './memory.ts';
import { CollectionOptimizer } from './optimizer/collection-optimizer.ts';
import { parsePath } from './points/payload-path.ts';
import type { PointId } from './points/point-id.ts';
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

/** What became of a write. */
export interface WriteOutcome {
  readonly operationId: number;
  /** A point that the write is about and that was not there; the other points were changed. */
  readonly missing: PointId | undefined;
}

/** One collection: its points in memory, and the log from which a restart brings them back. */
export class Collection {
  readonly name: string;
  #config: CollectionConfig;
  readonly segment: FlatSegment;
  readonly #declaredIndexes = new Map<string, DeclaredIndex>();
  #lastOperationId = 0;
  #appliedOperationId = 0;
  #log: OperationLog | undefined;
  #optimizer: CollectionOptimizer | undefined;

  constructor(name: string, config: CollectionConfig) {
    this.name = name;
    this.#config = config;
    this.segment = new FlatSegment(config.vectors, config.sparse);
  }

  get config(): CollectionConfig {
    return this.#config;
  }

  /** Takes over settings that were changed; vectors neither come nor go by this. */
  configure(config: CollectionConfig): void {
    this.#config = config;
    this.#optimizer?.notify();
  }

  /** Serves the vector indexes that are in the collection's folder, and keeps them up to date from here on. */
  optimizeIn(directory: string, logger: Logger): void {
    this.#optimizer = new CollectionOptimizer(this, directory, logger);
    this.#optimizer.start();
  }

  /** Undefined until the collection has been read whole. */
  get optimizer(): CollectionOptimizer | undefined {
    return this.#optimizer;
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

  /** From here on writes go to this log; what was read back is complete. */
  writeTo(log: OperationLog): void {
    this.segment.forgetRetiredVectors();
    this.#log = log;
  }

  /**
   * Logs a checked operation and applies it once it is on the disk; resolves when both are done. Every write is
   * acknowledged only then, with and without `wait`: an acknowledged write survives a crash.
   */
  async write(operation: Operation): Promise<WriteOutcome> {
    if (this.#log === undefined) {
      throw new Error(`collection ${this.name} has no log`);
    }
    this.#lastOperationId += 1;
    const operationId = this.#lastOperationId;
    let missing: PointId | undefined;
    const record = encodeOperation({ operationId, operation });
    await this.#log.append(record, () => {
      missing = this.#apply(operation, operationId);
      this.#optimizer?.notify();
    });
    freeBytes(record);
    return { operationId, missing };
  }

  /** Takes a number for an operation that is refused where the engine has already numbered it, or that the engine counts twice. */
  skipOperationId(): void {
    this.#lastOperationId += 1;
  }

  #apply(operation: Operation, operationId: number): PointId | undefined {
    this.#appliedOperationId = Math.max(this.#appliedOperationId, operationId);
    switch (operation.kind) {
      case 'createIndex':
        this.segment.createIndex(parsePath(operation.field), operation.type);
        this.#declaredIndexes.set(operation.field, { type: operation.type, params: operation.params });
        break;
      case 'deleteIndex':
        this.segment.deleteIndex(operation.field);
        this.#declaredIndexes.delete(operation.field);
        break;
      default:
        return applyToPoints(this.segment, operation, operationId);
    }
    return undefined;
  }

  /** Writes that come later are refused with the reason. */
  async close(reason: Error): Promise<void> {
    await Promise.all([this.#optimizer?.close(), this.#log?.close(reason)]);
  }
}
