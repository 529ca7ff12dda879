import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { hpaSpecSchema } from './hpa/spec.ts';
import { readAutoscaler } from './manifests/autoscaler.ts';
import { type AutoscalerSetup, staticFindings } from './static-checks.ts';

const file = new URL('../../fixtures/autoscalers/chapter-a-hpa.yaml', import.meta.url);
const chapterA = hpaSpecSchema.parse(readAutoscaler(await readFile(file, 'utf8'), 'a.yaml').spec);
const pod = { requests: { cpuMillicores: 250, memoryBytes: 512 * 2 ** 20 }, limits: { cpuMillicores: 500, memoryBytes: 2 ** 30 } };

const findings = (changes: Partial<AutoscalerSetup>) =>
  staticFindings({ spec: chapterA, ...pod, ...changes }).map(({ check, path }) => `${check} ${path}`);

describe('staticFindings', () => {
  it("finds nothing wrong with chapter A's HPA on its own pods", () => {
    expect(findings({ scrapeIntervalSeconds: 15, warmUpSeconds: 20, readyAfterSeconds: 20, expectedPeak: { cpu: 3.5 } })).toEqual([]);
  });

  it('and checks nothing that it is not told', () => {
    expect(staticFindings({ spec: chapterA })).toEqual([]);
  });

  it('a replica that saturates below the target, or within the tolerance above it', () => {
    // The target is 175m; 192.5m is the end of the tolerance.
    expect(findings({ limits: { cpuMillicores: 150 } })).toEqual(['ceiling-below-target metrics[0]']);
    expect(findings({ limits: { cpuMillicores: 192 } })).toEqual(['ceiling-below-target metrics[0]']);
    expect(findings({ limits: { cpuMillicores: 193 } })).toEqual([]);
    expect(findings({ ceilingPerReplica: { cpu: 0.1 } })).toEqual(['ceiling-below-target metrics[0]']);
  });

  it('a concurrency limit below the target of a Pods metric', () => {
    const spec = hpaSpecSchema.parse({
      maxReplicas: 5,
      metrics: [{ type: 'Pods', pods: { metric: { name: 'in_flight' }, target: { type: 'AverageValue', averageValue: '20' } } }],
    });
    const [finding] = staticFindings({ spec, ceilingPerReplica: { in_flight: 16 } });
    expect(finding).toMatchObject({
      check: 'ceiling-below-target',
      message: 'one replica shows at most 16 of in_flight, and only more than 22 (target 20 and tolerance) adds another',
    });
    expect(staticFindings({ spec, ceilingPerReplica: { in_flight: 23 } })).toEqual([]);
  });

  it('a peak that needs more than the maximum', () => {
    // 20 replicas at 0.175 cores carry 3.5 cores.
    expect(findings({ expectedPeak: { cpu: 3.51 } })).toEqual(['target-unreachable maxReplicas']);
    const [finding] = staticFindings({ spec: chapterA, ...pod, expectedPeak: { cpu: 7 } });
    expect(finding?.message).toBe('is 20, but the expected peak of 7 cores of cpu needs 40 replicas at the target of metrics[0]');
  });

  it('windows and periods shorter than the time between samples', () => {
    expect(findings({ scrapeIntervalSeconds: 90 })).toEqual([
      'window-shorter-than-scrape behavior.scaleUp.stabilizationWindowSeconds',
      'window-shorter-than-scrape behavior.scaleUp.policies[0].periodSeconds',
    ]);
    expect(findings({ scrapeIntervalSeconds: 60 })).toEqual([]);
  });

  it('a warm-up that outlasts CPU initialisation, where CPU matters', () => {
    expect(findings({ warmUpSeconds: 301 })).toEqual(['warm-up-longer-than-cpu-initialization metrics']);
    expect(findings({ warmUpSeconds: 300 })).toEqual([]);
    const memory = hpaSpecSchema.parse({ maxReplicas: 5, metrics: [chapterA.metrics[1]] });
    expect(staticFindings({ spec: memory, warmUpSeconds: 301 })).toEqual([]);
  });

  it('readiness before the warm-up is over', () => {
    expect(findings({ warmUpSeconds: 40, readyAfterSeconds: 10 })).toEqual(['readiness-ignores-warm-up readinessProbe']);
    expect(findings({ warmUpSeconds: 40, readyAfterSeconds: 40 })).toEqual([]);
  });
});
