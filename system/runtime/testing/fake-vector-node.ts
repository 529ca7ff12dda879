import { cut, type FakeAnswer, type FakeRequest, type FakeServer, fakeServer, hang } from './fake-server.ts';

export interface StoredPoint {
  readonly id: string;
  readonly vector: number[];
  readonly payload: Record<string, unknown>;
}

export interface FakeVectorNode extends FakeServer {
  /** What the next requests get instead of an answer. */
  mood: 'well' | 'hanging' | 'failing' | 'cutting';
  /** Ignores filters, as a node with a bug would. */
  ignoresFilters: boolean;
  readonly points: Map<string, StoredPoint>;
  hasCollection: boolean;
  /** Everything is gone, as after the loss of a disk. */
  lose(): void;
}

interface Body {
  points?: (StoredPoint & string)[];
  query?: number[];
  limit?: number;
  filter?: { must: { key: string; match: { value: string } }[] };
  vectors?: { size: number };
}

const ok = (result: unknown): FakeAnswer => ({ status: 200, body: { result, status: 'ok', time: 0 } });
const missing: FakeAnswer = { status: 404, body: { status: { error: "Not found: Collection `documents` doesn't exist!" }, time: 0 } };
const broken: FakeAnswer = { status: 500, body: { status: { error: 'Service internal error: told to fail' }, time: 0 } };

function cosine(left: readonly number[], right: readonly number[]): number {
  const product = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  return product(left, right) / Math.sqrt(product(left, left) * product(right, right));
}

function matches({ payload }: StoredPoint, { key, match }: { key: string; match: { value: string } }): boolean {
  const value = payload[key];
  return Array.isArray(value) ? value.includes(match.value) : value === match.value;
}

/** As much of a vector node as the query tier and the indexer use: one collection, searched exactly. */
export async function fakeVectorNode(): Promise<FakeVectorNode> {
  const points = new Map<string, StoredPoint>();
  let dimensions = 0;
  const search = ({ query = [], limit = 10, filter }: Body) =>
    [...points.values()]
      .filter((point) => node.ignoresFilters || (filter?.must ?? []).every((condition) => matches(point, condition)))
      .map((point) => ({ id: point.id, version: 1, score: cosine(query, point.vector), payload: point.payload }))
      .sort((left, right) => right.score - left.score)
      .slice(0, limit);
  const answer = ({ method, path, body }: FakeRequest): FakeAnswer | typeof hang | typeof cut => {
    if (node.mood !== 'well') {
      return { hanging: hang, cutting: cut, failing: broken }[node.mood] as FakeAnswer;
    }
    const given = (body ?? {}) as Body;
    const action = path.split('/').slice(3).join('/');
    if (method === 'PUT' && action === '') {
      node.hasCollection = true;
      dimensions = given.vectors?.size ?? 0;
      return ok(true);
    }
    if (!node.hasCollection) {
      return missing;
    }
    if (method === 'GET' && action === '') {
      return ok({ status: 'green', config: { params: { vectors: { size: dimensions, distance: 'Cosine' } } } });
    }
    if (action === 'points/query') {
      return ok({ points: search(given) });
    }
    for (const point of given.points ?? []) {
      if (action === 'points/delete') {
        points.delete(point);
      } else {
        points.set(point.id, point);
      }
    }
    return ok({ operation_id: 1, status: 'completed' });
  };
  const node: FakeVectorNode = Object.assign(await fakeServer(answer), {
    mood: 'well' as const,
    ignoresFilters: false,
    hasCollection: false,
    points,
    lose() {
      points.clear();
      node.hasCollection = false;
    },
  });
  return node;
}
