import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Observation, Timing } from '../contract/observation.ts';
import { dispersionIndex } from '../measurement/dispersion.ts';
import { decode, percentileUs } from '../measurement/histogram.ts';
import { startGenerator } from './generator.ts';
import { testFolder } from './testing/load-plan.ts';
import { modelledResponsesMs, percentileOf, startStallingServer } from './testing/start-stalling-server.ts';
import { runValidStep, validStepTimeoutMs } from './testing/valid-step.ts';

function steadyMs(observation: Observation, timing: Timing, percentile: number): number {
  const found = observation.histograms.find(
    (histogram) => histogram.window === 'steady' && histogram.outcome === 'success' && histogram.timing === timing,
  );
  if (found === undefined) {
    throw new Error(`no ${timing} was recorded`);
  }
  return (percentileUs(decode(found.encoded), percentile) ?? Number.NaN) / 1000;
}

describe('a server that stalls 300 ms every 3 s', () => {
  it.each(['constant', 'poisson'] as const)(
    '%s arrivals: p99 and p99.9 are within a twentieth of the truth, which sent → done misses',
    async (arrivals) => {
      using folder = testFolder();
      await using server = await startStallingServer(5, 300, 3000);
      await using generator = await startGenerator({ runId: 'open-loop-test', logFile: path.join(folder.path, 'generator.log') });
      const {
        observation,
        plan,
        truth: seen,
      } = await runValidStep({
        generator,
        server,
        folder: folder.path,
        arrivals,
        ratePerSecond: 600,
        warmUpSeconds: 1,
        steadySeconds: 12,
        connections: 32,
        seed: 5,
      });
      const steadyOffsetsUs = plan.offsetsUs.filter((offsetUs) => offsetUs >= plan.warmUpMs * 1000);
      const truth = modelledResponsesMs(
        steadyOffsetsUs.map((offsetUs) => observation.startedAtMs + offsetUs / 1000),
        server.serviceMs,
        seen.stalls,
      );
      expect(observation.steady).toEqual({ issued: steadyOffsetsUs.length, succeeded: steadyOffsetsUs.length, failed: {} });
      for (const percentile of [99, 99.9]) {
        const exact = percentileOf(truth, percentile);
        // A stall that did not happen would make every generator right.
        expect(exact).toBeGreaterThan(200);
        expect(Math.abs(steadyMs(observation, 'response', percentile) / exact - 1)).toBeLessThanOrEqual(0.05);
      }
      // Only as many requests as there are connections see the stall from the wire; all others wait in the client.
      expect(steadyMs(observation, 'response', 95)).toBeGreaterThan(percentileOf(truth, 95) * 0.9);
      expect(steadyMs(observation, 'service', 95)).toBeLessThan(percentileOf(truth, 95) * 0.5);
    },
    validStepTimeoutMs,
  );
});

describe('arrivals as the server sees them', () => {
  const binMs = 10;
  const ratePerSecond = 500;
  const steadySeconds = 6;

  async function dispersionAtServer(arrivals: 'constant' | 'poisson'): Promise<{ scheduled: number; seen: number }> {
    using folder = testFolder();
    // A long service time makes a lag matter less to the verdict; it does not move an arrival.
    await using server = await startStallingServer(60);
    await using generator = await startGenerator({ runId: 'open-loop-test', logFile: path.join(folder.path, 'generator.log') });
    const { observation, plan, truth } = await runValidStep({
      generator,
      server,
      folder: folder.path,
      arrivals,
      ratePerSecond,
      warmUpSeconds: 1,
      steadySeconds,
      connections: 128,
      // Its Poisson schedule is near the middle of the bounds, which leaves the room to what the generator adds.
      seed: 1,
    });
    const steadyFromMs = observation.startedAtMs + plan.warmUpMs;
    const offsetsMs = plan.offsetsUs.map((offsetUs) => offsetUs / 1000 - plan.warmUpMs);
    return {
      scheduled: dispersionIndex(offsetsMs, steadySeconds * 1000, binMs),
      seen: dispersionIndex(
        truth.arrivalsMs.map((arrivalMs) => arrivalMs - steadyFromMs),
        steadySeconds * 1000,
        binMs,
      ),
    };
  }

  it(
    'constant: hardly dispersed, not in bursts',
    async () => {
      const { seen } = await dispersionAtServer('constant');
      expect(seen).toBeLessThanOrEqual(0.2);
    },
    validStepTimeoutMs,
  );

  it(
    'poisson: dispersed as the schedule is',
    async () => {
      const { scheduled, seen } = await dispersionAtServer('poisson');
      expect(scheduled).toBeGreaterThanOrEqual(0.95);
      expect(scheduled).toBeLessThanOrEqual(1.05);
      expect(seen).toBeGreaterThanOrEqual(0.85);
      expect(seen).toBeLessThanOrEqual(1.15);
    },
    validStepTimeoutMs,
  );
});
