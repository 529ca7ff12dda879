/** How an approximate search is to be done. */
export interface SearchParams {
  /** Compare with every point. */
  readonly exact: boolean;
  /** Leave out points that wait for an index, when they are many. */
  readonly indexedOnly: boolean;
  /** Width of the graph search; undefined: as wide as the index was built. */
  readonly hnswEf: number | undefined;
  readonly quantization: QuantizationParams;
}

export interface QuantizationParams {
  /** Search as if the vectors were not quantized. */
  readonly ignore: boolean;
  /** Choose among candidates by their full vectors. */
  readonly rescore: boolean;
  /** Least number of candidates for each wanted point. */
  readonly oversampling: number;
}

export const standardSearchParams: SearchParams = {
  exact: false,
  indexedOnly: false,
  hnswEf: undefined,
  quantization: { ignore: false, rescore: true, oversampling: 1 },
};
