import type { ConceptSpace } from '../../system/concepts/concept-space.ts';

/** One change of a document. `row` is where its vector is kept; a deletion has neither row nor content. */
export interface Change {
  readonly sequence: number;
  readonly row: number | undefined;
  readonly content: string | undefined;
}

/** What is known of one document. */
export interface DocumentLog {
  readonly docId: string;
  /** In the order of their sequence numbers. */
  readonly changes: Change[];
  /** Writes whose outcome is unknown: they may have happened, under a number that nobody was told. */
  readonly uncertain: Change[];
}

/** Position of the last of `changes` with a sequence number of at most `sequence`, -1 when there is none. */
export function lastChangeAt(changes: readonly { readonly sequence: number }[], sequence: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes[middle]?.sequence ?? Number.POSITIVE_INFINITY) <= sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** Puts a change where its number belongs; answers may arrive in another order than the log has. Throws on a number given twice. */
export function insertInOrder<T extends { readonly sequence: number }>(changes: T[], change: T): void {
  const before = lastChangeAt(changes, change.sequence);
  if (changes[before]?.sequence === change.sequence) {
    throw new RangeError(`sequence number ${change.sequence} is given twice`);
  }
  changes.splice(before + 1, 0, change);
}

/** Everything that one tenant wrote: documents by id, and all vectors in one block of memory. */
export interface TenantLog {
  readonly documents: ReadonlyMap<string, DocumentLog>;
  /** Every change of the tenant, in order: between two of them, exact results stay the same. */
  readonly changes: readonly { readonly sequence: number }[];
  write(docId: string, content: string, sequence: number): void;
  remove(docId: string, sequence: number): void;
  writeUncertain(docId: string, content: string): void;
  /** Cosine of a query with a kept vector: both have length 1, so it is their dot product, summed in double precision. */
  score(query: Float32Array, row: number): number;
}

export function createTenantLog(space: ConceptSpace): TenantLog {
  const { dimensions } = space;
  const documents = new Map<string, DocumentLog>();
  const changes: { readonly sequence: number }[] = [];
  let vectors = new Float32Array(256 * dimensions);
  let rows = 0;

  const keep = (content: string) => {
    if ((rows + 1) * dimensions > vectors.length) {
      const larger = new Float32Array(vectors.length * 2);
      larger.set(vectors);
      vectors = larger;
    }
    vectors.set(space.embed(content), rows * dimensions);
    rows += 1;
    return rows - 1;
  };
  const logOf = (docId: string) => {
    let log = documents.get(docId);
    if (log === undefined) {
      log = { docId, changes: [], uncertain: [] };
      documents.set(docId, log);
    }
    return log;
  };
  const insert = (docId: string, change: Change) => {
    insertInOrder(changes, { sequence: change.sequence });
    insertInOrder(logOf(docId).changes, change);
  };

  return {
    documents,
    changes,
    write: (docId, content, sequence) => insert(docId, { sequence, content, row: keep(content) }),
    remove: (docId, sequence) => insert(docId, { sequence, content: undefined, row: undefined }),
    writeUncertain(docId, content) {
      logOf(docId).uncertain.push({ sequence: Number.NaN, content, row: keep(content) });
    },
    score(query, row) {
      const offset = row * dimensions;
      // Four running sums, because one would make each addition wait for the one before it.
      let [first, second, third, fourth] = [0, 0, 0, 0];
      let index = 0;
      for (; index + 3 < dimensions; index += 4) {
        first += (query[index] as number) * (vectors[offset + index] as number);
        second += (query[index + 1] as number) * (vectors[offset + index + 1] as number);
        third += (query[index + 2] as number) * (vectors[offset + index + 2] as number);
        fourth += (query[index + 3] as number) * (vectors[offset + index + 3] as number);
      }
      for (; index < dimensions; index += 1) {
        first += (query[index] as number) * (vectors[offset + index] as number);
      }
      return first + second + (third + fourth);
    },
  };
}
