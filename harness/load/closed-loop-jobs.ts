import { createHash } from 'node:crypto';
import { meanThinkTimeMs, mostRequests, thinkTimesUs } from '../arrivals/think-time.ts';
import type { ErrorClass } from '../contract/operation.ts';
import type { ClosedLoad, LoadUser } from '../contract/plan.ts';
import { Column } from './column.ts';
import type { JobSource } from './job-source.ts';
import { UserQueue } from './user-queue.ts';

/**
 * A user whose request never left asks again no sooner than this: without think time a target that refuses would otherwise be
 * asked, and refuse, in one endless loop.
 */
const leastPauseUnsentUs = 100_000;
/** Jobs that are counted at most when it is asked how many there may be. */
const mostExpected = 1_000_000;
/** Digits of a session id have a fixed width, so that the length of a request does not depend on them. */
const sessionDigits = 6;
const sessionRadix = 36;

const fixedWidth = (value: number) => value.toString(sessionRadix).padStart(sessionDigits, '0').slice(-sessionDigits);

/** The conversation number `session` of a user, for all requests of a step equally long. */
function sessionId(stepId: string, user: number, session: number): string {
  return `${stepId}.${fixedWidth(user)}.${fixedWidth(session)}`;
}

/** Requests per second that the users would send if every answer came at once; infinite without think time. */
export function mostRatePerSecond({ users, thinkTime }: Pick<ClosedLoad, 'users' | 'thinkTime'>): number {
  return (1000 * users.length) / meanThinkTimeMs(thinkTime);
}

/** SHA-256 (hex) of everything that decides what the users ask and how long they think: their settings and scripts as JSON. */
export function closedLoadHash({ seed, thinkTime, turnsPerSession, population, users }: ClosedLoad): string {
  const hash = createHash('sha256').update(JSON.stringify([seed, thinkTime, turnsPerSession, population]));
  for (const { user, startUs, script } of users.toSorted((a, b) => a.user - b.user)) {
    hash.update(JSON.stringify([user, startUs, script]));
  }
  return hash.digest('hex');
}

interface ClosedLoopSettings {
  readonly stepId: string;
  readonly load: ClosedLoad;
  /** Whoever wants to ask at this moment or later does not ask any more. */
  readonly endUs: number;
}

/**
 * The jobs of a closed loop. A user's next request is intended for the moment at which its think time ends, which counts from its
 * last answer or failure: a late timer and a wait for a connection belong to the response time.
 */
export class ClosedLoopJobs implements JobSource {
  readonly expected: number;
  readonly sessionLength: number;
  readonly #stepId: string;
  readonly #load: ClosedLoad;
  readonly #endUs: number;
  readonly #queue: UserQueue;
  readonly #thinkTimes: (() => number)[];
  /** Requests of each user so far. */
  readonly #asked: Int32Array;
  readonly #intendedUs: Column;
  /** Position in the users of the plan, and which of the user's requests it is. */
  readonly #userOf: Column;
  readonly #turnOf: Column;
  #count = 0;

  constructor({ stepId, load, endUs }: ClosedLoopSettings) {
    const { seed, thinkTime, users } = load;
    this.#stepId = stepId;
    this.sessionLength = sessionId(stepId, 0, 0).length;
    this.#load = load;
    this.#endUs = endUs;
    this.#queue = new UserQueue(users.length);
    this.#thinkTimes = users.map(({ user }) => thinkTimesUs(thinkTime, seed, user));
    this.#asked = new Int32Array(users.length);
    const limit = Math.ceil(mostExpected / users.length);
    this.expected = users.reduce((sum, { user, startUs }) => sum + mostRequests(thinkTime, { seed, user, startUs, endUs, limit }), 0);
    this.#intendedUs = new Column(this.expected);
    this.#userOf = new Column(this.expected);
    this.#turnOf = new Column(this.expected);
    for (const [position, { startUs }] of users.entries()) {
      this.#wantsAt(position, startUs);
    }
  }

  get count(): number {
    return this.#count;
  }

  get nextDueUs(): number {
    return this.#queue.nextDueUs;
  }

  takeDue(elapsedUs: number): boolean {
    const dueUs = this.#queue.nextDueUs;
    if (!(dueUs <= elapsedUs && dueUs < this.#endUs)) {
      return false;
    }
    const position = this.#queue.take();
    const turn = this.#asked[position] as number;
    this.#asked[position] = turn + 1;
    this.#intendedUs.set(this.#count, dueUs);
    this.#userOf.set(this.#count, position);
    this.#turnOf.set(this.#count, turn);
    this.#count += 1;
    return true;
  }

  intendedUs(place: number): number {
    return this.#intendedUs.get(place);
  }

  jobOf(place: number): number {
    return this.#turnOf.get(place) * this.#load.population + this.#user(place).user;
  }

  requestOf(place: number): number {
    const { script } = this.#user(place);
    return script[this.#turnOf.get(place) % script.length] as number;
  }

  sessionOf(place: number): string {
    return sessionId(this.#stepId, this.#user(place).user, Math.floor(this.#turnOf.get(place) / this.#load.turnsPerSession));
  }

  ended(place: number, nowUs: number, error: ErrorClass | undefined): void {
    const position = this.#userOf.get(place);
    const thinkUs = (this.#thinkTimes[position] as () => number)();
    const unsent = error === 'refused' || error === 'dropped';
    this.#wantsAt(position, nowUs + (unsent ? Math.max(thinkUs, leastPauseUnsentUs) : thinkUs));
  }

  #wantsAt(position: number, dueUs: number): void {
    if (dueUs < this.#endUs) {
      this.#queue.add(position, dueUs);
    }
  }

  #user(place: number): LoadUser {
    const user = this.#load.users[this.#userOf.get(place)];
    if (user === undefined) {
      throw new RangeError(`there is no job at place ${place} of ${this.#count}`);
    }
    return user;
  }
}
