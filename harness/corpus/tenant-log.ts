import type { ConceptSpace } from '../../system/concepts/concept-space.ts';
import { dotProduct } from './dot-product.ts';

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

/** Puts a change where its number belongs, since answers may arrive in another order than the log has; returns its position. */
function insertInOrder<T extends { readonly sequence: number }>(changes: T[], change: T): number {
  const position = lastChangeAt(changes, change.sequence) + 1;
  changes.splice(position, 0, change);
  return position;
}

/** One version of a document: it was current from its own sequence number until the next change of the document. */
export interface VersionRow {
  readonly from: number;
  until: number;
  readonly document: DocumentLog;
}

/** Everything that one tenant wrote: documents by id, and all vectors in one block of memory. */
export interface TenantLog {
  readonly documents: ReadonlyMap<string, DocumentLog>;
  /** Every change of the tenant, in order: between two of them, exact results stay the same. */
  readonly changes: readonly { readonly sequence: number }[];
  /** By row, in the order of writing, so that a scan reads memory from front to back. */
  readonly rows: readonly VersionRow[];
  /** Sequence numbers must be different; whoever writes has checked that. */
  write(docId: string, content: string, sequence: number): void;
  remove(docId: string, sequence: number): void;
  writeUncertain(docId: string, content: string): void;
  /** Cosine of a query with a kept vector: both have length 1, so it is their dot product. */
  score(query: Float32Array, row: number): number;
}

export function createTenantLog(space: ConceptSpace): TenantLog {
  const { dimensions } = space;
  const documents = new Map<string, DocumentLog>();
  const changes: { readonly sequence: number }[] = [];
  const rows: VersionRow[] = [];
  let vectors = new Float32Array(256 * dimensions);

  /** Keeps a vector as the next row. A write of unknown outcome is current at no time: nobody knows when. */
  const keep = (document: DocumentLog, content: string, sequence: number) => {
    if ((rows.length + 1) * dimensions > vectors.length) {
      const larger = new Float32Array(vectors.length * 2);
      larger.set(vectors);
      vectors = larger;
    }
    vectors.set(space.embed(content), rows.length * dimensions);
    return rows.push({ from: sequence, until: Number.POSITIVE_INFINITY, document }) - 1;
  };
  const logOf = (docId: string) => {
    let log = documents.get(docId);
    if (log === undefined) {
      log = { docId, changes: [], uncertain: [] };
      documents.set(docId, log);
    }
    return log;
  };
  const endAt = (change: Change | undefined, sequence: number) => {
    const row = rows[change?.row ?? -1];
    if (row !== undefined) {
      row.until = sequence;
    }
  };
  const insert = (document: DocumentLog, change: Change) => {
    insertInOrder(changes, { sequence: change.sequence });
    const position = insertInOrder(document.changes, change);
    endAt(document.changes[position - 1], change.sequence);
    endAt(change, document.changes[position + 1]?.sequence ?? Number.POSITIVE_INFINITY);
  };

  return {
    documents,
    changes,
    rows,
    write(docId, content, sequence) {
      const document = logOf(docId);
      insert(document, { sequence, content, row: keep(document, content, sequence) });
    },
    remove: (docId, sequence) => insert(logOf(docId), { sequence, content: undefined, row: undefined }),
    writeUncertain(docId, content) {
      const document = logOf(docId);
      document.uncertain.push({ sequence: Number.NaN, content, row: keep(document, content, Number.NaN) });
    },
    score: (query, row) => dotProduct(query, vectors, row * dimensions),
  };
}
