const firstLength = 1024;

/**
 * When clients give up. All wait equally long from their intended start, so that deadlines come in the order of arrivals and need no
 * place in the event list: a ring of those to come, of which those whose request has ended are skipped.
 */
export class Deadlines {
  /** The next deadline that may still matter, `Infinity` where there is none. */
  nextAtMs = Number.POSITIVE_INFINITY;
  #times = new Float64Array(firstLength);
  #numbers = new Float64Array(firstLength);
  #rows = new Int32Array(firstLength);
  #first = 0;
  #count = 0;

  /**
   * The deadline of request `number`, which is in row `row` until it has ended; no earlier than those before. `numbers` tells which
   * request is in a row now.
   */
  add(atMs: number, row: number, number: number, numbers: Float64Array): void {
    if (this.#count === this.#times.length) {
      this.#makeRoom(numbers);
    }
    const place = (this.#first + this.#count) & (this.#times.length - 1);
    this.#times[place] = atMs;
    this.#numbers[place] = number;
    this.#rows[place] = row;
    this.#count += 1;
    if (this.#count === 1) {
      this.nextAtMs = atMs;
    }
  }

  /**
   * Takes the next deadline off and gives the row of its request, or -1 where that has ended. Those behind it that have ended are skipped, which is cheaper than coming back for each.
   */
  take(numbers: Float64Array): number {
    const row = this.#rowOfFirst(numbers);
    this.#drop();
    while (this.#count > 0 && this.#rowOfFirst(numbers) < 0) {
      this.#drop();
    }
    this.nextAtMs = this.#count === 0 ? Number.POSITIVE_INFINITY : (this.#times[this.#first] as number);
    return row;
  }

  #rowOfFirst(numbers: Float64Array): number {
    const row = this.#rows[this.#first] as number;
    return numbers[row] === this.#numbers[this.#first] ? row : -1;
  }

  #drop(): void {
    this.#first = (this.#first + 1) & (this.#times.length - 1);
    this.#count -= 1;
  }

  /** Leaves out those whose request has ended, into a ring that is twice as long where they were few: long deadlines take no memory. */
  #makeRoom(numbers: Float64Array): void {
    const mask = this.#times.length - 1;
    const isLive = (place: number) => numbers[this.#rows[place] as number] === this.#numbers[place];
    const places: number[] = [];
    for (let index = 0; index < this.#count; index += 1) {
      const place = (this.#first + index) & mask;
      if (isLive(place)) {
        places.push(place);
      }
    }
    const length = places.length > this.#times.length / 2 ? 2 * this.#times.length : this.#times.length;
    const kept = <T extends Float64Array | Int32Array>(to: T, from: T): T => {
      for (const [index, place] of places.entries()) {
        to[index] = from[place] as number;
      }
      return to;
    };
    this.#times = kept(new Float64Array(length), this.#times);
    this.#numbers = kept(new Float64Array(length), this.#numbers);
    this.#rows = kept(new Int32Array(length), this.#rows);
    this.#first = 0;
    this.#count = places.length;
    this.nextAtMs = this.#count === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }
}
