import type { RandomStream } from '../../policies/random-stream.ts';
import type { RunningNode } from '../running-node.ts';

const name = 'control';
const size = 8;

interface ControlPoint {
  readonly vector: number[];
  readonly tenant: string;
  readonly value: number;
}

const cosine = (left: readonly number[], right: readonly number[]) => {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, component, index) => sum + component * (b[index] ?? 0), 0);
  return dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
};

/** A collection that the fuzz leaves alone, beside a model of it: whatever else a node was asked, here it must answer right. */
export class ControlCollection {
  readonly #random: RandomStream;
  readonly #model = new Map<number, ControlPoint>();

  constructor(random: RandomStream) {
    this.#random = random;
  }

  async create(node: RunningNode): Promise<void> {
    await node.client.createCollection(name, { vectors: { size, distance: 'Cosine' } });
    await node.client.createPayloadIndex(name, { field_name: 'tenant', field_schema: 'keyword', wait: true });
    await this.change(node);
  }

  #vector(): number[] {
    return Array.from({ length: size }, () => Math.fround(this.#random.normal()));
  }

  /** Writes some points, replaces some and deletes some. */
  async change(node: RunningNode): Promise<void> {
    const points = Array.from({ length: 20 }, () => ({
      id: this.#random.below(300),
      vector: this.#vector(),
      payload: { tenant: `t${this.#random.below(3)}`, value: this.#random.below(1000) },
    }));
    await node.client.upsert(name, { wait: true, points });
    for (const { id, vector, payload } of points) {
      this.#model.set(id, { vector, ...payload });
    }
    const gone = [this.#random.below(300), this.#random.below(300)];
    await node.client.delete(name, { wait: true, points: gone });
    for (const id of gone) {
      this.#model.delete(id);
    }
  }

  /** Everything that the node answers otherwise than the model. */
  async differences(node: RunningNode): Promise<string[]> {
    const differences: string[] = [];
    const compare = (what: string, actual: unknown, expected: unknown) => {
      if (JSON.stringify(actual) !== JSON.stringify(expected)) {
        differences.push(`${what}: ${JSON.stringify(actual)?.slice(0, 300)} instead of ${JSON.stringify(expected)?.slice(0, 300)}`);
      }
    };
    const expected = [...this.#model].sort(([left], [right]) => left - right);
    compare('count', (await node.client.count(name, { exact: true })).count, expected.length);
    const { points } = await node.client.scroll(name, { limit: 1000, with_payload: true });
    compare(
      'points',
      points.map(({ id, payload }) => [id, payload]),
      expected.map(([id, { tenant, value }]) => [id, { tenant, value }]),
    );
    for (const tenant of [undefined, 't1']) {
      const query = this.#vector();
      const found = await node.client.query(name, {
        query,
        limit: 10,
        ...(tenant === undefined ? {} : { filter: { must: [{ key: 'tenant', match: { value: tenant } }] } }),
      });
      const nearest = expected
        .filter(([, point]) => tenant === undefined || point.tenant === tenant)
        .map(([id, point]) => ({ id, score: cosine(query, point.vector) }))
        .sort((left, right) => right.score - left.score)
        .slice(0, 10);
      compare(
        `search of ${tenant ?? 'all'}`,
        found.points.map(({ id }) => id),
        nearest.map(({ id }) => id),
      );
    }
    return differences;
  }
}
