import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { Failure } from '../../../contract/failure.ts';
import { readServiceTimes } from './service-times.ts';

const template = await readFile(new URL('../../../../fixtures/service-times/assumed.yaml', import.meta.url), 'utf8');

function failureOf(text: string): Failure {
  try {
    readServiceTimes(text, 'times.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
  }
  throw new Error('the profile was taken');
}

/** The template with one value changed; `undefined` takes the field away. */
function changed(path: readonly string[], value: unknown): string {
  const system = parse(template) as Record<string, unknown>;
  let place = system;
  for (const part of path.slice(0, -1)) {
    place = place[part] as typeof place;
  }
  place[path.at(-1) ?? ''] = value;
  return stringify(system);
}

describe('readServiceTimes', () => {
  it('reads the template, which says that it was assumed, as YAML and as JSON', () => {
    const system = readServiceTimes(template, 'times.yaml');
    expect(system.source.kind).toBe('assumed');
    expect(readServiceTimes(JSON.stringify(system), 'times.json')).toEqual(system);
    expect(readServiceTimes(stringify(system), 'times.yaml')).toEqual(system);
  });

  it.each([
    [['query', 'concurency'], 5, 'query.concurency: unknown field "concurency"; did you mean "concurrency"?'],
    [['query', 'concurrency'], 0, 'query.concurrency: '],
    [['query', 'balancing'], 'round-robbin', 'did you mean "round-robin"?'],
    [['embed'], { distribution: 'lognormal', mean: 5, cv: 1 }, 'embed.mean: unknown field "mean"; did you mean "meanMs"?'],
    [['embed'], { distribution: 'log-normal', meanMs: 5, cv: 1 }, 'did you mean "lognormal"?'],
    [['embed'], { distribution: 'constant', ms: -1 }, 'embed.ms: Too small: expected number to be >=0, received -1'],
    [
      ['embed'],
      {
        distribution: 'empirical',
        quantiles: [
          { percentile: 0, ms: 5 },
          { percentile: 100, ms: 4 },
        ],
      },
      'embed.quantiles[1]: p100 = 4 ms does not follow p0 = 5 ms',
    ],
    [['provider', 'generate'], undefined, 'provider.generate: '],
    [['query', 'startUp', 'warmUpSeconds'], 0, 'query.startUp.warmUpSlowdown: is 2, and a warm-up of 0 s slows nothing down'],
  ] as const)('refuses %j = %j', (path, value, text) => {
    const failure = failureOf(changed(path, value));
    expect(failure.exitCode).toBe(78);
    expect(failure.message).toContain(`times.yaml is not valid`);
    expect(failure.message).toContain(text);
  });

  it('lists every problem at once', () => {
    expect(failureOf('source: {kind: assumed, text: x}\nquery: 3\n').message.split('\n').length).toBeGreaterThan(3);
  });

  it('throws nothing but failures, whatever it is given', () => {
    const words = fc.array(fc.constantFrom('query:', '\n', '  ', '- ', '{', '}', '[', '&a', '*a', '"', '!!', '? ', '1', '#'), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          words.map((all) => all.join('')),
        ),
        (text) => {
          expect(failureOf(text).exitCode).toBe(78);
        },
      ),
      { numRuns: 500 },
    );
  });
});
