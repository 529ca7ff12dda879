/**
 * What things are counted as, in bytes. Node cannot tell what an object takes, so these stand for it; `footprint.test.ts`
 * holds them against the heap.
 */
export const footprint = {
  /** An entry with its place in the table and in the lists that are sampled, without its texts. */
  entryBytes: 160,
  hashBytes: 200,
  fieldBytes: 16,
  listBytes: 160,
  itemBytes: 16,
  /** A text, whatever its length. */
  textBytes: 24,
} satisfies Record<string, number>;

export function textBytes(text: string): number {
  // An eighth on top is what the heap loses between texts of some length.
  return footprint.textBytes + text.length + (text.length >> 3);
}

export function fieldBytes(field: string, value: string): number {
  return footprint.fieldBytes + textBytes(field) + textBytes(value);
}

export function itemBytes(item: string): number {
  return footprint.itemBytes + textBytes(item);
}
