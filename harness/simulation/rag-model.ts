import type { SimulatedSystem } from '../contract/simulation.ts';
import { answerCache } from './answer-cache.ts';
import { Deadlines } from './deadlines.ts';
import { after, kind, kindBits, kindMask, kindNames } from './event-kinds.ts';
import { EventList } from './event-list.ts';
import type { Measures } from './measures.ts';
import { ProviderTier } from './provider-tier.ts';
import { QueryTier } from './query-tier.ts';
import { phase, Requests, status } from './requests.ts';
import { Retries } from './retries.ts';
import { none } from './station.ts';
import { VectorTier } from './vector-tier.ts';
import { Work } from './work.ts';

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
  readonly work: Work;
  readonly query: QueryTier;
  readonly #measures: Measures;
  readonly #vector: VectorTier;
  readonly #provider: ProviderTier;
  readonly #cache: ReturnType<typeof answerCache> | undefined;
  readonly #retries: Retries;
  readonly #deadlineMs: number;
  readonly #drop: (request: number) => void;

  constructor(system: SimulatedSystem, seed: number, measures: Measures) {
    const { query, vector, provider, client } = system;
    const { events } = this;
    const requests = new Requests(vector.shards, client.retries?.attempts ?? 0);
    this.requests = requests;
    this.#measures = measures;
    this.work = new Work(system, seed);
    this.query = new QueryTier(query, seed, requests, events, measures, {
      prepared: (request) => this.#skippedPreparation(request),
      finished: (request) => this.#succeed(request),
    });
    this.#vector = new VectorTier(vector, requests, events, (request) => this.#joined(request));
    this.#provider = new ProviderTier(provider, requests, events);
    this.#cache = system.answerCache === undefined ? undefined : answerCache(system.answerCache, seed, () => events.nowMs);
    this.#retries = new Retries(client.retries);
    this.#deadlineMs = client.deadlineMs;
    this.#drop = (request) => this.query.abandon(request);
  }

  /** A client asks for the first time. */
  arrive(): void {
    const { requests } = this;
    const { nowMs } = this.events;
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

  /** One event of the list happens. */
  happen(code: number): void {
    const { query } = this;
    const item = code >> kindBits;
    switch (code & kindMask) {
      case kind.passedGateway:
        this.#route(item);
        return;
      case kind.retried:
        this.#attempt(item);
        return;
      case kind.prepared:
        if (query.freeCore(item)) {
          this.#lookUp(item);
        }
        return;
      case kind.lookedUp:
        if (query.goesOn(item)) {
          this.#lookedUp(item);
        }
        return;
      case kind.embedded:
        if (query.goesOn(item)) {
          this.#vector.search(item);
        }
        return;
      case kind.searched:
        this.#vector.searched(item);
        return;
      case kind.generated:
        this.#provider.generated(this.#drop);
        if (query.goesOn(item)) {
          this.#cache?.keep(this.requests.cacheDraw[item] as number);
          query.finish(item);
        }
        return;
      case kind.finished:
        if (query.freeCore(item)) {
          this.#succeed(item);
        }
        return;
      case kind.started:
        query.fleet.start(item);
        return;
      case kind.becameReady:
        if (query.fleet.makeReady(item)) {
          this.release();
        }
        return;
      case kind.drainEnded:
        query.kill(item);
        return;
    }
  }

  /** Hands out the requests that are held, when a replica is ready. */
  release(): void {
    const { requests } = this;
    const { held, fleet } = this.query;
    while (held.waiting > 0 && fleet.ready.length > 0) {
      const request = held.leave(this.events.nowMs);
      if (requests.status[request] !== status.here) {
        requests.free(request);
      } else if (!this.query.admit(request)) {
        this.#refuse(request, 'refused');
      }
    }
  }

  /** The run ends: counts the requests whose client still waits. One that has waited for longer than the goal allows is late already. */
  stop(): void {
    const { requests } = this;
    const { nowMs } = this.events;
    for (let request = 0; request < requests.rows; request += 1) {
      if (requests.isUsed[request] === 1 && requests.status[request] === status.here) {
        this.#measures.counts.unfinished += 1;
        this.#measures.goal.unfinished(requests.startMs[request] as number, nowMs);
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

  #attempt(request: number): void {
    const { requests } = this;
    requests.replica[request] = none;
    requests.phase[request] = phase.away;
    requests.attempts[request] = (requests.attempts[request] as number) + 1;
    requests.attemptMs[request] = this.events.nowMs;
    requests.isHit[request] = 0;
    requests.ownWaitMs[request] = 0;
    const gatewayMs = requests.gatewayMs[request] as number;
    if (gatewayMs > 0) {
      after(this.events, gatewayMs, kind.passedGateway, request);
    } else {
      this.#route(request);
    }
  }

  #route(request: number): void {
    const { requests } = this;
    if (requests.status[request] !== status.here) {
      requests.free(request);
      return;
    }
    this.#measures.seenAttempts += 1;
    if (!this.query.enter(request)) {
      this.#refuse(request, 'refused');
    }
  }

  /** Its preparation took no time and no core; what comes next is an event even where that takes no time either. */
  #skippedPreparation(request: number): void {
    const { requests } = this;
    if (this.#cache === undefined) {
      after(this.events, requests.embedMs[request] as number, kind.embedded, request);
    } else {
      after(this.events, requests.lookupMs[request] as number, kind.lookedUp, request);
    }
  }

  #lookUp(request: number): void {
    const lookupMs = this.requests.lookupMs[request] as number;
    if (this.#cache === undefined) {
      this.#embed(request);
    } else if (lookupMs > 0) {
      after(this.events, lookupMs, kind.lookedUp, request);
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
      this.query.finish(request);
    } else {
      this.#embed(request);
    }
  }

  #embed(request: number): void {
    const embedMs = this.requests.embedMs[request] as number;
    if (embedMs > 0) {
      after(this.events, embedMs, kind.embedded, request);
    } else {
      this.#vector.search(request);
    }
  }

  /** All shards have answered, or nobody waits for them any more. */
  #joined(request: number): void {
    const { requests } = this;
    if (this.query.goesOn(request)) {
      requests.searchedMs[request] = this.events.nowMs - (requests.sinceMs[request] as number);
      if (!this.#provider.ask(request)) {
        this.query.freeSlot(request);
        this.#refuse(request, 'refusedByProvider');
      }
    }
  }

  #succeed(request: number): void {
    this.#measures.succeeded(this.requests, request, this.events.nowMs);
    this.query.freeSlot(request);
    this.requests.free(request);
  }

  /** It is tried again where it may be, or has failed for good. */
  #refuse(request: number, why: 'refused' | 'refusedByProvider'): void {
    const { requests } = this;
    const { counts } = this.#measures;
    const { nowMs } = this.events;
    const attempts = requests.attempts[request] as number;
    const startMs = requests.startMs[request] as number;
    requests.replica[request] = none;
    const waitMs = this.#retries.waitMs(attempts, requests.backoffs[request * requests.retryDraws + attempts - 1] as number);
    if (waitMs !== undefined && nowMs + waitMs < startMs + this.#deadlineMs) {
      if (this.#retries.isWithinBudget()) {
        counts.retries += 1;
        requests.phase[request] = phase.away;
        after(this.events, waitMs, kind.retried, request);
        return;
      }
      counts.retriesDenied += 1;
    }
    counts[why] += 1;
    this.#measures.failed(startMs);
    requests.free(request);
  }
}
