import type { SimulatedSystem } from '../contract/simulation.ts';
import { after, kind } from './event-kinds.ts';
import type { EventList } from './event-list.ts';
import { type Requests, status } from './requests.ts';
import { none, outcome, Station } from './station.ts';

/** The vector shards: a request searches all of them at once, each on the node of it that has the fewest, and waits for the slowest. */
export class VectorTier {
  readonly #requests: Requests;
  readonly #events: EventList;
  readonly #nodes: Station[];
  readonly #nodesPerShard: number;
  readonly #ended: (request: number) => void;

  /** `ended` is told of a request when the last of its searches has ended, or been dropped because its client had left. */
  constructor(vector: SimulatedSystem['vector'], requests: Requests, events: EventList, ended: (request: number) => void) {
    this.#requests = requests;
    this.#events = events;
    this.#nodesPerShard = vector.replicas;
    this.#nodes = Array.from(
      { length: vector.shards * vector.replicas },
      () => new Station(requests.searchLine, vector.concurrency, Number.POSITIVE_INFINITY),
    );
    this.#ended = ended;
  }

  search(request: number): void {
    const requests = this.#requests;
    const { nowMs } = this.#events;
    const { shards } = requests;
    requests.sinceMs[request] = nowMs;
    requests.searches[request] = shards;
    for (let shard = 0; shard < shards; shard += 1) {
      const item = request * shards + shard;
      const place = this.#idlestNode(shard);
      requests.searchNode[item] = place;
      if ((this.#nodes[place] as Station).enter(item, nowMs) === outcome.starts) {
        after(this.#events, requests.searchMs[item] as number, kind.searched, item);
      }
    }
  }

  /** One search has ended; its place at the node goes to the next whose client is still there. */
  searched(item: number): void {
    const requests = this.#requests;
    const { nowMs } = this.#events;
    const { shards } = requests;
    const node = this.#nodes[requests.searchNode[item] as number] as Station;
    for (let next = node.leave(nowMs); next !== none; next = node.leave(nowMs)) {
      const request = Math.trunc(next / shards);
      if (requests.status[request] === status.here) {
        after(this.#events, requests.searchMs[next] as number, kind.searched, next);
        break;
      }
      this.#join(request);
    }
    this.#join(Math.trunc(item / shards));
  }

  #join(request: number): void {
    const requests = this.#requests;
    const left = (requests.searches[request] as number) - 1;
    requests.searches[request] = left;
    if (left === 0) {
      this.#ended(request);
    }
  }

  #idlestNode(shard: number): number {
    const from = shard * this.#nodesPerShard;
    let chosen = from;
    let fewest = Number.POSITIVE_INFINITY;
    for (let place = from; place < from + this.#nodesPerShard; place += 1) {
      const { busy, waiting } = this.#nodes[place] as Station;
      if (busy + waiting < fewest) {
        fewest = busy + waiting;
        chosen = place;
      }
    }
    return chosen;
  }
}
