import { comparePointIds, type PointId } from '../points/point-id.ts';

/** The rows of all points in the order of their ids, sorted again only after a point came or went. */
export class RowOrder {
  readonly #rowOf: ReadonlyMap<PointId, number>;
  #entries: readonly (readonly [id: PointId, row: number])[] | undefined;

  constructor(rowOf: ReadonlyMap<PointId, number>) {
    this.#rowOf = rowOf;
  }

  /** A point came or went. */
  forget(): void {
    this.#entries = undefined;
  }

  /** Rows from this id on, or all. */
  *from(id: PointId | undefined): Generator<number> {
    this.#entries ??= [...this.#rowOf].sort(([left], [right]) => comparePointIds(left, right));
    const entries = this.#entries;
    for (let index = id === undefined ? 0 : this.#firstAtOrAfter(entries, id); index < entries.length; index += 1) {
      yield entries[index]?.[1] as number;
    }
  }

  #firstAtOrAfter(entries: readonly (readonly [id: PointId, row: number])[], id: PointId): number {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparePointIds(entries[middle]?.[0] as PointId, id) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
