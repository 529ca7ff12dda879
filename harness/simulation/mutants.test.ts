import { afterAll, expect, it, vi } from 'vitest';
import { type Mutant, mutatedRoom } from '../testing/mutated-room.ts';
import type * as Validation from './validation.ts';

// A second or two when the machine is idle; beside other work a test may be kept waiting for long.
vi.setConfig({ testTimeout: 120_000 });

const mutants: readonly Mutant[] = [
  // Last come, first served: every mean stays as it is, the tail does not.
  [
    'station.ts',
    'behind[customer] = none;\n',
    'behind[customer] = this.#first; if (this.#last !== none) { this.#first = customer; this.waiting += 1; return outcome.waits; }\n',
  ],
  ['station.ts', 'this.busy < this.servers', 'this.busy <= this.servers'],
  ['station.ts', 'this.waiting >= this.queueLimit', 'this.waiting > this.queueLimit'],
  ['station.ts', 'this.#busyTime += this.busy * passed', 'this.#busyTime += this.servers * passed'],
  ['station.ts', 'this.#waitingTime += this.waiting * passed', 'this.#waitingTime += (this.waiting + 1) * passed'],
  ['event-list.ts', 'if (parentAtMs <= atMs)', 'if (parentAtMs >= atMs)'],
  ['event-list.ts', 'if (childAtMs < leastAtMs ||', 'if (childAtMs > leastAtMs ||'],
  ['event-list.ts', 'if (leastAtMs > atMs ||', 'if (true ||'],
  ['draws.ts', 'const scale = cv * cv', 'const scale = cv'],
  ['draws.ts', 'Math.exp(-variance / 2)', 'Math.exp(variance / 2)'],
  ['draws.ts', 'Math.log1p(cv * cv)', 'cv * cv'],
  ['draws.ts', 'meanMs * random.exponential()', 'meanMs * 2 * random.uniform()'],
  // The searches of one request all take equally long.
  ['work.ts', 'let ms = this.#search.next()', 'let ms = item === from ? this.#search.next() : column[from]'],
  ['fleet.ts', 'new Station(line, concurrency, queueLimit, nowMs)', 'new Station(line, concurrency + 1, queueLimit, nowMs)'],
  [
    'fleet.ts',
    'new Station(line, cores, Number.POSITIVE_INFINITY, nowMs)',
    'new Station(line, cores + 1, Number.POSITIVE_INFINITY, nowMs)',
  ],
  ['vector-tier.ts', 'if (left === 0)', 'if (left === requests.shards - 1)'],
  ['vector-tier.ts', 'new Station(requests.searchLine, vector.concurrency,', 'new Station(requests.searchLine, vector.concurrency + 1,'],
  ['provider-tier.ts', 'this.#slots.enter(request, nowMs) === outcome.starts', 'this.#slots.enter(request, nowMs) !== outcome.refused'],
  ['provider-tier.ts', 'new Station(requests.line, slots,', 'new Station(requests.line, slots + 1,'],
  [
    'queue-model.ts',
    'nowMs + (leaving.nextAtMs - attainedMs) * present',
    'nowMs + (leaving.nextAtMs - attainedMs) * Math.max(1, present - 1)',
  ],
];

const room = await mutatedRoom(new URL('.', import.meta.url));
afterAll(() => room[Symbol.asyncDispose]());

/** The first figure that contradicts theory, or how a run failed; `undefined` where all agree. */
function firstDisagreement({ validationCases, compare }: typeof Validation): string | undefined {
  for (const validation of validationCases) {
    try {
      for (const { figure, exact, toleranceRatio, interval } of compare(validation, 10, 10_000, 0.999)) {
        const agrees = interval.high >= exact.lowest * (1 - toleranceRatio) && interval.low <= exact.highest * (1 + toleranceRatio);
        if (!agrees) {
          return `${validation.title}: ${figure} ${interval.low} to ${interval.high}`;
        }
      }
    } catch (error) {
      return `${validation.title}: ${String(error)}`;
    }
  }
  return undefined;
}

it('a copy without a change agrees with theory', async () => {
  expect(firstDisagreement(await room.load<typeof Validation>('validation.ts', 'unchanged'))).toBeUndefined();
});

it.each(mutants.map((mutant, index) => [index, ...mutant] as const))('mutant %i: %s: %s → %s', async (index, ...mutant) => {
  expect(firstDisagreement(await room.load<typeof Validation>('validation.ts', `mutant-${index}`, mutant))).toBeDefined();
});
