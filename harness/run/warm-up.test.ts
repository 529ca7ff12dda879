import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Step } from '../contract/plan.ts';
import { RunWarmUp } from './warm-up.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rag-testbed-warm-up-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const step = (variant: string, phase: Step['phase'], warmUpSeconds: number): Step => ({
  id: `0-${variant}-${phase}-1`,
  order: 0,
  variant,
  phase,
  repetition: 1,
  ratePerSecond: 100,
  warmUpSeconds,
  steadySeconds: 3,
  seed: 1,
});

/** The history of 300 searches over 3 s, slow until `coldSeconds`, of which every tenth failed at once. */
function pilotFile(name: string, coldSeconds: number): string {
  const lines = Array.from({ length: 300 }, (_, job) => {
    const intendedUs = job * 10_000;
    const responseUs = (intendedUs < coldSeconds * 1e6 ? 80_000 : 5_000) + ((job * 7919) % 1000);
    const id = `p:${job}`;
    const end =
      job % 10 === 9
        ? { type: 'info', id, sentUs: intendedUs, doneUs: intendedUs + 1, errorClass: 'reset' }
        : { type: 'ok', id, sentUs: intendedUs, doneUs: intendedUs + responseUs, status: 200, body: '{}' };
    return `${JSON.stringify({ type: 'invoke', id, job, kind: 'search', intendedUs, invokedUs: intendedUs })}\n${JSON.stringify(end)}\n`;
  });
  const file = path.join(folder, name);
  writeFileSync(file, lines.join(''));
  return file;
}

let quickFile: string;
let slowFile: string;
beforeAll(() => {
  quickFile = pilotFile('quick.jsonl', 0.3);
  slowFile = pilotFile('slow.jsonl', 1.2);
});

test('the longest pilot decides for every variant, and one event says so', async () => {
  const warmUp = new RunWarmUp({ warmUpSeconds: 0.5, longestWarmUpSeconds: 2 });
  expect(await warmUp.learn({ step: step('quick', 'pilot', 0), operationsFile: quickFile })).toMatchObject({
    pilotSeconds: 3,
    sampleCount: 270,
    isSettled: true,
  });
  const slow = await warmUp.learn({ step: step('slow', 'pilot', 0), operationsFile: slowFile });
  expect(slow.truncatedSeconds).toBeGreaterThanOrEqual(1.2);
  const events: string[] = [];
  const emit = ({ message }: { message: string }) => events.push(message);
  for (const variant of ['quick', 'slow']) {
    expect(warmUp.frozen(step(variant, 'judged', 0.5), emit).warmUpSeconds).toBe(warmUp.seconds);
  }
  expect(warmUp.seconds).toBeGreaterThanOrEqual(1.2);
  expect(warmUp.seconds).toBeLessThanOrEqual(1.5);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatch(/^warm-up frozen at 1\.\d s by MSER-5 on the pilots: quick 0\.\d s, slow 1\.\d s$/);
});

test('the profile bounds it', async () => {
  const bounded = new RunWarmUp({ warmUpSeconds: 0.5, longestWarmUpSeconds: 1 });
  await bounded.learn({ step: step('slow', 'pilot', 0), operationsFile: slowFile });
  expect(bounded.seconds).toBe(1);
  expect(bounded.frozenSeconds).toBe(1);
  const atLeast = new RunWarmUp({ warmUpSeconds: 2 });
  expect(atLeast.frozenSeconds).toBeUndefined();
  await atLeast.learn({ step: step('quick', 'pilot', 0), operationsFile: quickFile });
  expect(atLeast.seconds).toBe(2);
});

test('only repetitions that warm up are changed', () => {
  const warmUp = new RunWarmUp({ warmUpSeconds: 5 });
  const emit = () => undefined;
  expect(warmUp.frozen(step('a', 'pilot', 0), emit).warmUpSeconds).toBe(0);
  expect(warmUp.frozen(step('a', 'overload', 0), emit).warmUpSeconds).toBe(0);
  expect(warmUp.frozen(step('a', 'rung', 1), emit).warmUpSeconds).toBe(1);
  expect(warmUp.frozen(step('a', 'judged', 0), emit).warmUpSeconds).toBe(0);
  expect(warmUp.frozen(step('a', 'judged', 1), emit).warmUpSeconds).toBe(5);
});

test('a pilot after the freezing is a mistake', async () => {
  const warmUp = new RunWarmUp({ warmUpSeconds: 1 });
  expect(warmUp.seconds).toBe(1);
  await expect(warmUp.learn({ step: step('late', 'pilot', 0), operationsFile: quickFile })).rejects.toThrow('after the warm-up was frozen');
});
