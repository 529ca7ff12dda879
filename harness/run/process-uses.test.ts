import { expect, it } from 'vitest';
import type { JudgedStep } from './judged-step.ts';
import { generatorUse } from './process-uses.ts';

/** Only what is read of a judged step. */
const step = (requests: { readonly warmUp: number; readonly steady: number }, cpuSeconds: number, eventLoopUtilisation: number) =>
  ({
    driven: {
      observation: {
        warmUp: { issued: requests.warmUp },
        steady: { issued: requests.steady },
        generator: { cpuSeconds, eventLoopUtilisation },
      },
    },
  }) as unknown as JudgedStep;

it('divides what the generator used among everything that it sent, warm-up included', () => {
  const steps = [step({ warmUp: 500, steady: 1_500 }, 0.3, 0.05), step({ warmUp: 0, steady: 2_000 }, 0.1, 0.08)];
  expect(generatorUse(steps)).toEqual({ generator: { cpuSecondsPer1k: 0.1, eventLoopUtilisation: 0.08 } });
});

it('says nothing where nothing was sent', () => {
  expect(generatorUse([])).toEqual({});
  expect(generatorUse([step({ warmUp: 0, steady: 0 }, 0.1, 0.01)])).toEqual({});
});
