import { expect, it } from 'vitest';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { hashRing } from '../../system/policies/sharding/consistent-hash.ts';
import { ringBalance } from './ring-balance.ts';

const documents = Array.from({ length: 3000 }, (_, index) => ({
  tenant: 't',
  document: { doc_id: `doc-${index}`, content: 'text', knowledge_base: 'default', metadata: {} },
}));

it('replays the ring of the system over the ids of the run, more evenly with more virtual nodes', () => {
  const found = ringBalance(singleVsSharded, documents) ?? [];
  expect(found.map(({ virtualNodes, shards }) => `${virtualNodes}/${shards}`)).toContain('150/3');
  expect(found.every(({ documents: n, maximumOverMean }) => n === 3000 && maximumOverMean >= 1)).toBe(true);
  const worst = (count: number) =>
    Math.max(...found.filter(({ virtualNodes }) => virtualNodes === count).map((each) => each.maximumOverMean));
  expect(worst(500)).toBeLessThan(worst(1));
  expect(new Set(Array.from({ length: 100 }, (_, index) => hashRing([0, 1, 2], 150)(`point-${index}`))).size).toBe(3);
});

it('has nothing to say where the scenario has no ring', () => {
  const without = {
    ...singleVsSharded,
    variants: singleVsSharded.variants.filter(({ topology }) => topology.vector.sharding !== 'consistent-hash'),
  };
  expect(ringBalance(without, documents)).toBeUndefined();
  expect(ringBalance(singleVsSharded, [])).toBeUndefined();
});
