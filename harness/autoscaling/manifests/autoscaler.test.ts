import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { Failure } from '../../contract/failure.ts';
import { readAutoscaler, writeAutoscaler } from './autoscaler.ts';

const chapterA = await readFile(new URL('../../../fixtures/autoscalers/chapter-a-hpa.yaml', import.meta.url), 'utf8');
const scaledObject = await readFile(new URL('../../../fixtures/autoscalers/ask-scaled-object.yaml', import.meta.url), 'utf8');

/** What is said of the file, changed at a path; `undefined` takes the field away. */
function failureOf(text: string, path: readonly (string | number)[], value: unknown): Failure {
  const changed = parse(text) as Record<string | number, unknown>;
  let place = changed;
  for (const part of path.slice(0, -1)) {
    place = place[part] as typeof place;
  }
  if (value === undefined) {
    delete place[path.at(-1) ?? ''];
  } else {
    place[path.at(-1) ?? ''] = value;
  }
  try {
    readAutoscaler(stringify(changed), 'hpa.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
  }
  throw new Error('the file was taken');
}

describe('readAutoscaler', () => {
  it("reads chapter A's HPA", () => {
    const { kind, spec } = readAutoscaler(chapterA, 'a.yaml');
    expect(kind).toBe('HorizontalPodAutoscaler');
    expect(spec).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'rag-service' },
      minReplicas: 3,
      maxReplicas: 20,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] },
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }] },
      },
    });
  });

  it('reads a ScaledObject, with the defaults of KEDA', () => {
    expect(readAutoscaler(scaledObject, 'k.yaml').spec).toMatchObject({
      pollingInterval: 30,
      cooldownPeriod: 300,
      minReplicaCount: 0,
      maxReplicaCount: 20,
    });
  });

  it('gives back what it wrote', () => {
    for (const text of [chapterA, scaledObject]) {
      const autoscaler = readAutoscaler(text, 'f');
      expect(readAutoscaler(writeAutoscaler(autoscaler), 'f')).toEqual(autoscaler);
    }
  });

  it('keeps quantities that YAML would take for numbers as they are', () => {
    const external = { type: 'External', external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '1e3' } } };
    const autoscaler = readAutoscaler(
      stringify({
        ...(parse(chapterA) as object),
        spec: { scaleTargetRef: { kind: 'Deployment', name: 'x' }, maxReplicas: 2, metrics: [external] },
      }),
      'f',
    );
    expect(writeAutoscaler(autoscaler)).toContain('averageValue: "1e3"');
  });

  it('takes what a cluster adds, and does not write it again', () => {
    const fromCluster = { ...(parse(chapterA) as { metadata: object }), status: { currentReplicas: 3, desiredReplicas: 3 } };
    fromCluster.metadata = {
      ...fromCluster.metadata,
      uid: 'u',
      resourceVersion: '7',
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [{}],
    };
    expect(readAutoscaler(stringify(fromCluster), 'f')).toEqual(readAutoscaler(chapterA, 'f'));
  });

  it.each([
    [['spec', 'minReplica'], 3, 'spec.minReplica: unknown field "minReplica"; did you mean "minReplicas"?'],
    [['spec', 'maxReplicas'], 2, 'spec.maxReplicas: is 2, less than minReplicas 3'],
    [['spec', 'minReplicas'], 0, 'spec.minReplicas: is 0, but only an Object or External metric tells when to leave zero'],
    [['spec', 'scaleTargetRef'], undefined, 'spec.scaleTargetRef: is missing'],
    [
      ['spec', 'metrics', 0, 'resource', 'target', 'averageUtilization'],
      0,
      'spec.metrics[0].resource.target.averageUtilization: Too small: expected number to be >0, received 0',
    ],
    [
      ['spec', 'metrics', 0, 'resource', 'target', 'averageValue'],
      '1',
      'spec.metrics[0].resource.target.averageValue: is "1", which contradicts type "Utilization"',
    ],
    [
      ['spec', 'metrics', 0, 'resource', 'target', 'averageUtilization'],
      undefined,
      'spec.metrics[0].resource.target.averageUtilization: is missing, and a target of type Utilization needs it',
    ],
    [
      ['spec', 'metrics', 0, 'resource', 'target', 'type'],
      'Value',
      'spec.metrics[0].resource.target.type: "Value" is no target of this metric',
    ],
    [['spec', 'metrics', 0, 'type'], 'Resources', 'did you mean "Resource"?'],
    [['spec', 'metrics'], [], 'spec.metrics: '],
    [
      ['spec', 'behavior', 'scaleUp', 'policies', 0, 'periodSeconds'],
      undefined,
      'spec.behavior.scaleUp.policies[0].periodSeconds: is missing: every policy needs the seconds',
    ],
    [['spec', 'behavior', 'scaleUp', 'policies', 0, 'periodSeconds'], 1801, 'received 1801'],
    [['spec', 'behavior', 'scaleUp', 'policies', 0, 'type'], 'Pod', 'did you mean "Pods"?'],
    [['spec', 'behavior', 'scaleUp', 'policies'], [], 'spec.behavior.scaleUp.policies: must hold at least one policy'],
    [['spec', 'behavior', 'scaleDown', 'stabilizationWindowSeconds'], -1, 'received -1'],
    [['spec', 'behavior', 'scaleUp', 'tolerance'], '-0.1', 'spec.behavior.scaleUp.tolerance: must not be negative, received "-0.1"'],
    [['apiVersion'], 'autoscaling/v2beta2', 'apiVersion: "autoscaling/v2beta2" is none of autoscaling/v2; did you mean "autoscaling/v2"?'],
    [['kind'], 'Deployment', 'kind: "Deployment" is none of HorizontalPodAutoscaler'],
  ] as const)('refuses %j = %j', (path, value, text) => {
    const failure = failureOf(chapterA, path, value);
    expect(failure.exitCode).toBe(78);
    expect(failure.message).toContain(text);
  });

  it.each([
    [
      ['spec', 'triggers', 0, 'metadata', 'listLength'],
      10,
      'spec.triggers[0].metadata.listLength: must be a string, as all metadata of a trigger: put it into quotes, received 10',
    ],
    [['spec', 'triggers', 0, 'metadata', 'listLength'], '0', 'spec.triggers[0].metadata.listLength: must be greater than 0, received "0"'],
    [['spec', 'triggers', 0, 'metadata', 'listLenght'], '5', 'did you mean "listLength"?'],
    [['spec', 'triggers', 0, 'type'], 'reddis', 'did you mean "redis"?'],
    [['spec', 'minReplicaCount'], 30, 'spec.maxReplicaCount: is 20, less than minReplicaCount 30'],
    [['spec', 'idleReplicaCount'], 0, 'spec.idleReplicaCount: is 0, which has to be less than minReplicaCount 0'],
    [['spec', 'triggers'], [], 'spec.triggers: must hold at least one trigger'],
  ] as const)('refuses a ScaledObject with %j = %j', (path, value, text) => {
    expect(failureOf(scaledObject, path, value).message).toContain(text);
  });

  it('refuses what is no YAML, and more or less than one document', () => {
    expect(() => readAutoscaler('a: [1', 'f')).toThrow(expect.objectContaining({ code: 'invalid_yaml', exitCode: 78 }));
    expect(() => readAutoscaler('kind: *nowhere', 'f')).toThrow(expect.objectContaining({ code: 'invalid_yaml', exitCode: 78 }));
    expect(() => readAutoscaler(`${chapterA}---\n${chapterA}`, 'f')).toThrow('f holds 2 documents');
    expect(() => readAutoscaler('', 'f')).toThrow('f holds 0 documents');
    expect(() => readAutoscaler('just text', 'f')).toThrow(expect.objectContaining({ exitCode: 78 }));
  });
});
