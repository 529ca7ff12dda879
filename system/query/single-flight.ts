import { within } from '../runtime/deadline.ts';

interface Flight<Value> {
  readonly result: Promise<Value>;
  /** Of who began it. */
  readonly signal: AbortSignal;
}

export interface Landed<Value> {
  readonly value: Value;
  /** Whether somebody else had begun it. */
  readonly shared: boolean;
}

/**
 * Work that is not done twice at the same time: who asks for what is being made waits for it. An error of the work is everybody's; that
 * who began it has gone or has run out of time is not, then one of those who wait begins anew.
 */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  /**
   * Rejects as `work` does, and for whoever waits with the reason of his own signal when that aborts first.
   * @param landed what else there is to do before the next one has to make it again; nobody waits for it. Must not reject.
   */
  async do(key: string, signal: AbortSignal, work: () => Promise<Value>, landed: (value: Value) => Promise<void>): Promise<Landed<Value>> {
    for (;;) {
      const flight = this.#flights.get(key);
      if (flight === undefined) {
        // Nothing is awaited between the look and this, so that only one can be the first.
        return { value: await this.#begin(key, signal, work, landed), shared: false };
      }
      try {
        return { value: await within(signal, flight.result), shared: true };
      } catch (error) {
        if (signal.aborted || !flight.signal.aborted) {
          throw error;
        }
      }
    }
  }

  #begin(key: string, signal: AbortSignal, work: () => Promise<Value>, landed: (value: Value) => Promise<void>): Promise<Value> {
    const run = async () => {
      try {
        const value = await work();
        void landed(value).finally(() => this.#flights.delete(key));
        return value;
      } catch (error) {
        this.#flights.delete(key);
        throw error;
      }
    };
    const result = run();
    this.#flights.set(key, { result, signal });
    return result;
  }
}
