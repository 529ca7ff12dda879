import type { EventList } from './event-list.ts';

/** What an event is: the lower bits of its code; the upper ones say of whom, by row, search or id. */
export const kind = {
  passedGateway: 0,
  retried: 1,
  prepared: 2,
  lookedUp: 3,
  embedded: 4,
  searched: 5,
  generated: 6,
  finished: 7,
  started: 8,
  becameReady: 9,
  drainEnded: 10,
} as const;
type Kind = (typeof kind)[keyof typeof kind];

export const kindBits = 4;
export const kindMask = (1 << kindBits) - 1;

/** As a trace of events names them, by kind. */
export const kindNames = Object.keys(kind);

/** Lets something happen after a time from now. */
export function after(events: EventList, ms: number, what: Kind, item: number): void {
  events.add(events.nowMs + ms, (item << kindBits) | what);
}
