import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Failure } from '../../contract/failure.ts';
import { casesIn, disagreementsOf } from './cases.ts';

const folder = fileURLToPath(new URL('../../../fixtures/hpa-cases/', import.meta.url));
const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
const tables = await Promise.all(
  files.map(async (file) => ({ file, cases: casesIn(parse(await readFile(`${folder}${file}`, 'utf8'), { maxAliasCount: -1 }), file) })),
);

describe('the cases of fixtures/hpa-cases', () => {
  it.each(tables)('$file agrees with the rule', ({ cases }) => {
    expect(cases.flatMap((each) => disagreementsOf(each))).toEqual([]);
  });

  it('are at least 120, each with a name of its own', () => {
    const names = tables.flatMap(({ cases }) => cases.map(({ name }) => name));
    expect(names.length).toBeGreaterThanOrEqual(120);
    expect(new Set(names).size).toBe(names.length);
  });
});

const valid = {
  name: 'one',
  input: {
    spec: {
      maxReplicas: 5,
      metrics: [{ type: 'External', external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '1' } } }],
    },
    status: { currentReplicas: 2 },
    metrics: { external: [{ metricName: 'q', timestamp: '2026-01-01T00:00:00Z', value: '3' }] },
    now: '2026-01-01T00:00:00Z',
  },
  expected: { desiredReplicas: 3 },
};

/** The failure of a table with one case, changed at a path. */
function failureOf(path: readonly (string | number)[], value: unknown): Failure {
  const changed = structuredClone(valid) as unknown as Record<string | number, unknown>;
  let place = changed;
  for (const part of path.slice(0, -1)) {
    place = place[part] as typeof place;
  }
  place[path.at(-1) ?? ''] = value;
  try {
    casesIn([changed], 'cases.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
  }
  throw new Error('the table was taken');
}

describe('disagreementsOf', () => {
  it('tells expected and actual of every field that differs, and what the metrics asked for', () => {
    const [wrong] = casesIn(
      [{ ...valid, expected: { desiredReplicas: 4, reason: 'TooManyReplicas', conditions: [{ type: 'ScalingActive', reason: 'Other' }] } }],
      'cases.yaml',
    );
    expect(wrong === undefined ? [] : disagreementsOf(wrong)).toMatchObject([
      { name: 'one', field: 'desiredReplicas', expected: 4, actual: 3, proposals: [{ metric: 'external metric q', replicas: 3 }] },
      { field: 'reason', expected: 'TooManyReplicas', actual: 'DesiredWithinRange' },
      { field: 'conditions.ScalingActive.reason', expected: 'Other', actual: 'ValidMetricFound' },
    ]);
  });

  it('tells of a condition that should be there, and of one that should not', () => {
    const [wrong] = casesIn(
      [
        {
          ...valid,
          input: { ...valid.input, status: { currentReplicas: 9 } },
          expected: { conditions: [{ type: 'ScalingLimited' }], absentConditions: ['AbleToScale'] },
        },
      ],
      'cases.yaml',
    );
    expect(wrong === undefined ? [] : disagreementsOf(wrong)).toMatchObject([
      { field: 'conditions.ScalingLimited.type', expected: 'ScalingLimited' },
      { field: 'conditions.AbleToScale', expected: 'absent', actual: 'SucceededRescale' },
    ]);
  });
});

describe('casesIn', () => {
  it('refuses what is no list, and an empty one with an exit code of its own', () => {
    expect(() => casesIn({ cases: [] }, 'f')).toThrow(expect.objectContaining({ code: 'invalid_cases', exitCode: 78 }));
    expect(() => casesIn([], 'f')).toThrow(expect.objectContaining({ code: 'no_cases', exitCode: 97 }));
  });

  it.each([
    [['input', 'spec', 'maxReplica'], 7, 'input.spec.maxReplica: unknown field "maxReplica"; did you mean "maxReplicas"?'],
    [['input', 'spec', 'maxReplicas'], 0, 'input.spec.maxReplicas: Too small: expected number to be >0, received 0'],
    [['input', 'spec', 'minReplicas'], 6, 'input.spec.maxReplicas: is 5, less than minReplicas 6'],
    [['input', 'spec', 'metrics', 0, 'external', 'target', 'averageValue'], '0', 'averageValue: must be greater than 0, received "0"'],
    [['input', 'spec', 'metrics', 0, 'external', 'target', 'averageValue'], '10x', '"10x" is no quantity such as 250m, 1Gi or 1.5'],
    [['input', 'spec', 'metrics', 0, 'external', 'target', 'type'], 'Utilisation', 'did you mean "Utilization"?'],
    [
      ['input', 'spec', 'metrics', 0, 'external', 'target', 'value'],
      '2',
      'value: is "2", which contradicts type "AverageValue": leave one of them out',
    ],
    [
      ['input', 'spec', 'behavior'],
      { scaleUp: { policies: [{ type: 'Pods', value: 1 }] } },
      'input.spec.behavior.scaleUp.policies[0].periodSeconds:',
    ],
    [['input', 'now'], 'yesterday', 'input.now: must be a time as in RFC 3339'],
    [['input', 'pods'], [{}], 'input.pods[0].metadata:'],
    [['expected'], {}, 'expected: expects nothing'],
    [['expected', 'desiredReplica'], 3, 'expected.desiredReplica: unknown field "desiredReplica"; did you mean "desiredReplicas"?'],
  ] as const)('names the field, the value and a hint: %j = %j', (path, value, text) => {
    const failure = failureOf(path, value);
    expect(failure).toMatchObject({ code: 'invalid_cases', exitCode: 78 });
    expect(failure.message).toContain('[0] "one": ');
    expect(failure.message).toContain(text);
  });

  it('refuses two cases of one name', () => {
    expect(() => casesIn([valid, valid], 'f')).toThrow('[1] "one": name: names an earlier case, too');
  });
});
