import type { Result } from '../harness/contract/result.ts';
import { loadResult } from './sample-load.testing.ts';
import { manyResult } from './sample-many.testing.ts';
import { recordingResult } from './sample-recording.testing.ts';
import { interval95, passingResult, sloOver } from './sample-result.testing.ts';

/** p99 of the sharded variant is over its limit, and a checker found a foreign document. */
export function failingResult(): Result {
  const result = passingResult();
  result.verdict = 'fail';
  result.slos = [
    sloOver('search-response-p95', 'le', 50, result.variants),
    sloOver('search-response-p99', 'le', 31, result.variants),
    sloOver('search-response-p999', 'le', 80, result.variants, 'router-hash-3'),
    ...result.slos.slice(2),
  ];
  result.checkers[1] = {
    id: 'no-foreign-documents',
    verdict: 'fail',
    checked: 11_520,
    violations: 2,
    exampleRequestIds: ['router-hash-3-judged-2:17'],
    why: 'a response held documents of another tenant',
  };
  result.claims = [
    {
      id: 'askbot-scatter-gather',
      statement: 'Scatter and merge cost no noticeable time',
      verdict: 'refuted',
      measured: { value: 1.69, unit: 'ratio', interval: interval95(1.6, 1.79) },
      why: 'p95, equal total resources',
    },
    { id: 'system-sqrt-shards', statement: 'The right number of shards is about √n', verdict: 'undecided', why: '2 was not measured' },
  ];
  const struck = result.variants[1]?.runs[3];
  if (struck) {
    struck.validity = { verdict: 'invalid', reasons: ['schedule lag p99 7.10 ms > 5 ms'], checks: [] };
  }
  return result;
}

/** Too few pairs for any interval and a tail that is too thin: nothing can be decided. */
export function inconclusiveResult(): Result {
  const result = passingResult();
  result.verdict = 'inconclusive';
  result.comparisons = result.comparisons.map(({ interval: _interval, detectableEffect: _effect, ...rest }) => ({
    ...rest,
    pairs: 3,
    verdict: 'undecided',
  }));
  result.slos = [sloOver('search-response-p99', 'le', 100, result.variants, 'single'), ...result.slos.slice(2)];
  return result;
}

/** The generator was saturated: figures stay visible and decide nothing. */
export function invalidResult(): Result {
  const result = failingResult();
  result.validity = {
    verdict: 'invalid',
    reasons: ['generator CPU 91.4 % > 80 %'],
    checks: [{ id: 'generator-cpu', title: 'Generator CPU', observed: 0.914, limit: 0.8, unit: 'share', verdict: 'fail' }],
  };
  return result;
}

/** Every request failed: the variants exist, their metrics do not. */
export function noDataResult(): Result {
  const result = passingResult();
  result.verdict = 'no-data';
  for (const each of result.variants) {
    Object.assign(each, { metrics: {}, curves: [], stages: [], processes: [], shards: [], errors: [] });
    delete each.series;
    each.errors = [{ errorClass: 'refused', count: 2400, exampleRequestIds: [`${each.id}-judged-1:0`] }];
    each.runs = each.runs
      .slice(0, 1)
      .map(({ searchResponseMs: _response, recallAt10: _recall, cpuSeconds: _cpu, passed: _passed, ...run }) => ({
        ...run,
        achievedPerSecond: 0,
        counts: { issued: 2400, succeeded: 0, failed: { refused: 2400 } },
      }));
  }
  result.slos = [sloOver('search-response-p99', 'le', 100, result.variants), sloOver('error-ratio', 'le', 0.01, result.variants)];
  result.comparisons = [];
  result.checkers = [];
  result.validity.checks = [];
  return result;
}

/** Interrupted before the first step. */
export function partialResult(): Result {
  const result = noDataResult();
  result.status = 'partial';
  result.partialReason = 'interrupted by SIGINT in repetition 1 of 6';
  for (const each of result.variants) {
    each.runs = [];
    each.errors = [];
  }
  result.slos = [];
  result.components = [];
  return result;
}

/** Everything but the histograms, series and stages. */
export function withoutHistograms(): Result {
  const result = passingResult();
  for (const each of result.variants) {
    each.curves = [];
    each.stages = [];
    delete each.series;
  }
  return result;
}

/** Free text that tries to leave its place in HTML, SVG, Markdown or a terminal. */
export const hostileTexts = [
  '<script>alert(1)</script>',
  '</style><img src=x onerror=alert(2)>',
  '"><svg onload=alert(3)>',
  'javascript:alert(4)',
  'line\u2028separator',
  'cursor\u001b[2Jgone',
  '[link](javascript:alert(5)) `tick` | pipe',
  "']]>--><b>",
  'right\u202eot-left',
] as const;

/** A failing result with hostile text in every free text field. */
export function hostileResult(): Result {
  const all = hostileTexts.join(' ');
  const result = failingResult();
  result.title = all;
  result.question = all;
  result.hypothesis = all;
  result.platform.why = all;
  result.validity.reasons = [all];
  for (const each of [...result.validity.checks, ...result.variants]) {
    each.title = all;
  }
  for (const each of result.components) {
    each.engine = all;
    each.version = all;
  }
  for (const each of result.checkers) {
    each.why = all;
    each.exampleRequestIds = [all];
  }
  for (const each of result.claims) {
    Object.assign(each, { id: all, statement: all, why: all });
  }
  for (const each of result.variants) {
    each.engines = { vector: all };
    each.errors = [{ errorClass: 'timeout', count: 3, exampleRequestIds: [all] }];
    for (const run of each.runs) {
      run.brokenLimits = [all];
      run.validity.reasons = [all];
    }
    for (const cohort of each.stages) {
      for (const part of cohort.parts) {
        part.stage = `${part.stage} ${all}`;
      }
    }
    for (const process of each.processes) {
      process.id = all;
    }
  }
  for (const slo of result.slos) {
    for (const each of slo.perVariant) {
      each.why = all;
    }
  }
  Object.assign(result.provenance, {
    commit: all,
    version: all,
    command: all,
    cpuModel: all,
    node: all,
    operatingSystem: all,
    versions: { [all]: all },
  });
  return result;
}

/** On containers: quotas that throttled one node, stand-in images, a cluster with a replica that is not Active, and a variant left out. */
export function containersResult(): Result {
  const result = passingResult();
  result.platform = { id: 'docker', requested: 'docker', why: 'Docker was asked for', engine: 'Docker Engine 20.10.24, cgroup version 1' };
  result.leftOut = [{ variant: 'qdrant-cluster-3', why: 'the image of the vector store is a stand-in' }];
  result.components = result.components.map((component) => ({ ...component, image: `rag-testbed/${component.tier}:0.1.0`, standIn: true }));
  for (const variant of result.variants) {
    variant.processes = variant.processes.map((process, index) => ({
      ...process,
      peakBytes: (process.residentBytes ?? 0) + 1_000_000,
      quota: { cpus: 0.166, memoryMiB: 341 },
      throttledSeconds: index === 0 ? 1.25 : 0,
      throttledPeriodShare: index === 0 ? 0.375 : 0,
    }));
  }
  const [, sharded] = result.variants;
  if (sharded !== undefined) {
    sharded.placement = {
      replicas: [
        { shard: 0, node: 'vector-0', state: 'Active', points: 10 },
        { shard: 0, node: 'vector-1', state: 'Recovery', points: 9 },
        { shard: 1, node: 'vector-1', state: 'Active', points: 11 },
      ],
      remoteShardsPerSearch: 1.5,
    };
  }
  return result;
}

/** Every shape of result that a renderer must survive, by name. */
export const everyResult: Readonly<Record<string, () => Result>> = {
  pass: passingResult,
  fail: failingResult,
  inconclusive: inconclusiveResult,
  invalid: invalidResult,
  'no-data': noDataResult,
  partial: partialResult,
  'without-histograms': withoutHistograms,
  containers: containersResult,
  many: manyResult,
  recording: recordingResult,
  load: loadResult,
};
