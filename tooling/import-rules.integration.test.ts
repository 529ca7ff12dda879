import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cruiseOptions, importRules } from './import-rules.ts';

/** One forbidden import per rule: from a file, to a file or a built-in module. */
const violations: Readonly<Record<string, readonly [string, string]>> = {
  'no-cycles': ['reports/circle-a.ts', 'reports/circle-b.ts'],
  'system-knows-no-harness': ['system/gateway/knows.ts', 'harness/run/run.ts'],
  'pure-system': ['system/policies/impure.ts', 'system/runtime/server.ts'],
  'pure-system-touches-nothing': ['system/concepts/reads.ts', 'node:fs'],
  'process-alone-gateway': ['system/gateway/visits.ts', 'system/query/main.ts'],
  'process-alone-query': ['system/query/visits.ts', 'system/indexer/main.ts'],
  'process-alone-indexer': ['system/indexer/visits.ts', 'system/provider/main.ts'],
  'process-alone-provider': ['system/provider/visits.ts', 'system/vector-node/main.ts'],
  'process-alone-cache-node': ['system/cache-node/visits.ts', 'system/query/main.ts'],
  'process-alone-vector-node': ['system/vector-node/visits.ts', 'system/gateway/main.ts'],
  'contract-alone': ['harness/contract/leans.ts', 'harness/gates/slo.ts'],
  'pure-harness-arrivals': ['harness/arrivals/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-corpus': ['harness/corpus/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-measurement': ['harness/measurement/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-checkers': ['harness/checkers/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-gates': ['harness/gates/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-claims': ['harness/claims/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-rendering': ['harness/rendering/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-exports': ['harness/exports/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-simulation': ['harness/simulation/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-autoscaling': ['harness/autoscaling/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-capacity': ['harness/capacity/starts.ts', 'harness/platform/platform.ts'],
  'pure-harness-touches-nothing': ['harness/exports/writes.ts', 'node:fs'],
  'platform-alone': ['harness/platform/loads.ts', 'harness/load/generator.ts'],
  'load-alone': ['harness/load/places.ts', 'harness/platform/platform.ts'],
  'traces-read-files': ['harness/traces/composes.ts', 'harness/run/run.ts'],
  'scenarios-are-data': ['scenarios/acts.ts', 'harness/run/run.ts'],
  'reports-read-results': ['reports/measures.ts', 'harness/measurement/histogram.ts'],
  'doctor-looks': ['harness/doctor/runs.ts', 'harness/run/run.ts'],
  'only-the-command-line-asks-the-doctor': ['harness/platform/asks.ts', 'harness/doctor/index.ts'],
  'nobody-needs-the-benches': ['harness/run/rests.ts', 'harness/bench/platforms.ts'],
  'run-composes': ['harness/run/renders.ts', 'reports/markdown.ts'],
  'system-processes-start-by-path': ['harness/platform/imports.ts', 'system/gateway/main.ts'],
};

let house = '';
const here = process.cwd();

beforeAll(async () => {
  house = await mkdtemp(path.join(tmpdir(), 'rag-testbed-house-'));
  const targets = Object.values(violations).flatMap(([, target]) => (target.startsWith('node:') ? [] : [target]));
  for (const target of targets) {
    await mkdir(path.join(house, path.dirname(target)), { recursive: true });
    await writeFile(path.join(house, target), 'export const there = 1;\n');
  }
  const importOf = (from: string, to: string) => {
    const specifier = to.startsWith('node:') ? to : `./${path.relative(path.dirname(from), to)}`.replace('./../', '../');
    return `import * as there from '${specifier}';\nexport const here = there;\n`;
  };
  for (const [from, to] of [...Object.values(violations), ['reports/circle-b.ts', 'reports/circle-a.ts'] as const]) {
    await mkdir(path.join(house, path.dirname(from)), { recursive: true });
    await writeFile(path.join(house, from), importOf(from, to));
  }
  await writeFile(path.join(house, 'tsconfig.json'), '{}');
  process.chdir(house);
});
afterAll(async () => {
  process.chdir(here);
  await rm(house, { recursive: true, force: true });
});

it('has a violation on show for every rule', () => {
  expect(new Set(Object.keys(violations))).toEqual(new Set(importRules.map(({ name }) => name)));
});

it('fires every rule on its violation', async () => {
  const { output } = await cruise(['scenarios', 'harness', 'system', 'reports'], {
    ...cruiseOptions,
    ruleSet: { forbidden: [...importRules] },
    validate: true,
  });
  if (typeof output === 'string') {
    throw new TypeError('dependency-cruiser gave text where modules were expected');
  }
  const fired = output.summary.violations.map(({ rule, from }) => `${rule.name} ${from}`);
  expect(fired).toEqual(expect.arrayContaining(Object.entries(violations).map(([rule, [from]]) => `${rule} ${from}`)));
});
