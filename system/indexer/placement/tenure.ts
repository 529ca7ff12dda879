/** From change `fromSequence` on, the document lives on `shard`, until its next tenure begins; null: nowhere, it was deleted. */
export interface Tenure {
  readonly fromSequence: number;
  readonly shard: number | null;
}

/** Where a document was and is, ascending; empty when it never was anywhere. */
export type TenuresOf = (pointId: string) => readonly Tenure[];

/** The tenures of a document that began up to `sequence`; `tenures` ascend. */
export function tenuresUpTo(tenures: readonly Tenure[], sequence: number): readonly Tenure[] {
  const later = tenures.findIndex(({ fromSequence }) => fromSequence > sequence);
  return later === -1 ? tenures : tenures.slice(0, later);
}
