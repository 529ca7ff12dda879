import { describe, expect, it } from 'vitest';
import { type Arrivals, arrivalsSchema, arrivalsText, rateProfileSchema } from './arrivals.ts';
import { problemsIn } from './parse.ts';

const states = [
  { rateFactor: 1, meanSeconds: 10 },
  { rateFactor: 5, meanSeconds: 1 },
];
const trace = { process: 'trace', file: 'a/b.csv', format: 'csv' } as const;

describe('arrivals', () => {
  it.each<[Arrivals, string]>([
    ['constant', 'constant'],
    [{ process: 'poisson' }, 'poisson'],
    [{ process: 'gamma', cv: 2 }, 'gamma (CV 2)'],
    [{ process: 'weibull', cv: 0.5 }, 'weibull (CV 0.5)'],
    [{ process: 'mmpp', states }, 'mmpp (× 1 for 10 s, × 5 for 1 s)'],
    [trace, 'trace (csv: b.csv, scaled to the rate)'],
    [
      { process: 'trace', file: '/private/0_trace.jsonl', format: 'ragpulse', weeks: 'folded', firstRequests: 9, timeScale: 60 },
      'trace (ragpulse: 0_trace.jsonl, weeks folded, first 9 requests, time × 60)',
    ],
  ])('%j is accepted and reads %s', (arrivals, text) => {
    expect(problemsIn(arrivalsSchema, arrivals)).toEqual([]);
    expect(arrivalsText(arrivals)).toBe(text);
  });

  it.each<[unknown, string, string, string?]>([
    ['poison', '', '"poison" is none of constant, poisson', 'did you mean "poisson"?'],
    [{ process: 'gama', cv: 1 }, 'process', '"gama" is none of', 'did you mean "gamma"?'],
    [{ process: 'gamma', cv: 0 }, 'cv', 'received 0'],
    [{ process: 'gamma', cv: -1 }, 'cv', 'received -1'],
    [{ process: 'weibull', cv: Number.NaN }, 'cv', 'received NaN'],
    [{ process: 'weibull', cv: Number.POSITIVE_INFINITY }, 'cv', 'received Infinity'],
    [{ process: 'gamma' }, 'cv', 'expected number'],
    [{ process: 'gamma', cv: 1, cw: 2 }, 'cw', 'unknown field "cw"', 'did you mean "cv"?'],
    [{ process: 'mmpp', states: states.slice(0, 1) }, 'states', '>=2 items'],
    [{ process: 'mmpp', states: states.map((state) => ({ ...state, rateFactor: 0 })) }, 'states', 'at least one rateFactor'],
    [{ process: 'mmpp', states: [states[0], { rateFactor: 1, meanSeconds: 0 }] }, 'states[1].meanSeconds', 'received 0'],
    [{ process: 'mmpp', states: [states[0], { rateFactor: -1, meanSeconds: 1 }] }, 'states[1].rateFactor', 'received -1'],
    [{ ...trace, timeScale: 0 }, 'timeScale', 'received 0'],
    [{ ...trace, timeScale: Number.NaN }, 'timeScale', 'received NaN'],
    [{ ...trace, format: 'azur' }, 'format', '"azur" is none of', 'did you mean "azure"?'],
    [{ process: 'mmpp', states: [] }, 'states', '>=2 items'],
    [{ ...trace, file: '' }, 'file', 'received ""'],
    [{ ...trace, firstRequests: 1.5 }, 'firstRequests', 'received 1.5'],
    [{ ...trace, weeks: 'folded' }, 'weeks', 'only the format ragpulse has weeks'],
  ])('%j is refused at "%s"', (arrivals, path, message, hint) => {
    const problems = problemsIn(arrivalsSchema, arrivals);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path, message: expect.stringContaining(message), ...(hint === undefined ? {} : { hint }) });
  });
});

describe('rate profiles', () => {
  it.each<[unknown, string, string]>([
    [{ shape: 'rampe', ratePerSecond: 1 }, 'shape', '"rampe" is none of'],
    [{ shape: 'constant', ratePerSecond: 0 }, 'ratePerSecond', 'received 0'],
    [{ shape: 'constant', ratePerSecond: Number.NaN }, 'ratePerSecond', 'received NaN'],
    [{ shape: 'ramp', fromPerSecond: 0, toPerSecond: 0 }, 'toPerSecond', 'one end of the ramp must be above 0'],
    [{ shape: 'ramp', fromPerSecond: -1, toPerSecond: 5 }, 'fromPerSecond', 'received -1'],
    [{ shape: 'step', steps: [] }, 'steps', '>=1 items'],
    [{ shape: 'step', steps: [{ fromSeconds: 1, ratePerSecond: 1 }] }, 'steps[0].fromSeconds', 'must begin at 0, received 1'],
    [
      {
        shape: 'step',
        steps: [0, 9, 5].map((fromSeconds) => ({ fromSeconds, ratePerSecond: 1 })),
      },
      'steps[2].fromSeconds',
      'steps must ascend, the one before begins at 9, received 5',
    ],
    [{ shape: 'step', steps: [{ fromSeconds: 0, ratePerSecond: 0 }] }, 'steps', 'at least one ratePerSecond must be above 0'],
    [{ shape: 'spike', basePerSecond: 1, peakPerSecond: 0, atSeconds: 1, widthSeconds: 1 }, 'peakPerSecond', 'received 0'],
    [{ shape: 'spike', basePerSecond: 1, peakPerSecond: 2, atSeconds: 1, widthSeconds: -1 }, 'widthSeconds', 'received -1'],
    [{ shape: 'diurnal', meanPerSecond: 1 }, 'amplitude', 'give either amplitude or weights'],
    [{ shape: 'diurnal', meanPerSecond: 1, amplitude: 0.5, weights: [1, 2] }, 'amplitude', 'give either amplitude or weights'],
    [{ shape: 'diurnal', meanPerSecond: 1, amplitude: 1.5 }, 'amplitude', 'received 1.5'],
    [{ shape: 'diurnal', meanPerSecond: 1, weights: [0, 0] }, 'weights', 'at least one weight must be above 0'],
    [{ shape: 'diurnal', meanPerSecond: 1, weights: [1, 2], peakAtSeconds: 3 }, 'peakAtSeconds', 'only a cosine has a crest'],
    [{ shape: 'soak', ratePerSecond: 1, rampUpSeconds: -1 }, 'rampUpSeconds', 'received -1'],
  ])('%j is refused at "%s"', (profile, path, message) => {
    const problems = problemsIn(rateProfileSchema, profile);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path, message: expect.stringContaining(message) });
  });
});
