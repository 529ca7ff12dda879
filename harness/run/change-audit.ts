import { QdrantClient } from '@qdrant/js-client-rest';
import { pointIdOf, pointPayloadSchema } from '../../system/api/point.ts';
import type { ChangeAudit } from '../contract/result.ts';
import type { Topology } from '../contract/topology.ts';
import type { RunningSystem } from '../platform/platform.ts';
import { type FillDocument, fill, removeDocuments } from './fill.ts';

/** Share of the corpus that is added afterwards, in the order of creation. */
const addedShare = 0.2;
/** Updates, and as many deletions: enough that a lookup which is right only sometimes cannot go unseen. */
const changesEach = 600;
const pageSize = 1000;

/** The placements whose claims speak of what happens after the fill. */
export function isAudited({ vector }: Pick<Topology, 'vector'>): boolean {
  return vector.sharding === 'range' || vector.sharding === 'random';
}

/** What the nodes themselves hold: one entry per point, so that the same document on two shards is there twice. */
export interface HeldPoint {
  readonly shard: number;
  readonly id: string;
  readonly content: string;
}

async function heldPoints({ vectorNodes }: Pick<RunningSystem, 'vectorNodes'>): Promise<HeldPoint[]> {
  const perNode = await Promise.all(
    vectorNodes.map(async ({ url }, shard) => {
      const client = new QdrantClient({ url, checkCompatibility: false });
      const { collections } = await client.getCollections();
      const held: HeldPoint[] = [];
      for (const { name } of collections) {
        let offset: Awaited<ReturnType<QdrantClient['scroll']>>['next_page_offset'];
        do {
          const page = await client.scroll(name, { limit: pageSize, with_payload: true, ...(offset == null ? {} : { offset }) });
          held.push(
            ...page.points.map(({ id, payload }) => ({ shard, id: String(id), content: pointPayloadSchema.parse(payload).content })),
          );
          offset = page.next_page_offset;
        } while (offset != null);
      }
      return held;
    }),
  );
  return perNode.flat();
}

export interface AuditPlan {
  readonly updated: readonly FillDocument[];
  readonly deleted: readonly FillDocument[];
  readonly added: readonly FillDocument[];
}

/** Updates and deletions in turn over the whole corpus, so that every range of it is met; then documents with new ids. */
export function auditPlan(documents: readonly FillDocument[]): AuditPlan {
  const each = Math.min(changesEach, Math.floor(documents.length / 2));
  const chosen = Array.from({ length: 2 * each }, (_, index) => documents[Math.floor((index * documents.length) / (2 * each))]).filter(
    (document) => document !== undefined,
  );
  // The content of another document: a new one that the corpus would write for somebody else.
  const contentOf = (index: number) => documents[(index + Math.floor(documents.length / 2)) % documents.length]?.document.content ?? '';
  return {
    updated: chosen
      .filter((_, index) => index % 2 === 0)
      .map(({ tenant, document }, index) => ({ tenant, document: { ...document, content: `${contentOf(index)} (changed)` } })),
    deleted: chosen.filter((_, index) => index % 2 === 1),
    added: documents.slice(0, Math.ceil(documents.length * addedShare)).map(({ tenant, document }, index) => ({
      tenant,
      document: { ...document, doc_id: `added-${String(index).padStart(6, '0')}` },
    })),
  };
}

const pointOf = ({ tenant, document: { knowledge_base, doc_id } }: FillDocument) => pointIdOf({ tenant, knowledge_base, doc_id });

function perShard(held: readonly HeldPoint[], shards: number): number[] {
  return Array.from({ length: shards }, (_, shard) => held.filter((point) => point.shard === shard).length);
}

/** Compares what should be there with what is there. */
export function auditOf(
  documents: readonly FillDocument[],
  plan: AuditPlan,
  before: readonly HeldPoint[],
  after: readonly HeldPoint[],
  shards: number,
): ChangeAudit {
  const copies = Map.groupBy(after, ({ id }) => id);
  const gone = new Set(plan.deleted.map(pointOf));
  const expected = new Set([...documents, ...plan.added].map(pointOf).filter((id) => !gone.has(id)));
  return {
    added: plan.added.length,
    updated: plan.updated.length,
    deleted: plan.deleted.length,
    pointsPerShardBefore: perShard(before, shards),
    pointsPerShardAfter: perShard(after, shards),
    duplicates: [...copies.values()].filter((points) => points.length > 1).length,
    survivors: [...gone].filter((id) => copies.has(id)).length,
    lost: [...expected].filter((id) => !copies.has(id)).length,
    stale: plan.updated.filter((each) => (copies.get(pointOf(each)) ?? []).some(({ content }) => content !== each.document.content)).length,
  };
}

export interface AuditRequest {
  readonly system: RunningSystem;
  readonly documents: readonly FillDocument[];
  readonly signal: AbortSignal;
}

/**
 * Updates, deletes and adds documents by id through the system's own write path and then reads every point of every
 * shard. Runs after everything was measured, because it leaves another corpus behind. Rejects with a `Failure` (75) when the
 * system refuses a write, and with the signal's reason when aborted.
 */
export async function auditChanges({ system, documents, signal }: AuditRequest): Promise<ChangeAudit> {
  const plan = auditPlan(documents);
  const before = await heldPoints(system);
  await fill({ system, documents: plan.updated, signal });
  await removeDocuments({ system, documents: plan.deleted, signal });
  await fill({ system, documents: plan.added, signal });
  return auditOf(documents, plan, before, await heldPoints(system), system.vectorNodes.length);
}
