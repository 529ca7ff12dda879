export const rerankPresetNames = ['instant', 'cross-encoder'] as const;
export type RerankPreset = (typeof rerankPresetNames)[number];

/** Published for a hosted cross-encoder: documents in one request, and ms until their ranking. */
const published = [
  { documents: 1, ms: 110 },
  { documents: 24, ms: 130 },
  { documents: 48, ms: 160 },
  { documents: 96, ms: 200 },
] as const;

/** On the straight line between two published points; beyond the last one on the line that leads to it. */
function crossEncoderMs(documents: number): number {
  const above = published.findIndex((point) => point.documents >= documents);
  const end = above === -1 ? published.length - 1 : Math.max(1, above);
  const [from, to] = [published[end - 1] ?? published[0], published[end] ?? published[1]];
  return from.ms + ((documents - from.documents) * (to.ms - from.ms)) / (to.documents - from.documents);
}

/**
 * Time of a rerank by its number of documents, ms. To add a preset: name it here and in the contract's topology, with
 * its figures and their source.
 */
export const rerankMs: Record<RerankPreset, (documents: number) => number> = {
  instant: () => 0,
  'cross-encoder': crossEncoderMs,
};
