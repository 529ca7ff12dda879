import { EventList } from './event-list.ts';
import { none, outcome, Station } from './station.ts';

/** One station by itself, in the parts of which the reference system is made. Times in ms. */
interface QueueModel {
  readonly servers: number;
  /** How many may wait; anyone where absent. */
  readonly queueLimit?: number;
  readonly nextGapMs: () => number;
  readonly nextServiceMs: () => number;
  /** Customers that are watched, after those that only fill the queue. */
  readonly customers: number;
  readonly fillers: number;
}

/** What became of those that were watched. */
interface QueueOutcome {
  readonly meanWaitMs: number;
  /** In the system. */
  readonly meanTimeMs: number;
  /** Of those that were let in. */
  readonly waitsMs: Float64Array;
  readonly lostShare: number;
  /** Means over the time in which the watched ones arrived. */
  readonly meanInSystem: number;
  readonly meanInService: number;
  readonly admittedPerMs: number;
  readonly events: number;
}

const arrival = -1;

/**
 * Runs one station until the watched customers have left. Little's law is not used but measured: the means over time come from the
 * station's own areas, those over customers from the customers.
 */
export function simulateQueue(model: QueueModel): QueueOutcome {
  const { servers, queueLimit = Number.POSITIVE_INFINITY, nextGapMs, nextServiceMs, customers, fillers } = model;
  const total = customers + fillers;
  const events = new EventList();
  const station = new Station({ behind: new Int32Array(total) }, servers, queueLimit);
  const arrivedMs = new Float64Array(total);
  const serviceMs = new Float64Array(total);
  const waitsMs = new Float64Array(customers);
  let admitted = 0;
  let lost = 0;
  let timesMs = 0;
  let happened = 0;
  let next = 0;
  let watchedFrom = { atMs: 0, busyMs: 0, waitingMs: 0 };
  let watchedTo = watchedFrom;
  const areas = (atMs: number) => ({ atMs, busyMs: station.busyMs(atMs), waitingMs: station.waitingMs(atMs) });
  const begin = (customer: number, atMs: number) => {
    events.add(atMs + (serviceMs[customer] as number), customer);
    if (customer >= fillers) {
      waitsMs[admitted] = atMs - (arrivedMs[customer] as number);
      admitted += 1;
    }
  };
  events.add(nextGapMs(), arrival);
  while (events.size > 0) {
    const atMs = events.nextAtMs;
    const customer = events.take();
    happened += 1;
    if (customer === arrival) {
      const comer = next;
      next += 1;
      arrivedMs[comer] = atMs;
      serviceMs[comer] = nextServiceMs();
      if (comer === fillers) {
        watchedFrom = areas(atMs);
      }
      const entry = station.enter(comer, atMs);
      if (entry === outcome.starts) {
        begin(comer, atMs);
      } else if (entry === outcome.refused && comer >= fillers) {
        lost += 1;
      }
      if (next < total) {
        events.add(atMs + nextGapMs(), arrival);
      } else {
        watchedTo = areas(atMs);
      }
    } else {
      if (customer >= fillers) {
        timesMs += atMs - (arrivedMs[customer] as number);
      }
      const follower = station.leave(atMs);
      if (follower !== none) {
        begin(follower, atMs);
      }
    }
  }
  const watchedMs = watchedTo.atMs - watchedFrom.atMs;
  const inService = (watchedTo.busyMs - watchedFrom.busyMs) / watchedMs;
  const admittedWaits = waitsMs.subarray(0, admitted);
  return {
    meanWaitMs: admittedWaits.reduce((sum, ms) => sum + ms, 0) / admitted,
    meanTimeMs: timesMs / admitted,
    waitsMs: admittedWaits,
    lostShare: lost / customers,
    meanInSystem: inService + (watchedTo.waitingMs - watchedFrom.waitingMs) / watchedMs,
    meanInService: inService,
    admittedPerMs: (customers - lost) / watchedMs,
    events: happened,
  };
}

/**
 * One server whose customers all share it equally (processor sharing), by the same event list: departures are ordered by the service that
 * everybody has attained, which grows by the time divided by the number of customers.
 */
export function simulateSharing(model: Pick<QueueModel, 'nextGapMs' | 'nextServiceMs' | 'customers' | 'fillers'>): number {
  const { nextGapMs, nextServiceMs, customers, fillers } = model;
  const total = customers + fillers;
  const leaving = new EventList();
  const arrivedMs = new Float64Array(total);
  let attainedMs = 0;
  let nowMs = 0;
  let arrivalAtMs = nextGapMs();
  let next = 0;
  let timesMs = 0;
  while (leaving.size > 0 || next < total) {
    const present = leaving.size;
    const leaveAtMs = present === 0 ? Number.POSITIVE_INFINITY : nowMs + (leaving.nextAtMs - attainedMs) * present;
    if (arrivalAtMs < leaveAtMs) {
      attainedMs += present === 0 ? 0 : (arrivalAtMs - nowMs) / present;
      nowMs = arrivalAtMs;
      arrivedMs[next] = nowMs;
      leaving.add(attainedMs + nextServiceMs(), next);
      next += 1;
      arrivalAtMs = next < total ? nowMs + nextGapMs() : Number.POSITIVE_INFINITY;
    } else {
      attainedMs = leaving.nextAtMs;
      nowMs = leaveAtMs;
      const customer = leaving.take();
      timesMs += customer >= fillers ? nowMs - (arrivedMs[customer] as number) : 0;
    }
  }
  return timesMs / customers;
}
