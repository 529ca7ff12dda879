import { hashSharding } from './hash.ts';
import type { ShardingPolicy } from './policy.ts';

export type ShardingStrategy = 'hash';

/** Every strategy by name. To add one: write `<name>.ts` beside `hash.ts`, then name it here and in the contract's topology. */
const strategies: Record<ShardingStrategy, (shards: number) => ShardingPolicy> = { hash: hashSharding };

export function shardingPolicy(strategy: ShardingStrategy, shards: number): ShardingPolicy {
  return strategies[strategy](shards);
}
