/** Nobody. */
export const none = -1;

/** What becomes of a customer that comes to a station. */
export const outcome = { starts: 0, waits: 1, refused: 2 } as const;

/** Who waits behind whom, by customer; shared by stations of which a customer waits at one at most. */
export interface Line {
  behind: Int32Array;
}

/**
 * Several equal servers with one queue in front, first come, first served. Customers are numbers; they are linked through `line`, so
 * that nothing is allocated. The station knows no service times: whoever uses it adds the end of each service to the event list. Times
 * may not go back.
 */
export class Station {
  /** Customers in service, and waiting. */
  busy = 0;
  waiting = 0;
  readonly servers: number;
  readonly queueLimit: number;
  readonly #line: Line;
  #first = none;
  #last = none;
  #busyTime = 0;
  #waitingTime = 0;
  #seenAtMs: number;

  /** `queueLimit` is how many may wait, `Infinity` where anyone may. */
  constructor(line: Line, servers: number, queueLimit: number, nowMs = 0) {
    this.#line = line;
    this.servers = servers;
    this.queueLimit = queueLimit;
    this.#seenAtMs = nowMs;
  }

  /** A customer comes: it starts at once, waits, or is refused (`outcome`). */
  enter(customer: number, nowMs: number): number {
    this.#see(nowMs);
    if (this.busy < this.servers) {
      this.busy += 1;
      return outcome.starts;
    }
    if (this.waiting >= this.queueLimit) {
      return outcome.refused;
    }
    const { behind } = this.#line;
    behind[customer] = none;
    if (this.#last === none) {
      this.#first = customer;
    } else {
      behind[this.#last] = customer;
    }
    this.#last = customer;
    this.waiting += 1;
    return outcome.waits;
  }

  /** A service has ended: gives who starts now in its place, or `none`. */
  leave(nowMs: number): number {
    this.#see(nowMs);
    const next = this.#first;
    if (next === none) {
      this.busy -= 1;
      return none;
    }
    this.#first = this.#line.behind[next] as number;
    if (this.#first === none) {
      this.#last = none;
    }
    this.waiting -= 1;
    return next;
  }

  /** Servers in use, summed over the time until now, in server-ms. */
  busyMs(nowMs: number): number {
    this.#see(nowMs);
    return this.#busyTime;
  }

  /** Customers waiting, summed over the time until now, in customer-ms. */
  waitingMs(nowMs: number): number {
    this.#see(nowMs);
    return this.#waitingTime;
  }

  #see(nowMs: number): void {
    const passed = nowMs - this.#seenAtMs;
    this.#busyTime += this.busy * passed;
    this.#waitingTime += this.waiting * passed;
    this.#seenAtMs = nowMs;
  }
}
