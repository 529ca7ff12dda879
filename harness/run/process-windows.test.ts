import { expect, it } from 'vitest';
import type { ProcessSample } from '../platform/platform.ts';
import { processWindows } from './process-windows.ts';

const sample = (change: Partial<ProcessSample> = {}): ProcessSample => ({
  tier: 'vector',
  id: 'vector-0',
  pid: 7,
  cpuSeconds: 10,
  residentBytes: 100,
  throttling: { periods: 50, throttledPeriods: 20, throttledSeconds: 1.5 },
  ...change,
});

it('subtracts the first sample from the last and keeps the peak in between', () => {
  const last = sample({ cpuSeconds: 12.5, residentBytes: 120, throttling: { periods: 80, throttledPeriods: 21, throttledSeconds: 1.75 } });
  expect(processWindows([[sample()], [sample({ residentBytes: 900 })], [last]])).toEqual([
    {
      tier: 'vector',
      id: 'vector-0',
      cpuSeconds: 2.5,
      residentBytes: 120,
      peakBytes: 900,
      throttling: { periods: 30, throttledPeriods: 1, throttledSeconds: 0.25 },
    },
  ]);
});

it('counts a process that was started in between from its start', () => {
  const [window] = processWindows([[sample()], [sample({ pid: 8, cpuSeconds: 0.5 })]]) ?? [];
  expect(window).toMatchObject({ cpuSeconds: 0.5, throttling: { periods: 50 } });
});

it('says nothing about what nobody told', () => {
  const bare: ProcessSample = { tier: 'query', id: 'query-0', pid: 3, cpuSeconds: 1 };
  expect(processWindows([[bare], [bare]])).toEqual([{ tier: 'query', id: 'query-0', cpuSeconds: 0 }]);
});

it('needs two samples', () => {
  expect(processWindows([])).toBeUndefined();
  expect(processWindows([[sample()]])).toBeUndefined();
});
