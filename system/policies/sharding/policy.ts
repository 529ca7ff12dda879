/** Decides where a point lives and which shards a search must ask. Pure: the same id gives the same shard everywhere. */
export interface ShardingPolicy {
  /** Shard number in [0, shards) of a point id. */
  shardOf(pointId: string): number;
  /** Shard numbers that can hold an answer, ascending. */
  shardsToAsk(): readonly number[];
}
