/**
 * Users by the moment at which they want to ask next, the earliest first and among equal moments the lowest number: a binary heap
 * (Williams, CACM 1964) over two flat arrays, because thousands of timers of the event loop cost more than all their requests.
 */
export class UserQueue {
  readonly #dueUs: Float64Array;
  readonly #users: Int32Array;
  #size = 0;

  /** Each user is in it at most once. */
  constructor(users: number) {
    this.#dueUs = new Float64Array(users);
    this.#users = new Int32Array(users);
  }

  /** Infinite when nobody is in it. */
  get nextDueUs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#due(0);
  }

  add(user: number, dueUs: number): void {
    if (this.#size === this.#users.length) {
      throw new RangeError(`user ${user} is one more than the ${this.#size} that the queue is for`);
    }
    let place = this.#size;
    this.#size += 1;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (!this.#precedes(dueUs, user, parent)) {
        break;
      }
      this.#put(place, this.#due(parent), this.#user(parent));
      place = parent;
    }
    this.#put(place, dueUs, user);
  }

  /** Takes the user of `nextDueUs` out. Throws `RangeError` when nobody is in it. */
  take(): number {
    if (this.#size === 0) {
      throw new RangeError('nobody is in the queue');
    }
    const first = this.#user(0);
    this.#size -= 1;
    const [dueUs, user] = [this.#due(this.#size), this.#user(this.#size)];
    let place = 0;
    for (let child = 1; child < this.#size; child = 2 * place + 1) {
      const earlier = child + 1 < this.#size && this.#precedes(this.#due(child + 1), this.#user(child + 1), child) ? child + 1 : child;
      if (this.#precedes(dueUs, user, earlier)) {
        break;
      }
      this.#put(place, this.#due(earlier), this.#user(earlier));
      place = earlier;
    }
    this.#put(place, dueUs, user);
    return first;
  }

  #precedes(dueUs: number, user: number, place: number): boolean {
    return dueUs < this.#due(place) || (dueUs === this.#due(place) && user < this.#user(place));
  }

  #due(place: number): number {
    return this.#dueUs[place] as number;
  }

  #user(place: number): number {
    return this.#users[place] as number;
  }

  #put(place: number, dueUs: number, user: number): void {
    this.#dueUs[place] = dueUs;
    this.#users[place] = user;
  }
}
