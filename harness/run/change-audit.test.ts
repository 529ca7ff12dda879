import { describe, expect, it } from 'vitest';
import { pointIdOf } from '../../system/api/point.ts';
import { auditOf, auditPlan, type HeldPoint } from './change-audit.ts';
import type { FillDocument } from './fill.ts';

const documents = Array.from(
  { length: 40 },
  (_, index): FillDocument => ({
    tenant: 't',
    document: { doc_id: `doc-${index}`, content: `content ${index}`, knowledge_base: 'default', metadata: {} },
  }),
);
const idOf = ({ tenant, document: { knowledge_base, doc_id } }: FillDocument) => pointIdOf({ tenant, knowledge_base, doc_id });
const plan = auditPlan(documents);
const held = (all: readonly FillDocument[]): HeldPoint[] =>
  all.map((each, index) => ({ shard: index % 3, id: idOf(each), content: each.document.content }));
const gone = new Set(plan.deleted.map(idOf));
const changed = new Map(plan.updated.map((each) => [idOf(each), each]));
const right = held([...documents, ...plan.added].filter((each) => !gone.has(idOf(each))).map((each) => changed.get(idOf(each)) ?? each));
const judge = (after: readonly HeldPoint[]) => auditOf(documents, plan, held(documents), after, 3);

describe('the audit of changes', () => {
  it('plans disjoint updates and deletions over the whole corpus, and new ids', () => {
    expect([plan.updated.length, plan.deleted.length, plan.added.length]).toEqual([20, 20, 8]);
    expect(new Set([...plan.updated, ...plan.deleted].map(idOf)).size).toBe(40);
    expect(plan.added.every((each) => documents.every((other) => idOf(other) !== idOf(each)))).toBe(true);
    const many = Array.from({ length: 5000 }, (_, index) => ({ ...documents[0], index }));
    const spread = auditPlan(many as unknown as FillDocument[]).deleted.map((each) => (each as unknown as { index: number }).index);
    expect([spread.length, spread[0], spread.at(-1)]).toEqual([600, 4, 4995]);
  });

  it('finds nothing where everything is where it should be', () => {
    expect(judge(right)).toMatchObject({ duplicates: 0, survivors: 0, lost: 0, stale: 0, pointsPerShardBefore: [14, 13, 13] });
  });

  it('tells duplicates, survivors, losses and old contents apart', () => {
    const [updated] = plan.updated;
    const [deleted] = plan.deleted;
    const [added] = plan.added;
    if (updated === undefined || deleted === undefined || added === undefined) {
      throw new Error('the plan is empty');
    }
    const old = { shard: 2, id: idOf(updated), content: 'content of before' };
    expect(judge([...right, old])).toMatchObject({ duplicates: 1, stale: 1, survivors: 0, lost: 0 });
    expect(judge([...right, { shard: 0, id: idOf(deleted), content: 'x' }])).toMatchObject({ survivors: 1, duplicates: 0 });
    expect(judge(right.filter(({ id }) => id !== idOf(added)))).toMatchObject({ lost: 1 });
  });
});
