const initialPlaces = 4;
const emptyPlaces = (length: number) => Array.from<string | undefined>({ length });

/** A list of texts that grows at both ends in constant time: a ring of places. */
export class Deque {
  #places = emptyPlaces(initialPlaces);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The item at a position in [0, length). */
  at(position: number): string | undefined {
    return position >= 0 && position < this.#length ? this.#places[this.#placeOf(position)] : undefined;
  }

  addFirst(item: string): void {
    this.#reserve();
    this.#first = this.#placeOf(this.#places.length - 1);
    this.#places[this.#first] = item;
    this.#length += 1;
  }

  addLast(item: string): void {
    this.#reserve();
    this.#places[this.#placeOf(this.#length)] = item;
    this.#length += 1;
  }

  takeFirst(): string | undefined {
    const item = this.at(0);
    if (this.#length > 0) {
      this.#places[this.#first] = undefined;
      this.#first = this.#placeOf(1);
      this.#length -= 1;
    }
    return item;
  }

  takeLast(): string | undefined {
    const item = this.at(this.#length - 1);
    if (this.#length > 0) {
      this.#places[this.#placeOf(this.#length - 1)] = undefined;
      this.#length -= 1;
    }
    return item;
  }

  /** The items at the positions from `start` up to and including `end`. */
  range(start: number, end: number): string[] {
    const items: string[] = [];
    for (let position = Math.max(0, start); position <= Math.min(end, this.#length - 1); position += 1) {
      items.push(this.#places[this.#placeOf(position)] as string);
    }
    return items;
  }

  #placeOf(position: number): number {
    return (this.#first + position) % this.#places.length;
  }

  #reserve(): void {
    if (this.#length < this.#places.length) {
      return;
    }
    const items = this.range(0, this.#length - 1);
    this.#places = [...items, ...emptyPlaces(items.length)];
    this.#first = 0;
  }
}
