import { consistentHashSharding, defaultVirtualNodes } from './consistent-hash.ts';
import { hashSharding } from './hash.ts';
import type { ComputedSharding, ShardingPolicy } from './policy.ts';
import { randomSharding } from './random.ts';
import { rangeSharding } from './range.ts';
import { defaultProbes, semanticSharding } from './semantic.ts';

export const shardingStrategies = ['hash', 'range', 'random', 'consistent-hash', 'semantic'] as const;
export type ShardingStrategy = (typeof shardingStrategies)[number];

/** What single strategies are told besides the number of shards; each reads its own. */
export interface ShardingSettings {
  /** `range`: documents over which the equal ranges are laid. */
  readonly expectedDocuments: number;
  /** `consistent-hash`: places of each shard on the ring. */
  readonly virtualNodes: number;
  /** `semantic`: shards that a search asks. */
  readonly probes: number;
  /** `random` and `semantic`: decides draws and first centroids. */
  readonly seed: number;
}

const defaults: ShardingSettings = { expectedDocuments: 1_000_000, virtualNodes: defaultVirtualNodes, probes: defaultProbes, seed: 1 };

/** Every strategy by name. To add one: write `<name>.ts` beside `hash.ts`, then name it here and in the contract's topology. */
const strategies: Record<ShardingStrategy, (shards: number, settings: ShardingSettings) => ShardingPolicy> = {
  hash: hashSharding,
  range: (shards, { expectedDocuments }) => rangeSharding(shards, expectedDocuments),
  random: (shards, { seed }) => randomSharding(shards, seed),
  'consistent-hash': (shards, { virtualNodes }) => consistentHashSharding(shards, virtualNodes),
  semantic: (shards, { probes, seed }) => semanticSharding(shards, probes, seed),
};

export function shardingPolicy(
  strategy: 'hash' | 'consistent-hash',
  shards: number,
  settings?: Partial<ShardingSettings>,
): ComputedSharding;
export function shardingPolicy(strategy: ShardingStrategy, shards: number, settings?: Partial<ShardingSettings>): ShardingPolicy;
export function shardingPolicy(strategy: ShardingStrategy, shards: number, settings: Partial<ShardingSettings> = {}): ShardingPolicy {
  return strategies[strategy](shards, { ...defaults, ...settings });
}

/**
 * The name of a placement: two collections with the same name and number of shards hold the same document in the same
 * place, or know from their own tables where it is.
 */
export function placementName(strategy: ShardingStrategy, { expectedDocuments, virtualNodes }: ShardingSettings): string {
  switch (strategy) {
    case 'range':
      return `range of ${expectedDocuments} documents`;
    case 'consistent-hash':
      return `consistent-hash with ${virtualNodes} virtual nodes`;
    case 'hash':
    case 'random':
    case 'semantic':
      return strategy;
  }
}
