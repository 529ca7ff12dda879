import { balancingPolicies } from '../../system/policies/balancing/index.ts';
import { randomStream } from '../../system/policies/random-stream.ts';
import { createTokenBucket } from '../../system/policies/resilience/token-bucket.ts';
import type { SimulatedSystem } from '../contract/simulation.ts';
import { answerCache } from './answer-cache.ts';
import { Deadlines } from './deadlines.ts';
import { EventList } from './event-list.ts';
import { Fleet, life, type Replica } from './fleet.ts';
import type { Measures } from './measures.ts';
import { phase, Requests, status } from './requests.ts';
import { Retries } from './retries.ts';
import { none, outcome, Station } from './station.ts';
import { Work } from './work.ts';

/** What an event is: the lower bits of its code; the upper ones say of whom, by row, search or id. */
const kind = {
  passedGateway: 0,
  retried: 1,
  prepared: 2,
  lookedUp: 3,
  embedded: 4,
  searched: 5,
  generated: 6,
  finished: 7,
  started: 8,
  becameReady: 9,
  drainEnded: 10,
} as const;
const kindBits = 4;
const kindMask = (1 << kindBits) - 1;
/** As a trace of events names them, by kind. */
const kindNames = Object.keys(kind);

/** No token bucket of the live provider is enforced over another time by default. */
const rateLimitWindowMs = 1000;

/**
 * The reference system as a network of stations. One request goes through it like this:
 *
 * gateway (a delay) → a ready replica, chosen by the balancing policy → a slot of it → own work on one of its cores → answer cache;
 * found: own work again → done; not found: embedding (a delay) → a search on every shard, on the node of it that has the fewest, joined
 * at the slowest → the provider's rate limit and slots → own work again → done.
 *
 * - A request that comes to a replica whose queue is full is refused; the gateway does not ask another one.
 * - While no replica is ready, the gateway holds as many requests as one replica may have waiting, as the activators of KEDA and Knative
 *   do, and hands them out as soon as one is ready; further ones are refused. Without this, nothing could ever scale from zero.
 * - A client leaves at its deadline. What is in service for it goes on to the end of that service, wasted; a request whose client has
 *   left goes no further than that, and is dropped when its turn comes in any queue.
 * - A refused request is tried again after a wait, from the gateway on, with the same work, unless that would be past its deadline.
 */
export class RagModel {
  readonly events = new EventList();
  readonly deadlines = new Deadlines();
  readonly requests: Requests;
  readonly fleet: Fleet;
  readonly work: Work;
  /** Requests at the gateway while no replica is ready. */
  readonly held: Station;
  nowMs = 0;
  readonly #measures: Measures;
  readonly #nodes: Station[];
  readonly #nodesPerShard: number;
  readonly #provider: Station | undefined;
  readonly #rateLimit: ReturnType<typeof createTokenBucket> | undefined;
  readonly #balancing: ReturnType<(typeof balancingPolicies)['random']>;
  readonly #cache: ReturnType<typeof answerCache> | undefined;
  readonly #retries: Retries;
  readonly #deadlineMs: number;
  readonly #warmUpSlowdown: number;

  constructor(system: SimulatedSystem, seed: number, measures: Measures) {
    const { query, vector, provider, client } = system;
    const requests = new Requests(vector.shards, client.retries?.attempts ?? 0);
    this.requests = requests;
    this.#measures = measures;
    this.work = new Work(system, seed);
    this.held = new Station(requests.line, 0, query.queueLimit);
    this.fleet = new Fleet(query, requests.line, {
      startAt: (atMs, id) => this.#add(atMs, kind.started, id),
      readyAt: (atMs, id) => this.#add(atMs, kind.becameReady, id),
      killAt: (atMs, id) => this.#add(atMs, kind.drainEnded, id),
    });
    this.#nodesPerShard = vector.replicas;
    this.#nodes = Array.from(
      { length: vector.shards * vector.replicas },
      () => new Station(requests.searchLine, vector.concurrency, Number.POSITIVE_INFINITY),
    );
    this.#provider = provider.slots === undefined ? undefined : new Station(requests.line, provider.slots, Number.POSITIVE_INFINITY);
    this.#rateLimit =
      provider.requestsPerMinute === undefined
        ? undefined
        : createTokenBucket({ perMinute: provider.requestsPerMinute, windowMs: rateLimitWindowMs });
    this.#balancing = balancingPolicies[query.balancing](randomStream(seed, 'simulation:routing'));
    this.#cache = system.answerCache === undefined ? undefined : answerCache(system.answerCache, seed, () => this.nowMs);
    this.#retries = new Retries(client.retries);
    this.#deadlineMs = client.deadlineMs;
    this.#warmUpSlowdown = query.startUp.warmUpSlowdown;
  }

  /** A client asks for the first time, at `nowMs`; gives the row of its request. */
  arrive(): number {
    const { requests, nowMs } = this;
    const request = requests.take();
    const number = this.#measures.counts.arrived;
    requests.number[request] = number;
    requests.isUsed[request] = 1;
    requests.status[request] = status.here;
    requests.attempts[request] = 0;
    requests.startMs[request] = nowMs;
    this.work.draw(requests, request);
    this.deadlines.add(nowMs + this.#deadlineMs, request, number, requests.number);
    this.#measures.arrived(nowMs);
    this.#retries.firstAttempt();
    this.#attempt(request);
    return request;
  }

  /** The client of the next deadline leaves; gives the row of its request, or -1 where that has ended before. */
  expire(): number {
    const { requests } = this;
    const request = this.deadlines.take(requests.number);
    if (request < 0 || requests.status[request] !== status.here) {
      return -1;
    }
    requests.status[request] = status.gone;
    this.#measures.counts.timedOut += 1;
    this.#measures.failed(requests.startMs[request] as number);
    this.#measures.seen(this.#deadlineMs);
    return request;
  }

  /** One event of the list happens, at `nowMs`. */
  happen(code: number): void {
    const item = code >> kindBits;
    switch (code & kindMask) {
      case kind.passedGateway:
        this.#route(item);
        return;
      case kind.retried:
        this.#attempt(item);
        return;
      case kind.prepared:
        if (this.#freeCore(item)) {
          this.#lookUp(item);
        }
        return;
      case kind.lookedUp:
        if (this.#goesOn(item)) {
          this.#lookedUp(item);
        }
        return;
      case kind.embedded:
        if (this.#goesOn(item)) {
          this.#search(item);
        }
        return;
      case kind.searched:
        this.#searched(item);
        return;
      case kind.generated:
        this.#generated(item);
        return;
      case kind.finished:
        if (this.#freeCore(item)) {
          this.#succeed(item);
        }
        return;
      case kind.started:
        this.fleet.start(item, this.nowMs);
        return;
      case kind.becameReady:
        if (this.fleet.makeReady(item, this.nowMs)) {
          this.release();
        }
        return;
      case kind.drainEnded:
        this.#kill(item);
        return;
    }
  }

  /** Hands out the requests that the gateway holds, when a replica is ready. */
  release(): void {
    const { requests, held } = this;
    while (held.waiting > 0 && this.fleet.ready.length > 0) {
      const request = held.leave(this.nowMs);
      if (requests.status[request] === status.here) {
        this.#admit(request);
      } else {
        requests.free(request);
      }
    }
  }

  /** What a trace of events says of a code: its name, the number of the request or -1, and the place: a replica or node, or -1. */
  told(code: number): { name: string; request: number; place: number } {
    const { requests } = this;
    const what = code & kindMask;
    const item = code >> kindBits;
    const name = kindNames[what] ?? '';
    if (what >= kind.started) {
      return { name, request: -1, place: item };
    }
    const request = what === kind.searched ? Math.trunc(item / requests.shards) : item;
    const place = what === kind.searched ? requests.searchNode[item] : requests.replica[request];
    return { name, request: requests.number[request] as number, place: place as number };
  }

  #add(atMs: number, what: number, item: number): void {
    this.events.add(atMs, (item << kindBits) | what);
  }

  #attempt(request: number): void {
    const { requests, nowMs } = this;
    requests.replica[request] = none;
    requests.phase[request] = phase.away;
    requests.attempts[request] = (requests.attempts[request] as number) + 1;
    requests.attemptMs[request] = nowMs;
    requests.isHit[request] = 0;
    requests.ownWaitMs[request] = 0;
    const gatewayMs = requests.gatewayMs[request] as number;
    if (gatewayMs > 0) {
      this.#add(nowMs + gatewayMs, kind.passedGateway, request);
    } else {
      this.#route(request);
    }
  }

  #route(request: number): void {
    const { requests, nowMs } = this;
    if (requests.status[request] !== status.here) {
      requests.free(request);
      return;
    }
    this.#measures.seenAttempts += 1;
    requests.sinceMs[request] = nowMs;
    if (this.fleet.ready.length > 0) {
      this.#admit(request);
      return;
    }
    if (this.held.enter(request, nowMs) === outcome.refused) {
      this.#refuse(request, 'refused');
    }
  }

  #admit(request: number): void {
    const { requests, fleet } = this;
    const replica = fleet.ready[this.#balancing.choose(fleet.inHandOfReady)] as Replica;
    const admission = replica.slots.enter(request, this.nowMs);
    if (admission === outcome.refused) {
      this.#refuse(request, 'refused');
      return;
    }
    requests.replica[request] = replica.id;
    fleet.count(replica, 1);
    if (admission === outcome.starts) {
      this.#begin(request, replica);
    } else {
      requests.phase[request] = phase.queued;
    }
  }

  /** It has a slot. */
  #begin(request: number, replica: Replica): void {
    const { requests } = this;
    const waitedMs = this.nowMs - (requests.sinceMs[request] as number);
    requests.slotWaitMs[request] = waitedMs;
    this.#measures.seenWaits += 1;
    this.#measures.seenWaitMs += waitedMs;
    this.#ownWork(request, replica, phase.prepareWaits);
  }

  /** Its next own work; what takes no time needs no core, and waits for none. */
  #ownWork(request: number, replica: Replica, waits: number): void {
    const { requests, nowMs } = this;
    requests.sinceMs[request] = nowMs;
    if (waits === phase.prepareWaits && requests.prepareMs[request] === 0) {
      requests.preparedMs[request] = 0;
      requests.phase[request] = phase.away;
      // An event even where the next stage takes no time either: a long queue would otherwise unroll on the stack.
      if (this.#cache === undefined) {
        this.#add(nowMs + (requests.embedMs[request] as number), kind.embedded, request);
      } else {
        this.#add(nowMs + (requests.lookupMs[request] as number), kind.lookedUp, request);
      }
    } else if (waits === phase.finishWaits && requests.finishMs[request] === 0) {
      requests.finishedMs[request] = 0;
      this.#succeed(request);
    } else {
      requests.phase[request] = waits;
      if (replica.cores.enter(request, nowMs) === outcome.starts) {
        this.#compute(request, replica);
      }
    }
  }

  /** It has a core. */
  #compute(request: number, replica: Replica): void {
    const { requests, nowMs } = this;
    requests.ownWaitMs[request] = (requests.ownWaitMs[request] as number) + nowMs - (requests.sinceMs[request] as number);
    const slowdown = nowMs < replica.slowUntilMs ? this.#warmUpSlowdown : 1;
    if (requests.phase[request] === phase.prepareWaits) {
      const ms = (requests.prepareMs[request] as number) * slowdown;
      requests.phase[request] = phase.prepareRuns;
      requests.preparedMs[request] = ms;
      this.#add(nowMs + ms, kind.prepared, request);
    } else {
      const ms = (requests.finishMs[request] as number) * slowdown;
      requests.phase[request] = phase.finishRuns;
      requests.finishedMs[request] = ms;
      this.#add(nowMs + ms, kind.finished, request);
    }
  }

  /** Its core goes to the next; false where the request goes no further. */
  #freeCore(request: number): boolean {
    const { requests, nowMs } = this;
    if (requests.status[request] === status.dead) {
      requests.free(request);
      return false;
    }
    const replica = this.#replicaOf(request);
    for (let next = replica.cores.leave(nowMs); next !== none; next = replica.cores.leave(nowMs)) {
      if (requests.status[next] === status.here) {
        this.#compute(next, replica);
        break;
      }
      this.#abandon(next);
    }
    return this.#goesOn(request);
  }

  /** False where the client has left or the replica was killed: the request ends here. */
  #goesOn(request: number): boolean {
    const { requests } = this;
    if (requests.status[request] === status.here) {
      requests.phase[request] = phase.away;
      return true;
    }
    this.#abandon(request);
    return false;
  }

  /** Nobody wants the answer any more. */
  #abandon(request: number): void {
    const { requests } = this;
    if (requests.status[request] !== status.dead) {
      this.#freeSlot(request);
    }
    requests.free(request);
  }

  /** Its slot goes to the first in the queue whose client is still there. */
  #freeSlot(request: number): void {
    const { requests, fleet, nowMs } = this;
    const replica = this.#replicaOf(request);
    fleet.count(replica, -1);
    for (let next = replica.slots.leave(nowMs); next !== none; next = replica.slots.leave(nowMs)) {
      if (requests.status[next] === status.here) {
        this.#begin(next, replica);
        return;
      }
      fleet.count(replica, -1);
      requests.free(next);
    }
    if (replica.life === life.draining && replica.inHand === 0) {
      fleet.end(replica, nowMs);
    }
  }

  #lookUp(request: number): void {
    const { requests } = this;
    const lookupMs = requests.lookupMs[request] as number;
    if (this.#cache === undefined) {
      this.#embed(request);
    } else if (lookupMs > 0) {
      this.#add(this.nowMs + lookupMs, kind.lookedUp, request);
    } else {
      this.#lookedUp(request);
    }
  }

  #lookedUp(request: number): void {
    const { requests } = this;
    this.#measures.lookups += 1;
    if (this.#cache?.find(requests.cacheDraw[request] as number) === true) {
      this.#measures.counts.cacheHits += 1;
      requests.isHit[request] = 1;
      this.#ownWork(request, this.#replicaOf(request), phase.finishWaits);
    } else {
      this.#embed(request);
    }
  }

  #embed(request: number): void {
    const embedMs = this.requests.embedMs[request] as number;
    if (embedMs > 0) {
      this.#add(this.nowMs + embedMs, kind.embedded, request);
    } else {
      this.#search(request);
    }
  }

  #search(request: number): void {
    const { requests, nowMs } = this;
    const { shards } = requests;
    requests.sinceMs[request] = nowMs;
    requests.searches[request] = shards;
    for (let shard = 0; shard < shards; shard += 1) {
      const item = request * shards + shard;
      const place = this.#idlestNode(shard);
      requests.searchNode[item] = place;
      if ((this.#nodes[place] as Station).enter(item, nowMs) === outcome.starts) {
        this.#add(nowMs + (requests.searchMs[item] as number), kind.searched, item);
      }
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

  #searched(item: number): void {
    const { requests, nowMs } = this;
    const { shards } = requests;
    const node = this.#nodes[requests.searchNode[item] as number] as Station;
    for (let next = node.leave(nowMs); next !== none; next = node.leave(nowMs)) {
      const request = Math.trunc(next / shards);
      if (requests.status[request] === status.here) {
        this.#add(nowMs + (requests.searchMs[next] as number), kind.searched, next);
        break;
      }
      this.#join(request);
    }
    this.#join(Math.trunc(item / shards));
  }

  /** One search of it has ended; the last one lets it go on. */
  #join(request: number): void {
    const { requests } = this;
    const left = (requests.searches[request] as number) - 1;
    requests.searches[request] = left;
    if (left === 0 && this.#goesOn(request)) {
      requests.searchedMs[request] = this.nowMs - (requests.sinceMs[request] as number);
      this.#askModel(request);
    }
  }

  #askModel(request: number): void {
    const { requests, nowMs } = this;
    if (this.#rateLimit !== undefined && !this.#rateLimit.take(1, nowMs)) {
      this.#rateLimit.penalise(1, nowMs);
      this.#freeSlot(request);
      this.#refuse(request, 'refusedByProvider');
      return;
    }
    requests.sinceMs[request] = nowMs;
    if (this.#provider === undefined || this.#provider.enter(request, nowMs) === outcome.starts) {
      this.#generate(request);
    }
  }

  #generate(request: number): void {
    const { requests, nowMs } = this;
    requests.modelWaitMs[request] = nowMs - (requests.sinceMs[request] as number);
    this.#add(nowMs + (requests.generateMs[request] as number), kind.generated, request);
  }

  #generated(request: number): void {
    const { requests, nowMs } = this;
    const provider = this.#provider;
    if (provider !== undefined) {
      for (let next = provider.leave(nowMs); next !== none; next = provider.leave(nowMs)) {
        if (requests.status[next] === status.here) {
          this.#generate(next);
          break;
        }
        this.#abandon(next);
      }
    }
    if (this.#goesOn(request)) {
      this.#cache?.keep(requests.cacheDraw[request] as number);
      this.#ownWork(request, this.#replicaOf(request), phase.finishWaits);
    }
  }

  #succeed(request: number): void {
    this.#measures.succeeded(this.requests, request, this.nowMs);
    this.#freeSlot(request);
    this.requests.free(request);
  }

  #refuse(request: number, why: 'refused' | 'refusedByProvider'): void {
    const { requests, nowMs } = this;
    const { counts } = this.#measures;
    const attempts = requests.attempts[request] as number;
    const startMs = requests.startMs[request] as number;
    requests.replica[request] = none;
    const waitMs = this.#retries.waitMs(attempts, requests.backoffs[request * requests.retryDraws + attempts - 1] as number);
    if (waitMs !== undefined && nowMs + waitMs < startMs + this.#deadlineMs) {
      if (this.#retries.isWithinBudget()) {
        counts.retries += 1;
        requests.phase[request] = phase.away;
        this.#add(nowMs + waitMs, kind.retried, request);
        return;
      }
      counts.retriesDenied += 1;
    }
    counts[why] += 1;
    this.#measures.failed(startMs);
    requests.free(request);
  }

  /** The replica is killed with whatever it still has. */
  #kill(id: number): void {
    const { requests, fleet } = this;
    const replica = fleet.byId[id];
    if (replica === undefined) {
      return;
    }
    for (let request = 0; request < requests.rows; request += 1) {
      if (requests.isUsed[request] === 1 && requests.replica[request] === id) {
        if (requests.status[request] === status.here) {
          this.#measures.counts.lost += 1;
          this.#measures.failed(requests.startMs[request] as number);
        }
        requests.status[request] = status.dead;
        const where = requests.phase[request];
        // Only its own queues named it; anything else will still find it.
        if (where === phase.queued || where === phase.prepareWaits || where === phase.finishWaits) {
          requests.free(request);
        }
      }
    }
    fleet.end(replica, this.nowMs);
  }

  #replicaOf(request: number): Replica {
    const replica = this.fleet.byId[this.requests.replica[request] as number];
    if (replica === undefined) {
      throw new RangeError(`request ${this.requests.number[request]} is on replica ${this.requests.replica[request]}, which has ended`);
    }
    return replica;
  }
}
