import { type Judge, undecided } from './judge.ts';

/** Corpora do not grow in a simulation of replicas, and no shard of one is moved. */
export const productionTriggerMemory: Judge = () =>
  undecided(
    'the claim is about a corpus that grows and shards that are moved; simulated replicas hold no shards, so that a simulation cannot decide it',
  );
