import { balancingPolicies } from '../../system/policies/balancing/index.ts';
import { randomStream } from '../../system/policies/random-stream.ts';
import type { SimulatedSystem } from '../contract/simulation.ts';
import { after, kind } from './event-kinds.ts';
import type { EventList } from './event-list.ts';
import { Fleet, life, type Replica } from './fleet.ts';
import type { Measures } from './measures.ts';
import { phase, type Requests, status } from './requests.ts';
import { none, outcome, Station } from './station.ts';

/** What follows when a replica has done its own work for a request that took no time. */
interface Next {
  /** The first part is done; something has to be added to the event list, so that a long queue does not unroll on the stack. */
  prepared(request: number): void;
  finished(request: number): void;
}

/**
 * The query replicas at work: a request is admitted to one of those that are ready, waits for a slot, and holds it from its first own
 * work to its last, each of which it does on one of the replica's cores. While no replica is ready, as many requests are held in front of
 * the tier as one replica may have waiting.
 */
export class QueryTier {
  readonly fleet: Fleet;
  /** Requests that wait while no replica is ready. */
  readonly held: Station;
  readonly #requests: Requests;
  readonly #events: EventList;
  readonly #measures: Measures;
  readonly #next: Next;
  readonly #balancing: ReturnType<(typeof balancingPolicies)['random']>;
  readonly #warmUpSlowdown: number;

  constructor(query: SimulatedSystem['query'], seed: number, requests: Requests, events: EventList, measures: Measures, next: Next) {
    this.fleet = new Fleet(query, requests.line, events);
    this.held = new Station(requests.line, 0, query.queueLimit);
    this.#requests = requests;
    this.#events = events;
    this.#measures = measures;
    this.#next = next;
    this.#balancing = balancingPolicies[query.balancing](randomStream(seed, 'simulation:routing'));
    this.#warmUpSlowdown = query.startUp.warmUpSlowdown;
  }

  /** A request comes; false where it is refused. */
  enter(request: number): boolean {
    const { nowMs } = this.#events;
    this.#requests.sinceMs[request] = nowMs;
    return this.fleet.ready.length > 0 ? this.admit(request) : this.held.enter(request, nowMs) !== outcome.refused;
  }

  /** A request goes to a ready replica, of which there must be one; false where its queue is full. */
  admit(request: number): boolean {
    const requests = this.#requests;
    const { fleet } = this;
    const replica = fleet.ready[this.#balancing.choose(fleet.inHandOfReady)] as Replica;
    const admission = replica.slots.enter(request, this.#events.nowMs);
    if (admission === outcome.refused) {
      return false;
    }
    requests.replica[request] = replica.id;
    fleet.count(replica, 1);
    if (admission === outcome.starts) {
      this.#begin(request, replica);
    } else {
      requests.phase[request] = phase.queued;
    }
    return true;
  }

  /** The other tiers have done their part: its last own work. */
  finish(request: number): void {
    this.#ownWork(request, this.#replicaOf(request), phase.finishWaits);
  }

  /** Its own work is done, and the core goes to the next; false where the request goes no further. */
  freeCore(request: number): boolean {
    const requests = this.#requests;
    const { nowMs } = this.#events;
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
      this.abandon(next);
    }
    return this.goesOn(request);
  }

  /** False where the client has left or the replica was killed: the request ends here. */
  goesOn(request: number): boolean {
    const requests = this.#requests;
    if (requests.status[request] === status.here) {
      requests.phase[request] = phase.away;
      return true;
    }
    this.abandon(request);
    return false;
  }

  /** Nobody wants the answer any more. */
  abandon(request: number): void {
    const requests = this.#requests;
    if (requests.status[request] !== status.dead) {
      this.freeSlot(request);
    }
    requests.free(request);
  }

  /** The request leaves its replica; its slot goes to the first in the queue whose client is still there. */
  freeSlot(request: number): void {
    const requests = this.#requests;
    const { fleet } = this;
    const { nowMs } = this.#events;
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
      fleet.end(replica);
    }
  }

  /** The replica is killed with whatever it still has. */
  kill(id: number): void {
    const requests = this.#requests;
    const replica = this.fleet.byId[id];
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
    this.fleet.end(replica);
  }

  /** It has a slot. */
  #begin(request: number, replica: Replica): void {
    const requests = this.#requests;
    const waitedMs = this.#events.nowMs - (requests.sinceMs[request] as number);
    requests.slotWaitMs[request] = waitedMs;
    this.#measures.seenWaits += 1;
    this.#measures.seenWaitMs += waitedMs;
    this.#ownWork(request, replica, phase.prepareWaits);
  }

  /** Its next own work; what takes no time needs no core, and waits for none. */
  #ownWork(request: number, replica: Replica, waits: number): void {
    const requests = this.#requests;
    const { nowMs } = this.#events;
    requests.sinceMs[request] = nowMs;
    if (waits === phase.prepareWaits && requests.prepareMs[request] === 0) {
      requests.preparedMs[request] = 0;
      requests.phase[request] = phase.away;
      this.#next.prepared(request);
    } else if (waits === phase.finishWaits && requests.finishMs[request] === 0) {
      requests.finishedMs[request] = 0;
      this.#next.finished(request);
    } else {
      requests.phase[request] = waits;
      if (replica.cores.enter(request, nowMs) === outcome.starts) {
        this.#compute(request, replica);
      }
    }
  }

  /** It has a core. */
  #compute(request: number, replica: Replica): void {
    const requests = this.#requests;
    const { nowMs } = this.#events;
    requests.ownWaitMs[request] = (requests.ownWaitMs[request] as number) + nowMs - (requests.sinceMs[request] as number);
    const slowdown = nowMs < replica.slowUntilMs ? this.#warmUpSlowdown : 1;
    if (requests.phase[request] === phase.prepareWaits) {
      const ms = (requests.prepareMs[request] as number) * slowdown;
      requests.phase[request] = phase.prepareRuns;
      requests.preparedMs[request] = ms;
      after(this.#events, ms, kind.prepared, request);
    } else {
      const ms = (requests.finishMs[request] as number) * slowdown;
      requests.phase[request] = phase.finishRuns;
      requests.finishedMs[request] = ms;
      after(this.#events, ms, kind.finished, request);
    }
  }

  #replicaOf(request: number): Replica {
    const requests = this.#requests;
    const replica = this.fleet.byId[requests.replica[request] as number];
    if (replica === undefined) {
      throw new RangeError(`request ${requests.number[request]} is on replica ${requests.replica[request]}, which has ended`);
    }
    return replica;
  }
}
