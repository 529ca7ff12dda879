import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readAutoscaler } from '../autoscaling/manifests/autoscaler.ts';
import { type SimulatedSystem, type SimulatedVariant, simulatedVariantSchema } from '../contract/simulation.ts';
import { staticFindingsOf } from './static-findings.ts';

const fixture = (name: string) => readFile(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const assumed = parse(await fixture('service-times/assumed.yaml')) as SimulatedSystem;
const chapterA = readAutoscaler(await fixture('autoscalers/chapter-a-hpa.yaml'), 'a').spec;
const scaledObject = readAutoscaler(await fixture('autoscalers/ask-scaled-object.yaml'), 'k').spec;

function variant(settings: object, { query = {}, ratePerSecond = 50 }: { query?: object; ratePerSecond?: number } = {}): SimulatedVariant {
  return simulatedVariantSchema.parse({
    system: { ...assumed, query: { ...assumed.query, ...query } },
    load: { title: 'steady', arrivals: 'poisson', profile: { shape: 'constant', ratePerSecond } },
    goal: { percentile: 95, responseMs: 3000, errorShare: 0.01 },
    controller: { by: 'rule', settings },
    initialReplicas: 3,
    seconds: 600,
  });
}

const hpa = (more: object = {}) => ({ type: 'hpa', spec: { ...chapterA, ...more } });
const checks = (found: ReturnType<typeof staticFindingsOf>) => found.map(({ check, path }) => `${check} at ${path}`);
const warm = { startUp: { ...assumed.query.startUp, warmUpSeconds: 0, warmUpSlowdown: 1 } };

describe('staticFindingsOf', () => {
  it('finds nothing where nothing contradicts itself', () => {
    expect(checks(staticFindingsOf(variant(hpa(), { query: warm })))).toEqual([]);
  });

  it('finds a CPU target that the slots of a replica never let it reach', () => {
    // A slot is held for a second and gives 30 ms of work: with few slots the CPU idles while requests queue.
    const found = staticFindingsOf(variant(hpa(), { query: { ...warm, concurrency: 8 } }));
    // Nor does its memory fill, which requests in hand would.
    expect(checks(found)).toEqual(['ceiling-below-target at metrics[0]', 'ceiling-below-target at metrics[1]']);
    expect(found[0]?.message).toMatch(
      /^one replica shows at most 0\.2\d+ cores of cpu, and only more than 0\.77 cores \(target 0\.7 cores and tolerance\)/,
    );
  });

  it('finds a CPU target that one event loop never reaches on a request of several cores', () => {
    const requests = { ...assumed.query.requests, cpuMillicores: 4000 };
    expect(checks(staticFindingsOf(variant(hpa(), { query: { ...warm, requests } })))).toEqual(['ceiling-below-target at metrics[0]']);
  });

  it('finds too small a maximum, by the peak of the load', () => {
    // 30 ms of own work at 700/s are 21 cores, and 0.7 of them may be used on each of 20.
    const found = staticFindingsOf(variant(hpa(), { query: warm, ratePerSecond: 700 }));
    expect(found).toMatchObject([
      { check: 'target-unreachable', path: 'maxReplicas', message: expect.stringContaining('peak of 21 cores of cpu needs 30 replicas') },
    ]);
    expect(checks(staticFindingsOf(variant(hpa(), { query: warm, ratePerSecond: 400 })))).toEqual([]);
  });

  it('finds windows, warm-up and readiness that do not go together', () => {
    const startUp = { ...assumed.query.startUp, loadSeconds: 20, warmUpSeconds: 400 };
    const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 5 }] } };
    expect(checks(staticFindingsOf(variant(hpa({ behavior }), { query: { startUp } })))).toEqual([
      'window-shorter-than-scrape at behavior.scaleUp.policies[0].periodSeconds',
      'warm-up-longer-than-cpu-initialization at metrics',
      'readiness-ignores-warm-up at readinessProbe',
    ]);
  });

  it('names the fields of a ScaledObject by their own paths', () => {
    const horizontalPodAutoscalerConfig = { behavior: { scaleDown: { stabilizationWindowSeconds: 1 } } };
    const spec = { ...scaledObject, advanced: { horizontalPodAutoscalerConfig } };
    // Ten that wait per replica are wanted, and no more than eight ever may.
    const found = staticFindingsOf(variant({ type: 'keda', spec }, { query: { ...warm, queueLimit: 8 } }));
    expect(checks(found)).toEqual([
      'ceiling-below-target at triggers[0]',
      'window-shorter-than-scrape at advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds',
    ]);
  });

  it('reads metrics of a manifest by the figure that stands for them', () => {
    const metrics = [{ type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } }];
    const settings = { ...hpa({ metrics }), metricSources: { rps: 'arrivalsPerSecond' } };
    expect(staticFindingsOf(variant(settings, { query: warm, ratePerSecond: 250 }))).toMatchObject([
      { check: 'target-unreachable', message: expect.stringContaining('peak of 250 rps needs 25 replicas') },
    ]);
  });

  it('has nothing to say of other rules and of bounds', () => {
    expect(staticFindingsOf(variant({ type: 'ratio' }))).toEqual([]);
    expect(staticFindingsOf({ ...variant({ type: 'ratio' }), controller: { by: 'clairvoyant' } })).toEqual([]);
  });
});
