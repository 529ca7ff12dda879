import { createTokenBucket } from '../../system/policies/resilience/token-bucket.ts';
import type { SimulatedSystem } from '../contract/simulation.ts';
import { after, kind } from './event-kinds.ts';
import type { EventList } from './event-list.ts';
import { type Requests, status } from './requests.ts';
import { none, outcome, Station } from './station.ts';

/** A limit per minute is enforced per second, as the live provider does. */
const rateLimitWindowMs = 1000;

/** The provider of the language model: a rate limit, by the live provider's own token bucket, then slots with a queue. */
export class ProviderTier {
  readonly #requests: Requests;
  readonly #events: EventList;
  readonly #slots: Station | undefined;
  readonly #rateLimit: ReturnType<typeof createTokenBucket> | undefined;

  constructor({ slots, requestsPerMinute }: SimulatedSystem['provider'], requests: Requests, events: EventList) {
    this.#requests = requests;
    this.#events = events;
    this.#slots = slots === undefined ? undefined : new Station(requests.line, slots, Number.POSITIVE_INFINITY);
    this.#rateLimit =
      requestsPerMinute === undefined ? undefined : createTokenBucket({ perMinute: requestsPerMinute, windowMs: rateLimitWindowMs });
  }

  /** A request asks for its answer; false where that is beyond the limit, which a refused request uses up too. */
  ask(request: number): boolean {
    const { nowMs } = this.#events;
    if (this.#rateLimit !== undefined && !this.#rateLimit.take(1, nowMs)) {
      this.#rateLimit.penalise(1, nowMs);
      return false;
    }
    this.#requests.sinceMs[request] = nowMs;
    if (this.#slots === undefined || this.#slots.enter(request, nowMs) === outcome.starts) {
      this.#generate(request);
    }
    return true;
  }

  /** An answer is written; its slot goes to the next whose client is still there, and `dropped` is told of those in between. */
  generated(dropped: (request: number) => void): void {
    const slots = this.#slots;
    const { nowMs } = this.#events;
    if (slots === undefined) {
      return;
    }
    for (let next = slots.leave(nowMs); next !== none; next = slots.leave(nowMs)) {
      if (this.#requests.status[next] === status.here) {
        this.#generate(next);
        return;
      }
      dropped(next);
    }
  }

  #generate(request: number): void {
    const requests = this.#requests;
    requests.modelWaitMs[request] = this.#events.nowMs - (requests.sinceMs[request] as number);
    after(this.#events, requests.generateMs[request] as number, kind.generated, request);
  }
}
