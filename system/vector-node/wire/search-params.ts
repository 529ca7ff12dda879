import { invalidBody } from '../errors.ts';
import { type SearchParams, standardSearchParams } from '../segment/search-params.ts';
import { expectBoolean, expectFloat, expectObject, expectUnsigned, optional } from './expect.ts';

/** Reads how an approximate search is to be done; `name` is that of the query in validation errors. */
export function readSearchParams(value: unknown, name: string): SearchParams {
  const params = optional(value, (given) => expectObject(given, 'struct SearchParams')) ?? {};
  const quantization = optional(params.quantization, (given) => expectObject(given, 'struct QuantizationSearchParams')) ?? {};
  const oversampling = optional(quantization.oversampling, (given) => expectFloat(given, 'f64'));
  if (oversampling !== undefined && oversampling < 1) {
    throw invalidBody(`${name}.params.quantization.oversampling: value ${oversampling} invalid, must be 1.0 or larger`);
  }
  const standard = standardSearchParams;
  return {
    hnswEf: optional(params.hnsw_ef, (given) => expectUnsigned(given)),
    exact: optional(params.exact, (given) => expectBoolean(given)) ?? standard.exact,
    indexedOnly: optional(params.indexed_only, (given) => expectBoolean(given)) ?? standard.indexedOnly,
    quantization: {
      ignore: optional(quantization.ignore, (given) => expectBoolean(given)) ?? standard.quantization.ignore,
      rescore: optional(quantization.rescore, (given) => expectBoolean(given)) ?? standard.quantization.rescore,
      oversampling: oversampling ?? standard.quantization.oversampling,
    },
  };
}
