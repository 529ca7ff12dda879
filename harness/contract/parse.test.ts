import { describe, expect, it } from 'vitest';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { Failure } from './failure.ts';
import { nearest, parseOrFail, problemsIn } from './parse.ts';
import { scenarioSchema } from './scenario.ts';

const broken = (change: (scenario: Record<string, unknown>) => void): Record<string, unknown> => {
  const copy = structuredClone(singleVsSharded) as unknown as Record<string, unknown>;
  change(copy);
  return copy;
};

describe('problemsIn', () => {
  it('finds nothing wrong with a scenario of ours', () => {
    expect(problemsIn(scenarioSchema, singleVsSharded)).toEqual([]);
  });

  it('names an unknown field at any depth and suggests the nearest one', () => {
    const problems = problemsIn(
      scenarioSchema,
      broken((scenario) => {
        const [first] = scenario.variants as { topology: { vector: Record<string, unknown> } }[];
        if (first !== undefined) {
          first.topology.vector.shard = 3;
        }
        (scenario.workload as Record<string, unknown>).deadlinMs = 1;
      }),
    );
    expect(problems).toContainEqual({
      path: 'variants[0].topology.vector.shard',
      message: 'unknown field "shard"',
      hint: 'did you mean "shards"?',
    });
    expect(problems).toContainEqual({
      path: 'workload.deadlinMs',
      message: 'unknown field "deadlinMs"',
      hint: 'did you mean "deadlineMs"?',
    });
  });

  it('names an unknown variant and suggests the nearest one', () => {
    const problems = problemsIn(
      scenarioSchema,
      broken((scenario) => {
        scenario.baseline = 'singel';
      }),
    );
    expect(problems).toEqual([{ path: 'baseline', message: 'unknown variant "singel"', hint: 'did you mean "single"?' }]);
  });

  it('returns every problem at once, with the value that was given', () => {
    const problems = problemsIn(
      scenarioSchema,
      broken((scenario) => {
        const workload = scenario.workload as Record<string, unknown>;
        workload.deadlineMs = -1;
        workload.arrivals = 'poison';
        workload.mix = { search: 0, ask: 0 };
      }),
    );
    expect(problems.map(({ path }) => path).sort()).toEqual(['workload.arrivals', 'workload.deadlineMs', 'workload.mix']);
    expect(problems.find(({ path }) => path === 'workload.deadlineMs')?.message).toContain('received -1');
    expect(problems.find(({ path }) => path === 'workload.arrivals')?.hint).toBe('did you mean "poisson"?');
  });
});

describe('parseOrFail', () => {
  it('ends with exit code 78 and lists the problems', () => {
    expect.assertions(2);
    try {
      parseOrFail(scenarioSchema, {}, 'scenario "empty"');
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
      expect(error).toMatchObject({ exitCode: 78, code: 'invalid_configuration' });
    }
  });
});

describe('nearest', () => {
  it('suggests a slip of the keys and nothing far-fetched', () => {
    expect(nearest('singel-vs-sharded', ['single-vs-sharded', 'failover'])).toBe('single-vs-sharded');
    expect(nearest('qqqq', ['single-vs-sharded'])).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
  });
});
