import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { Failure } from '../../../contract/failure.ts';
import { boundsOf, isRuleName, mustBeNamed, readAutoscalerRule, readRule, ruleNamed, ruleNames } from './rules.ts';

const fixture = (name: string) => readFile(new URL(`../../../../fixtures/autoscalers/${name}`, import.meta.url), 'utf8');
const chapterA = await fixture('chapter-a-hpa.yaml');
const scaledObject = await fixture('ask-scaled-object.yaml');

/** The manifest with another list of metrics or triggers. */
function changed(text: string, field: 'metrics' | 'triggers', value: unknown): string {
  const manifest = parse(text) as { spec: Record<string, unknown> };
  return stringify({ ...manifest, spec: { ...manifest.spec, [field]: value } });
}

function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
  }
  throw new Error('nothing was refused');
}

const rps = { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } };
const external = { type: 'External', external: { metric: { name: 'waiting' }, target: { type: 'Value', value: '100' } } };
const prometheus = { type: 'prometheus', metadata: { serverAddress: 'http://p', query: 'sum(rate(asks[1m]))', threshold: '10' } };

describe('readAutoscalerRule', () => {
  it('reads both kinds of manifests', () => {
    expect(readAutoscalerRule(chapterA, 'a', {})).toMatchObject({ title: 'HPA rag-service', settings: { type: 'hpa', metricSources: {} } });
    expect(readAutoscalerRule(scaledObject, 'k', {})).toMatchObject({
      title: 'ScaledObject rag-service',
      settings: { type: 'keda' },
      metrics: ['questions'],
    });
  });

  it('refuses metrics that no replica has, each by its path, until a figure stands for them', () => {
    const text = changed(chapterA, 'metrics', [rps, external]);
    const failure = failureOf(() => readAutoscalerRule(text, 'a.yaml', {}));
    expect(failure).toMatchObject({
      code: 'metric_without_source',
      exitCode: 78,
      hint: expect.stringContaining("--metric 'rps=arrivalsPerSecond'"),
    });
    expect(failure.message).toContain(
      'a.yaml scales on what no simulated replica tells of itself:\n  spec.metrics[0].pods.metric.name: "rps"\n  spec.metrics[1].external.metric.name: "waiting"',
    );
    const sources = { rps: 'arrivalsPerSecond', waiting: 'queueLength', other: 'queueWaitMs' } as const;
    expect(readAutoscalerRule(text, 'a.yaml', sources).settings).toMatchObject({
      metricSources: { rps: 'arrivalsPerSecond', waiting: 'queueLength' },
    });
    const triggers = changed(scaledObject, 'triggers', [prometheus]);
    expect(failureOf(() => readAutoscalerRule(triggers, 'k.yaml', {})).message).toContain('spec.triggers[0]: "sum(rate(asks[1m]))"');
    expect(readAutoscalerRule(triggers, 'k.yaml', { 'sum(rate(asks[1m]))': 'arrivalsPerSecond' }).metrics).toEqual(['sum(rate(asks[1m]))']);
  });

  it('refuses resources that replicas of the simulation do not use', () => {
    const disk = { type: 'Resource', resource: { name: 'ephemeral-storage', target: { type: 'AverageValue', averageValue: '1Gi' } } };
    expect(failureOf(() => readAutoscalerRule(changed(chapterA, 'metrics', [disk]), 'a.yaml', {}))).toMatchObject({
      code: 'resource_not_simulated',
      exitCode: 78,
      message: expect.stringContaining('spec.metrics[0].resource.name: is "ephemeral-storage"'),
    });
  });

  it('passes on what is wrong with a manifest', () => {
    const zero = changed(chapterA, 'metrics', [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0 } } },
    ]);
    expect(failureOf(() => readAutoscalerRule(zero, 'a.yaml', {})).message).toContain(
      'spec.metrics[0].resource.target.averageUtilization: Too small: expected number to be >0, received 0',
    );
  });
});

describe('readRule', () => {
  it('reads settings of any rule, and manifests', () => {
    expect(readRule('type: ratio\ncpuHigh: 0.7\n', 'r.yaml', {}).settings).toMatchObject({ type: 'ratio', cpuHigh: 0.7, factor: 1.5 });
    expect(readRule('{"type": "static", "replicas": 4}', 'r.json', {}).settings).toEqual({ type: 'static', replicas: 4 });
    expect(readRule(chapterA, 'a', {}).title).toBe('HPA rag-service');
    expect(readRule(`# first\n---\n${chapterA}`, 'a', {}).title).toBe('HPA rag-service');
  });

  it.each([
    ['type: rato', 'did you mean "ratio"?'],
    ['type: ratio\ncpuHi: 0.7', 'cpuHi: unknown field "cpuHi"; did you mean "cpuHigh"?'],
    ['type: static\nreplicas: 0', 'received 0'],
    ['type: capacity-80\nminReplicas: 4\nmaxReplicas: 2\ncapacityPerReplicaPerSecond: 5', 'maxReplicas: is 2, less than minReplicas 4'],
    ['a: [1', 'is neither YAML nor JSON'],
    ['- 1', 'r.yaml is not valid'],
    ['', 'holds 0 documents'],
    [`${chapterA}---\n${chapterA}`, 'holds 2 documents'],
  ])('refuses %j', (text, message) => {
    const failure = failureOf(() => readRule(text, 'r.yaml', {}));
    expect(failure.exitCode).toBe(78);
    expect(failure.message).toContain(message);
  });
});

describe('what is malformed', () => {
  /** Every place in a document, as the keys that lead there. */
  const placesIn = (value: unknown, path: readonly string[] = []): string[][] => [
    ...(path.length > 0 ? [[...path]] : []),
    ...(typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))
      : []),
  ];
  const onlyFailures = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
      expect((error as Failure).exitCode).toBe(78);
    }
  };

  it('is refused by a failure and nothing else, whatever value is put in whatever place', () => {
    for (const text of [chapterA, scaledObject]) {
      fc.assert(
        fc.property(fc.constantFrom(...placesIn(parse(text))), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
          const manifest = parse(text) as Record<string, unknown>;
          let place = manifest;
          for (const part of path.slice(0, -1)) {
            place = place[part] as typeof place;
          }
          place[path.at(-1) ?? ''] = value;
          onlyFailures(() => readRule(stringify(manifest), 'f.yaml', {}));
        }),
        { numRuns: 500 },
      );
    }
  });

  it('is refused by a failure and nothing else, whatever text it is', () => {
    const word = fc.constantFrom(
      'kind:',
      'type:',
      'hpa',
      'spec:',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      '&a',
      '*a',
      '*b',
      '"',
      '!!',
      '? ',
      '1',
      '---\n',
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(word, { maxLength: 20 }).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, (malformed) => {
        onlyFailures(() => readRule(malformed, 'f.yaml', {}));
        onlyFailures(() => readAutoscalerRule(malformed, 'f.yaml', {}));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('ruleNamed', () => {
  const setting = {
    bounds: { minReplicas: 3, maxReplicas: 20 },
    initialReplicas: 0,
    goal: { percentile: 95, responseMs: 3000, errorShare: 0.01 },
    concurrency: 64,
    capacityPerReplicaPerSecond: 12,
  };

  it('makes every rule whose name is enough, within the bounds of the autoscaler', () => {
    const made = ruleNames.filter((name) => name !== 'keda' && name !== 'scheduled').map((name) => ruleNamed(name, setting));
    expect(made.map(({ type }) => type)).toHaveLength(ruleNames.length - 2);
    for (const settings of made) {
      if ('maxReplicas' in settings) {
        expect(settings).toMatchObject({ maxReplicas: 20 });
      }
    }
    expect(ruleNamed('hpa', setting)).toMatchObject({ spec: setting.bounds });
    expect(ruleNamed('knative-kpa', setting)).toMatchObject({ target: 64, minScale: 3, maxScale: 20 });
  });

  it.each(['keda', 'scheduled'] as const)('says what %s lacks', (name) => {
    expect(failureOf(() => ruleNamed(name, setting))).toMatchObject({
      code: 'rule_needs_settings',
      exitCode: 78,
      hint: expect.stringContaining('file'),
    });
  });

  it('never goes to zero, which only KEDA can leave', () => {
    const bounds = boundsOf(readAutoscalerRule(scaledObject, 'k', {}).settings);
    expect(bounds).toEqual({ minReplicas: 0, maxReplicas: 20 });
    expect(ruleNamed('cpu-for-10-minutes', { ...setting, bounds })).toMatchObject({ minReplicas: 1 });
  });

  it('tells names of rules from files', () => {
    expect(isRuleName('ratio')).toBe(true);
    expect(isRuleName('ratio.yaml')).toBe(false);
  });
});

describe('mustBeNamed', () => {
  it('refuses a figure for a metric that nobody scales on', () => {
    const rules = [readAutoscalerRule(scaledObject, 'k', {})];
    expect(() => mustBeNamed({ questions: 'queueLength' }, rules)).not.toThrow();
    expect(failureOf(() => mustBeNamed({ question: 'queueLength' }, rules))).toMatchObject({
      code: 'unknown_metric',
      exitCode: 78,
      hint: 'did you mean "questions"? known: questions',
    });
    expect(failureOf(() => mustBeNamed({ rps: 'queueLength' }, [])).hint).toBe('none of them needs --metric');
  });
});
