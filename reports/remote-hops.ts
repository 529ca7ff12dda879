import type { Result } from '../harness/contract/result.ts';
import { significant } from './numbers.ts';
import type { Strings } from './strings.ts';

/** One sentence per variant whose searches cross from peer to peer inside a Qdrant cluster. */
export function remoteHops({ variants }: Pick<Result, 'variants'>, s: Strings): string[] {
  return variants.flatMap(({ id, placement, topology }) =>
    placement === undefined ? [] : [s.stages.remote(id, significant(placement.remoteShardsPerSearch), topology.vector.shards)],
  );
}
