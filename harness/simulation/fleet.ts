import type { Step } from '../autoscaling/elasticity.ts';
import type { SimulatedSystem } from '../contract/simulation.ts';
import { after, kind } from './event-kinds.ts';
import type { EventList } from './event-list.ts';
import { type Line, Station } from './station.ts';

/** Before any run: what is there at the beginning has long been ready and warm. */
const longAgoMs = -3_600_000;

/** The stages of a replica's life, in the order in which it goes through them. */
export const life = { pending: 0, starting: 1, ready: 2, draining: 3, ended: 4 } as const;
type Life = (typeof life)[keyof typeof life];

/** One query replica: so many slots with a queue in front, and so many event loops for its own work. */
export class Replica {
  readonly id: number;
  readonly slots: Station;
  readonly cores: Station;
  life: Life = life.pending;
  /** When its process started, and when it became ready; not yet where they are `Infinity`. */
  startedAtMs = Number.POSITIVE_INFINITY;
  readyAtMs = Number.POSITIVE_INFINITY;
  /** Until then its own work takes longer. */
  slowUntilMs = Number.NEGATIVE_INFINITY;
  /** Place among the ready ones, -1 where it is none of them. */
  place = -1;
  /** Requests that it has in hand or waiting, and the most there ever were. */
  inHand = 0;
  peakInHand = 0;

  constructor(id: number, { concurrency, queueLimit, cores }: SimulatedSystem['query'], line: Line, nowMs: number) {
    this.id = id;
    this.slots = new Station(line, concurrency, queueLimit, nowMs);
    this.cores = new Station(line, cores, Number.POSITIVE_INFINITY, nowMs);
  }
}

/**
 * The query replicas over their lives: asked for → scheduled → started → ready → draining → ended. It is paid for from the start of its
 * process to its end. Whoever is asked to end is chosen as Kubernetes does: one that has not started yet, then one that is not ready
 * yet, then a ready one, the youngest first in each case.
 */
export class Fleet {
  /** By id; `undefined` once a replica has ended. */
  readonly byId: (Replica | undefined)[] = [];
  /** All that exist, oldest first. */
  alive: Replica[] = [];
  ready: Replica[] = [];
  /** What each of `ready` has in hand: what balancing goes by. */
  inHandOfReady = new Int32Array(0);
  /** How many are asked for. */
  desired = 0;
  readonly readySteps: Step[] = [];
  readonly paidSteps: Step[] = [];
  /** Sums of those that have ended, so that totals never fall. */
  readonly ended = { busyMs: 0, slotMs: 0, slotWaitMs: 0 };
  readonly #query: SimulatedSystem['query'];
  readonly #line: Line;
  readonly #events: EventList;
  #serving = 0;
  #servingMs = 0;
  #servingSinceMs = 0;
  #paid = 0;

  constructor(query: SimulatedSystem['query'], line: Line, events: EventList) {
    this.#query = query;
    this.#line = line;
    this.#events = events;
  }

  /** Replicas that are ready and warm from the start of their lives. */
  addReady(count: number): void {
    const { nowMs } = this.#events;
    for (let index = 0; index < count; index += 1) {
      const replica = this.#create();
      replica.startedAtMs = nowMs === 0 ? longAgoMs : nowMs;
      replica.readyAtMs = replica.startedAtMs;
      replica.life = life.ready;
      this.ready.push(replica);
    }
    this.desired += count;
    this.#paid += count;
    this.#changed();
  }

  /** Asks for so many replicas: more are started, each on its own way, or surplus ones end. */
  setDesired(count: number): void {
    const { scheduleSeconds } = this.#query.startUp;
    while (this.desired < count) {
      after(this.#events, scheduleSeconds * 1000, kind.started, this.#create().id);
      this.desired += 1;
    }
    while (this.desired > count) {
      this.#endOne();
      this.desired -= 1;
    }
    this.#changed();
  }

  /** The process of a replica starts, unless it has been taken back. */
  start(id: number): void {
    const replica = this.byId[id];
    if (replica !== undefined) {
      replica.life = life.starting;
      replica.startedAtMs = this.#events.nowMs;
      this.#paid += 1;
      after(this.#events, this.#query.startUp.loadSeconds * 1000, kind.becameReady, id);
      this.#changed();
    }
  }

  /** A replica becomes ready, unless it has been taken back; true when it did. */
  makeReady(id: number): boolean {
    const { nowMs } = this.#events;
    const replica = this.byId[id];
    if (replica === undefined) {
      return false;
    }
    replica.life = life.ready;
    replica.readyAtMs = nowMs;
    replica.slowUntilMs = nowMs + this.#query.startUp.warmUpSeconds * 1000;
    this.ready.push(replica);
    this.#changed();
    return true;
  }

  /** A replica ends: its work is done, or its time is up. */
  end(replica: Replica): void {
    const { nowMs } = this.#events;
    this.ended.busyMs += replica.cores.busyMs(nowMs);
    this.ended.slotMs += replica.slots.busyMs(nowMs);
    this.ended.slotWaitMs += replica.slots.waitingMs(nowMs);
    this.#paid -= replica.life === life.pending ? 0 : 1;
    replica.life = life.ended;
    this.byId[replica.id] = undefined;
    this.alive = this.alive.filter((other) => other !== replica);
    this.#changed();
  }

  /** A request is on a replica, or no longer. */
  count(replica: Replica, change: number): void {
    replica.inHand += change;
    if (replica.inHand > replica.peakInHand) {
      replica.peakInHand = replica.inHand;
    }
    if (replica.place >= 0) {
      this.inHandOfReady[replica.place] = replica.inHand;
    }
  }

  /** Cores of ready and draining replicas, over the time until now, in core-ms. */
  coreMs(nowMs: number): number {
    return (this.#servingMs + this.#serving * (nowMs - this.#servingSinceMs)) * this.#query.cores;
  }

  #create(): Replica {
    const replica = new Replica(this.byId.length, this.#query, this.#line, this.#events.nowMs);
    this.byId.push(replica);
    this.alive.push(replica);
    return replica;
  }

  #endOne(): void {
    const candidates = this.alive.filter((replica) => replica.life !== life.draining);
    const chosen = candidates.reduce((first, other) =>
      other.life < first.life || (other.life === first.life && other.readyAtMs >= first.readyAtMs) ? other : first,
    );
    if (chosen.life !== life.ready) {
      this.end(chosen);
      return;
    }
    chosen.life = life.draining;
    this.ready = this.ready.filter((other) => other !== chosen);
    chosen.place = -1;
    if (chosen.inHand === 0) {
      this.end(chosen);
    } else {
      after(this.#events, this.#query.drainSeconds * 1000, kind.drainEnded, chosen.id);
    }
  }

  #changed(): void {
    const { nowMs } = this.#events;
    this.#servingMs += this.#serving * (nowMs - this.#servingSinceMs);
    this.#servingSinceMs = nowMs;
    this.#serving = this.alive.reduce((sum, replica) => sum + (replica.life >= life.ready ? 1 : 0), 0);
    this.inHandOfReady = Int32Array.from(this.ready, ({ inHand }) => inHand);
    for (const [place, replica] of this.ready.entries()) {
      replica.place = place;
    }
    note(this.readySteps, nowMs, this.ready.length);
    note(this.paidSteps, nowMs, this.#paid);
  }
}

/** Adds a step where the number has changed; of several at one moment the last counts. */
function note(steps: Step[], atMs: number, replicas: number): void {
  const last = steps.at(-1);
  if (last?.atMs === atMs) {
    steps.pop();
  }
  if (steps.at(-1)?.replicas !== replicas) {
    steps.push({ atMs, replicas });
  }
}
