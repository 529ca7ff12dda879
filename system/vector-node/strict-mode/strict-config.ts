import { invalidBody, notImplemented } from '../errors.ts';
import type { Payload } from '../points/payload-path.ts';
import { expectBoolean, expectObject, expectUnsigned } from '../wire/expect.ts';

/** Limits of a collection that its owner sets, as the client gave them; all are off unless `enabled` is true. */
export interface StrictConfig {
  readonly enabled?: boolean;
  readonly max_query_limit?: number;
  /** Seconds. */
  readonly max_timeout?: number;
  readonly unindexed_filtering_retrieve?: boolean;
  readonly unindexed_filtering_update?: boolean;
  readonly search_max_hnsw_ef?: number;
  readonly search_allow_exact?: boolean;
  readonly upsert_max_batchsize?: number;
  readonly filter_max_conditions?: number;
  readonly condition_max_size?: number;
  /** Tokens for each minute. */
  readonly read_rate_limit?: number;
  readonly write_rate_limit?: number;
}

const switches: readonly string[] = ['enabled', 'unindexed_filtering_retrieve', 'unindexed_filtering_update', 'search_allow_exact'];
/** Limits with their least values. */
const limits: Readonly<Record<string, number>> = {
  max_query_limit: 1,
  max_timeout: 1,
  search_max_hnsw_ef: 0,
  upsert_max_batchsize: 0,
  filter_max_conditions: 0,
  condition_max_size: 0,
  read_rate_limit: 1,
  write_rate_limit: 1,
};
const unserved = [
  'search_max_oversampling',
  'max_collection_vector_size_bytes',
  'max_collection_payload_size_bytes',
  'max_points_count',
  'max_payload_index_count',
  'search_max_batchsize',
  'multivector_config',
  'sparse_config',
];

/** Reads limits over those that a collection has; a null leaves a limit as it is. */
export function readStrictConfig(value: unknown, current: StrictConfig = {}): StrictConfig {
  const name = 'strict_mode_config';
  const given: Payload = expectObject(value, 'struct StrictModeConfig', { kind: 'value', path: [name] });
  const config: Record<string, unknown> = { ...current };
  for (const [key, setting] of Object.entries(given)) {
    if (setting === null) {
      continue;
    }
    const position = { kind: 'value', path: [name, key] } as const;
    const least = limits[key];
    if (switches.includes(key)) {
      config[key] = expectBoolean(setting, position);
    } else if (least !== undefined) {
      const limit = expectUnsigned(setting, 'usize', position);
      if (limit < least) {
        throw invalidBody(`${name}.${key}: value ${limit} invalid, must be ${least} or larger`);
      }
      config[key] = limit;
    } else if (unserved.includes(key)) {
      throw notImplemented(`the limit ${key} of strict mode`);
    }
  }
  return config as StrictConfig;
}
