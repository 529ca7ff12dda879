/** Children per node: a wider heap than a binary one is flatter, and its children lie in one cache line. */
const arity = 4;
const firstLength = 256;

/**
 * What is going to happen, in order of virtual time; of two events at one moment the one that was added first, so that a run repeats to
 * the last bit. A 4-ary heap in typed arrays: nothing is allocated per event.
 */
export class EventList {
  /** The present, which whoever runs the events moves on. */
  nowMs = 0;
  /** The time of the next event, `Infinity` where there is none. */
  nextAtMs = Number.POSITIVE_INFINITY;
  /** How many events are to come. */
  size = 0;
  #times = new Float64Array(firstLength);
  #orders = new Float64Array(firstLength);
  #codes = new Int32Array(firstLength);
  #added = 0;

  /** Adds an event: a time and a number that says what it is. */
  add(atMs: number, code: number): void {
    if (this.size === this.#times.length) {
      this.#grow();
    }
    const times = this.#times;
    const orders = this.#orders;
    const codes = this.#codes;
    let place = this.size;
    this.size += 1;
    // Of equal times the new one is the last, so that the walk upwards needs no tie-break.
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const parentAtMs = times[parent] as number;
      if (parentAtMs <= atMs) {
        break;
      }
      times[place] = parentAtMs;
      orders[place] = orders[parent] as number;
      codes[place] = codes[parent] as number;
      place = parent;
    }
    times[place] = atMs;
    orders[place] = this.#added;
    codes[place] = code;
    this.#added += 1;
    this.nextAtMs = times[0] as number;
  }

  /** Takes the next event off the list and gives its code. Throws `RangeError` where there is none. */
  take(): number {
    if (this.size === 0) {
      throw new RangeError('the event list is empty');
    }
    const times = this.#times;
    const orders = this.#orders;
    const codes = this.#codes;
    const taken = codes[0] as number;
    this.size -= 1;
    const { size } = this;
    if (size === 0) {
      this.nextAtMs = Number.POSITIVE_INFINITY;
      return taken;
    }
    // The last one fills the hole, at the place where nothing below it comes earlier.
    const atMs = times[size] as number;
    const order = orders[size] as number;
    let place = 0;
    for (;;) {
      const from = place * arity + 1;
      if (from >= size) {
        break;
      }
      const to = from + arity < size ? from + arity : size;
      let least = from;
      let leastAtMs = times[from] as number;
      for (let child = from + 1; child < to; child += 1) {
        const childAtMs = times[child] as number;
        if (childAtMs < leastAtMs || (childAtMs === leastAtMs && (orders[child] as number) < (orders[least] as number))) {
          least = child;
          leastAtMs = childAtMs;
        }
      }
      if (leastAtMs > atMs || (leastAtMs === atMs && (orders[least] as number) > order)) {
        break;
      }
      times[place] = leastAtMs;
      orders[place] = orders[least] as number;
      codes[place] = codes[least] as number;
      place = least;
    }
    times[place] = atMs;
    orders[place] = order;
    codes[place] = codes[size] as number;
    this.nextAtMs = times[0] as number;
    return taken;
  }

  #grow(): void {
    const length = this.#times.length * 2;
    const grown = <T extends Float64Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#times = grown(new Float64Array(length), this.#times);
    this.#orders = grown(new Float64Array(length), this.#orders);
    this.#codes = grown(new Int32Array(length), this.#codes);
  }
}
