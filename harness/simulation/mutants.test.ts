import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type * as Validation from './validation.ts';

// A second or two when the machine is idle; beside other work a test may be kept waiting for long.
vi.setConfig({ testTimeout: 120_000 });

/** Wrong simulators, each one slip away from the right one: the file, what stands there (once), and what stands there instead. */
const mutants: readonly (readonly [file: string, right: string, wrong: string])[] = [
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

const room = fileURLToPath(new URL('.', import.meta.url));
const sources: Readonly<Record<string, string>> = Object.fromEntries(
  await Promise.all(
    (await readdir(room))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map(async (name) => [name, await readFile(path.join(room, name), 'utf8')] as const),
  ),
);

let copies = '';
beforeAll(async () => {
  copies = await mkdtemp(path.join(tmpdir(), 'simulation-mutants-'));
  await mkdir(path.join(copies, 'node_modules'));
  await writeFile(path.join(copies, 'node_modules/package.json'), '{"type":"module"}');
});
afterAll(() => rm(copies, { recursive: true, force: true }));

/**
 * A copy of this room with one change. It lies below a folder called node_modules, because the test runner leaves such files to Node; all
 * that it imports from other rooms is what stands there.
 */
async function validationWith(name: string, changed: string, change: (source: string) => string): Promise<typeof Validation> {
  const folder = path.join(copies, 'node_modules', name);
  await mkdir(folder);
  for (const [file, source] of Object.entries(sources)) {
    const script = stripTypeScriptTypes(file === changed ? change(source) : source)
      .replaceAll(/(from '\.\/[^']+)\.ts'/g, "$1.js'")
      .replaceAll(/from '(\.\.\/[^']+)'/g, (_, place: string) => `from '${pathToFileURL(path.join(room, place)).href}'`);
    await writeFile(path.join(folder, file.replace(/\.ts$/, '.js')), script);
  }
  return import(/* @vite-ignore */ pathToFileURL(path.join(folder, 'validation.js')).href) as Promise<typeof Validation>;
}

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
  expect(firstDisagreement(await validationWith('unchanged', 'station.ts', (source) => source))).toBeUndefined();
});

it.each(mutants.map((mutant, index) => [index, ...mutant] as const))('mutant %i: %s: %s → %s', async (index, file, right, wrong) => {
  const mutant = await validationWith(`mutant-${index}`, file, (source) => {
    // A mutant whose place has moved would be the right simulator, and a test that cannot fail.
    expect(source.split(right).length - 1, `"${right}" in ${file}`).toBe(1);
    return source.replace(right, () => wrong);
  });
  expect(firstDisagreement(mutant)).toBeDefined();
});
