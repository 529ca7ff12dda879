import type { PodObservation, PodSample } from '../autoscaling/scaling-rule.ts';
import type { SimulatedSystem } from '../contract/simulation.ts';
import { type Fleet, life, type Replica } from './fleet.ts';

/** Time between two samples of every pod, and the window of each: what metrics-server is configured with where it is used for scaling. */
export const scrapeMs = 15_000;

interface Scraped {
  busyMs: number;
  sample?: PodSample;
}

/**
 * What a metrics server would tell of the pods. All are sampled together every 15 s: CPU is the mean of that window, memory that of the
 * moment. A pod has its first sample once it has run for a whole window. Its CPU is the time in which its cores do the replica's own work;
 * what waits for other tiers uses none, and neither does starting.
 */
export class MetricsServer {
  readonly #fleet: Fleet;
  readonly #query: SimulatedSystem['query'];
  #scraped = new Map<Replica, Scraped>();

  constructor(fleet: Fleet, query: SimulatedSystem['query']) {
    this.#fleet = fleet;
    this.#query = query;
  }

  scrape(nowMs: number): void {
    const scraped = new Map<Replica, Scraped>();
    for (const replica of this.#fleet.alive) {
      if (replica.life !== life.pending) {
        const busyMs = replica.cores.busyMs(nowMs);
        const hasRun = replica.startedAtMs <= nowMs - scrapeMs;
        const cpuMillicores = (1000 * (busyMs - (this.#scraped.get(replica)?.busyMs ?? 0))) / scrapeMs;
        scraped.set(replica, {
          busyMs,
          ...(hasRun && { sample: { takenAtMs: nowMs, windowMs: scrapeMs, cpuMillicores, memoryBytes: this.#memoryBytes(replica) } }),
        });
      }
    }
    this.#scraped = scraped;
  }

  pods(): PodObservation[] {
    const { requests } = this.#query;
    return this.#fleet.alive.map((replica) => {
      const sample = this.#scraped.get(replica)?.sample;
      const isRunning = replica.life !== life.pending;
      const isReady = replica.life >= life.ready;
      return {
        name: `query-${replica.id}`,
        phase: isRunning ? 'Running' : 'Pending',
        deleting: replica.life === life.draining,
        ready: isReady,
        ...(isRunning && { startedAtMs: replica.startedAtMs, readyChangedAtMs: isReady ? replica.readyAtMs : replica.startedAtMs }),
        ...(sample !== undefined && { sample }),
        requests,
      };
    });
  }

  #memoryBytes({ inHand, peakInHand }: Replica): number {
    const { baseBytes, bytesPerRequest, heldShare } = this.#query.memory;
    // Of its peak a share stays, whatever it has in hand now.
    return Math.max(baseBytes + bytesPerRequest * inHand, heldShare * (baseBytes + bytesPerRequest * peakInHand));
  }
}
