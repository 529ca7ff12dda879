import type { HpaCondition } from './input.ts';

type ConditionType = HpaCondition['type'];

/** The conditions of one autoscaler while it is reconciled: each is replaced in its place, or added at the end. */
export class Conditions {
  readonly #list: HpaCondition[];
  readonly #now: string;

  constructor(before: readonly HpaCondition[], now: string) {
    this.#list = [...before];
    this.#now = now;
  }

  /** The time of the last change moves only when the status does, not when the reason does. */
  set(type: ConditionType, status: HpaCondition['status'], reason: string, message: string): void {
    const place = this.#list.findIndex((condition) => condition.type === type);
    const before = this.#list[place];
    const since = before?.status === status ? before.lastTransitionTime : this.#now;
    const condition = { type, status, reason, message, ...(since !== undefined && { lastTransitionTime: since }) };
    if (place < 0) {
      this.#list.push(condition);
    } else {
      this.#list[place] = condition;
    }
  }

  list(): HpaCondition[] {
    return [...this.#list];
  }
}
