import type { SimulatedLoad, SimulatedVariant } from '../../harness/contract/simulation.ts';

/** A load and how long it is watched. */
export type TimedLoad = Pick<SimulatedVariant, 'load' | 'seconds'>;

function poisson(title: string, seconds: number, profile: SimulatedLoad['profile']): TimedLoad {
  return { load: { title, arrivals: 'poisson', profile }, seconds };
}

/** Requests of the RAGPulse sample in each 40 minutes of its first eight hours; a test counts them again. */
export const ragPulseWeights = [78, 59, 71, 56, 43, 60, 28, 30, 49, 40, 58, 28];

/** Half-hours of a working day, relative to each other: our own drawing of a night, a morning peak, a lunch break and an afternoon. */
const workingDay = [
  0.2, 0.2, 0.15, 0.15, 0.1, 0.1, 0.1, 0.1, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 1.7, 2.4, 3, 2.8, 2.3, 2, 1.8, 1.4, 1, 0.9, 1.2, 1.6,
  1.9, 2.3, 2.2, 2, 1.8, 1.6, 1.4, 1.1, 0.9, 0.8, 0.8, 0.7, 0.7, 0.6, 0.5, 0.4, 0.4, 0.3, 0.3, 0.2,
];

/** Rates are for replicas that carry about twenty requests a second each. */
export const loads = {
  spike: poisson('spike', 1_200, { shape: 'spike', basePerSecond: 20, peakPerSecond: 200, atSeconds: 300, widthSeconds: 180 }),
  step: poisson('step of five', 1_500, {
    shape: 'step',
    steps: [
      { fromSeconds: 0, ratePerSecond: 25 },
      { fromSeconds: 300, ratePerSecond: 125 },
    ],
  }),
  ramp: poisson('ramp', 1_800, { shape: 'ramp', fromPerSecond: 10, toPerSecond: 200 }),
  // Two days of one hour each: rules keep their own clocks, so that a day passes them by 24 times as fast as a real one.
  diurnal: poisson('diurnal', 7_200, { shape: 'diurnal', meanPerSecond: 60, amplitude: 0.8, periodSeconds: 3_600, peakAtSeconds: 1_800 }),
  // A recording of 600 requests cannot be sped up to sixty a second for an hour: the rate follows it, the requests are drawn.
  trace: poisson('RAGPulse’s course', 3_600, { shape: 'diurnal', meanPerSecond: 60, periodSeconds: 3_600, weights: ragPulseWeights }),
  /** A whole day, on which rules take the time that they take. */
  day: poisson('day', 86_400, { shape: 'diurnal', meanPerSecond: 45, periodSeconds: 86_400, weights: workingDay }),
  steady: poisson('steady', 1_800, { shape: 'constant', ratePerSecond: 45 }),
  // For the measured system, whose replicas carry eight times as much.
  'measured-spike': poisson('spike × 8', 1_200, {
    shape: 'spike',
    basePerSecond: 160,
    peakPerSecond: 1_600,
    atSeconds: 300,
    widthSeconds: 180,
  }),
  'measured-step': poisson('step of five × 8', 1_500, {
    shape: 'step',
    steps: [
      { fromSeconds: 0, ratePerSecond: 200 },
      { fromSeconds: 300, ratePerSecond: 1_000 },
    ],
  }),
  'measured-diurnal': poisson('diurnal × 8', 3_600, {
    shape: 'diurnal',
    meanPerSecond: 480,
    amplitude: 0.8,
    periodSeconds: 3_600,
    peakAtSeconds: 1_800,
  }),
  'measured-trace': poisson('RAGPulse’s course × 8', 3_600, {
    shape: 'diurnal',
    meanPerSecond: 480,
    periodSeconds: 3_600,
    weights: ragPulseWeights,
  }),
  'measured-base': poisson('base of the step × 8', 900, { shape: 'constant', ratePerSecond: 200 }),
  /** The design goal of chapter A. */
  goal: poisson('1000/s', 120, { shape: 'constant', ratePerSecond: 1_000 }),
  /** From less than one replica carries to what three carry. */
  low: poisson('ramp to three replicas', 1_800, { shape: 'ramp', fromPerSecond: 2, toPerSecond: 56 }),
  /** A day whose night is quieter than the chapter's threshold for one replica. */
  night: poisson('day and night', 3_600, { shape: 'diurnal', meanPerSecond: 28, amplitude: 0.95, periodSeconds: 3_600, peakAtSeconds: 0 }),
  dark: poisson('night', 900, { shape: 'constant', ratePerSecond: 3 }),
  /** A minute of questions every ten minutes. */
  cold: poisson('now and then', 14_400, {
    shape: 'step',
    steps: Array.from({ length: 24 }, (_, turn) => [
      { fromSeconds: turn * 600, ratePerSecond: 0 },
      { fromSeconds: turn * 600 + 540, ratePerSecond: 5 },
    ]).flat(),
  }),
} as const satisfies Record<string, TimedLoad>;
export type LoadId = keyof typeof loads;
